"""Every order in which Victron's programs, bluetoothd and the service start, and a restart of each.

Runs where VICTRON_SRC is set, as :mod:`tests.bus.victron` says. Prints one line per case, for
the table in docs/endurance.md (pytest -s).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

from tests.bus.bank_boat import BANK, MEMBER, PACK, complete, wired
from tests.bus.simulation import Program, Simulation
from tests.bus.start_orders import (
    ABSENT,
    BLUETOOTHD,
    ERROR_67,
    LOCALSETTINGS,
    LOWEST,
    SERVICE,
    Start,
    Witness,
    started,
)
from tests.bus.venus import BUS_ITEM, Venus, plain
from tests.bus.victron import CHARGERS, MULTI, NEEDS_VICTRON, SOLAR, SYSTEM, Victron, added, gx, owned
from tests.endurance.bus_loss import RESTART_AFTER
from tests.patience import PATIENCE

pytestmark = NEEDS_VICTRON

SYSTEMCALC = "systemcalc"
PACKS = 2


@dataclass
class Witnesses:
    """What any consumer saw, and what systemcalc and the chargers made of it."""

    bus: Witness
    chargers: Victron
    controlled_at: float | None = None  # s, loop time at which systemcalc last named the bank
    longest: float = 0.0  # s for which it did not

    async def watch(self, venus: Venus) -> None:
        """Ask systemcalc again and again who controls."""
        while True:
            with suppress(AssertionError):  # it does not run
                named = plain(await venus.call(SYSTEM, "/ActiveBmsService", BUS_ITEM, "GetValue"))
                assert named in (None, BANK)
                if named:
                    now = asyncio.get_running_loop().time()
                    self.longest = max(self.longest, now - (self.controlled_at or now))
                    self.controlled_at = now
            await asyncio.sleep(0.1)

    @property
    def volts(self) -> list[float]:
        """All CVLs that chargers got."""
        writes = [json.loads(line) for line in self.chargers.lines if line.startswith("[")]
        return [value for _, path, value in writes if "ChargeVoltage" in path and value is not None]

    async def controlled(self, since: float) -> None:
        """Wait until systemcalc names the bank after a moment, and chargers have a CVL."""
        async with asyncio.timeout(PATIENCE):
            while (self.controlled_at or 0.0) < since or not self.volts:  # noqa: ASYNC110
                await asyncio.sleep(0.1)

    def judge(self, case: str, began: float) -> None:
        """Check what was seen, and print it."""
        self.bus.judge(case, began)
        print(f"| {case}, systemcalc without a BMS | {self.longest:.1f} |")
        assert min(self.volts) > LOWEST
        assert self.longest < ERROR_67


class Supervised:
    """One of Victron's programs, restarted after it has ended, as on a GX: it may end without others."""

    def __init__(self, *arguments: str, sources: str) -> None:
        self._make: Callable[[], Victron] = lambda: Victron(*arguments, sources=sources)
        self._group = asyncio.TaskGroup()
        self._running: Victron | None = None

    async def __aenter__(self) -> Self:
        await self._group.__aenter__()
        self._task = self._group.create_task(self._keep())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, err: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._task.cancel()
        await self._group.__aexit__(None, None, None)

    def kill(self) -> None:
        """Kill the program; it is restarted."""
        assert self._running
        assert self._running._process
        self._running._process.kill()

    async def _keep(self) -> None:
        while True:
            async with self._make() as running:
                self._running = running
                while running.alive:  # noqa: ASYNC110
                    await asyncio.sleep(0.1)
            await asyncio.sleep(RESTART_AFTER)


def starts(tmp_path: Path) -> dict[str, Start]:
    """How each program starts."""
    keep = ("--path", str(tmp_path), "--no-delay")
    return {
        LOCALSETTINGS: lambda: Supervised("localsettings.py", *keep, sources="localsettings"),
        SYSTEMCALC: lambda: Supervised("dbus_systemcalc.py", sources="dbus-systemcalc-py"),
        BLUETOOTHD: lambda: Simulation([PACK] * PACKS, "--bluez-only", **wired(PACKS)),
        SERVICE: lambda: Program("run"),
    }


@asynccontextmanager
async def witnessed(tmp_path: Path) -> AsyncIterator[tuple[Witnesses, Venus]]:
    """A GX on which the owner has chosen a bank; only its chargers run."""
    async with gx(tmp_path, PACK, PACK) as first:
        await added(first, *first.sim.addresses, **MEMBER)
        await first.venus.confirm_bank(Name="House")
        await first.venus.until_bank(lambda seen: seen["/Soc"] is not None)
        # systemcalc 2.256 fails if it finds a battery at its start that it has never seen.
        await first.until(SYSTEM, {"/ActiveBmsService": BANK}, timeout=PATIENCE)
    chargers, bus = Victron("-c", CHARGERS, MULTI, SOLAR, json.dumps([13.2, 1, False])), Witness()
    async with chargers, Venus(bus.changed, bus.record.left) as venus, asyncio.TaskGroup() as group:
        await owned(venus, MULTI, SOLAR)
        witnesses = Witnesses(bus, chargers)
        watching = group.create_task(witnesses.watch(venus))
        yield witnesses, venus
        watching.cancel()


@pytest.mark.parametrize(
    "order", [*permutations((LOCALSETTINGS, SYSTEMCALC, BLUETOOTHD, SERVICE))], ids=", ".join
)
async def test_in_every_order_of_starts_chargers_obey_the_bank_alone(
    tmp_path: Path, order: tuple[str, ...]
) -> None:
    async with witnessed(tmp_path) as (witnesses, venus), AsyncExitStack() as stack:
        _, began = await started(stack, starts(tmp_path), order)
        await venus.until_bank(complete(PACKS))
        await witnesses.controlled(began)
        await asyncio.sleep(ABSENT)
        witnesses.judge(f"start: {', '.join(order)}", began)


@pytest.mark.parametrize("name", [LOCALSETTINGS, SYSTEMCALC])
async def test_after_a_kill_of_one_of_victrons_programs_chargers_obey_the_bank_alone(
    tmp_path: Path, name: str
) -> None:
    async with witnessed(tmp_path) as (witnesses, venus), AsyncExitStack() as stack:
        chosen = starts(tmp_path)
        running, began = await started(stack, chosen, chosen)
        await venus.until_bank(complete(PACKS))
        await witnesses.controlled(began)
        running[name].kill()
        await witnesses.controlled(asyncio.get_running_loop().time() + ABSENT)
        await venus.until_bank(complete(PACKS))
        witnesses.judge(f"restart: {name} by KILL", began)
