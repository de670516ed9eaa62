"""The limits of a controlling pack, from a sample or from silence; never absent, never a guess. Pure.

The clock of the controllers is the time of the samples: between two samples nothing moves, so that values
which are held are held exactly.
"""

from __future__ import annotations

from dataclasses import dataclass

from dbus_xbms.control import (
    charge_voltage,
    current_limits,
    gauge,
    identity,
    misfit,
    obedience,
    recovery,
    vetting,
)
from dbus_xbms.control.charge_mode import mode
from dbus_xbms.control.chemistry import Preset, dead_cells, preset
from dbus_xbms.control.current_limits import (
    CHARGE_RATE,
    CHARGE_RULES,
    DISCHARGE_RATE,
    DISCHARGE_RULES,
    Situation,
)
from dbus_xbms.control.recovery import Followed
from dbus_xbms.control.temperatures import Temperatures
from dbus_xbms.control.vetting import Verdict
from dbus_xbms.model import Limits, PackSample, Protection
from dbus_xbms.settings import Settings

REQUEST_BACK = 5.0  # % above the SoC of a charge request that ends it


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What the limits have to remember."""

    limits: Limits
    preset: Preset
    verdict: Verdict
    signs: misfit.State  # of another chemistry
    voltage: charge_voltage.State
    obeyed: obedience.State
    charge: Followed  # in silence: as before it
    discharge: Followed
    cut_high: bool
    cut_low: bool
    dead: bool  # a cell is dead or shorted, or was and is not back above ``deep``
    capacity_unknown: bool  # and a ceiling would be a part of it
    request: bool
    refuge: float  # V, the CVL in silence
    wake_cvl: float  # V, the CVL in silence for a pack that only a charger wakes
    safe: bool  # the last sample lay in the safe zone
    seen: PackSample | None  # the last one; None: it was before the program started
    at: float  # s, of the last sample
    silent_since: float | None = None  # s; None: the limits are those of the last sample

    @property
    def for_owner(self) -> str:
        """What only the owner can put right, in words; empty if there is nothing."""
        if self.dead:
            return "a cell is dead or shorted: nothing is charged until it has been checked"
        if self.capacity_unknown:
            return "the BMS does not report how large the pack is: set Capacity"
        return ""


def step(
    before: State | None,
    sample: PackSample,
    sensors: Temperatures,
    since_top_balance: float,
    now: float,
    settings: Settings,
    longest: float,
) -> State:
    """Follow the limits by a sample taken at ``now``; a gap counts for ``longest`` s at most."""
    chosen = preset(settings)
    dt = min(now - before.at, longest) if before else 0.0
    signs = _signs(before, sample, chosen, gauge.assumed(sample.nominal, settings), dt)
    verdict = vetting.vetted(_known(before, chosen), chosen, signs, sample, now, settings)
    situation = _situation(before, identity.bounded(sample, settings), sensors, chosen, verdict, settings)
    voltage = _voltage(before, situation, since_top_balance, dt, settings)
    currents = charge, discharge = _currents(before, situation, now)
    told = _told(voltage, situation, charge.shown, settings)
    obeyed = _obeyed(before, situation.sample, told, dt)
    limits = _limits(before, situation, voltage, obeyed, told, currents, settings)
    return State(
        limits=limits,
        preset=chosen,
        verdict=verdict,
        signs=signs,
        voltage=voltage,
        obeyed=obeyed,
        charge=charge,
        discharge=discharge,
        cut_high=situation.cut_high,
        cut_low=situation.cut_low,
        dead=situation.dead,
        capacity_unknown=not situation.capacity and _parts_of_capacity(settings),
        request=limits.charge_request,
        refuge=min(limits.cvl, obedience.unseen(situation.sample, told.count, told.capacity)),
        wake_cvl=min(limits.cvl, told.count * chosen.floating),
        safe=_safe(situation.sample, sensors, chosen, verdict),
        seen=situation.sample,
        at=now,
    )


def _signs(
    before: State | None, sample: PackSample, chosen: Preset, capacity: float, dt: float
) -> misfit.State:
    """The signs of another chemistry; another preset starts them over."""
    signs = before.signs if before and before.preset == chosen else misfit.State()
    return misfit.follow(signs, sample, chosen, capacity, dt) if sample.cells else signs


def _voltage(
    before: State | None, situation: Situation, since_top_balance: float, dt: float, settings: Settings
) -> charge_voltage.State:
    """Where the charge stands; it stays there while the preset is refused or cells are unknown."""
    voltage, sample = before.voltage if before else charge_voltage.State(), situation.sample
    if situation.refused or not sample.cells:
        return voltage
    return charge_voltage.step(voltage, sample, situation.preset, since_top_balance, dt, settings)


def _cells(sample: PackSample, settings: Settings) -> int:
    """How many cells there are; the stored number counts, never a stranger's."""
    return int(settings.number("Cells")) or len(sample.cells)


def _told(
    voltage: charge_voltage.State, situation: Situation, ccl: float, settings: Settings
) -> obedience.Told:
    """What chargers are told by the sample alone."""
    count = _cells(situation.sample, settings)
    return obedience.Told(
        cvl=_full(voltage, situation, ccl, count, int(settings.number("Cells"))),
        ccl=ccl,
        count=count or 1,
        capacity=situation.capacity,
    )


def _obeyed(before: State | None, sample: PackSample, told: obedience.Told, dt: float) -> obedience.State:
    """What chargers make of what they were told."""
    known, silent = (before.obeyed, before.silent_since is not None) if before else (obedience.State(), False)
    return obedience.step(known, sample, told, dt, unseen_before=silent)


