"""Limits of a controlling pack by its newest sample. Pure.

Time passes from sample to sample only: between two samples no limit moves. Limits in silence are computed in
:mod:`dbus_xbms.policy.charge.silent_limits`.
"""

from __future__ import annotations

from dbus_xbms.model import Limits, PackSample
from dbus_xbms.policy import identity, state_of_charge
from dbus_xbms.policy.charge import (
    charge_voltage,
    current_limits,
    cvl_cap,
    latches,
    preset_check,
    ramp,
    steady,
)
from dbus_xbms.policy.charge.charge_voltage import CvlState
from dbus_xbms.policy.charge.chemistry import Preset, preset
from dbus_xbms.policy.charge.current_limits import (
    CHARGE_RATE,
    CHARGE_RULES,
    DISCHARGE_RATE,
    DISCHARGE_RULES,
    RuleContext,
)
from dbus_xbms.policy.charge.limits_state import LimitsState
from dbus_xbms.policy.charge.preset_check import PresetVerdict
from dbus_xbms.policy.charge.ramp import RampedLimit
from dbus_xbms.policy.temperatures import Temperatures
from dbus_xbms.record import replace
from dbus_xbms.settings import PackSettings


def step(
    before: LimitsState | None,
    sample: PackSample,
    sensors: Temperatures,
    since_top_balance: float,
    now: float,
    settings: PackSettings,
    longest: float,
    stage: CvlState | None = None,
) -> LimitsState:
    """Compute the limits from a sample taken at ``now``; a gap counts for at most ``longest`` s.

    ``stage``: of the charge of the pack's bank, instead of the pack's own.
    """
    chosen = preset(settings)
    dt = min(now - before.at, longest) if before else 0.0
    evidence = _evidence(before, sample, chosen, state_of_charge.assumed(sample.nominal, settings), dt)
    limited = identity.limit_nominal(sample, settings)
    if before and steady.applies(before, limited, sample.nominal, sensors, evidence, settings):
        voltage = _voltage(before.voltage, limited, chosen, since_top_balance, dt, settings, stage)
        if steady.stands(before.voltage, voltage):
            return steady.advance(before, limited, voltage, now)
    verdict = preset_check.check(_previous_verdict(before, chosen), chosen, evidence, sample, now, settings)
    context = _context(before, limited, sensors, chosen, verdict, settings, in_bank=stage is not None)
    voltage = before.voltage if before else CvlState()
    if limited.cells and not context.refused:
        voltage = _voltage(voltage, limited, chosen, since_top_balance, dt, settings, stage)
    currents = charge, discharge = _currents(before, context, now)
    published = _published(voltage, context, charge.published, settings)
    cap = _cap(before, context.sample, published, dt, stage)
    voltage = replace(voltage, overshoot=cap.overshoot.volts)
    limits = _limits(before, context, voltage, cap, published, currents, settings)
    state = LimitsState(
        limits=limits,
        preset=chosen,
        verdict=verdict,
        evidence=evidence,
        voltage=voltage,
        cap=cap,
        charge=charge,
        discharge=discharge,
        cut_high=context.cut_high,
        cut_low=context.cut_low,
        dead=context.dead,
        capacity_unknown=not context.capacity and _depends_on_capacity(settings),
        charge_ceiling=context.charge_ceiling,
        discharge_ceiling=context.discharge_ceiling,
        request=limits.charge_request,
        silent_cvl=min(limits.cvl, cvl_cap.idle_cvl(context.sample, published.count, published.capacity)),
        wake_cvl=min(limits.cvl, published.count * chosen.floating),
        safe=latches.safe(context.sample, sensors, chosen, verdict),
        last_sample=context.sample,
        at=now,
    )
    return replace(state, steady=steady.found(state, limited, sample.nominal, sensors, published, settings))


def _evidence(
    before: LimitsState | None, sample: PackSample, chosen: Preset, capacity: float, dt: float
) -> preset_check.ChemistryEvidence:
    """Update the evidence of another chemistry; start over with another preset."""
    evidence = (
        before.evidence if before and _same(before.preset, chosen) else preset_check.ChemistryEvidence()
    )
    return preset_check.update(evidence, sample, chosen, capacity, dt) if sample.cells else evidence


def _voltage(
    before: CvlState,
    sample: PackSample,
    chosen: Preset,
    since_top_balance: float,
    dt: float,
    settings: PackSettings,
    stage: CvlState | None,
) -> CvlState:
    """Advance the charge by a sample with cells; the preset is not refused."""
    if stage:
        return charge_voltage.follow(before, stage, sample, chosen, dt)
    return charge_voltage.step(before, sample, chosen, since_top_balance, dt, settings)


def _cells(sample: PackSample, settings: PackSettings) -> int:
    """Number of cells: the stored one, else the sample's."""
    return settings.cells or len(sample.cells)


def _published(
    voltage: CvlState, context: RuleContext, ccl: float, settings: PackSettings
) -> cvl_cap.PublishedLimits:
    """The limits by the sample alone."""
    count = _cells(context.sample, settings)
    return cvl_cap.PublishedLimits(
        cvl=_cvl_by_sample(voltage, context, ccl, count, settings.cells),
        ccl=ccl,
        count=count or 1,
        capacity=context.capacity,
    )


