"""The whole program on a real BlueZ with two virtual packs: it publishes both and survives every fault.

Runs inside the VM (see README.md); exits with 0 if all is as it must be. The guest is about 20 times slower
than the machine it runs on, so bounds are generous and outcomes count.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from tests.bus.simulation import PATIENT
from tests.rig import machine, measure
from tests.rig.battery_watch import BATTERY, INVALID, Watch
from tests.rig.faults import BOTH, FAULTS, Fault
from tests.rig.machine import ctl, program
from tests.rig.notifications import Count, Traffic, settled
from tests.rig.service_log import STACK_BROKE, lost, unexpected
from tests.rig.venus_bus import APPEAR, venus_bus

PACKS = ("A4:C1:38:00:00:01", "A4:C1:38:00:00:02")
CELLS = (3300, 3307, 3314, 3321)  # mV, as the virtual packs have them
HIGHEST_CURRENT = 20.0  # A
HOLD = 12.0  # s; shorter than the default so that 30 s of silence are well beyond it
EARLY = 4.0  # s; the hold counts from the beginning of a poll, and a fault may begin at its last try
FRESH = 30.0  # s for a value that changed in a healthy pack to reach the bus
INVALID_WITHIN = HOLD + 20.0  # s
QUIET_POLLS = 5
PHONE_TURNS = 4
CLEAN_EXIT = 10.0  # s, of the slow guest
RUN = (sys.executable, "-W", "default", "-c", PATIENT, "run", "--log-level")
VOLTAGE, CURRENT = "/Dc/0/Voltage", "/Dc/0/Current"
WELL = {"/State": 9, "/Alarms/BmsCable": 0, "/System/NrOfModulesOnline": 1, "/System/NrOfModulesOffline": 0}
# An alarm only after StopAfter, which no fault here lasts.
LOST = {"/State": 18, "/Alarms/BmsCable": 1, "/System/NrOfModulesOnline": 0, "/System/NrOfModulesOffline": 1}


def now() -> float:
    return asyncio.get_running_loop().time()


class Trial:
    """State of the trial."""

    def __init__(self, watch: Watch, capture: Path) -> None:
        self.watch = watch
        self.capture = capture
        self.traffic = Traffic(capture)
        self.table: list[tuple[str, str, str, str]] = []  # fault, verdict, what, remark
        self.excused: Counter[str] = Counter()  # how often the log may have a line that begins so
        self._currents = {address: {-12.3} for address in PACKS}  # A, all that a pack ever reported
        self._current = 0.0  # A, the newest

    def check(self, fault: str, what: str, holds: bool, remark: object = "") -> None:
        """Record a finding."""
        verdict = "ok" if holds else "FAILED"
        self.table.append((fault, verdict, what, str(remark)))
        print(f"[{now():8.1f}] {fault:<16}{verdict:<7}{what}  {remark}", flush=True)

    async def vary(self, index: int) -> float:
        """Set another current for a pack and return it.

        It is small, and the cells move, because charge that flows without a trace would not be believed.
        """
        self._current = round((self._current + 0.7) % HIGHEST_CURRENT, 1)
        step = int(self._current) % 2  # mV
        await ctl("set", bms=index, field="cell_mv", value=[cell + step for cell in CELLS])
        self._currents[PACKS[index]].add(self._current)
        await ctl("set", bms=index, field="current", value=self._current)
        return self._current

    async def refreshed(self, index: int, within: float) -> float:
        """Wait until the bus shows a current that only a fresh sample has; return the wait in s."""
        address, current = PACKS[index], await self.vary(index)
        return await self.watch.until(
            address, CURRENT, lambda v: v != INVALID and abs(v - current) < 0.05, within, f"{current} A"
        )

    async def run(self, fault: Fault) -> None:
        """Inject one fault and record its effect."""
        began = now()
        before = [await machine.pack(index) for index in BOTH]
        if fault.hurts_stack:
            self.excused.update(STACK_BROKE)
        await fault.begin()
        if fault.gap:
            await self._becomes_invalid(fault, began)
        await self._others_live_on(fault)
        if fault.end:
            await asyncio.sleep(max(0.0, began + fault.lasts - now()))
            await fault.end()
        for index in fault.hits or (0,):
            took = await self.refreshed(index, fault.back)
            self.check(fault.name, f"pack {index} fresh again", True, f"after {took:.1f} s")
        self._shows(fault, PACKS[0], WELL)
        after = [await machine.pack(index) for index in BOTH]
        for index in BOTH:
            made = after[index]["connects"] - before[index]["connects"]
            hit = index in fault.hits
            self.check(fault.name, f"pack {index} connected anew", (made >= 1) is hit, f"{made} times")
            self._held(fault, index, began)
        await self.quiet(fault.name)

    async def _becomes_invalid(self, fault: Fault, began: float) -> None:
        for address in (PACKS[index] for index in fault.hits):
            await self.watch.until(
                address, VOLTAGE, lambda v: v == INVALID, began + INVALID_WITHIN - now(), "invalid"
            )
            self._shows(fault, address, LOST)
            measured = ("/Soc", CURRENT, "/Dc/0/Power", "/System/MaxCellVoltage", "/Voltages/Cell1")
            frozen = [path for path in measured if self.watch.value(address, path) != INVALID]
            self.check(fault.name, "all measurements invalid", not frozen, " ".join(frozen))
            said = self.watch.value(address, "/Bluetooth/State")
            self.check(fault.name, "says why", said not in ("", "connected"), said)

    async def _others_live_on(self, fault: Fault) -> None:
        for index in BOTH:
            if index not in fault.hits and fault.hits:
                took = await self.refreshed(index, FRESH)
                self.check(fault.name, f"pack {index} lives on meanwhile", True, f"{took:.1f} s")

    def _shows(self, fault: Fault, address: str, wanted: dict[str, int]) -> None:
        shown = {path: self.watch.value(address, path) for path in wanted}
        self.check(fault.name, f"{address[-2:]} shows its state", shown == wanted, [*shown.values()])

    def _held(self, fault: Fault, index: int, began: float) -> None:
        """Check that values are held for HoldTime and not longer; other packs miss none."""
        address = PACKS[index]
        gaps = [c.at - began for c in self.watch.history(address, VOLTAGE, began) if c.value == INVALID]
        self.excused[lost(address)] += len(gaps)
        hold = HOLD if index == 0 else 30.0
        expected = fault.gap if index in fault.hits else False
        fits = expected is None or bool(gaps) is expected
        early = any(gap < hold - EARLY for gap in gaps)
        remark = ", ".join(f"invalid after {gap:.1f} s" for gap in gaps) or "no gap"
        self.check(fault.name, f"pack {index} held its values", fits and len(gaps) < 2 and not early, remark)
        seen = {c.value for c in self.watch.history(address, CURRENT, began) if c.value != INVALID}
        wrong = [v for v in seen if not any(abs(v - known) < 0.06 for known in self._currents[address])]
        self.check(fault.name, f"pack {index} showed no wrong value", not wrong, wrong or "")

    async def quiet(self, name: str) -> None:
        """Let some polls pass and check that every notification came once."""
        first = [await settled(self.traffic, address, i) for i, address in enumerate(PACKS)]
        async with asyncio.timeout(FRESH * QUIET_POLLS):
            for index in BOTH:
                await machine.answered(index, first[index].rig_answers + 2 * QUIET_POLLS)
        for index, address in enumerate(PACKS):
            passed = await settled(self.traffic, address, index) - first[index]
            self.check(name, f"pack {index} notified once each", passed.one_to_one, in_words(passed))


def in_words(count: Count) -> str:
    return (
        f"asked {count.requests}, rig heard {count.rig_requests}, answered {count.rig_answers}; "
        f"notifications {count.received} of {count.expected}"
    )


async def adopt() -> str:
    """Add both packs as an owner does, and return the output of the scan."""
    found = await program("scan", "--seconds", "6")
    for address in PACKS:
        await program("add", address)
    await program("set", PACKS[0], "HoldTime", f"{HOLD:g}")
    return found


async def stop(trial: Trial, process: asyncio.subprocess.Process) -> None:
    """End the service with SIGTERM and check the result."""
    began = now()
    process.send_signal(signal.SIGTERM)
    async with asyncio.timeout(machine.STOP_LIMIT):
        status = await process.wait()
    took = now() - began
    trial.check("SIGTERM", "ends cleanly", status == 0 and took < CLEAN_EXIT, f"{status} in {took:.1f} s")
    linked = [(await machine.pack(index))["connected"] for index in BOTH]
    trial.check("SIGTERM", "leaves no link behind", not any(linked), linked)


async def survive(faults: Iterable[Fault]) -> bool:
    """Run the whole trial; return whether it passed."""
    async with venus_bus() as (daemon, watch):
        trial = Trial(watch, machine.fresh_file("capture.txt"))
        await live_well(trial, daemon)
        await be_hurt(trial, faults)
    gone = [line for line in watch.came_and_went if line.startswith(BATTERY) and line.endswith("went")]
    # When the service was killed, and when it ended.
    trial.check("bus", "services left only when they had to", len(gone) == 2 * len(PACKS), len(gone))
    return report(trial)


async def live_well(trial: Trial, daemon: int) -> None:
    """Add the packs, measure without faults, and end by a crash that leaves the links to BlueZ."""
    log = machine.fresh_file("service-info.log")
    async with machine.background(*RUN, "INFO", log=log) as service:
        found = await adopt()
        trial.check("start", "scan lists both", all(address in found for address in PACKS))
        await fresh_start(trial, "start")
        await measure.healthy(trial, service.pid, daemon)
        service.kill()
        await service.wait()
    for address in PACKS:
        await trial.watch.gone(address, FRESH)
    complaints = unexpected(log.read_text().splitlines(), {})
    trial.check("start", "no complaint in the log", not complaints, "\n".join(complaints))


async def be_hurt(trial: Trial, faults: Iterable[Fault]) -> None:
    """Start on what the crash has left, and inject all faults."""
    log = machine.fresh_file("service-debug.log")
    async with machine.background(*RUN, "DEBUG", "--capture", str(trial.capture), log=log) as service:
        await fresh_start(trial, "after a crash")
        await trial.quiet("after a crash")
        for fault in faults:
            try:
                await trial.run(fault)
            except (AssertionError, TimeoutError) as err:
                trial.check(fault.name, "came through", False, repr(err))
        await share_with_a_phone(trial)
        await stop(trial, service)
    complaints = unexpected(log.read_text().splitlines(), trial.excused)
    trial.check("log", "no complaint without cause", not complaints, "\n".join(complaints))


async def share_with_a_phone(trial: Trial) -> None:
    """Connect to one pack for each poll only, and then permanently again."""
    began, before = now(), (await machine.pack(0))["connects"]
    await program("set", PACKS[0], "PollInterval", "8")
    await program("set", PACKS[0], "ConnectionMode", "1")
    while (await machine.pack(0))["connects"] < before + PHONE_TURNS:  # noqa: ASYNC110
        await asyncio.sleep(0.5)
    took = await trial.refreshed(0, FRESH)
    trial.check("per poll", "pack 0 connected for each poll", True, f"fresh in {took:.1f} s")
    trial.check("per poll", "pack 1 lives on meanwhile", True, f"{await trial.refreshed(1, FRESH):.1f} s")
    gaps = [c for c in trial.watch.history(PACKS[0], VOLTAGE, began) if c.value == INVALID]
    trial.check("per poll", "pack 0 never became invalid", not gaps, len(gaps) or "")
    await program("set", PACKS[0], "ConnectionMode", "0")
    await program("set", PACKS[0], "PollInterval", "0")
    await trial.refreshed(0, FRESH)
    await trial.quiet("per poll")


async def fresh_start(trial: Trial, name: str) -> None:
    """Wait for both services and their first values."""
    began = now()
    for index, address in enumerate(PACKS):
        await trial.watch.appeared(address, APPEAR)
        await trial.refreshed(index, APPEAR)
        trial.check(name, f"pack {index} on the bus and fresh", True, f"after {now() - began:.1f} s")


def report(trial: Trial) -> bool:
    """Print the table; return whether the trial passed."""
    print()
    for fault, verdict, what, remark in trial.table:
        print(f"{fault:<16}{verdict:<7}{what:<30}  {remark}")
    failed = sum(verdict != "ok" for _, verdict, _, _ in trial.table)
    print(f"\n{len(trial.table) - failed} of {len(trial.table)} as it must be", flush=True)
    return not failed


def main() -> int:
    names = sys.argv[1:] or [fault.name for fault in FAULTS]
    chosen = [next(fault for fault in FAULTS if fault.name == name) for name in names]
    return 0 if asyncio.run(survive(chosen)) else 1


if __name__ == "__main__":
    sys.exit(main())
