"""Scenarios: packs, adapters, timing and timed faults, from defaults or a JSON file. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, TypeVar, get_type_hints

from dbus_xbms.settings import SettingsError, normal_address
from dbus_xbms.simulator.air import RadioSpec
from dbus_xbms.simulator.bank import BankSpec
from dbus_xbms.simulator.battery import BatterySpec
from dbus_xbms.simulator.bluez_adapter import AdapterSpec
from dbus_xbms.simulator.bluez_names import Timing
from dbus_xbms.simulator.board import BoardSpec, recordings
from dbus_xbms.simulator.chemistry import CHEMISTRIES
from dbus_xbms.simulator.device import WireSpec
from dbus_xbms.simulator.makes.table import JBD, MAKES
from dbus_xbms.simulator.modules import JBD_LAYOUTS, JBD_WRITE_FLAGS
from dbus_xbms.simulator.ranges import invalid
from dbus_xbms.simulator.writes import COMMANDS

T = TypeVar("T")

MOST_PACKS = 99
JBD_MAKER = "A4:C1:37"  # first three bytes of an address
CHOICES: dict[str, Sequence[str]] = {
    "make": (JBD, *MAKES),
    "layout": tuple(JBD_LAYOUTS),
    "write": tuple(JBD_WRITE_FLAGS),
    "chemistry": tuple(CHEMISTRIES),
    "load": ("day", "charge", "discharge", "rest"),
    "tail": ("0", "9", "16"),
    "flag": ("head", "tail"),
    "dialect": ("standard", "daren", "daren_gauge"),
    "commands": tuple(COMMANDS),
}
# The first two are typical packs; the rest vary.
DEFAULT_PACKS: tuple[dict[str, Any], ...] = (
    {"name": "JBD-SP04S020A", "cells": 4, "capacity": 100.0, "soc": 62.0},
    {"name": "JBD-SP17S005", "cells": 16, "capacity": 280.0, "soc": 48.0, "sensors": 3, "tail": 9},
    {"name": "xiaoxiang BMS", "cells": 8, "capacity": 120.0, "soc": 80.0, "lose_first": True},
    {"name": "JBD-DH04SC02", "cells": 4, "capacity": 314.0, "soc": 35.0, "layout": "fff0", "tail": 16},
    {"name": "SP15S020A  ", "cells": 7, "capacity": 30.0, "soc": 55.0, "chemistry": "nmc", "write": "both"},
    {"name": "JBD-UP16S015", "cells": 16, "capacity": 100.0, "soc": 71.0, "sensors": 4, "foreign": True},
    {"name": "Eleksol", "cells": 15, "capacity": 50.0, "soc": 44.0, "layout": "ff06", "write": "request"},
    {"name": "LLT 48 V", "cells": 16, "capacity": 900.0, "soc": 66.0, "coarse": True},
)
# Packs that can be wired in parallel: unequal, as an owner buys them over the years.
BANK_PACKS: tuple[dict[str, Any], ...] = (
    {"name": "JBD-SP04S020A", "cells": 4, "capacity": 100.0, "soc": 62.0},
    {"name": "JBD-SP04S034", "cells": 4, "capacity": 280.0, "soc": 57.0, "sensors": 3},
    {"name": "xiaoxiang BMS", "cells": 4, "capacity": 200.0, "soc": 60.0, "weak": 3},
    {"name": "JBD-DH04SC02", "cells": 4, "capacity": 314.0, "soc": 59.0, "tail": 16},
)
MOST_IN_BANK = 16  # packs
# A JBD and packs of other makes.
BRAND_PACKS: tuple[dict[str, Any], ...] = (
    {"name": "JBD-SP04S020A", "cells": 4, "capacity": 100.0, "soc": 62.0},
    {"make": "litime", "cells": 4, "capacity": 100.0, "soc": 58.0},
    {"make": "jikong", "cells": 16, "capacity": 280.0, "soc": 71.0, "sensors": 4},
    {"make": "daly", "cells": 8, "capacity": 150.0, "soc": 44.0, "sensors": 3},
    {"make": "seplos", "cells": 16, "capacity": 200.0, "soc": 80.0, "sensors": 5},
)


class ScenarioError(Exception):
    """An invalid scenario file; the message says where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackSpec:
    """One pack: simulated, or the replay of a recording."""

    address: str
    make: str = JBD  # or a key of MAKES
    battery: BatterySpec = field(default_factory=BatterySpec)
    board: BoardSpec = field(default_factory=BoardSpec)
    wire: WireSpec = field(default_factory=WireSpec)
    radio: RadioSpec = field(default_factory=RadioSpec)
    replay: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedFault:
    """A fault injected ``at`` s after the start, then every ``every`` s unless that is 0."""

    at: float = 0.0
    every: float = 0.0
    target: str = ""
    fault: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """What one run simulates."""

    packs: tuple[PackSpec, ...]
    adapters: tuple[AdapterSpec, ...] = (AdapterSpec(),)
    timing: Timing = field(default_factory=Timing)
    faults: tuple[TimedFault, ...] = ()
    seed: int = 1
    old_bluez: bool = False  # before 5.84
    banks: tuple[BankSpec, ...] = ()  # packs that are wired together


