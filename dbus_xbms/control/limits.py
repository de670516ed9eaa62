"""The limits of a controlling pack, from a sample or from silence; never absent, never a guess. Pure.

The clock of the controllers is the time of the samples: between two samples nothing moves, so that values
which are held are held exactly.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import floor

from dbus_xbms.control import charge_voltage, current_limits, identity, misfit, vetting
from dbus_xbms.control.charge_voltage import Stage
from dbus_xbms.control.chemistry import Preset, contradiction, preset
from dbus_xbms.control.current_limits import (
    CHARGE_RATE,
    CHARGE_RULES,
    DISCHARGE_RATE,
    DISCHARGE_RULES,
    Bound,
    Followed,
    Situation,
)
from dbus_xbms.control.temperatures import Temperatures
from dbus_xbms.control.vetting import Verdict
from dbus_xbms.model import Limits, PackSample, Phase, Protection
from dbus_xbms.settings import Settings

VOLTAGE_STEP = 0.1  # V; the present voltage as a limit is rounded down to it
SILENCE = {
    Phase.LENT: "Link lent, derated",
    Phase.DERATED: "No contact, derated",
    Phase.LOST: "No contact, stopped",
}
REDUCED = (Phase.LENT, Phase.DERATED)  # phases in which some of the discharge current remains
REQUEST_BACK = 5.0  # % above the SoC of a charge request that ends it


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What the limits have to remember."""

    limits: Limits
    preset: Preset
    verdict: Verdict
    signs: misfit.State  # of another chemistry
    voltage: charge_voltage.State
    charge: Followed
    discharge: Followed
    cut_high: bool
    cut_low: bool
    request: bool
    refuge: float  # V, the CVL in silence
    safe: bool  # the last sample lay in the safe zone
    discharged_at: float  # A, the discharge limit by the last sample
    at: float  # s, of the last sample


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
    signs = before.signs if before and before.preset == chosen else misfit.State()
    if sample.cells:
        signs = misfit.follow(signs, sample, chosen, dt)
    verdict = _vetted(before, chosen, signs, sample, now, settings)
    sample = identity.bounded(sample, settings)
    voltage = before.voltage if before else charge_voltage.State()
    if sample.cells and not verdict.refused:
        voltage = charge_voltage.step(voltage, sample, chosen, since_top_balance, dt, settings)
    situation = _situation(before, sample, sensors, chosen, verdict, settings)
    charge = _followed(
        before.charge if before else None, CHARGE_RULES, situation, situation.charge_ceiling, now
    )
    discharge = _followed(
        before.discharge if before else None, DISCHARGE_RULES, situation, situation.discharge_ceiling, now
    )
    request = _requested(before, sample, chosen, settings)
    refuge = _refuge(before, sample, chosen, verdict, settings)
    cvl = _bounded(before, voltage.cvl, refuge, charge.shown, sample, verdict)
    count = int(settings.number("Cells")) or len(sample.cells)
    limits = Limits(
        cvl=cvl,
        ccl=charge.shown,
        dcl=discharge.shown,
        mode="Refused" if verdict.refused else _mode(voltage),
        charge_limitation=charge.words,
        discharge_limitation=discharge.words,
        charge_request=request,
        battery_low_voltage=count * chosen.low,
    )
    return State(
        limits=limits,
        preset=chosen,
        verdict=verdict,
        signs=signs,
        voltage=voltage,
        charge=charge,
        discharge=discharge,
        cut_high=situation.cut_high,
        cut_low=situation.cut_low,
        request=request,
        refuge=min(refuge, cvl),
        safe=_safe(sample, sensors, chosen, verdict),
        discharged_at=discharge.shown,
        at=now,
    )


def _vetted(
    before: State | None,
    chosen: Preset,
    signs: misfit.State,
    sample: PackSample,
    now: float,
    settings: Settings,
) -> Verdict:
    known = before.verdict if before and before.preset == chosen else None
    if stranger := identity.contradiction(sample, settings):
        return Verdict(refused=stranger, stranger=True)
    if known and known.stranger:  # it is the pack that is stored again, or the owner has confirmed it
        known = None
    if not sample.cells:  # no evidence; other rules stop the currents
        return known or Verdict(refused=chosen.refused)
    found = contradiction(chosen, sample) or misfit.found(signs, sample, chosen)
    return vetting.follow(known, found, now)


