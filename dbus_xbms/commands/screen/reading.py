"""Interpret the values of a pack, for several parts of the screen. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from dbus_xbms.commands.screen.style import Line, Style, line, styled
from dbus_xbms.commands.table import ALARMS, GONE, Battery, ends_of, mosfets_off
from dbus_xbms.contact import Contact
from dbus_xbms.text import printable

RESTING = 0.05  # A; the bus shows tenths
NARROWEST = 0.2  # V between the ends of a bar, unless low and full are known

AGE = "/Bluetooth/SampleAge"

ALARM_WORDS: Mapping[str, str] = {  # the most important first
    "HighCellVoltage": "cell voltage high",
    "LowCellVoltage": "cell voltage low",
    "HighVoltage": "pack voltage high",
    "LowVoltage": "pack voltage low",
    "HighChargeTemperature": "too hot to charge",
    "LowChargeTemperature": "too cold to charge",
    "HighTemperature": "temperature high",
    "LowTemperature": "temperature low",
    "HighInternalTemperature": "MOSFETs hot",
    "HighChargeCurrent": "charge current high",
    "HighDischargeCurrent": "discharge current high",
    "InternalFailure": "BMS failure or doubt",
    "BmsCable": "no contact",
    "LowSoc": "SoC low",
    "CellImbalance": "cells differ",
    "BatteryTemperatureSensor": "temperature sensor",
}
LEVELS = {1: Style.WARNING, 2: Style.ALARM}
_RANKS = {name: rank for rank, name in enumerate(ALARM_WORDS)}


def number(pack: Battery, path: str) -> float | None:
    """Return a value that is a number, or ``None``."""
    value = pack.values.get(path)
    return None if isinstance(value, str) or value is None else float(value)


def aged(packs: Iterable[Battery], contacts: Mapping[str, Contact], passed: float = 0.0) -> list[Battery]:
    """Return the packs with the current age of their samples; on the bus it changes once a minute.

    Args:
        packs: as the bus shows them.
        contacts: the service's last report.
        passed: s since that report.
    """
    return [_aged(pack, contacts.get(pack.address), passed) for pack in packs]


def _aged(pack: Battery, contact: Contact | None, passed: float) -> Battery:
    if contact is None or contact.silence is None or pack.values.get(AGE) is None:
        return pack
    return replace(pack, values={**pack.values, AGE: int(contact.silence + passed)})


def known_to(contacts: Mapping[str, Contact], packs: Iterable[Battery]) -> list[Battery]:
    """Return the packs without removed ones: those that left the bus and that the service does not know."""
    return [pack for pack in packs if not pack.gone or pack.address in contacts]


def title(pack: Battery) -> str:
    """Return the name of a pack, printable."""
    return printable(pack.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """A raised alarm."""

    name: str  # HighCellVoltage, as in its path
    level: int

    @property
    def rank(self) -> int:
        """Its rank among the alarms of a level; 0 is the most important."""
        return _RANKS.get(self.name, len(_RANKS))

    @property
    def words(self) -> Line:
        """Its text, in the colour of its level."""
        words = f"{ALARM_WORDS.get(self.name, self.name)} {ALARMS[self.level]}"
        return styled(words, LEVELS[self.level])


def alarms(pack: Battery) -> list[Alarm]:
    """Return the raised alarms, the most serious first; none if the pack has left the bus."""
    raised = [
        Alarm(name=path.removeprefix("/Alarms/"), level=level)
        for path, level in pack.values.items()
        if path.startswith("/Alarms/") and isinstance(level, int) and level in LEVELS and not pack.gone
    ]
    return sorted(raised, key=lambda alarm: (-alarm.level, alarm.rank, alarm.name))


def state(pack: Battery, *, stale: bool = False) -> Line:
    """Return the state of a pack in a word or two; ``stale``: its values are no longer updated."""
    if pack.gone:
        return styled("left the bus", Style.WARNING)
    if stale:
        return styled("not updated", Style.ALARM)
    if (link := silence(pack)) is not None:
        return link
    current = number(pack, "/Dc/0/Current")
    if current is None:
        return line("--")
    word = "idle" if abs(current) < RESTING else "charging" if current > 0 else "discharging"
    return styled(word, Style.GOOD)


def mosfets(pack: Battery) -> list[Line]:
    """Return the MOSFETs that are off."""
    return [styled(words, Style.WARNING) for words in mosfets_off(pack)]


def silence(pack: Battery) -> Line | None:
    """Return a word for a pack whose last poll failed, or ``None``."""
    match pack.values.get("/State"):
        case 0:
            return styled("no sample yet", Style.WARNING)
    state = str(pack.values.get("/Bluetooth/State") or "")
    if state.startswith(GONE):
        return styled("no contact", Style.ALARM)
    if state.startswith(("held", "derated", "lent")):
        phase, _, more = state.partition(", ")
        return styled(f"lent {more.removesuffix(' left')}" if phase == "lent" else phase, Style.WARNING)
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """The voltages at the ends of a cell's bar, and their names."""

    low: float  # V
    full: float  # V
    words: str

    def part(self, volts: float) -> float:
        """Return the position of a cell between them, from 0 to 1."""
        return (volts - self.low) / (self.full - self.low)


def scale(pack: Battery) -> Scale | None:
    """Return low and full of a cell if charge control knows them, else the lowest and highest so far."""
    cells = number(pack, "/System/NrOfCellsPerBattery")
    low, full = number(pack, "/Info/BatteryLowVoltage"), number(pack, "/Settings/Battery/ChargedVoltage")
    if cells and low and full and full > low:
        low, full = low / cells, full / cells
        return Scale(low=low, full=full, words=f"bars from {low:.2f} V (low) to {full:.2f} V (full)")
    seen = [volts for _, volts in pack.cells]
    for path in ("/History/MinimumCellVoltage", "/History/MaximumCellVoltage"):
        if (volts := number(pack, path)) is not None:
            seen.append(volts)
    if not seen:
        return None
    low, full = min(seen), max(seen)
    if (missing := NARROWEST - (full - low)) > 0:
        low, full = low - missing / 2, full + missing / 2
    return Scale(low=low, full=full, words=f"bars from {low:.2f} V to {full:.2f} V (seen so far)")


def spread(pack: Battery) -> float | None:
    """Return the difference between the highest and the lowest cell of one sample, in V."""
    if not pack.cells:
        return None
    (_, lowest), (_, highest) = ends_of(pack.cells)
    return highest - lowest
