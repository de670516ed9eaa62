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
from dbus_xbms.control.charge_voltage import Stage
from dbus_xbms.control.chemistry import Preset, contradiction, dead_cells, preset
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

# How far a sample after a silence may be from the one before: a charge that stops moves a cell by some 30 mV.
SAME_CELL, SAME_SOC = 0.1, 5.0  # V, %
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
    verdict = _vetted(before, chosen, signs, sample, now, settings)
    sample = identity.bounded(sample, settings)
    situation = _situation(before, sample, sensors, chosen, verdict, settings)
    voltage = _voltage(before, situation, since_top_balance, dt, settings)
    charge, discharge = _currents(before, situation, now)
    known = int(settings.number("Cells"))
    count = known or len(sample.cells)  # never a stranger's
    told = obedience.Told(
        cvl=_full(voltage, situation, charge.shown, count, known),
        ccl=charge.shown,
        count=count or 1,
        capacity=situation.capacity,
    )
    obeyed = _obeyed(before, sample, told, dt)
    cvl = obedience.capped(obeyed, told.cvl)
    limits = Limits(
        cvl=cvl,
        ccl=charge.shown,
        dcl=discharge.shown,
        mode=_mode(voltage, obeyed, situation, cvl, charge.shown),
        charge_limitation=charge.words,
        discharge_limitation=discharge.words,
        charge_request=_requested(before, sample, chosen, settings),
        battery_low_voltage=count * chosen.low,
    )
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
        refuge=min(cvl, obedience.unseen(sample, told.count, told.capacity)),
        wake_cvl=min(cvl, told.count * chosen.floating),
        safe=_safe(sample, sensors, chosen, verdict),
        seen=sample,
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


def _obeyed(before: State | None, sample: PackSample, told: obedience.Told, dt: float) -> obedience.State:
    """What chargers make of what they were told."""
    known, silent = (before.obeyed, before.silent_since is not None) if before else (obedience.State(), False)
    return obedience.step(known, sample, told, dt, unseen_before=silent)


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
        if before.seen is None or agrees(before.seen, situation.sample):
            charge = recovery.resumed(charge, gap)
        else:
            charge = recovery.lowered(recovery.silence(before.limits.mode), now)
    return (
        _followed(charge, CHARGE_RULES, situation, situation.charge_ceiling, now),
        _followed(discharge, DISCHARGE_RULES, situation, situation.discharge_ceiling, now),
    )


def agrees(before: PackSample, sample: PackSample) -> bool:
    """Whether a sample after a silence is close to the one before it."""
    return (
        len(sample.cells) == len(before.cells)
        and all(abs(now - was) <= SAME_CELL for now, was in zip(sample.cells, before.cells, strict=True))
        and abs(sample.soc - before.soc) <= SAME_SOC
        and sample.nominal == before.nominal
    )


def _vetted(
    before: State | None,
    chosen: Preset,
    signs: misfit.State,
    sample: PackSample,
    now: float,
    settings: Settings,
) -> Verdict:
    known = before.verdict if before and before.seen and before.preset == chosen else None
    if stranger := identity.contradiction(sample, settings):
        return Verdict(refused=stranger, stranger=True)
    if known and known.stranger:  # it is the pack that is stored again, or the owner has confirmed it
        known = None
    if not sample.cells:  # no evidence; other rules stop the currents
        return known or Verdict(refused=chosen.refused)
    found = contradiction(chosen, sample.cells, sample.soc) or misfit.found(
        signs, chosen, gauge.assumed(sample.nominal, settings)
    )
    return vetting.follow(known, found, now)


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


def _mode(
    voltage: charge_voltage.State, obeyed: obedience.State, situation: Situation, cvl: float, ccl: float
) -> str:
    """Where the charge stands, and what makes the CVL lower than that stage asks for."""
    if situation.refused:
        return "Refused"
    stage = str(voltage.stage.value)
    if voltage.topping:
        stage = f"{stage}, top balance"
    elif voltage.stage is Stage.ABSORPTION and voltage.since_balancing < charge_voltage.BALANCER_REST:
        stage = f"{stage}, balancing"
    why = _lowered_by(voltage, obeyed, situation, cvl, ccl)
    return f"{stage}, {why}" if why else stage


def _lowered_by(
    voltage: charge_voltage.State, obeyed: obedience.State, situation: Situation, cvl: float, ccl: float
) -> str:
    """Which rule makes the CVL what it is, if it is not the stage; without numbers, which would flicker."""
    if obeyed.disobeyed:
        return "CVL lowered because chargers exceed the CCL"
    asked = len(situation.sample.cells) * charge_voltage.asked(voltage, situation.preset)
    if asked and cvl > asked - charge_voltage.STEP / 2:
        return ""
    rules = (
        (not situation.sample.cells, "CVL lowered because cell voltages are unknown"),
        (situation.dead, "CVL lowered for a dead cell"),
        (not ccl, "CVL lowered while charging is stopped"),
        (True, "CVL lowered for the highest cell"),
    )
    return next(words for applies, words in rules if applies)


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
