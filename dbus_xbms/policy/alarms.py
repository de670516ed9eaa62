"""Venus alarms: raised by samples, held for a while, with hysteresis. Pure.

A GX creates a notification each time an alarm changes from 0 to 1 or 2, so an alarm is held for a while after
its cause has gone, and a measured one until the value is clearly back. Protections of the BMS raise an alarm
at once; a derived condition must last a moment.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from types import MappingProxyType

from dbus_xbms.model import Level, Mosfet, PackSample, Protection
from dbus_xbms.policy.charge.chemistry import Preset
from dbus_xbms.policy.temperatures import Temperatures
from dbus_xbms.record import record
from dbus_xbms.settings import PackSettings
from dbus_xbms.settings.charge import NO_TEMPERATURE

HOLD = 30.0  # s that an alarm is held after its cause has gone
RISE = 3.0  # s that a derived condition must last; the BMS debounces its own protections
MOSFET_ALARM_ABOVE = 15.0  # K above the warning
# How far a value must come back before its alarm ends.
SOC_HYSTERESIS = 2.0  # %
SPREAD_HYSTERESIS = 0.1  # fraction of the threshold
VOLTAGE_HYSTERESIS = 0.02  # V
TEMPERATURE_HYSTERESIS = 2.0  # K
RUNAWAY = 2.0  # times the warning for imbalance
NEAR = 2.0  # hysteresis multiples below the warning within which a value is near it

BMS_CABLE = "/Alarms/BmsCable"
HIGH_CELL_VOLTAGE = "/Alarms/HighCellVoltage"
LOW_CELL_VOLTAGE = "/Alarms/LowCellVoltage"
HIGH_TEMPERATURE = "/Alarms/HighTemperature"
LOW_TEMPERATURE = "/Alarms/LowTemperature"
LOW_SOC = "/Alarms/LowSoc"
CELL_IMBALANCE = "/Alarms/CellImbalance"
INTERNAL_TEMPERATURE = "/Alarms/HighInternalTemperature"
TEMPERATURE_SENSOR = "/Alarms/BatteryTemperatureSensor"
INTERNAL_FAILURE = "/Alarms/InternalFailure"
HIGH_CHARGE_CURRENT = "/Alarms/HighChargeCurrent"
HIGH_DISCHARGE_CURRENT = "/Alarms/HighDischargeCurrent"

# BMSes disagree on what the last three mean: warning only.
PROTECTION_ALARMS: tuple[tuple[Protection, str, Level], ...] = (
    (Protection.CELL_OVERVOLTAGE, HIGH_CELL_VOLTAGE, Level.ALARM),
    (Protection.CELL_UNDERVOLTAGE, LOW_CELL_VOLTAGE, Level.ALARM),
    (Protection.PACK_OVERVOLTAGE, "/Alarms/HighVoltage", Level.ALARM),
    (Protection.PACK_UNDERVOLTAGE, "/Alarms/LowVoltage", Level.ALARM),
    (Protection.CHARGE_OVERTEMPERATURE, "/Alarms/HighChargeTemperature", Level.ALARM),
    (Protection.CHARGE_UNDERTEMPERATURE, "/Alarms/LowChargeTemperature", Level.ALARM),
    (Protection.DISCHARGE_OVERTEMPERATURE, HIGH_TEMPERATURE, Level.ALARM),
    (Protection.DISCHARGE_UNDERTEMPERATURE, LOW_TEMPERATURE, Level.ALARM),
    (Protection.CHARGE_OVERCURRENT, HIGH_CHARGE_CURRENT, Level.ALARM),
    (Protection.DISCHARGE_OVERCURRENT, HIGH_DISCHARGE_CURRENT, Level.ALARM),
    (Protection.SHORT_CIRCUIT, HIGH_DISCHARGE_CURRENT, Level.ALARM),
    (Protection.FRONTEND_ERROR, INTERNAL_FAILURE, Level.ALARM),
    (Protection.CHARGE_FAULT, INTERNAL_FAILURE, Level.WARNING),
    (Protection.DISCHARGE_FAULT, INTERNAL_FAILURE, Level.WARNING),
    (Protection.MOSFET_OVERTEMPERATURE, INTERNAL_TEMPERATURE, Level.WARNING),
)
DERIVED_ALARMS = (LOW_SOC, CELL_IMBALANCE, INTERNAL_TEMPERATURE, TEMPERATURE_SENSOR)
ALARM_PATHS = tuple(dict.fromkeys([path for _, path, _ in PROTECTION_ALARMS] + [*DERIVED_ALARMS, BMS_CABLE]))

Levels = Mapping[str, Level]
NOTHING: Levels = MappingProxyType({})
NO_ALARM: frozenset[str] = frozenset()
NO_SOC = frozenset((LOW_SOC,))


def worst(*levels: Level) -> Level:
    """The most serious level; OK without any."""
    return max(levels, key=lambda level: level.value, default=Level.OK)


def protection_alarms(sample: PackSample, settings: PackSettings) -> dict[str, Level]:
    """Alarms for what the BMS itself has tripped on."""
    levels: dict[str, Level] = {}
    if not sample.protection:
        return levels
    for protection, path, level in PROTECTION_ALARMS:
        if protection not in sample.protection:
            continue
        if protection is Protection.CELL_OVERVOLTAGE and _only_full(sample, settings):
            level = Level(settings.cell_overvoltage_alarm)
        levels[path] = worst(levels.get(path, Level.OK), level)
    return levels


def _only_full(sample: PackSample, settings: PackSettings) -> bool:
    """Return whether cell over-voltage may be the end of a charge, as on many small packs, and no fault.

    It is a fault if one cell has run away from the others: at ``RUNAWAY`` times the warning for imbalance.
    """
    spread = round(max(sample.cells) - min(sample.cells), 3) if sample.cells else 0.0  # V; of whole mV
    ran_away = settings.cell_imbalance_warning and spread >= RUNAWAY * settings.cell_imbalance_warning
    return bool(sample.is_on(Mosfet.DISCHARGE)) and not ran_away


@record
class ControlStatus:
    """The part of charge control that alarms depend on; of a pack that is only shown, at most the preset."""

    preset: Preset
    refused: str = ""  # why the preset is refused
    by_temperature: bool = True  # a pack without a sane cell sensor is not charged
    dead: bool = False  # a cell is dead or shorted
    capacity_unknown: bool = False  # and a current limit depends on it


@record
class ThresholdCheck:
    """A measured value that is bad when it is high, with its thresholds."""

    path: str
    value: float
    warning: float
    alarm: float = inf
    hysteresis: float

    def level(self, shown: Level) -> Level:
        """Level of the value; ``shown`` is the present one, which has a hysteresis."""
        if self.value < self.warning - self.hysteresis:  # nearly always
            return Level.OK
        for level, threshold in ((Level.ALARM, self.alarm), (Level.WARNING, self.warning)):
            if self.value >= threshold - (self.hysteresis if shown.value >= level.value else 0.0):
                return level
        return Level.OK


def near_threshold(
    sample: PackSample,
    temperatures: Temperatures,
    settings: PackSettings,
    control: ControlStatus | None = None,
) -> list[ThresholdCheck]:
    """Values of a sample that are near or beyond their warning: nearly always none."""
    checks = _checks(sample, temperatures, settings, control)
    return [check for check in checks if check.value >= check.warning - NEAR * check.hysteresis]


def unwatched(
    sample: PackSample,
    temperatures: Temperatures,
    settings: PackSettings,
    control: ControlStatus | None = None,
) -> frozenset[str]:
    """Alarms that nothing can raise, because the BMS does not report what they depend on."""
    if sample.protection is not None:
        return NO_ALARM if sample.soc is not None else NO_SOC
    watched = {check.path for check in _checks(sample, temperatures, settings, control)}
    sensors = {TEMPERATURE_SENSOR} if sample.temperatures else set()
    return frozenset(ALARM_PATHS) - watched - sensors - {INTERNAL_FAILURE, BMS_CABLE}


def _checks(
    sample: PackSample, temperatures: Temperatures, settings: PackSettings, control: ControlStatus | None
) -> list[ThresholdCheck]:
    """All values of a sample that have a warning.

    Where low is bad, value and thresholds are negated. A warning of 0 is off.
    """
    preset = control.preset if control and not control.refused else None
    low, spread = float(settings.low_soc_warning), settings.cell_imbalance_warning
    # path, value, warning, alarm, hysteresis
    found = []
    if sample.soc is not None:
        found.append((LOW_SOC, -sample.soc, -low, -low / 2, SOC_HYSTERESIS))
    if cells := sample.cells:
        highest, lowest = max(cells), min(cells)
        high = settings.high_cell_warning or (preset.high_warning if preset else 0.0)
        low = settings.low_cell_warning or (preset.low_warning if preset else 0.0)
        cutoff_high, cutoff_low = (preset.cutoff_high, preset.cutoff_low) if preset else (inf, -inf)
        found += [
            # never more than a warning: what is dangerous about it has an alarm of its own
            (CELL_IMBALANCE, highest - lowest, spread, inf, SPREAD_HYSTERESIS * spread),
            (HIGH_CELL_VOLTAGE, highest, high, cutoff_high, VOLTAGE_HYSTERESIS),
            (LOW_CELL_VOLTAGE, -lowest, -low, -cutoff_low, VOLTAGE_HYSTERESIS),
        ]
    if (mosfet := temperatures.mosfet) is not None:
        hot = settings.mosfet_temperature_warning
        found.append((INTERNAL_TEMPERATURE, mosfet, hot, hot + MOSFET_ALARM_ABOVE, TEMPERATURE_HYSTERESIS))
    checks = [
        ThresholdCheck(
            path=path, value=value, warning=min(warning, alarm), alarm=alarm, hysteresis=hysteresis
        )
        for path, value, warning, alarm, hysteresis in found
        if warning
    ]
    return checks + _temperature_checks(temperatures, settings, preset)


def _temperature_checks(
    temperatures: Temperatures, settings: PackSettings, preset: Preset | None
) -> list[ThresholdCheck]:
    """Checks of the hottest and the coldest sensor that may be a cell's; a warning at 0 °C is not off."""
    if not (warmth := temperatures.maybe_cells):
        return []
    rows = (
        (HIGH_TEMPERATURE, settings.high_temperature_warning, "hot_warning", max(warmth), 1),
        (LOW_TEMPERATURE, settings.low_temperature_warning, "cold_warning", min(warmth), -1),
    )
    found = []
    for path, chosen, field, celsius, sign in rows:
        warning: float | None = chosen
        if chosen == NO_TEMPERATURE:
            warning = getattr(preset, field) if preset else None
        if warning is not None:
            found.append(
                ThresholdCheck(
                    path=path, value=sign * celsius, warning=sign * warning, hysteresis=TEMPERATURE_HYSTERESIS
                )
            )
    return found


