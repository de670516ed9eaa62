"""The measured values of a bank, made from those of its online members. Pure.

Packs in parallel add up their currents and charges, strings in series their voltages. A value that needs a
string without contact is unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import field
from math import inf, prod
from operator import itemgetter

from dbus_xbms.model import Mosfet, Mosfets, PackSample
from dbus_xbms.policy import state_of_charge
from dbus_xbms.policy.bank.members import Placed, by_string, controlling
from dbus_xbms.policy.bank.records import BankValues, Extreme
from dbus_xbms.policy.extremes import CELL_STEP, ROUNDING, SENSOR_STEP
from dbus_xbms.policy.state_of_charge import AverageDischarge
from dbus_xbms.record import record, replace
from dbus_xbms.settings.bank import BankSettings

FULL = 100.0  # %

_Place = tuple[float, int, int]  # value of a cell or sensor, number of its pack, its own number


@record
class Counted:
    """The state of charge as counted from the current."""

    soc: float  # %
    at: float  # s, of the newest step


@record
class _String:
    """The sums over one string."""

    voltage: float
    current: float
    remaining: float | None  # Ah; None, as the next ones: a pack does not report it
    full: float  # Ah, charge of the full packs
    consumed: float | None  # Ah
    soc: float | None  # %
    spread: float | None  # % of SoC between the packs
    mosfets: Mosfets


@record(kw_only=False)
class _Charge:
    """The charge of the bank."""

    soc: float | None  # %
    remaining: float | None  # Ah
    consumed: float | None  # Ah, zero or negative
    full: float  # Ah, of the full bank


@record
class ValuesState:
    """What the values remember. Times in s."""

    discharge: AverageDischarge = field(default_factory=AverageDischarge)
    counted: Counted | None = None


def measure(
    members: Sequence[Placed],
    before: BankValues,
    state: ValuesState,
    settings: BankSettings,
    now: float,
    shunt: float | None,
) -> tuple[BankValues, ValuesState]:
    """Measure a bank.

    Args:
        members: in their strings.
        before: the values of the previous decision.
        state: as returned with them.
        settings: of the bank.
        now: s, monotonic.
        shunt: A, the bank's current as another monitor measures it.
    """
    strings = [_string([one for one in string if one.sample]) for string in by_string(members)]
    known = [one for one in strings if one]
    if not known:
        return BankValues(), ValuesState(counted=state.counted)
    current = shunt if shunt is not None else sum(one.current for one in known) / len(known)
    charge, counted = _charge(known, state.counted, settings, current, now)
    discharge, to_go = _time_to_go(state.discharge, members, current, charge.remaining, charge.full, now)
    voltage = sum(one.voltage for one in known) if len(known) == len(strings) else None
    lower = known[0].voltage if voltage is not None and len(known) == 2 else None
    values = BankValues(
        voltage=voltage,
        current=current,
        soc=charge.soc,
        remaining=charge.remaining,
        consumed=charge.consumed,
        time_to_go=to_go,
        stored_energy=_product(charge.remaining, voltage, 1 / 1000),
        mosfets=Mosfets(
            charge=all(one.mosfets.charge for one in known),
            discharge=all(one.mosfets.discharge for one in known),
        ),
        mid_voltage=lower,
        mid_deviation=(lower / voltage * 200 - 100) if lower is not None and voltage else None,
        soc_spread=_most([one.spread for one in known]),
        counted_soc=counted.soc if counted else None,
    )
    online = [one for one in members if one.sample]
    return _with_single_packs(values, online, before), ValuesState(discharge=discharge, counted=counted)


def without_watched(members: Sequence[Placed]) -> tuple[float | None, float | None]:
    """Return the voltage in V and the current in A by the online members that are not watch only.

    The voltage is unknown if that of a string is, the current if that of every string is.
    """
    strings = [_string([one for one in controlling(string) if one.sample]) for string in by_string(members)]
    known = [one for one in strings if one]
    voltage = sum(one.voltage for one in known) if len(known) == len(strings) else None
    return voltage, sum(one.current for one in known) / len(known) if known else None


def _charge(
    strings: Sequence[_String], before: Counted | None, settings: BankSettings, current: float, now: float
) -> tuple[_Charge, Counted | None]:
    """Return the charge of the weakest string, or as counted from the current, with that count."""
    remaining, soc = _least([one.remaining for one in strings]), _least([one.soc for one in strings])
    weakest = min(strings, key=lambda one: inf if one.remaining is None else one.remaining)
    full = weakest.full
    if counted := _count(before, soc, current, full, settings, now):
        remaining = full * counted.soc / FULL
        return _Charge(counted.soc, remaining, remaining - full, full), counted
    return _Charge(soc, remaining, _least([one.consumed for one in strings]), full), None


def _known(numbers: Sequence[float | None]) -> list[float] | None:
    """Return the numbers; ``None`` if one of them is unknown, or there are none."""
    known = [one for one in numbers if one is not None]
    return known if known and len(known) == len(numbers) else None


def _least(numbers: Sequence[float | None]) -> float | None:
    return min(known) if (known := _known(numbers)) else None


def _most(numbers: Sequence[float | None]) -> float | None:
    return max(known) if (known := _known(numbers)) else None


def _sum(numbers: Sequence[float | None]) -> float | None:
    return sum(known) if (known := _known(numbers)) else None


def _product(*factors: float | None) -> float | None:
    return prod(known) if (known := _known(factors)) else None


def _with_single_packs(values: BankValues, online: Sequence[Placed], before: BankValues) -> BankValues:
    """Add the values that single packs give: extremes, temperatures, health and balancing."""
    cells, sensors = _cells(online), _sensors(online)
    samples = [one.sample for one in online if one.sample]
    health = [percent for sample in samples if (percent := state_of_charge.health(sample))]
    mosfets = [celsius for one in online if (celsius := _mosfet_sensor(one)) is not None]
    return replace(
        values,
        health=min(health, default=None),
        temperature=_mean([celsius for one in online for celsius in _cell_sensors(one)]),
        mosfet_temperature=max(mosfets, default=None),
        lowest_cell=_extreme(before.lowest_cell, cells, CELL_STEP, min),
        highest_cell=_extreme(before.highest_cell, cells, CELL_STEP, max),
        coldest=_extreme(before.coldest, sensors, SENSOR_STEP, min),
        hottest=_extreme(before.hottest, sensors, SENSOR_STEP, max),
        balancing=any(sample.is_balancing for sample in samples),
    )


def _string(members: Sequence[Placed]) -> _String | None:
    """Add up packs in parallel, all with a sample."""
    rows = [(one, one.sample, one.view.decision) for one in members if one.sample and one.view.decision]
    if not rows:
        return None
    capacity = sum(one.capacity for one, _, _ in rows)
    socs = [state_of_charge.soc(sample) for _, sample, _ in rows]
    charges = [_product(soc, one.capacity / capacity) for soc, (one, _, _) in zip(socs, rows, strict=True)]
    # A pack with a MOSFET off may show its own voltage, one with both off does.
    connected = [sample.voltage for _, sample, _ in rows if sample.is_connected]
    on = [sample.voltage for _, sample, _ in rows if sample.is_connected_both_ways]
    return _String(
        voltage=_mean(on) or _mean(connected) or _mean([sample.voltage for _, sample, _ in rows]) or 0.0,
        current=sum(sample.current for _, sample, _ in rows),
        remaining=_sum([sample.remaining for _, sample, _ in rows]),
        full=sum(state_of_charge.full_charge(sample) or one.capacity for one, sample, _ in rows),
        consumed=_sum([state_of_charge.consumed(sample) for _, sample, _ in rows]),
        soc=_sum(charges),
        spread=max(known) - min(known) if (known := _known(socs)) else None,
        mosfets=Mosfets(
            **{
                mosfet.value: any(sample.is_on(mosfet) is not False for _, sample, _ in rows)
                for mosfet in Mosfet
            }
        ),
    )


def _count(
    before: Counted | None,
    soc: float | None,
    current: float,
    capacity: float,
    settings: BankSettings,
    now: float,
) -> Counted | None:
    """Count the state of charge, if the owner wants that; from the stored one, else from the packs'."""
    if not settings.count_charge:
        return None
    if before is None:
        begin = settings.counted_soc if settings.counted_soc >= 0 else soc
        return None if begin is None else Counted(soc=begin, at=now)
    hours = max(0.0, now - before.at) / 3600
    counted = before.soc + current * hours / max(capacity, 1.0) * FULL
    return Counted(soc=min(FULL, max(0.0, counted)), at=now)


