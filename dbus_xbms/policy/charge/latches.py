"""Conditions of a pack that one sample sets and a later one resets. Pure."""

from __future__ import annotations

from dbus_xbms.model import PackSample
from dbus_xbms.policy.charge import current_limits
from dbus_xbms.policy.charge.chemistry import Preset, dead_cells
from dbus_xbms.policy.charge.limits_state import LimitsState
from dbus_xbms.policy.charge.preset_check import PresetVerdict
from dbus_xbms.policy.temperatures import Temperatures
from dbus_xbms.settings import PackSettings

REQUEST_HYSTERESIS = 5.0  # % of SoC


def cut_offs(before: LimitsState | None, sample: PackSample, chosen: Preset) -> tuple[bool, bool]:
    """Latch the high and the low cut-off."""
    was_high, was_low = (before.cut_high, before.cut_low) if before else (False, False)
    highest = max(sample.cells, default=chosen.cutoff_high)
    lowest = min(sample.cells, default=chosen.cutoff_low)
    recovered = lowest >= current_limits.recovery_voltage(chosen)
    return (
        current_limits.latch(was_high, highest >= chosen.cutoff_high, highest <= chosen.full),
        current_limits.latch(was_low, lowest <= chosen.cutoff_low, recovered),
    )


def dead(before: LimitsState | None, sample: PackSample, chosen: Preset) -> bool:
    """Latch a dead cell."""
    latched = before is not None and before.dead
    recovered = min(sample.cells, default=0.0) >= chosen.deep
    return current_limits.latch(latched, bool(dead_cells(chosen, sample.cells)), recovered)


def charge_request(
    before: LimitsState | None, sample: PackSample, chosen: Preset, settings: PackSettings
) -> bool:
    """Return whether the pack requests charge: from a low SoC or cell until both have clearly recovered."""
    soc, latched = settings.charge_request_soc, before is not None and before.request
    charged = sample.soc  # None: only the cells count
    lowest = min(sample.cells, default=chosen.cutoff_low)
    low = (bool(soc) and charged is not None and charged <= soc) or lowest <= chosen.cutoff_low
    recovered = lowest >= current_limits.recovery_voltage(chosen)
    return current_limits.latch(
        latched, low, recovered and (not soc or charged is None or charged >= soc + REQUEST_HYSTERESIS)
    )


def safe(sample: PackSample, sensors: Temperatures, chosen: Preset, verdict: PresetVerdict) -> bool:
    """Return whether discharging may continue for a while without samples."""
    cells_safe = bool(sample.cells) and (
        min(sample.cells) > chosen.low and max(sample.cells) < chosen.cutoff_high
    )
    temperatures_safe = all(chosen.discharge_temperature.at(t) >= 1 for t in sensors.maybe_cells)
    return cells_safe and temperatures_safe and not sample.protection and not verdict.refused
