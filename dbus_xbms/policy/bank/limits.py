"""The limits of a bank over time, from what its members allow. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field

from dbus_xbms.model import Limits, Mosfet, PackSample
from dbus_xbms.policy.bank import currents, cvl_rise, voltage
from dbus_xbms.policy.bank.currents import CHARGE, DISCHARGE, Combined, Direction
from dbus_xbms.policy.bank.cvl_rise import CvlRise
from dbus_xbms.policy.bank.members import Placed, by_string, controlling, watched
from dbus_xbms.policy.bank.records import BankValues
from dbus_xbms.policy.bank.shares import AverageCurrent
from dbus_xbms.policy.bank.values import without_watched
from dbus_xbms.policy.charge import cvl_cap, ramp
from dbus_xbms.policy.charge.charge_voltage import CvlState
from dbus_xbms.policy.charge.cvl_cap import CapState
from dbus_xbms.policy.charge.ramp import Allowance, RampedLimit
from dbus_xbms.record import record, replace
from dbus_xbms.settings.bank import BankSettings

GATHERING = 15.0  # s after the start; packs are found one after the other, and limits rise at once


# Highest currents that the owner has set for the bank
OF_BANK = {
    Mosfet.CHARGE: BankSettings.max_charge_current,
    Mosfet.DISCHARGE: BankSettings.max_discharge_current,
}


@record
class BankLimits:
    """The limits of a bank, and what they remember."""

    limits: Limits | None = None
    charge: RampedLimit | None = None
    discharge: RampedLimit | None = None
    charging: Combined | None = None  # what they are made of
    discharging: Combined | None = None
    rise: CvlRise | None = None  # of the CVL
    cap: CapState = field(default_factory=CapState)
    silent: bool = True  # no member was online that is not watch only


def step(
    before: BankLimits,
    members: Sequence[Placed],
    averages: Mapping[str, AverageCurrent],
    stage: CvlState,
    values: BankValues,
    settings: BankSettings,
    *,
    sampled_at: float,
    decided_at: float,
    dt: float,
    gathering: bool,
) -> BankLimits:
    """Compute the limits.

    Args:
        before: as returned for the last decision.
        members: in their strings.
        averages: of their currents, by address.
        stage: of the charge.
        values: of the bank.
        settings: of the bank.
        sampled_at: s, monotonic, of the newest sample; without any, of the decision.
        decided_at: s, of the decision.
        dt: s since the last decision.
        gathering: the program has just started.
    """
    silent = not any(one.online for one in controlling(members))
    kept = BankLimits() if gathering else before
    charging = _combine(members, averages, CHARGE, settings)
    discharging = _combine(members, averages, DISCHARGE, settings)
    if silent and kept.discharge:
        discharging = _not_above(discharging, kept.discharge)
    charge = ramp.step(kept.charge, charging.allowance, charging.ceiling, sampled_at, decided_at=decided_at)
    discharge = ramp.step(
        kept.discharge, discharging.allowance, discharging.ceiling, sampled_at, decided_at=decided_at
    )
    allowed = voltage.limit(members, stage)
    if allowed is None:
        return replace(before, limits=stopped(before.limits, "Packs of one string are unknown"))
    if silent and kept.rise and not charge.published:
        allowed = min(allowed, kept.rise.cvl)
    rise = cvl_rise.step(kept.rise, allowed, _cells(members), sampled_at=sampled_at, decided_at=decided_at)
    cvl = cvl_rise.published(rise, allowed)
    found = BankLimits(
        charge=charge,
        discharge=discharge,
        charging=charging,
        discharging=discharging,
        rise=rise,
        cap=_cap(before, members, stage, values, cvl, charge.published, dt),
        silent=silent,
    )
    return replace(found, limits=_limits(found, charge, discharge, members, stage, cvl, rising=cvl < allowed))


def _limits(
    found: BankLimits,
    charge: RampedLimit,
    discharge: RampedLimit,
    members: Sequence[Placed],
    stage: CvlState,
    cvl: float,
    *,
    rising: bool,
) -> Limits:
    """Build the published limits, from the ``cvl`` in V before the cap."""
    cvl = cvl_cap.apply(found.cap, cvl)
    exceeded = found.cap.lowered
    return Limits(
        cvl=cvl,
        ccl=charge.published,
        dcl=discharge.published,
        mode=voltage.mode(members, stage, cvl, charge.published, exceeded=exceeded, rising=rising),
        charge_limitation=charge.reason,
        discharge_limitation=discharge.reason,
        charge_request=any(
            one.online and one.control and one.control.request for one in controlling(members)
        ),
        battery_low_voltage=_low_voltage(members),
    )


def stopped(before: Limits | None, why: str) -> Limits | None:
    """The last limits without any current."""
    if before is None:
        return None
    return replace(before, ccl=0.0, dcl=0.0, mode=why, charge_limitation=why, discharge_limitation=why)


def _combine(
    members: Sequence[Placed],
    averages: Mapping[str, AverageCurrent],
    direction: Direction,
    settings: BankSettings,
) -> Combined:
    """The current that the bank allows in one direction, within the owner's setting."""
    setting = OF_BANK[direction.mosfet]
    chosen = settings.value(setting)
    strings = [currents.combine_parallel(string, averages, direction) for string in by_string(members)]
    combined = currents.combine_series(strings)
    if chosen < 0:
        return combined
    allowance = combined.allowance
    if chosen <= allowance.current:
        allowance = Allowance(current=chosen, reason=f"{setting} {chosen:g} A", ceiling=True)
    return replace(combined, allowance=allowance, ceiling=min(combined.ceiling, chosen))