def full(state: ValuesState) -> ValuesState:
    """Set the counted state of charge to 100 %: all packs are full."""
    return replace(state, counted=replace(state.counted, soc=FULL)) if state.counted else state


def _time_to_go(
    before: AverageDischarge,
    members: Sequence[Placed],
    current: float,
    remaining: float | None,
    capacity: float,
    now: float,
) -> tuple[AverageDischarge, int | None]:
    """Average the discharge current, and predict when the highest discharge floor is reached."""
    sample = PackSample(
        voltage=0.0,
        current=current,
        soc=None,
        remaining=remaining,
        nominal=capacity,
        cycles=None,
        protection=frozenset(),
        cells=(),
    )
    discharge = state_of_charge.update_average(before, sample, now)
    strictest = max((one.view.settings for one in members), key=lambda settings: settings.discharge_floor)
    return discharge, state_of_charge.time_to_go(discharge, sample, strictest)


def _cell_sensors(one: Placed) -> tuple[float, ...]:
    return one.view.decision.temperatures.cells if one.view.decision else ()


def _mosfet_sensor(one: Placed) -> float | None:
    return one.view.decision.temperatures.mosfet if one.view.decision else None


def _mean(numbers: Sequence[float]) -> float | None:
    return sum(numbers) / len(numbers) if numbers else None


def _cells(members: Iterable[Placed]) -> list[_Place]:
    """The lowest and the highest cell of each member."""
    found = []
    for one in members:
        if cells := one.sample.cells if one.sample else ():
            for volts in (min(cells), max(cells)):
                found.append((volts, one.number, cells.index(volts) + 1))
    return found


def _sensors(members: Iterable[Placed]) -> list[_Place]:
    """The cell sensors of each member; searched from the last on, because the MOSFET sensor comes first."""
    found = []
    for one in members:
        cells, measured = _cell_sensors(one), one.sample.temperatures if one.sample else ()
        for number in range(len(measured), 0, -1):
            if (celsius := measured[number - 1]) in cells:
                found.append((celsius, one.number, number))
    return found


def _extreme(
    before: Extreme | None, found: Sequence[_Place], step: float, pick: Callable[..., _Place]
) -> Extreme | None:
    """The lowest or highest of some values; another one replaces the last once it differs by ``step``."""
    if not found:
        return None
    best, member, number = pick(found, key=itemgetter(0))
    for value, *place in found if before else ():
        if before and place == [before.member, before.number] and abs(value - best) < step - ROUNDING:
            return Extreme(member=before.member, number=before.number, value=best)
    return Extreme(member=member, number=number, value=best)