def address_of(number: int, make: str = JBD) -> str:
    """Return the address of the n-th simulated pack, from 1."""
    maker = MAKES[make].maker if make in MAKES else JBD_MAKER
    return f"{maker}:00:00:{number:02X}"


def default_packs(count: int) -> tuple[PackSpec, ...]:
    """Return packs of different kinds."""
    rows = (DEFAULT_PACKS[i % len(DEFAULT_PACKS)] for i in range(count))
    return tuple(pack_of({"address": address_of(i), **row}, i) for i, row in enumerate(rows, 1))


def bank_of(count: int) -> Scenario:
    """Return a scenario with so many unequal packs in parallel."""
    rows = (BANK_PACKS[i % len(BANK_PACKS)] for i in range(count))
    packs = tuple(pack_of({"address": address_of(i), **row}, i) for i, row in enumerate(rows, 1))
    return Scenario(packs=packs, banks=(BankSpec(packs=tuple(range(1, count + 1))),))


def brands() -> tuple[PackSpec, ...]:
    """Return a JBD and packs of other makes."""
    return tuple(pack_of(row, i) for i, row in enumerate(BRAND_PACKS, 1))


def replayed_packs(names: Sequence[str]) -> tuple[PackSpec, ...]:
    """Return packs that replay recordings.

    Raises:
        ScenarioError: unknown recording.
    """
    for number, name in enumerate(names, 1):
        _check_recording(name, f"pack {number}")
    return tuple(pack_of({"name": name, "replay": name}, i) for i, name in enumerate(names, 1))


def read_scenario(text: str) -> Scenario:
    """Read a scenario file; see docs/simulator.md.

    Raises:
        ScenarioError: not JSON, an unknown key, or a value of the wrong type.
    """
    try:
        row = json.loads(text)
    except (ValueError, RecursionError) as err:
        raise ScenarioError(f"the scenario is not JSON: {err}") from err
    _only(row, {"packs", "banks", "adapters", "timing", "faults", "seed", "old_bluez"}, "the scenario")
    packs = _packs(row.get("packs", 2))
    if len({pack.address for pack in packs}) < len(packs):
        raise ScenarioError("two packs have the same address")
    adapters = tuple(_whole(AdapterSpec, one, "adapters") for one in _list(row, "adapters", [{}]))
    _check_adapters(adapters)
    scenario = Scenario(
        packs=packs,
        adapters=adapters,
        timing=_whole(Timing, row.get("timing", {}), "timing"),
        faults=tuple(_whole(TimedFault, one, "faults") for one in _list(row, "faults", [])),
        seed=row.get("seed", 1),
        old_bluez=row.get("old_bluez", False),
        banks=_banks(_list(row, "banks", []), packs),
    )
    for name in ("seed", "old_bluez"):
        _check(Scenario, name, getattr(scenario, name), "the scenario")
    return scenario


def _list(row: Mapping[str, Any], name: str, otherwise: list[Any]) -> list[Any]:
    rows = row.get(name, otherwise)
    if not isinstance(rows, list):
        raise ScenarioError(f"{name} must be a list, not {rows!r:.60}")
    return rows


def _check_adapters(adapters: Sequence[AdapterSpec]) -> None:
    for key in ("name", "address"):
        values = [getattr(adapter, key) for adapter in adapters]
        for value in values:
            if why := invalid(f"adapter {key}", value):
                raise ScenarioError(why)
        if len(set(values)) < len(values):
            raise ScenarioError(f"two adapters have the same {key}")


def _packs(rows: object) -> tuple[PackSpec, ...]:
    if isinstance(rows, int) and not isinstance(rows, bool) and 0 <= rows <= MOST_PACKS:
        return default_packs(rows)
    if not isinstance(rows, list) or len(rows) > MOST_PACKS:
        raise ScenarioError(f"packs must be a list of packs or a number up to {MOST_PACKS}, not {rows!r:.60}")
    return tuple(pack_of(row, i) for i, row in enumerate(rows, 1))


