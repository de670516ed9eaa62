"""Settings in which the program stores what it has learned of a pack, for its next start. Pure."""

from __future__ import annotations

from dbus_xbms.schema import LONGEST_TEXT, Setting, Settings
from dbus_xbms.settings.charge import NO_TEMPERATURE

LONGEST_STATE = 2000  # characters


def _text(words: str, longest: int = LONGEST_TEXT) -> Setting[str]:
    return Setting(default="", longest=longest, silent=True, internal=True, help=words)


def _number(unit: str, words: str, none: float = 0.0) -> Setting[float]:
    return Setting(default=none, silent=True, internal=True, unit=unit, help=words)


def _count(words: str, highest: int | None = None) -> Setting[int]:
    return Setting(default=0, lowest=0, highest=highest, silent=True, internal=True, help=words)


NONE_SEEN = NO_TEMPERATURE  # in °C, or in s for "never"


class MemorySettings(Settings):
    """The program's own memory of one pack."""

    controlled = _count("1: the pack controlled chargers when the program last ran.", 1)
    in_bank = _count("1: the limits of a bank depended on the pack when the program last ran.", 1)
    advertised_name = _text("Name in the advertisement.")
    hardware = _text("Model of the BMS, as it reports it.")
    firmware = _text("Firmware of the BMS.")
    cells = _count("Number of cells.", 32)
    sensors = _count("Number of temperature sensors.", 8)
    nominal = _number("Ah", "Nominal capacity.")
    cycles = _count("Highest cycle count seen.", 65535)
    rating = Setting(
        default=0.0,
        lowest=0.0,
        silent=True,
        internal=True,
        unit="A",
        help="Current that the BMS is rated for, by its model text; 0: unknown.",
    )
    produced = _text("Production date of the BMS.")
    minimum_voltage = _number("V", "Lowest pack voltage seen; 0: none.")
    maximum_voltage = _number("V", "Highest pack voltage seen.")
    minimum_cell_voltage = _number("V", "Lowest cell voltage seen; 0: none.")
    maximum_cell_voltage = _number("V", "Highest cell voltage seen.")
    minimum_temperature = _number("°C", "Lowest cell temperature seen.", NONE_SEEN)
    maximum_temperature = _number("°C", "Highest cell temperature seen.", NONE_SEEN)
    deepest_discharge = _number("Ah", "Charge missing at the deepest discharge.")
    last_discharge = _number("Ah", "Charge missing at the depth of the last discharge.")
    total_drawn = _number("Ah", "Charge drawn, as counted by the program.")
    charged_energy = _number("kWh", "Energy charged.")
    discharged_energy = _number("kWh", "Energy discharged.")
    since_full = _number("s", "Time since the pack was full.", NONE_SEEN)
    since_top_balance = _number("s", "Time since the last top balance.")
    discharges = _count("Discharges below 65 % that ended above 90 %.")
    full_discharges = _count("Discharges down to 0 %.")
    seen_below = _count("1: below 65 % since the last such discharge ended.")
    seen_empty = _count("1: at 0 %, and not above 10 % since.")
    control_state = _text("State of charge control, restored after a restart.", LONGEST_STATE)
