"""A reading of a pack as text and as JSON. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from enum import Enum

from dbus_xbms.model import Counters, Mosfets, MosfetTarget, PackIdentity, PackSample, Reading
from dbus_xbms.text import LINE, printable

UNITS = {
    "voltage": "V",
    "current": "A",
    "soc": "%",
    "remaining": "Ah",
    "nominal": "Ah",
    "learned": "Ah",
    "rating": "A",
    "health": "%",
    "cells": "V",
    "temperatures": "°C",
    "balance_current": "A",
}
UNKNOWN = "--"
ON = {True: "on", False: "off", None: "unknown"}

Record = PackSample | PackIdentity | Counters | Mosfets


def as_json(reading: Reading) -> dict[str, object]:
    """Return each record of a reading as an object."""
    return {
        section: {field.name: _plain(getattr(record, field.name)) for field in fields(record)}
        for section, record in _sections(reading)
    }


def described(reading: Reading) -> Iterator[str]:
    """Yield the lines of a table for each record."""
    for section, record in _sections(reading):
        yield f"\n{section}"
        for field in fields(record):
            text = printable(_words(getattr(record, field.name)), LINE)
            unit = UNITS.get(field.name, "") if text != UNKNOWN else ""
            yield f"  {field.name:<26}{text} {unit}".rstrip()


def _sections(reading: Reading) -> Iterator[tuple[str, Record]]:
    for name in ("identity", "sample", "counters"):
        if record := getattr(reading, name):
            yield name, record


def _words(value: object) -> str:
    """Return a value as text."""
    if value is None or value == "":
        return UNKNOWN
    if isinstance(value, Mosfets | MosfetTarget):
        return f"charge {ON[value.charge]}, discharge {ON[value.discharge]}"
    plain = _plain(value)
    if isinstance(plain, list):
        return " ".join(str(part) for part in plain) or "none"
    return str(plain)


def _plain(value: object) -> object:
    """Return a value for JSON: members of an enumeration by name, sets and tuples as lists."""
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, frozenset):
        return sorted(_plain(part) for part in value)  # type: ignore[type-var]
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, Mosfets | MosfetTarget):
        return {"charge": value.charge, "discharge": value.discharge}
    return value