def _banks(rows: Sequence[Any], packs: Sequence[PackSpec]) -> tuple[BankSpec, ...]:
    """Return the banks of a scenario; their packs are given by number, string after string."""
    banks, wired = [], set[int]()
    for place, row in enumerate(rows, 1):
        where = f"bank {place}"
        _only(row, {f.name for f in fields(BankSpec)}, where)
        numbers = tuple(_list(row, "packs", []))
        if not all(type(number) is int and 1 <= number <= len(packs) for number in numbers):
            raise ScenarioError(f"{where}: packs must be numbers from 1 to {len(packs)}, not {numbers!r:.60}")
        if len(numbers) < 2 or len(set(numbers)) < len(numbers) or wired & set(numbers):
            raise ScenarioError(f"{where}: needs at least two packs that belong to no other bank")
        rest = {name: value for name, value in row.items() if name != "packs"}
        bank = replace(_part(BankSpec, rest, where), packs=numbers)
        if bank.load not in CHOICES["load"]:
            choices = ", ".join(CHOICES["load"])
            raise ScenarioError(f"{where}: load must be one of {choices}, not {bank.load!r:.60}")
        if len(numbers) % bank.series:
            raise ScenarioError(f"{where}: {len(numbers)} packs are not {bank.series} equal strings")
        if any(packs[number - 1].replay for number in numbers):
            raise ScenarioError(f"{where}: a recording cannot be wired to other packs")
        wired |= set(numbers)
        banks.append(bank)
    return tuple(banks)


def pack_of(row: Mapping[str, Any], number: int) -> PackSpec:
    """Build one pack from the flat keys of a scenario file.

    Raises:
        ScenarioError: an unknown key, or an invalid value.
    """
    where = f"pack {number}"
    parts = {"battery": BatterySpec, "board": BoardSpec, "wire": WireSpec, "radio": RadioSpec}
    known = {f.name for part in parts.values() for f in fields(part)} | {"address", "make", "replay"}
    _only(row, known, where)
    for name, choices in CHOICES.items():
        if name in row and str(row[name]) not in choices:
            raise ScenarioError(f"{where}: {name} must be one of {', '.join(choices)}, not {row[name]!r:.60}")
    make, replay = str(row.get("make", JBD)), str(row.get("replay", ""))
    if make in MAKES:
        row = {"name": MAKES[make].name, **MAKES[make].keys, **row}
    if replay and make != JBD:
        raise ScenarioError(f"{where}: all recordings are of {JBD}, not {make}")
    if replay:
        _check_recording(replay, where)
    try:
        address = normal_address(str(row.get("address", address_of(number, make))))
    except SettingsError as err:
        raise ScenarioError(f"{where}: {err}") from err
    return PackSpec(
        address=address,
        make=make,
        battery=_part(BatterySpec, row, where),
        board=_part(BoardSpec, row, where),
        wire=_part(WireSpec, row, where),
        radio=_part(RadioSpec, row, where),
        replay=replay,
    )


def _check_recording(name: str, where: str) -> None:
    if name not in recordings():
        raise ScenarioError(f"{where}: unknown recording {name!r:.60}; known: {', '.join(recordings())}")


def _only(row: object, known: set[str], where: str) -> None:
    if not isinstance(row, Mapping):
        raise ScenarioError(f"{where}: must be an object, not {row!r:.60}")
    if unknown := sorted(set(row) - known):
        raise ScenarioError(f"{where}: unknown {', '.join(unknown):.60}; known: {', '.join(sorted(known))}")


def _whole(kind: type[T], row: Mapping[str, Any], where: str) -> T:
    _only(row, {f.name for f in fields(kind)}, where)  # type: ignore[arg-type]
    return _part(kind, row, where)


def _part(kind: type[T], row: Mapping[str, Any], where: str) -> T:
    """Build a dataclass from the keys of ``row`` that are its fields."""
    values = {f.name: row[f.name] for f in fields(kind) if f.name in row}  # type: ignore[arg-type]
    for name, value in values.items():
        _check(kind, name, value, where)
    try:
        return kind(**values)
    except TypeError as err:
        raise ScenarioError(f"{where}: {err}") from err


def _check(kind: type[Any], name: str, value: object, where: str) -> None:
    if not _fits(value, str(get_type_hints(kind)[name])):
        raise ScenarioError(f"{where}: {name} cannot be {value!r:.60}")
    if why := invalid(name, value):
        raise ScenarioError(f"{where}: {why}")


def _fits(value: object, hint: str) -> bool:
    if isinstance(value, bool):
        return "bool" in hint
    if isinstance(value, int):
        return "int" in hint or "float" in hint
    if isinstance(value, float):
        return "float" in hint
    return (isinstance(value, str) and "str" in hint) or (isinstance(value, dict) and "Mapping" in hint)