def _situation(
    before: State | None,
    sample: PackSample,
    sensors: Temperatures,
    chosen: Preset,
    verdict: Verdict,
    settings: Settings,
) -> Situation:
    charge, charge_origin = current_limits.ceiling("MaxChargeCurrent", CHARGE_RATE, sample.nominal, settings)
    discharge, discharge_origin = current_limits.ceiling(
        "MaxDischargeCurrent", DISCHARGE_RATE, sample.nominal, settings
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
        charge_ceiling=charge,
        discharge_ceiling=discharge,
        charge_origin=charge_origin,
        discharge_origin=discharge_origin,
    )


def _followed(
    before: Followed | None, rules: tuple[current_limits.Rule, ...], s: Situation, top: float, now: float
) -> Followed:
    return current_limits.follow(before, current_limits.least(rules, s), top, now)


def _refuge(
    before: State | None, sample: PackSample, chosen: Preset, verdict: Verdict, settings: Settings
) -> float:
    """The highest voltage that is right when nothing may be charged, in V."""
    if verdict.refused:
        count = int(settings.number("Cells")) or len(sample.cells)  # those that are stored, not a stranger's
        full = count * chosen.full if count else sample.voltage
        return min(_floored(sample.voltage), full)
    if sample.cells:
        return len(sample.cells) * chosen.floating
    return before.refuge if before else _floored(sample.voltage)


def _floored(voltage: float) -> float:
    return round(floor(voltage / VOLTAGE_STEP) * VOLTAGE_STEP, 2)


def _bounded(
    before: State | None,
    cvl: float | None,
    refuge: float,
    ccl: float,
    sample: PackSample,
    verdict: Verdict,
) -> float:
    """The CVL to publish: chargers that may feed into the grid ignore a CCL of 0, but not the CVL."""
    if verdict.refused or not sample.cells or cvl is None:
        return refuge
    if ccl > 0:
        return cvl
    bounded = min(cvl, max(refuge, _floored(sample.voltage)))
    stopped = before is not None and before.limits.ccl == 0 and not before.verdict.refused
    return min(bounded, max(refuge, before.limits.cvl)) if before and stopped else bounded


def _mode(voltage: charge_voltage.State) -> str:
    stage = str(voltage.stage.value)
    if voltage.topping:
        return f"{stage}, top balance"
    if voltage.stage is Stage.ABSORPTION and voltage.since_balancing < charge_voltage.BALANCER_REST:
        return f"{stage}, balancing"
    return stage


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
    temperatures_well = all(chosen.discharge_temperature.at(t) >= 1 for t in sensors.cells)
    tripped = sample.protection & ~Protection.MOSFET_LOCK
    return cells_well and temperatures_well and not tripped and not verdict.refused


def silent(before: State, phase: Phase, now: float, settings: Settings, doubted: str = "") -> State:
    """The limits in silence: nothing is charged, and what may be drawn shrinks with the phase.

    ``doubted``: why readings that do come are not believed, in words; counts as silence.
    """
    share = settings.number("DerateDischarge") / 100 if phase in REDUCED and before.safe else 0.0
    dcl = before.discharged_at * share
    if chosen := settings.number("MaxDischargeCurrent"):
        dcl = min(dcl, chosen)
    why = f"Readings not believed ({doubted})" if doubted else SILENCE.get(phase, "No contact")
    return stopped(before, now, why, dcl)


def stopped(before: State, now: float, why: str, dcl: float = 0.0) -> State:
    """The limits when nothing is known for sure; works on what is remembered alone."""
    dcl = min(dcl, before.limits.dcl)
    limits = replace(
        before.limits,
        cvl=min(before.refuge, before.limits.cvl),
        ccl=0.0,
        dcl=dcl,
        mode=why,
        charge_limitation=f"{why}: not charging",
        discharge_limitation=f"{why}: {'reduced' if dcl else 'not discharging'}",
    )
    return replace(
        before,
        limits=limits,
        charge=current_limits.lowered(Bound(limit=0.0, words=limits.charge_limitation), now),
        discharge=current_limits.lowered(Bound(limit=dcl, words=limits.discharge_limitation), now),
    )
