"""Packs with any settings that are allowed."""

from __future__ import annotations

from random import Random

from dbus_xbms.settings import AnySetting, PackSettings, SettingsError, Value

CURVES = (
    "",
    "0:0 10:0.3 20:1",
    "-20:1 50:0",
    "2.5:0 3.0:1",
    "3.3:1 3.65:0",
    "5:1",
    "0:2 1:0",
    "7:1 3:0",
    "0:0.00001 99999999999999999999:1",
    f"-{'9' * 400}:1 10:0.5",
    f"10:0.5 {'9' * 400}:1",
)
TEXTS = {
    "Chemistry": ("", "LiFePO4", "LiFePO4", "NMC", "LTO", "custom"),
    "ClassAndVrmInstance": ("battery:1", "battery:0", "battery:999999999", "battery:" + "9" * 30),
    "TemperatureRoles": ("", "c", "ccc", "m", "mm", "---", "cmcmcmcmcmcm", "-"),
}
CUSTOM = {"CellFull": 3.45, "CellFloat": 3.4, "CellLow": 3.0, "CellHighCutoff": 3.6, "CellLowCutoff": 2.5}


def _text(rng: Random, row: AnySetting) -> str:
    if row.name.endswith("Curve"):
        return rng.choice(CURVES)
    return rng.choice(TEXTS.get(row.name, (str(row.default),)))


def _number(rng: Random, row: AnySetting) -> float:
    low = -1e6 if row.lowest is None else row.lowest
    high = 1e6 if row.highest is None else row.highest
    number = rng.choice((low, high, rng.uniform(low, high), rng.uniform(low, high)))
    return int(number) if isinstance(row.default, int) else number


def owner(rng: Random) -> PackSettings:
    """Return settings with some changed, each within its range; some custom presets are consistent."""
    settings = PackSettings()
    chance = rng.choice((0.0, 0.1, 0.1, 0.5, 1.0))
    for row in PackSettings.rows:
        if rng.random() < chance:
            value: Value = _text(rng, row) if isinstance(row.default, str) else _number(rng, row)
            try:
                settings.put(row.name, value)
            except SettingsError:
                assert isinstance(value, str)  # any number of the range is taken
    if rng.random() < 0.3:
        for name, volts in CUSTOM.items():
            settings.put(name, volts + rng.uniform(-0.04, 0.04))
    return settings
