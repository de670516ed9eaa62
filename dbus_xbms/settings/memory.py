"""The settings in which the program remembers a pack, so that it is known before it answers. Pure."""

from __future__ import annotations

from dbus_xbms.settings.charge import NO_TEMPERATURE
from dbus_xbms.settings.row import LONGEST_TEXT, Setting

LONGEST_STATE = 2000  # characters


def _text(name: str, words: str, longest: int = LONGEST_TEXT) -> Setting:
    return Setting(name=name, default="", longest=longest, silent=True, internal=True, help=words)


def _number(name: str, unit: str, words: str, none: float = 0.0) -> Setting:
    return Setting(name=name, default=none, silent=True, internal=True, unit=unit, help=words)


def _count(name: str, words: str, highest: int | None = None) -> Setting:
    return Setting(name=name, default=0, lowest=0, highest=highest, silent=True, internal=True, help=words)


NONE_SEEN = NO_TEMPERATURE  # also s, for never

MEMORY_SETTINGS = (
    _count("Controlled", "1: the pack controlled chargers when the program last ran.", 1),
    _text("AdvertisedName", "Name in the advertisement."),
    _text("Hardware", "Model text of the BMS."),
    _text("Firmware", "Firmware of the BMS."),
    _count("Cells", "Number of cells.", 32),
    _count("Sensors", "Number of temperature sensors.", 8),
    _number("Nominal", "Ah", "Nominal capacity."),
    _count("Cycles", "Most cycles seen.", 65535),
    Setting(
        name="Rating",
        default=0.0,
        lowest=0.0,
        silent=True,
        internal=True,
        unit="A",
        help="Current that the BMS is rated for, by its model text; 0: unknown.",
    ),
    _text("Produced", "Production date of the BMS."),
    _number("MinimumVoltage", "V", "Lowest pack voltage seen; 0: none."),
    _number("MaximumVoltage", "V", "Highest pack voltage seen."),
    _number("MinimumCellVoltage", "V", "Lowest cell voltage seen; 0: none."),
    _number("MaximumCellVoltage", "V", "Highest cell voltage seen."),
    _number("MinimumTemperature", "°C", "Lowest cell temperature seen.", NONE_SEEN),
    _number("MaximumTemperature", "°C", "Highest cell temperature seen.", NONE_SEEN),
    _number("DeepestDischarge", "Ah", "Charge missing at the deepest discharge."),
    _number("LastDischarge", "Ah", "Charge missing at the depth of the last discharge."),
    _number("TotalDrawn", "Ah", "Charge drawn over the pack's life here."),
    _number("ChargedEnergy", "kWh", "Energy charged."),
    _number("DischargedEnergy", "kWh", "Energy discharged."),
    _number("SinceFull", "s", "Time since the pack was full.", NONE_SEEN),
    _number("SinceTopBalance", "s", "Time since the last top balance."),
    _count("Discharges", "Discharges below 65 % that ended above 90 %."),
    _count("FullDischarges", "Discharges down to 0 %."),
    _count("SeenBelow", "1: below 65 % since the last such discharge ended."),
    _count("SeenEmpty", "1: at 0 %, and not above 10 % since."),
    _text("ControlState", "What charge control goes on with after a restart.", LONGEST_STATE),
)
