"""Which Venus alarms a sample raises, and how long an alarm stands. Pure.

A GX makes a new notification each time an alarm goes from 0 to 1 or 2, so an alarm stands for a while after
its cause has gone. What the BMS itself trips on is raised at once; what is derived must last a moment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf

from dbus_xbms.control.temperatures import Temperatures
from dbus_xbms.model import Level, PackSample, Protection
from dbus_xbms.settings import Settings

HOLD = 60.0  # s an alarm stands after its cause has gone
RISE = 3.0  # s a derived condition must last; the BMS's own protections are already debounced
MOSFET_ALARM_ABOVE = 15.0  # K above the warning

BMS_CABLE = "/Alarms/BmsCable"
HIGH_CELL_VOLTAGE = "/Alarms/HighCellVoltage"
LOW_SOC = "/Alarms/LowSoc"
CELL_IMBALANCE = "/Alarms/CellImbalance"
INTERNAL_TEMPERATURE = "/Alarms/HighInternalTemperature"
TEMPERATURE_SENSOR = "/Alarms/BatteryTemperatureSensor"
INTERNAL_FAILURE = "/Alarms/InternalFailure"

# Bit 12 (MOSFET lock) is a state that somebody asked for. Bits 13 to 15 are not agreed on between vendor
# documents: they warn, they do not shout.
PROTECTION_ALARMS: tuple[tuple[Protection, str, Level], ...] = (
    (Protection.CELL_OVERVOLTAGE, HIGH_CELL_VOLTAGE, Level.ALARM),
    (Protection.CELL_UNDERVOLTAGE, "/Alarms/LowCellVoltage", Level.ALARM),
    (Protection.PACK_OVERVOLTAGE, "/Alarms/HighVoltage", Level.ALARM),
    (Protection.PACK_UNDERVOLTAGE, "/Alarms/LowVoltage", Level.ALARM),
    (Protection.CHARGE_OVERTEMPERATURE, "/Alarms/HighChargeTemperature", Level.ALARM),
    (Protection.CHARGE_UNDERTEMPERATURE, "/Alarms/LowChargeTemperature", Level.ALARM),
    (Protection.DISCHARGE_OVERTEMPERATURE, "/Alarms/HighTemperature", Level.ALARM),
    (Protection.DISCHARGE_UNDERTEMPERATURE, "/Alarms/LowTemperature", Level.ALARM),
    (Protection.CHARGE_OVERCURRENT, "/Alarms/HighChargeCurrent", Level.ALARM),
    (Protection.DISCHARGE_OVERCURRENT, "/Alarms/HighDischargeCurrent", Level.ALARM),
    (Protection.SHORT_CIRCUIT, "/Alarms/HighDischargeCurrent", Level.ALARM),
    (Protection.FRONTEND_ERROR, INTERNAL_FAILURE, Level.ALARM),
    (Protection.VENDOR_13, INTERNAL_FAILURE, Level.WARNING),
    (Protection.VENDOR_14, INTERNAL_FAILURE, Level.WARNING),
    (Protection.VENDOR_15, INTERNAL_TEMPERATURE, Level.WARNING),
)
DERIVED_ALARMS = (LOW_SOC, CELL_IMBALANCE, INTERNAL_TEMPERATURE, TEMPERATURE_SENSOR)
ALARM_PATHS = tuple(dict.fromkeys([path for _, path, _ in PROTECTION_ALARMS] + [*DERIVED_ALARMS, BMS_CABLE]))

Levels = Mapping[str, Level]


def worst(*levels: Level) -> Level:
    """The most serious of several levels; OK of none."""
    return max(levels, key=lambda level: level.value, default=Level.OK)


def tripped(sample: PackSample, settings: Settings) -> dict[str, Level]:
    """Alarms for what the BMS itself has tripped on."""
    levels: dict[str, Level] = {}
    for bit, path, level in PROTECTION_ALARMS:
        if not sample.protection & bit:
            continue
        # The end of a charge trips cell over-voltage on many small packs, and nothing is wrong.
        if bit is Protection.CELL_OVERVOLTAGE and sample.mosfets.discharge:
            level = Level(int(settings.number("CellOvervoltageAlarm")))
        levels[path] = worst(levels.get(path, Level.OK), level)
    return levels


def _graded(value: float, warning: float, alarm: float) -> Level:
    if value >= alarm:
        return Level.ALARM
    return Level.WARNING if value >= warning else Level.OK


def derived(sample: PackSample, temperatures: Temperatures, settings: Settings) -> dict[str, Level]:
    """Alarms for what the measurements themselves show."""
    levels: dict[str, Level] = {}
    if low := settings.number("LowSocWarning"):
        levels[LOW_SOC] = _graded(-sample.soc, -low, -low / 2)
    if spread := settings.number("CellImbalanceWarning"):
        levels[CELL_IMBALANCE] = _graded(max(sample.cells) - min(sample.cells), spread, 2 * spread)
    hot = settings.number("MosfetTemperatureWarning")
    if hot and temperatures.mosfet is not None:
        levels[INTERNAL_TEMPERATURE] = _graded(temperatures.mosfet, hot, hot + MOSFET_ALARM_ABOVE)
    if temperatures.broken:
        levels[TEMPERATURE_SENSOR] = Level.ALARM if temperatures.without_cells else Level.WARNING
    return levels


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One alarm over time."""

    level: Level = Level.OK
    wanted_since: float = inf  # when a higher level than the shown one was first wanted
    last_wanted: float = -inf  # when the shown level was last wanted


AlarmState = Mapping[str, Standing]


def _follow(standing: Standing, hard: Level, soft: Level, now: float) -> Standing:
    """``hard``: what the BMS has tripped on; ``soft``: what measurements show, which must last."""
    shown, level, since = standing.level, worst(hard, soft), inf
    if level.value > worst(hard, shown).value:
        since = min(standing.wanted_since, now)
        if now - since < RISE:
            level = worst(hard, shown)
    if level.value >= shown.value:
        return Standing(level=level, wanted_since=since, last_wanted=now)
    if now - standing.last_wanted >= HOLD:
        return Standing(level=level, last_wanted=now)
    return Standing(level=shown, last_wanted=standing.last_wanted)


def step(
    state: AlarmState, sample: PackSample | None, temperatures: Temperatures, now: float, settings: Settings
) -> AlarmState:
    """Follow the alarms to ``now``. Without a sample they stand as they are: silence clears nothing."""
    if sample is None:
        return state
    at_once = tripped(sample, settings)
    lasting = derived(sample, temperatures, settings)
    following: dict[str, Standing] = {}
    for path in ALARM_PATHS:
        hard, soft = at_once.get(path, Level.OK), lasting.get(path, Level.OK)
        following[path] = _follow(state.get(path, Standing()), hard, soft, now)
    return following
