"""A steady pack: nothing limits its currents, and one more sample changes nothing but times. Pure.

Nearly all samples are of such a pack. What rarely changes must be as it was when :mod:`limits` last decided
everything; what always changes must stay where no rule begins. What counts time advances as with any sample.
In doubt everything is decided anew. A property test compares both ways.
"""

from __future__ import annotations

from dbus_xbms.model import PackSample
from dbus_xbms.policy.charge import cvl_cap, ramp
from dbus_xbms.policy.charge.charge_voltage import CvlState, Stage
from dbus_xbms.policy.charge.chemistry import Preset, dead_cells
from dbus_xbms.policy.charge.cvl_cap import PublishedLimits
from dbus_xbms.policy.charge.limits_state import LimitsState, SteadyInput
from dbus_xbms.policy.charge.preset_check import ChemistryEvidence
from dbus_xbms.policy.temperatures import Temperatures
from dbus_xbms.record import replace
from dbus_xbms.settings import PackSettings


def found(
    state: LimitsState,
    sample: PackSample,
    nominal: float | None,
    sensors: Temperatures,
    published: PublishedLimits,
    settings: PackSettings,
) -> SteadyInput | None:
    """Return what the limits of a new state depend on, if the pack is steady.

    ``nominal``: in Ah, as the BMS reports it; that of the sample is limited by the settings.
    """
    steady = (
        ramp.at_ceiling(state.charge, state.charge_ceiling)
        and ramp.at_ceiling(state.discharge, state.discharge_ceiling)
        and state.cap.at_rest
        and state.verdict.trusted
        and not (state.cut_high or state.cut_low or state.dead or state.request)
        and state.safe
    )
    if not steady:
        return None
    return SteadyInput(
        settings=settings.frozen,
        sensors=sensors,
        soc=sample.soc,
        nominal=nominal,
        cell_count=len(sample.cells),
        published=published,
    )


def applies(
    before: LimitsState,
    sample: PackSample,
    nominal: float | None,
    sensors: Temperatures,
    evidence: ChemistryEvidence,
    settings: PackSettings,
) -> bool:
    """Return whether no rule but the charge voltage can change a limit by this sample; see :func:`found`."""
    known = before.steady
    return (
        known is not None
        and evidence is before.evidence
        and known.settings is settings.frozen
        and known.nominal == nominal
        and (known.soc == sample.soc or _is_free_at_soc(sample.soc, before.preset, settings))
        and known.cell_count == len(sample.cells)
        and (known.sensors == sensors or _is_mild(sensors, before.preset))
        and sample.current <= cvl_cap.tolerated_current(known.published, known=False)
        and _is_free(sample, before.preset)
    )


def _is_free(sample: PackSample, preset: Preset) -> bool:
    """Return whether nothing about cells, protections and MOSFETs limits a current or sets a latch."""
    cells, soc = sample.cells, sample.soc
    if (
        not cells
        or soc is None
        or sample.protection
        or not sample.is_connected_both_ways
        or dead_cells(preset, cells)
    ):
        return False
    lowest, highest = min(cells), max(cells)
    low, high = preset.lowest_plausible, preset.highest_plausible
    return (
        lowest > max(preset.low, preset.deep, preset.cutoff_low)
        and highest < min(preset.full, preset.cutoff_high)
        and preset.discharge_cells.at(lowest) >= 1
        and preset.charge_cells.at(highest) >= 1
        and (low is None or lowest >= low.at(soc))
        and (high is None or highest <= high.at(soc))
    )


def _is_free_at_soc(soc: float | None, preset: Preset, settings: PackSettings) -> bool:
    """Return whether no rule depends on the SoC in %, and it is not low."""
    by_soc = preset.charge_soc or preset.discharge_soc
    return not by_soc and soc is not None and soc > settings.charge_request_soc


def _is_mild(sensors: Temperatures, preset: Preset) -> bool:
    """Return whether no temperature limits a current."""
    low, high = preset.charge_range
    mosfet = sensors.mosfet
    return (
        bool(sensors.cells)
        and all(
            low < celsius < high
            and preset.charge_temperature.at(celsius) >= 1
            and preset.discharge_temperature.at(celsius) >= 1
            for celsius in sensors.maybe_cells
        )
        and (mosfet is None or preset.mosfet_temperature.at(mosfet) >= 1)
    )


def stands(before: CvlState, voltage: CvlState) -> bool:
    """Return whether the charge voltage of a steady pack is the same as before."""
    return (
        voltage.stage is before.stage
        and voltage.stage is not Stage.ABSORPTION
        and voltage.top_balancing is before.top_balancing
        and voltage.reduction == before.reduction
        and voltage.cvl == before.cvl
        and voltage.overshoot == before.overshoot
    )


def advance(before: LimitsState, sample: PackSample, voltage: CvlState, now: float) -> LimitsState:
    """Advance the limits of a steady pack to a sample taken at ``now``."""
    assert before.steady
    published = before.steady.published
    return replace(
        before,
        voltage=voltage,
        charge=replace(before.charge, at=now),
        discharge=replace(before.discharge, at=now),
        silent_cvl=min(before.limits.cvl, cvl_cap.idle_cvl(sample, published.count, published.capacity)),
        last_sample=sample,
        at=now,
    )
