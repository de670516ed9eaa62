"""Victron's BusItem protocol: how values look on the bus, and the two calls that read and write them."""

from __future__ import annotations

import math
from typing import Any, Literal

from dbus_fast import Variant, unpack_variants
from dbus_fast.aio import MessageBus

from dbus_xbms.dbus import ANSWER_LIMIT, call
from dbus_xbms.settings import Value
from dbus_xbms.venus.item import INT32

BUS_ITEM = "com.victronenergy.BusItem"

ACCEPTED, NOT_WRITABLE, REFUSED = 0, 1, 2  # results of SetValue

INVALID = Variant("ai", [])  # Victron's mark for a path without a value


def to_variant(kind: Literal["i", "d", "s"], value: Value | None) -> Variant:
    """Return a value in the D-Bus type of its path: int32 or, if it does not fit, int64; double; string."""
    if value is None:
        return INVALID
    return Variant(kind if kind != "i" or value in INT32 else "x", value)


def from_variant(kind: Literal["i", "d", "s"], raw: object) -> Value | None:
    """Convert what was written to a path to the path's type; ``None`` if that is not possible."""
    while isinstance(raw, Variant):
        raw = raw.value
    if kind == "s":
        return str(raw) if isinstance(raw, str | int | float) and not isinstance(raw, bool) else None
    if not isinstance(raw, int | float) or not math.isfinite(raw):
        return None
    if kind == "d":
        return float(raw)
    return int(raw) if raw == int(raw) and abs(raw) < 2**63 else None


async def get_value(bus: MessageBus, service: str, path: str, *, limit: float = ANSWER_LIMIT) -> Any:
    """Return the value that a service shows at a path; ``None`` if it is invalid.

    Raises the errors of :func:`dbus_xbms.dbus.calls.call`.
    """
    (variant,) = await call(bus, service, path, BUS_ITEM, "GetValue", returns="v", limit=limit)
    value = unpack_variants(variant)
    return None if value == [] else value


async def set_value(bus: MessageBus, service: str, path: str, value: Variant) -> bool:
    """Write to a path; return whether the service accepted the value.

    Raises the errors of :func:`dbus_xbms.dbus.calls.call`.
    """
    (result,) = await call(bus, service, path, BUS_ITEM, "SetValue", "v", [value], returns="i", writes=True)
    return bool(result == ACCEPTED)
