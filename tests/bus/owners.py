"""The owner of a name on the bus, and the items of its service."""

from __future__ import annotations

from typing import Any

from tests.bus.venus import BUS_ITEM, DBUS, Venus, plain


async def owner(venus: Venus, name: str) -> str | None:
    names = await venus.call(DBUS, "/org/freedesktop/DBus", DBUS, "ListNames")
    if name not in names:
        return None
    found: str = await venus.call(DBUS, "/org/freedesktop/DBus", DBUS, "GetNameOwner", "s", name)
    return found


async def items(venus: Venus, name: str) -> dict[str, Any]:
    """The value of each path of a service; empty if it is not on the bus."""
    if await owner(venus, name) is None:
        return {}
    answer = await venus.call(name, "/", BUS_ITEM, "GetItems")
    return {path: plain(entry["Value"]) for path, entry in answer.items()}
