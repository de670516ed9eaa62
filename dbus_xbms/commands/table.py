"""A pack or a bank as the bus shows it, and its values as rows of text. Pure but for the terminal."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from dbus_xbms.known.naming import Candidate
from dbus_xbms.model import UNFINISHED
from dbus_xbms.policy.authority import ONLY_WATCHED
from dbus_xbms.settings import WATCH_ONLY, address_of, bank_number
from dbus_xbms.text import columns_of, count, duration, padded
from dbus_xbms.venus.tables.pane import FAULT

Value = int | float | str | None  # None: invalid

LABEL = 8  # columns
ALARMS: Mapping[Value, str] = {1: "warning", 2: "ALARM"}
MOSFETS: Mapping[Value, str] = {0: "off", 1: "on"}
# Each MOSFET: name, and the paths of its state, of its command and of its status
MOSFET_PATHS = (
    ("charge", "/Io/AllowToCharge", "/Settings/ForceChargingOff", "/SwitchableOutput/charge/Status"),
    (
        "discharge",
        "/Io/AllowToDischarge",
        "/Settings/ForceDischargingOff",
        "/SwitchableOutput/discharge/Status",
    ),
)
LAST_COMMAND, BALANCING_OFF = "/Io/LastCommand", "/Settings/TurnBalancingOff"
COMMAND_STATE, COMMAND_NUMBER = "/Io/LastCommandState", "/Io/LastCommandNumber"
STATES: Mapping[Value, str] = {0: "no sample yet"}  # /State
GONE = ("stopped", "withdrawn")  # begin /Bluetooth/State once no value is shown and no current allowed

CVL, CHARGE_MODE = "/Info/MaxChargeVoltage", "/Info/ChargeMode"
LIMITS = (
    ("CVL", CVL, CHARGE_MODE),
    ("CCL", "/Info/MaxChargeCurrent", "/Info/ChargeLimitation"),
    ("DCL", "/Info/MaxDischargeCurrent", "/Info/DischargeLimitation"),
)


COUNTED = (  # path, counted noun, words after it
    ("/Bluetooth/Reconnects", "reconnect", ""),
    ("/Bluetooth/FailedPolls", "failed poll", ""),
    ("/Bluetooth/FailedPollsLastHour", "", "in the last hour"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Battery:
    """A pack or a bank as the bus shows it."""

    service: str  # com.victronenergy.battery.xbms_a4c137010203
    values: Mapping[str, Value] = field(default_factory=dict)  # by path
    texts: Mapping[str, str] = field(default_factory=dict)  # by path, as the GX shows them
    gone: bool = False  # has left the bus

    @property
    def address(self) -> str:
        """Bluetooth address of the pack; empty for a bank."""
        return address_of(self.service.rpartition(".")[2]) or ""

    @property
    def bank(self) -> int:
        """Number of the bank; 0 for a pack."""
        return bank_number(self.service.rpartition(".")[2]) or 0

    @property
    def label(self) -> str:
        """What it is called on the command line: an address, or ``bank1``."""
        return self.address or f"bank{self.bank}"

    @property
    def name(self) -> str:
        """The owner's name for it, or the name of the product."""
        return str(self.values.get("/CustomName") or self.values.get("/ProductName") or self.address)

    @property
    def candidate(self) -> Candidate:
        """The pack or bank with its names."""
        given, *others = (
            str(self.values.get(path) or "") for path in ("/CustomName", "/ProductName", "/HardwareVersion")
        )
        return Candidate(address=self.label, given=given, bank=self.bank or None, others=tuple(others))

    @property
    def controls(self) -> bool:
        """Whether the pack has limits for chargers."""
        return CVL in self.values

    def text(self, path: str) -> str:
        """Return the text of the GX, or ``--`` if invalid."""
        return self.texts.get(path, "") if self.values.get(path) is not None else "--"

    def numbered(self, pattern: str) -> list[tuple[int, str]]:
        """Return number and path of each path that matches ``pattern`` with a number for ``#``, in order."""
        matcher = re.compile(pattern.replace("#", "([0-9]{1,9})"))
        return sorted((int(found[1]), path) for path in self.values if (found := matcher.fullmatch(path)))

    @property
    def cells(self) -> list[tuple[int, float]]:
        """Number and voltage in V of each cell, all of one sample."""
        read = ((number, self.values[path]) for number, path in self.numbered("/Voltages/Cell#"))
        return [(number, float(volts)) for number, volts in read if isinstance(volts, int | float)]


def ends_of(cells: Sequence[tuple[int, float]]) -> tuple[tuple[int, float], tuple[int, float]]:
    """Return the lowest and the highest cell with their numbers; the first if several are equal."""

    def volts(cell: tuple[int, float]) -> float:
        return cell[1]

    return min(cells, key=volts), max(cells, key=volts)


