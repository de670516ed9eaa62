"""Why a pack is not being read, and what helps, as the running service says it."""

from __future__ import annotations

import time
from collections.abc import Mapping

from dbus_xbms.commands.session import contacts, is_running, open_bus, stopped
from dbus_xbms.contact import Contact
from dbus_xbms.dbus.errors import NoAnswer
from dbus_xbms.text import LINE, printable

NONE_ENABLED = (
    "no pack has been added; `dbus-xbms scan` lists those in range, `dbus-xbms add ADDRESS` adds one"
)


def reason(contact: Contact) -> str:
    """Why, in words; of a lent pack also the time at which it comes back, with its time zone."""
    words = printable(contact.reason, LINE)
    if not contact.left:
        return words
    end = time.localtime(time.time() + contact.left)
    return f"{words} (until {time.strftime('%H:%M %Z', end).strip()})"


def explained(name: str, contact: Contact) -> str:
    """A pack's name, why it is not being read, and what helps."""
    said = f"{name}: {reason(contact)}"
    return f"{said}\n  -> {printable(contact.advice, LINE)}" if contact.advice else said


async def absence(address: str, name: str, *, removed: bool) -> str:
    """Why one pack is not on the bus, and what helps, in one line.

    Raises:
        NoAnswer: the service hangs.
    """
    if removed:
        return f"{name} was removed; `dbus-xbms add {address}` brings it back"
    async with open_bus() as bus:
        if not await is_running(bus):
            return f"{name} is not on the bus: {stopped()}"
        contact = (await contacts(bus)).get(address)
    if contact is None:
        return f"{name} is not on the bus; `dbus-xbms doctor` looks for the reason"
    helps = f" -> {printable(contact.advice, LINE)}" if contact.advice else ""
    return f"{name} is not on the bus: {reason(contact)}{helps}"


async def nothing_to_show(names: Mapping[str, str] | None = None) -> str:
    """Why no pack is on the bus; ``names``: what to call packs, by address."""
    async with open_bus() as bus:
        if not await is_running(bus):
            return f"Nothing to show: {stopped()}."
        try:
            told = await contacts(bus)
        except NoAnswer as err:
            return f"Nothing to show: {err}."
    if not told:
        return f"Nothing to show: {NONE_ENABLED}."
    known = names or {}
    lines = [explained(known.get(address, address), contact) for address, contact in sorted(told.items())]
    return "\n".join(["Nothing to show:", *lines])