def fault_alarms(
    temperatures: Temperatures, control: ControlStatus | None = None, problem: str = ""
) -> dict[str, Level]:
    """Alarms for sensors, a refused preset, an unknown capacity, dead cells and a problem of the BMS."""
    levels: dict[str, Level] = {}
    if temperatures.broken:
        levels[TEMPERATURE_SENSOR] = Level.ALARM if temperatures.without_cells else Level.WARNING
    if control and control.by_temperature and not temperatures.cells:
        levels[TEMPERATURE_SENSOR] = Level.ALARM
    if problem:
        levels[INTERNAL_FAILURE] = Level.WARNING
    if control and (control.refused or control.capacity_unknown):
        levels[INTERNAL_FAILURE] = Level.ALARM
    if control and control.dead:
        levels[LOW_CELL_VOLTAGE] = Level.ALARM
    return levels


@record
class AlarmStatus:
    """One alarm over time. Times in s."""

    level: Level = Level.OK
    higher_since: float = inf  # when the condition first exceeded the level
    last_raised: float = -inf  # when the condition last had the level


AlarmState = Mapping[str, AlarmStatus]
CLEAR = AlarmStatus()
ALL_CLEAR: AlarmState = dict.fromkeys(ALARM_PATHS, CLEAR)


def _debounce(status: AlarmStatus, hard: Level, soft: Level, now: float) -> AlarmStatus:
    """Advance one alarm: ``hard`` levels count at once, ``soft`` ones must last."""
    if status is CLEAR and hard is soft is Level.OK:  # nearly always
        return CLEAR
    shown, level, since = status.level, worst(hard, soft), inf
    if level is shown is Level.OK:
        return CLEAR
    if level.value > worst(hard, shown).value:
        since = min(status.higher_since, now)
        if now - since >= RISE:
            since = inf
        else:
            level = worst(hard, shown)
    if level.value >= shown.value:
        return AlarmStatus(level=level, higher_since=since, last_raised=now)
    if now - status.last_raised >= HOLD:
        return AlarmStatus(level=level, last_raised=now) if level is not Level.OK else CLEAR
    return AlarmStatus(level=shown, last_raised=status.last_raised)


def step(
    state: AlarmState,
    sample: PackSample | None,
    temperatures: Temperatures,
    now: float,
    settings: PackSettings,
    control: ControlStatus | None = None,
    extra: Levels = NOTHING,
) -> AlarmState:
    """Advance all alarms to ``now``. Without a sample they stay: silence clears no alarm.

    ``extra``: levels that have been debounced elsewhere.
    """
    if sample is None:
        return state
    at_once, lasting = (
        protection_alarms(sample, settings),
        fault_alarms(temperatures, control, sample.problem),
    )
    for path, level in extra.items():
        at_once[path] = worst(level, at_once.get(path, Level.OK))
    for check in near_threshold(sample, temperatures, settings, control):
        level = check.level(state.get(check.path, CLEAR).level)
        lasting[check.path] = worst(lasting.get(check.path, Level.OK), level)
    if state == ALL_CLEAR and not at_once and all(level is Level.OK for level in lasting.values()):
        return state  # nearly always
    updated: dict[str, AlarmStatus] = {}
    for path in ALARM_PATHS:
        hard, soft = at_once.get(path, Level.OK), lasting.get(path, Level.OK)
        updated[path] = _debounce(state.get(path, CLEAR), hard, soft, now)
    return updated