def columns(rows: Iterable[Sequence[str]]) -> str:
    """Return rows as text, each column as wide as its widest cell."""
    table = [tuple(row) for row in rows]
    widths = [max(map(columns_of, column)) for column in zip(*table, strict=True)]
    return "\n".join(
        "  ".join(padded(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in table
    )


def rows(pack: Battery) -> Iterable[tuple[str, list[str]]]:
    """Yield the rows of a pack: label and chunks."""
    yield "now", _now(pack)
    yield "charge", _charge(pack)
    yield "cells", [_cell(pack, number, path) for number, path in pack.numbered("/Voltages/Cell#")]
    yield "spread", _spread(pack)
    yield "temp", _temperatures(pack)
    yield "MOSFETs", _mosfets(pack)
    yield "command", [str(command)] if (command := pack.values.get(LAST_COMMAND)) else []
    yield from _limits(pack)
    yield "control", _watching(pack)
    yield "alarms", _alarms(pack)
    yield "link", _link(pack)


def _now(pack: Battery) -> list[str]:
    return [pack.text("/Soc"), pack.text("/Dc/0/Voltage"), amps(pack), pack.text("/Dc/0/Power")]


def amps(pack: Battery) -> str:
    """Return the current in A with its sign; charging is positive."""
    current = pack.values.get("/Dc/0/Current")
    return signed(float(current)) if isinstance(current, int | float) else "--"


def signed(current: float) -> str:
    """Return a current in A with its sign; 0 has no sign."""
    tenths = round(current, 1)
    return f"{tenths:+.1f}A" if tenths else "0.0A"


def _charge(pack: Battery) -> list[str]:
    chunks = [f"{pack.text('/Capacity')} of {pack.text('/InstalledCapacity')}"]
    if pack.values.get("/History/ChargeCycles") is not None:
        chunks.append(f"cycles {pack.text('/History/ChargeCycles')}")
    return chunks


def _cell(pack: Battery, number: int, path: str) -> str:
    balancing = "*" if pack.values.get(f"/Balances/Cell{number}") == 1 else " "
    return f"{number:>2} {pack.text(path).removesuffix('V')}{balancing}"


def _spread(pack: Battery) -> list[str]:
    """Return the spread of the cells shown; the lowest and highest on the bus may be of a newer sample."""
    if not (cells := pack.cells):
        return []
    (low, lowest), (high, highest) = ends_of(cells)
    return [f"{highest - lowest:.3f}V", f"low {lowest:.3f}V C{low}", f"high {highest:.3f}V C{high}"]


def _temperatures(pack: Battery) -> list[str]:
    chunks = [f"{number} {pack.text(path)}" for number, path in pack.numbered("/System/Temperature#")]
    if pack.values.get("/System/MOSTemperature") is not None:
        chunks.append(f"MOSFET {pack.text('/System/MOSTemperature')}")
    return chunks


def _mosfets(pack: Battery) -> list[str]:
    chunks = [_mosfet(pack, *row) for row in MOSFET_PATHS if row[1] in pack.values]
    return [*chunks, "balancing off"] if pack.values.get(BALANCING_OFF) == 1 else chunks


def _mosfet(pack: Battery, name: str, actual: str, forced_off: str, status: str) -> str:
    """Return the state of a MOSFET, with the reason in brackets unless it is simply on."""
    is_on, off = pack.values[actual], pack.values.get(forced_off)
    pending = pack.values.get(COMMAND_STATE) in UNFINISHED
    reasons: Mapping[tuple[Value, Value], str] = {
        (1, 1): "commanded off",
        (0, 1): "as commanded",
        (0, 0): "commanded on" if pending else "by the BMS",
    }
    why = "command failed" if pack.values.get(status) == FAULT else reasons.get((is_on, off))
    words = f"{name} {MOSFETS.get(is_on, '--')}"
    return f"{words} ({why})" if why else words


def mosfets_off(pack: Battery) -> list[str]:
    """Return the MOSFETs that are off."""
    return [f"{name} off" for name, actual, *_ in MOSFET_PATHS if pack.values.get(actual) == 0]


def _limits(pack: Battery) -> Iterable[tuple[str, list[str]]]:
    """Yield the limits with their reasons, of a pack in a bank what it contributes; else none."""
    for label, limit, words in LIMITS:
        why = str(pack.values.get(words) or "")
        if limit in pack.values:
            yield label, [pack.text(limit), why]
        elif why and words != CHARGE_MODE:
            yield label, [why]


def _watching(pack: Battery) -> list[str]:
    """Return why a pack does not control chargers."""
    words = str(pack.values.get(CHARGE_MODE) or "")
    if words.endswith(ONLY_WATCHED):
        return [f"Watch only. {WATCH_ONLY}"]
    return [words] if words and not pack.controls else []


def _alarms(pack: Battery) -> list[str]:
    raised = [
        f"{path.removeprefix('/Alarms/')} {ALARMS[level]}"
        for path, level in sorted(pack.values.items())
        if path.startswith("/Alarms/") and level in ALARMS
    ]
    return raised or ["none"]


def _link(pack: Battery) -> list[str]:
    link = str(pack.values.get("/Bluetooth/State") or "")
    gone = "no contact" if link.startswith(GONE) else ""
    chunks = [STATES.get(pack.values.get("/State"), gone), link]
    if pack.values.get("/Bluetooth/Rssi") is not None:
        chunks.append(pack.text("/Bluetooth/Rssi"))
    if pack.values.get("/Bluetooth/SampleAge") is not None:
        chunks.append(f"sample {duration(float(pack.values['/Bluetooth/SampleAge'] or 0))} old")
    for path, counted, words in COUNTED:
        if number := int(float(pack.values.get(path) or 0)):
            chunks.append(count(number, counted) if counted else f"{number} {words}")
    return [chunk for chunk in chunks if chunk]


def terminal() -> os.terminal_size:
    """Return the size of the terminal; 80 columns without one."""
    return shutil.get_terminal_size()
