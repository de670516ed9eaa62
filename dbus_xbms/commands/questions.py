"""What ``add`` asks on a terminal: name, chemistry, control and currents of a pack. It stores nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection

from dbus_xbms.commands.consent import affirmed, answer
from dbus_xbms.commands.known import row_of
from dbus_xbms.commands.saying import say
from dbus_xbms.policy.charge.chemistry import CUSTOM
from dbus_xbms.policy.charge.chemistry_table import CHEMISTRIES
from dbus_xbms.schema import NONE
from dbus_xbms.settings import PackSettings, SettingsError, Value
from dbus_xbms.text import LINE, printable

EXAMPLE = "LiFePO4"  # of a chemistry, in messages; the owner chooses
CHOICES = (*CHEMISTRIES, CUSTOM)
ABOUT_CHEMISTRY = (
    "The chemistry says how high cells are charged: "
    + ", ".join(f"{name} to {numbers.full:.2f} V" for name, numbers in CHEMISTRIES.items())
    + ".\nIt is on the pack's label or data sheet. A wrong one can destroy the pack, or set it on fire.\n"
    "Until it is chosen the pack is only shown."
)
ABOUT_CONTROL = (
    "A pack that controls tells chargers and inverters, with DVCC on, how much to charge and discharge. "
    "They depend on it from then on: without it they stop, with error 67. Only one battery can control."
)
ABOUT_CURRENTS = (
    "Use the lowest rating of cells, BMS, cables and fuse. Not set: 0.3 of the capacity for charging and "
    "0.5 for discharging, at most what the BMS is rated for."
)


CURRENTS = {
    PackSettings.max_charge_current.name: "Highest charge current",
    PackSettings.max_discharge_current.name: "Highest discharge current",
}


def name(proposed: str, refusal: Callable[[str], str]) -> str:
    """The name for the GX; ``refusal`` says why one cannot be given, in words."""
    proposed = "" if refusal(proposed) else proposed
    while True:
        given = answer(f"Name on the GX [{proposed or NONE}]: ") or proposed
        if not (why := refusal(given)):
            return given
        say(f"{printable(why, LINE)}.")


def chemistry() -> str:
    """The chemistry; empty: not chosen."""
    say(ABOUT_CHEMISTRY)
    row = row_of(PackSettings.rows, PackSettings.chemistry.name)
    while True:
        given = answer(f"Chemistry: {', '.join(CHOICES)} or {NONE} [{NONE}]: ")
        try:
            return str(row.parse(given or NONE))
        except SettingsError as err:
            say(f"{err}.")


def control() -> bool:
    """Whether the pack should control."""
    say(ABOUT_CONTROL)
    return affirmed("Should this pack control chargers? yes or no [no]: ")


def currents(missing: Collection[str]) -> dict[str, Value]:
    """The highest currents that the owner gives, by setting, of those that are missing."""
    wanted = {setting: words for setting, words in CURRENTS.items() if setting in missing}
    if wanted:
        say(ABOUT_CURRENTS)
    given = {setting: _current(setting, words) for setting, words in wanted.items()}
    return {setting: value for setting, value in given.items() if value is not None}


def _current(setting: str, words: str) -> Value | None:
    row = row_of(PackSettings.rows, setting)
    while given := answer(f"{words} in A [not set]: "):
        try:
            return row.parse(given.removesuffix("A").strip())
        except SettingsError as err:
            say(f"{err}.")
    return None
