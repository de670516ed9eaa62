"""Settings as JSON, as stored in the file. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, fields

from dbus_xbms.settings_store.store import (
    DEVICES,
    KINDS,
    Entry,
    Number,
    Value,
    converted,
    is_path,
    within_limits,
)

CONTROL = "Control"  # whether a pack controls chargers
KEYS = {entry.name for entry in fields(Entry)} - {"unknown"}


class OtherFormError(Exception):
    """The file has the format of another version."""


def text_of(entries: Mapping[str, Entry]) -> str:
    """Return settings as JSON, one object per path."""
    return json.dumps({path: _row(entry) for path, entry in sorted(entries.items())}, indent=1) + "\n"


def _row(entry: Entry) -> dict[str, object]:
    row = asdict(entry)
    return {**row.pop("unknown"), **row}


def entries_of(text: bytes) -> tuple[dict[str, Entry], list[str]]:
    """Return the settings in a file, and descriptions of its unusable parts.

    A device that has lost a setting also loses its `Control`: the lost one may have been a limit.

    Raises:
        OtherFormError: the file has the format of another version.
    """
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError) as err:
        return {}, [f"it is not JSON: {err}"]
    if not isinstance(rows, dict):
        return {}, ["it contains no settings"]
    if foreign := [key for key in rows if not key.startswith("/")]:
        raise OtherFormError(f"it contains {foreign[0]!r}, which this version does not know")
    entries: dict[str, Entry] = {}
    faults: dict[str, str] = {}
    for path, row in rows.items():
        try:
            entries[path] = _entry(path, row)
        except ValueError as err:
            faults[path] = str(err)
    dropped = sorted({_control_of(path) for path in faults} & entries.keys())
    for path in dropped:
        del entries[path]
    return entries, [
        *(f"{path}: dropped, because another setting of this pack is damaged" for path in dropped),
        *(f"{path}: {fault}" for path, fault in faults.items()),
    ]


def _control_of(path: str) -> str:
    """Return the path of `Control` of the device that a setting belongs to; "" if it belongs to none."""
    device = path.removeprefix(f"{DEVICES}/").partition("/")[0]
    return f"{DEVICES}/{device}/{CONTROL}" if path.startswith(f"{DEVICES}/") else ""


def _entry(path: str, row: object) -> Entry:
    if not is_path(path):
        raise ValueError("not the path of a setting")
    if not isinstance(row, dict):
        raise ValueError("not a setting")
    kind = row.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        raise ValueError(f"unknown kind of setting {kind!r}")
    entry = Entry(
        kind=kind,
        value=_value(kind, row.get("value")),
        default=_value(kind, row.get("default")),
        lowest=_limit(kind, row.get("lowest")),
        highest=_limit(kind, row.get("highest")),
        silent=row.get("silent") is True,
        unknown={key: value for key, value in row.items() if key not in KEYS},
    )
    if not within_limits(entry, entry.value):
        raise ValueError(f"{entry.value} is out of range")
    return entry


def _value(kind: str, value: object) -> Value:
    usable = converted(kind, value)
    if usable is None or isinstance(value, str) != (kind == "s"):
        raise ValueError(f"{value!r} is not a value of kind {kind!r}")
    return usable


def _limit(kind: str, value: object) -> Number | None:
    if value is None:
        return None
    limit = _value(kind, value)
    if isinstance(limit, str):
        raise ValueError("a text has no limits")
    return limit