def _limits(
    before: State | None,
    situation: Situation,
    voltage: charge_voltage.State,
    obeyed: obedience.State,
    told: obedience.Told,
    currents: tuple[Followed, Followed],
    settings: Settings,
) -> Limits:
    charge, discharge = currents
    sample, chosen = situation.sample, situation.preset
    cvl = obedience.capped(obeyed, told.cvl)
    return Limits(
        cvl=cvl,
        ccl=charge.shown,
        dcl=discharge.shown,
        mode=mode(voltage, obeyed, situation, cvl, charge.shown),
        charge_limitation=charge.words,
        discharge_limitation=discharge.words,
        charge_request=_requested(before, sample, chosen, settings),
        battery_low_voltage=_cells(sample, settings) * chosen.low,
    )


def _full(voltage: charge_voltage.State, situation: Situation, ccl: float, count: int, known: int) -> float:
    """The highest CVL in V that the sample alone speaks for; less if chargers do not keep to the CCL.

    ``count``: of cells; ``known``: the stored one, 0 if there is none.
    """
    sample, chosen = situation.sample, situation.preset
    present = obedience.floored(sample.voltage)
    if situation.refused or not sample.cells or voltage.cvl is None:
        fewest = min(count, len(sample.cells)) if sample.cells else count
        cvl = min(present, fewest * chosen.full) if fewest else present
    elif ccl:
        cvl = voltage.cvl
    else:
        cvl = min(voltage.cvl, max(present, count * chosen.floating))
    return min(cvl, charge_voltage.highest(chosen, sample, known))


def _currents(before: State | None, situation: Situation, now: float) -> tuple[Followed, Followed]:
    """CCL and DCL. After a silence or a restart they go on where they were, unless it may be another pack."""
    charge, discharge = (before.charge, before.discharge) if before else (None, None)
    unseen = before is not None and (before.seen is None or before.silent_since is not None)
    if before and unseen and charge and discharge:
        gap = now - before.at
        discharge = recovery.resumed(discharge, gap)
        if before.seen is None or identity.agrees(before.seen, situation.sample):
            charge = recovery.resumed(charge, gap)
        else:
            charge = recovery.lowered(recovery.silence(before.limits.mode), now)
    return (
        _followed(charge, CHARGE_RULES, situation, situation.charge_ceiling, now),
        _followed(discharge, DISCHARGE_RULES, situation, situation.discharge_ceiling, now),
    )


def _known(before: State | None, chosen: Preset) -> Verdict | None:
    """The verdict that goes on: that of samples of this run, about the same preset."""
    return before.verdict if before and before.seen and before.preset == chosen else None


def _situation(
    before: State | None,
    sample: PackSample,
    sensors: Temperatures,
    chosen: Preset,
    verdict: Verdict,
    settings: Settings,
) -> Situation:
    capacity = gauge.installed(sample.nominal, settings)
    charge, charge_origin = current_limits.ceiling("MaxChargeCurrent", CHARGE_RATE, capacity, settings)
    discharge, discharge_origin = current_limits.ceiling(
        "MaxDischargeCurrent", DISCHARGE_RATE, capacity, settings
    )
    highest = max(sample.cells, default=chosen.cutoff_high)
    lowest = min(sample.cells, default=chosen.cutoff_low)
    cut_high = current_limits.cut(
        before is not None and before.cut_high, highest >= chosen.cutoff_high, highest <= chosen.full
    )
    cut_low = current_limits.cut(
        before is not None and before.cut_low,
        lowest <= chosen.cutoff_low,
        lowest >= current_limits.recovered(chosen),
    )
    return Situation(
        sample=sample,
        temperatures=sensors,
        preset=chosen,
        by_temperature=bool(settings.number("TemperatureControl")),
        refused=verdict.refused,
        cut_high=cut_high,
        cut_low=cut_low,
        dead=_dead(before, sample, chosen),
        capacity=capacity,
        charge_ceiling=charge,
        discharge_ceiling=discharge,
        charge_origin=charge_origin,
        discharge_origin=discharge_origin,
    )


def _followed(
    before: Followed | None, rules: tuple[current_limits.Rule, ...], s: Situation, top: float, now: float
) -> Followed:
    return recovery.follow(before, current_limits.least(rules, s), top, now)


def _dead(before: State | None, sample: PackSample, chosen: Preset) -> bool:
    was = before is not None and before.dead
    back = min(sample.cells, default=0.0) >= chosen.deep
    return current_limits.cut(was, bool(dead_cells(chosen, sample.cells)), back)


def _parts_of_capacity(settings: Settings) -> bool:
    """Whether a current is a part of the capacity, because the owner has set none."""
    return any(settings.number(name) < 0 for name in ("MaxChargeCurrent", "MaxDischargeCurrent"))


def _requested(before: State | None, sample: PackSample, chosen: Preset, settings: Settings) -> bool:
    """Whether the pack asks for charge, until it has clearly got some."""
    soc, was = settings.number("ChargeRequestSoc"), before is not None and before.request
    lowest = min(sample.cells, default=chosen.cutoff_low)
    needy = bool(soc) and sample.soc <= soc
    low = lowest <= chosen.cutoff_low
    back = (not soc or sample.soc >= soc + REQUEST_BACK) and lowest >= current_limits.recovered(chosen)
    return current_limits.cut(was, needy or low, back)


def _safe(sample: PackSample, sensors: Temperatures, chosen: Preset, verdict: Verdict) -> bool:
    """Whether discharging could go on for a while unseen."""
    cells_well = bool(sample.cells) and (
        min(sample.cells) > chosen.low and max(sample.cells) < chosen.cutoff_high
    )
    temperatures_well = all(chosen.discharge_temperature.at(t) >= 1 for t in sensors.bounding)
    tripped = sample.protection & ~Protection.MOSFET_LOCK
    return cells_well and temperatures_well and not tripped and not verdict.refused