def _cap(
    before: LimitsState | None,
    sample: PackSample,
    published: cvl_cap.PublishedLimits,
    dt: float,
    stage: CvlState | None,
) -> cvl_cap.CapState:
    """Advance the cap that makes chargers obey; the bank of a pack does that for all its packs."""
    if stage:
        return cvl_cap.of_bank(stage.overshoot, published)
    cap, silent = (before.cap, before.silent_since is not None) if before else (cvl_cap.CapState(), False)
    return cvl_cap.step(cap, sample, published, dt, after_silence=silent)


def _limits(
    before: LimitsState | None,
    context: RuleContext,
    voltage: CvlState,
    cap: cvl_cap.CapState,
    published: cvl_cap.PublishedLimits,
    currents: tuple[RampedLimit, RampedLimit],
    settings: PackSettings,
) -> Limits:
    """Build the published limits."""
    charge, discharge = currents
    sample, chosen = context.sample, context.preset
    cvl = cvl_cap.apply(cap, published.cvl)
    mode = charge_voltage.mode(voltage, context, cvl, charge.published, exceeded=cap.lowered)
    return Limits(
        cvl=cvl,
        ccl=charge.published,
        dcl=discharge.published,
        mode=mode,
        charge_limitation=charge.reason,
        discharge_limitation=discharge.reason,
        charge_request=latches.charge_request(before, sample, chosen, settings),
        battery_low_voltage=_cells(sample, settings) * chosen.low,
    )


def _cvl_by_sample(
    voltage: CvlState, context: RuleContext, ccl: float, count: int, stored_count: int
) -> float:
    """CVL in V by the sample alone, before the cap.

    Args:
        voltage: state of the charge.
        context: of the sample.
        ccl: A.
        count: of cells.
        stored_count: of cells as stored, 0 if unknown.
    """
    sample, chosen = context.sample, context.preset
    present = cvl_cap.round_down(sample.voltage)
    if context.refused or not sample.cells or voltage.cvl is None:
        fewest = min(count, len(sample.cells)) if sample.cells else count
        cvl = min(present, fewest * chosen.full) if fewest else present
    elif ccl:
        cvl = voltage.cvl
    else:
        cvl = min(voltage.cvl, max(present, count * chosen.floating))
    return min(cvl, charge_voltage.ceiling(chosen, sample, stored_count))


def _currents(
    before: LimitsState | None, context: RuleContext, now: float
) -> tuple[RampedLimit, RampedLimit]:
    """Ramp CCL and DCL. After silence or a restart they resume, unless it may be another pack."""
    charge, discharge = (before.charge, before.discharge) if before else (None, None)
    unseen = before is not None and (before.last_sample is None or before.silent_since is not None)
    if before and unseen and charge and discharge:
        gap = now - before.at
        discharge = ramp.resume(discharge, gap)
        if before.last_sample is None or identity.is_similar(before.last_sample, context.sample):
            charge = ramp.resume(charge, gap)
        else:
            charge = ramp.hold_at(ramp.no_current(before.limits.mode), now)
    return (
        _ramp(charge, CHARGE_RULES, context, context.charge_ceiling, now),
        _ramp(discharge, DISCHARGE_RULES, context, context.discharge_ceiling, now),
    )


def _previous_verdict(before: LimitsState | None, chosen: Preset) -> PresetVerdict | None:
    """The verdict so far, if it is of samples of this run and of the same preset."""
    return before.verdict if before and before.last_sample and _same(before.preset, chosen) else None


def _same(before: Preset, chosen: Preset) -> bool:
    return before is chosen or before == chosen  # nearly always the former, which is quick


def _context(
    before: LimitsState | None,
    sample: PackSample,
    sensors: Temperatures,
    chosen: Preset,
    verdict: PresetVerdict,
    settings: PackSettings,
    *,
    in_bank: bool,
) -> RuleContext:
    """Collect what the rules of current limits need."""
    capacity = state_of_charge.installed(sample.nominal, settings)
    charge, charge_origin = current_limits.ceiling(
        PackSettings.max_charge_current, CHARGE_RATE, capacity, settings
    )
    discharge, discharge_origin = current_limits.ceiling(
        PackSettings.max_discharge_current, DISCHARGE_RATE, capacity, settings
    )
    cut_high, cut_low = latches.cut_offs(before, sample, chosen)
    return RuleContext(
        sample=sample,
        temperatures=sensors,
        preset=chosen,
        by_temperature=bool(settings.temperature_control),
        refused=verdict.refused,
        cut_high=cut_high,
        cut_low=cut_low,
        dead=latches.dead(before, sample, chosen),
        capacity=capacity,
        charge_ceiling=charge,
        discharge_ceiling=discharge,
        charge_origin=charge_origin,
        discharge_origin=discharge_origin,
        watch_only=settings.watch_only,
        in_bank=in_bank,
    )


def _ramp(
    before: RampedLimit | None,
    rules: tuple[current_limits.Rule, ...],
    context: RuleContext,
    ceiling: float,
    now: float,
) -> RampedLimit:
    return ramp.step(before, current_limits.strictest(rules, context), ceiling, now)


def _depends_on_capacity(settings: PackSettings) -> bool:
    """Return whether a current limit is not set, so that it depends on the capacity."""
    return min(settings.max_charge_current, settings.max_discharge_current) < 0
