"""Poll rate: slower while a pack rests. Pure.

A pack rests when no decision can change soon: hardly any current, no protection or warning near, no cell near
a voltage at which limits fall, no rising limit, no absorption. In doubt it does not rest.
"""

from __future__ import annotations

from dbus_xbms.model import Mosfet, PackSample
from dbus_xbms.policy import alarms, state_of_charge
from dbus_xbms.policy.alarms import CLEAR, AlarmState
from dbus_xbms.policy.charge.charge_voltage import Stage
from dbus_xbms.policy.charge.limits_state import LimitsState
from dbus_xbms.policy.freshness import PER_POLL, PERSISTENT_INTERVAL, poll_interval
from dbus_xbms.policy.temperatures import Temperatures
from dbus_xbms.record import record
from dbus_xbms.settings import PackSettings

REST_AFTER = 60.0  # s without activity until a pack rests
REST_RATE, LEAST_CURRENT = 0.005, 0.2  # C and A; up to the greater of the two may flow at rest
VOLTAGE_CHANGE = 0.005  # V per cell that a pack's voltage may change from poll to poll
VOLTAGE_RESOLUTION = 0.02  # V; two steps in which a BMS reports the pack's voltage
TOP_MARGIN, BOTTOM_MARGIN = 0.03, 0.15  # V from cells to voltages at which currents are limited
# At least: a failed poll ends the rest, and two thirds of the hold remain to try again every second
POLLS_PER_HOLD = 3


def interval(settings: PackSettings, *, resting: bool) -> float:
    """Seconds between polls."""
    busy = poll_interval(settings)
    if not resting or settings.connection_mode == PER_POLL or busy > PERSISTENT_INTERVAL:
        return busy
    return max(busy, min(settings.rest_interval, settings.hold_time / POLLS_PER_HOLD))


@record
class IdlePeriod:
    """A period of consecutive idle samples."""

    since: float  # s, time of the first sample
    sample: PackSample  # the newest

    def counts_as_rest(self, at: float) -> bool:
        """Return whether the period is long enough at the newest sample, taken at ``at``."""
        return at - self.since >= REST_AFTER


def track_idle(idle: IdlePeriod | None, sample: PackSample, at: float) -> IdlePeriod:
    """Add an idle sample taken at ``at``; a change of the voltage starts a new period."""
    unbroken = idle is not None and not has_moved(idle.sample, sample)
    return IdlePeriod(since=idle.since if idle and unbroken else at, sample=sample)


def has_moved(before: PackSample, sample: PackSample) -> bool:
    """Return whether the pack's voltage has changed by more than noise."""
    return abs(sample.voltage - before.voltage) > max(VOLTAGE_RESOLUTION, VOLTAGE_CHANGE * len(before.cells))


def is_quiet(sample: PackSample, settings: PackSettings) -> bool:
    """Return whether the BMS reports no activity; needs no cell voltages."""
    capacity = state_of_charge.installed(sample.nominal, settings)
    return (
        abs(sample.current) <= max(LEAST_CURRENT, REST_RATE * capacity)
        and not sample.protection
        and not sample.is_balancing
        and not sample.locked
        and all(sample.is_on(mosfet) is not False for mosfet in Mosfet)
    )


def is_idle(
    sample: PackSample,
    sensors: Temperatures,
    control: LimitsState | None,
    alarm_state: AlarmState,
    settings: PackSettings,
    alarm_context: alarms.ControlStatus | None,
) -> bool:
    """Return whether no decision about a fresh sample can change soon."""
    return (
        is_quiet(sample, settings)
        and bool(sample.cells)
        and all(alarm is CLEAR for alarm in alarm_state.values())
        and (control is None or _steady(control, sample))
        and not alarms.near_threshold(sample, sensors, settings, alarm_context)
    )


def _steady(control: LimitsState, sample: PackSample) -> bool:
    """Return whether no limit is moving, and no cell is near a voltage at which one would.

    A limit lowered by temperature may rest: temperatures change within minutes.
    """
    chosen, voltage = control.preset, control.voltage
    highest, lowest = max(sample.cells), min(sample.cells)
    return (
        control.verdict.trusted
        and voltage.stage is not Stage.ABSORPTION
        and not voltage.reduction
        and not (control.charge.rising or control.discharge.rising)
        and not (control.cut_high or control.cut_low)
        and highest + TOP_MARGIN <= chosen.full
        and chosen.charge_cells.at(highest + TOP_MARGIN) >= 1
        and chosen.discharge_cells.at(lowest - BOTTOM_MARGIN) >= 1
    )
