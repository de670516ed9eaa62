"""Judge what the bus shows by what the packs told and by what the documents promise.

Every signal is judged, and the whole bus once a second.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

from dbus_xbms.model import Phase
from dbus_xbms.settings import bank_id, device_id
from dbus_xbms.venus.tables.control import CHARGE_MODE, CVL
from tests.air.virtual_time import now
from tests.endurance.day.boat import OWNER, DayBoat
from tests.endurance.day.bus import Values
from tests.endurance.day.ramps import RISES_AFTER, Absorption, Ramp

BATTERY = "com.victronenergy.battery."
CCL, DCL = "/Info/MaxChargeCurrent", "/Info/MaxDischargeCurrent"
VOLTAGE, CURRENT = "/Dc/0/Voltage", "/Dc/0/Current"
MEASURED = (VOLTAGE, CURRENT, "/Dc/0/Power", "/Dc/0/Temperature", "/System/MinCellVoltage")
SOC = "/Soc"
CELLS = 4
FULL = 3.45  # V per cell
HOLD = float(OWNER["HoldTime"])
STOP, WITHDRAW = 300.0, 1800.0  # s, the defaults of StopAfter and ControlRemoveAfter
SLACK = 1.5  # s from a poll's beginning, from which values age, to its reading, and to the next look
RETRIES = 12.0  # s before the last good reading at which its poll may have begun
SHRINKS = 3.0  # s from the loss of a pack to the limits of the bank
SETTLED = 20.0  # s after a link that was disturbed until what a pack told counts as known
GATHERING = 20.0  # s after a service has appeared, in which limits may rise at once
HANDOVER = 6.0  # s without a CVL while control changes, or the program restarts

P = Phase
# The phases that may follow each: by docs/silence.md.
NEXT = {
    P.WAITING: {P.FRESH, P.DERATED},
    P.FRESH: {P.HELD, P.LENT},
    P.HELD: {P.FRESH, P.DERATED, P.LOST, P.LENT},
    P.LENT: {P.FRESH, P.LENT_STOPPED, P.DERATED, P.LOST},
    P.LENT_STOPPED: {P.FRESH, P.LOST},
    P.DERATED: {P.FRESH, P.LOST, P.LENT},
    P.LOST: {P.FRESH, P.WITHDRAWN, P.LENT},
    P.WITHDRAWN: {P.FRESH, P.LENT},
}
# The silence in s that each begins and ends with, of a pack that was not lent.
AGES = {
    P.FRESH: (0.0, HOLD),
    P.HELD: (0.0, HOLD),
    P.DERATED: (HOLD, STOP),
    P.LOST: (STOP, WITHDRAW),
    P.WITHDRAWN: (WITHDRAW, 1e9),
}


class DayJudge:
    """Collects what is wrong in ``broken``, and what the day has shown in ``seen``."""

    def __init__(self, boat: DayBoat) -> None:
        self.boat = boat
        self.broken: list[str] = []
        self.seen: set[Phase | str] = set()
        self.looks = 0
        self.bank = BATTERY + bank_id(1)
        self.first = BATTERY + device_id(boat.addresses[0])
        self._names = {address: BATTERY + device_id(address) for address in boat.addresses}
        self._phases: dict[str, Phase] = {}
        self._appeared: dict[str, float] = {}  # s, by service
        self._ramps: dict[tuple[str, str], Ramp] = {}
        self._absorption = Absorption(float(OWNER["BalancingTime"]))
        self._unshown: dict[str, float] = {}  # s, since when a pack shows nothing, by address
        self._without_cvl = inf  # s, since when nothing controls; not before the first limits
        self._history: dict[str, tuple[float, float]] = {}  # s since full as shown, and when, by address
        boat.day.changed = self.signalled

    def signalled(self, name: str) -> None:
        """Judge a service after one of its signals, or after it has come or gone."""
        at, services = now(), self.boat.day.services
        shown = services.get(name)
        if shown is None:
            self._appeared.pop(name, None)
            for path in (CCL, DCL):
                self._ramps.pop((name, path), None)
        else:
            self._appeared.setdefault(name, at)
            self._add(name, self._limits(name, shown, at))
        self._add("bus", self._one_controls())
        for address, pack in self._names.items():
            if pack == name:
                self._add(name, self._pack(address, shown, at))

    def look(self) -> None:
        """Judge everything that is shown now."""
        at = now()
        self.looks += 1
        for address, name in self._names.items():
            shown = self.boat.day.services.get(name)
            self._add(name, self._pack(address, shown, at))
            self._add(name, self._phase(address, at))
        for name, shown in self.boat.day.services.items():
            self._add(name, self._limits(name, shown, at))
        self._add("bank", self._bank(at))

    def restarted(self) -> None:
        """Begin anew with the phases of the packs: the program has been restarted."""
        self._phases.clear()
        self._unshown.clear()
        self._without_cvl = now()

    def _add(self, name: str, words: Iterator[str]) -> None:
        self.broken += [f"{name.removeprefix(BATTERY)}: {one}" for one in words]

    # Packs

    def _pack(self, address: str, shown: Values | None, at: float) -> Iterator[str]:
        board = self.boat.boards[address]
        volts = shown.get(VOLTAGE) if shown else None
        if shown:
            yield from self._since_full(address, shown, at)
        if shown is None or volts is None:
            self._unshown.setdefault(address, at)
            valid = [path for path in MEASURED if shown and shown.get(path) is not None]
            if shown and shown.get(SOC) is not None and at > self.boat.lent_until[address] + HOLD:
                valid.append(SOC)  # stays only while the link is lent
            if valid:
                yield f"{valid} are valid without a voltage"
            yield from self._hidden_early(address, at)
            return
        self._unshown.pop(address, None)
        current = shown[CURRENT]
        measured = board.when.get((float(volts), float(current or 0.0)))
        if measured is None:
            yield f"{volts} V, {current} A were never measured"
        elif at - measured > HOLD + SLACK:
            yield f"{volts} V, {current} A are {at - measured:.0f} s old"
        if not shown.get("/System/MinCellVoltage"):
            yield "no cell voltage beside a voltage"

    def _hidden_early(self, address: str, at: float) -> Iterator[str]:
        told, name = self.boat.boards[address].told, self._names[address]
        settled = at - self._appeared.get(name, at) > SETTLED and at > self.boat.lent_until[address] + SETTLED
        if told and settled and at - told.at < HOLD - RETRIES and at > self.boat.struck[address] + SETTLED:
            yield f"nothing is shown {at - told.at:.0f} s after it was read"

    def _since_full(self, address: str, shown: Values, at: float) -> Iterator[str]:
        """Check that the time since full runs with the clock."""
        since = shown.get("/History/TimeSinceLastFullCharge")
        if since is None:
            return
        before, seen_at = self._history.get(address, (float(since), at))
        if since != before and float(since) > before + (at - seen_at) + 150.0:
            yield f"time since full went from {before:g} s to {since} s in {at - seen_at:.0f} s"
        self.seen.add("full")  # before that, the time is invalid
        if since != before or address not in self._history:
            self._history[address] = float(since), at

    def _phase(self, address: str, at: float) -> Iterator[str]:
        monitor = self.boat.monitor(address)
        if monitor is None or monitor.latest is None:
            return
        decision = monitor.latest.decision
        phase, before = decision.phase, self._phases.get(address, decision.phase)
        self._phases[address] = phase
        self.seen.add(phase)
        if phase is not before and phase not in NEXT[before]:
            yield f"{phase.value} follows {before.value}"
        told = self.boat.boards[address].told
        if told is None or at < self.boat.lent_until[address] + 2 * HOLD or phase not in AGES:
            return
        begins, ends = AGES[phase]
        silence = at - told.at
        if silence > ends + SLACK:
            yield f"{phase.value} after {silence:.0f} s of silence"
        if silence + RETRIES < begins and at > self.boat.struck[address] + SETTLED:
            yield f"{phase.value} after only {silence:.0f} s of silence"

    # Limits

    def _limits(self, name: str, shown: Values, at: float) -> Iterator[str]:
        if CVL not in shown:
            return
        cvl, ccl, dcl = shown[CVL], shown[CCL], shown[DCL]
        if cvl is None or ccl is None or dcl is None:
            yield f"a limit is invalid: {cvl} V, {ccl} A, {dcl} A"
            return
        members = len(self.boat.addresses) if name == self.bank else 1
        if not 0 < float(cvl) <= CELLS * FULL + 0.005:
            yield f"CVL {cvl} V"
        tops = {CCL: members * OWNER["MaxChargeCurrent"], DCL: members * OWNER["MaxDischargeCurrent"]}
        for path, top in tops.items():
            amperes = float(shown[path] or 0.0)
            if not 0 <= amperes <= top + 0.05:
                yield f"{path} is {amperes} A, above the setting of {top:g} A"
            if at - self._appeared[name] <= GATHERING:
                self._ramps[name, path] = Ramp(float(top), amperes, at - RISES_AFTER)
            else:
                yield from (f"{path} {words}" for words in self._ramps[name, path].step(amperes, at))

    def _one_controls(self) -> Iterator[str]:
        controlling = [name for name, shown in self.boat.day.services.items() if CVL in shown]
        if len(controlling) > 1:
            yield f"{len(controlling)} services have a CVL: {controlling}"
        if controlling:
            self.seen.add(controlling[0])

    def _bank(self, at: float) -> Iterator[str]:
        shown = self.boat.day.services.get(self.bank)
        if shown is None or shown.get(CVL) is None:
            if self._may_lack_limits():
                self._without_cvl = max(at, self._without_cvl)
            elif at - self._without_cvl > HANDOVER:
                yield f"no limits for {at - self._without_cvl:.0f} s"
            return
        self._without_cvl = at
        mode = str(shown[CHARGE_MODE])
        self.seen.add(mode.split(",")[0])
        highest = max(max(battery.cells) for battery in self.boat.batteries.values())
        yield from self._absorption.step(mode, highest, at)
        if at - self._appeared[self.bank] > GATHERING:
            yield from self._shrunk(float(shown[CCL] or 0.0), float(shown[DCL] or 0.0), at)

    def _may_lack_limits(self) -> bool:
        """Return whether another service controls, or all packs are gone, or have just returned."""
        services = self.boat.day.services.values()
        silent = all(self._names[one] not in self.boat.day.services for one in self.boat.addresses)
        return silent or any(shown.get(CVL) is not None for shown in services)

    def _shrunk(self, ccl: float, dcl: float, at: float) -> Iterator[str]:
        """Check that packs that cannot carry current add nothing to the bank's limits."""
        heard = [one for one in self.boat.addresses if at - self._unshown.get(one, at) <= SHRINKS]
        tops = len(heard) * OWNER["MaxChargeCurrent"], len(heard) * OWNER["MaxDischargeCurrent"]
        if ccl > tops[0] + 0.05 or (heard and dcl > tops[1] + 0.05):
            yield f"CCL {ccl} A, DCL {dcl} A with {len(heard)} packs in contact"
        if not heard and len(self._unshown) == len(self.boat.addresses):
            last = min(at - self.boat.boards[one].told.at for one in self.boat.addresses)  # type: ignore[union-attr]
            if last > STOP + SHRINKS + SLACK and dcl:
                yield f"DCL {dcl} A after {last:.0f} s without any pack"
        known = [one for one in heard if at > self.boat.struck[one] + SETTLED or self._is_read(one, at)]
        for address in known:
            yield from self._unfit(address, ccl, dcl, at, len(heard))

    def _is_read(self, address: str, at: float) -> bool:
        """Return whether a pack is read undisturbed."""
        told, radio = self.boat.boards[address].told, self.boat.radios[address]
        return bool(told and radio.client and at - told.at < SHRINKS and self._phases.get(address) is P.FRESH)

    def _unfit(self, address: str, ccl: float, dcl: float, at: float, heard: int) -> Iterator[str]:
        """Check the limits against a cell at a cut-off, and against a MOSFET that is off."""
        told = self.boat.boards[address].told
        assert told
        others = heard - 1
        rules = (
            ("CCL", ccl, told.charge, told.charge_off_since, told.high_since, OWNER["MaxChargeCurrent"]),
            (
                "DCL",
                dcl,
                told.discharge,
                told.discharge_off_since,
                told.low_since,
                OWNER["MaxDischargeCurrent"],
            ),
        )
        for what, amperes, on, off_since, cut_since, top in rules:
            if off_since is not None and at - off_since > SHRINKS:
                self.seen.add(f"{what} without a MOSFET")
                if amperes > others * top + 0.05:
                    yield f"{what} {amperes} A, but a MOSFET of {address} is off"
            if on and cut_since is not None and at - cut_since > SHRINKS:
                self.seen.add(f"{what} at a cut-off")
                if amperes:
                    yield f"{what} {amperes} A, but a cell of {address} is at its cut-off"