def _not_above(combined: Combined, before: RampedLimit) -> Combined:
    """The current once the last pack is silent: the packs that were silent before do not count again."""
    current = min(combined.allowance.current, before.allowed)
    return replace(combined, allowance=replace(combined.allowance, current=current))


def _cap(
    before: BankLimits,
    members: Sequence[Placed],
    stage: CvlState,
    values: BankValues,
    cvl: float,
    ccl: float,
    dt: float,
) -> CapState:
    """Advance the cap that makes chargers obey; without a measured voltage and current it stays."""
    cap = before.cap if before.limits else cvl_cap.ignoring(stage.overshoot)
    volts, current = _measured(members, values)
    if volts is None or current is None:
        return cap
    published = cvl_cap.PublishedLimits(
        cvl=cvl,
        ccl=ccl,
        count=_cells(members),
        capacity=min(sum(one.capacity for one in controlling(string)) for string in by_string(members)),
    )
    measured = PackSample(
        voltage=volts,
        current=max(current, *(_assumed_current(string) for string in by_string(members))),
        soc=values.soc or 0.0,
        remaining=0.0,
        nominal=0.0,
        cycles=0,
        protection=frozenset(),
        cells=(),
    )
    return cvl_cap.step(cap, measured, published, dt, after_silence=before.silent)


def _assumed_current(string: Sequence[Placed]) -> float:
    """The current of a string in A, if members without contact carry what their capacities give."""
    online = currents.carrying(string, CHARGE)
    capacity = sum(one.capacity for one in online)
    missing = sum(one.capacity for one in currents.perhaps_carrying(string, CHARGE))
    measured = sum(one.sample.current for one in online if one.sample)
    return measured * (1 + missing / capacity) if capacity else 0.0


def _measured(members: Sequence[Placed], values: BankValues) -> tuple[float | None, float | None]:
    """The bank's voltage in V and current in A for the cap, which a watch-only pack can only lower."""
    if values.voltage is None or values.current is None or not watched(members):
        return values.voltage, values.current
    volts, current = without_watched(members)
    if volts is None or current is None:
        return None, None
    return min(values.voltage, volts), max(values.current, current)


def _cells(members: Sequence[Placed]) -> int:
    """The number of cells in series, at least 1."""
    return sum(max(one.cells for one in string) for string in by_string(members)) or 1


def _low_voltage(members: Sequence[Placed]) -> float:
    """The voltage in V below which the weakest pack is empty."""
    return sum(
        max((one.limits.battery_low_voltage for one in string if one.limits), default=0.0)
        for string in by_string(members)
    )
