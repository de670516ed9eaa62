"""The program's own D-Bus name: at most one instance runs, and the command line can ask it to scan."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Annotated, Any, NoReturn, Self

from dbus_fast import NameFlag, RequestNameReply, Variant
from dbus_fast.annotations import DBusDouble, DBusSignature, DBusStr
from dbus_fast.service import ServiceInterface, dbus_method

from dbus_xbms import __version__
from dbus_xbms.protocols.base import Advertised
from dbus_xbms.venus.bus import BusLost, NameTaken, close, connect, until_closed

NAME = "io.github.dbus_xbms"
PATH = "/io/github/dbus_xbms"
INTERFACE = "io.github.dbus_xbms.Service1"

SHORTEST_SCAN = 1.0  # s
LONGEST_SCAN = 60.0  # s; a scan takes radio time from every pack

Scan = Callable[[float], Awaitable[list[tuple[Advertised, bool, bool]]]]
Health = Callable[[], dict[str, int]]
Found = Annotated[list[dict[str, Variant]], DBusSignature("aa{sv}")]
Troubles = Callable[[], dict[str, tuple[str, str]]]
Counts = Annotated[dict[str, int], DBusSignature("a{su}")]
Told = Annotated[dict[str, list[str]], DBusSignature("a{sas}")]


class Service1(ServiceInterface):
    """What the command line asks of the running service."""

    def __init__(self, scan: Scan, health: Health, troubles: Troubles) -> None:
        super().__init__(INTERFACE)
        self._scan = scan
        self._health = health
        self._troubles = troubles

    @dbus_method("Scan")
    async def scan(self, seconds: DBusDouble) -> Found:
        """Scan for ``seconds`` and return what was found; new packs are remembered, not enabled."""
        # In this order NaN, which no timer bears, is the shortest scan.
        found = await self._scan(min(LONGEST_SCAN, max(SHORTEST_SCAN, seconds)))
        return [_described(*entry) for entry in found]

    @dbus_method("Health")
    def health(self) -> Counts:
        """Count what runs and is held just now, by name."""
        return self._health()

    @dbus_method("Troubles")
    def troubles(self) -> Told:
        """Tell of each pack that is not being read: what was found out all the same, and why it is not."""
        return {address: list(trouble) for address, trouble in self._troubles().items()}

    @dbus_method("Version")
    def version(self) -> DBusStr:
        """Tell which version runs; on the disk there may be another."""
        return __version__


def _described(seen: Advertised, known: bool, enabled: bool) -> dict[str, Variant]:
    entry: dict[str, tuple[str, Any]] = {
        "address": ("s", seen.address),
        "name": ("s", seen.name),
        "known": ("b", known),
        "enabled": ("b", enabled),
    }
    if seen.rssi is not None:
        entry["rssi"] = ("n", seen.rssi)
    return {key: Variant(signature, value) for key, (signature, value) in entry.items()}


class Remote:
    """Holds the name while inside."""

    def __init__(self, scan: Scan, health: Health, troubles: Troubles) -> None:
        self._interface = Service1(scan, health, troubles)

    async def __aenter__(self) -> Self:
        """Take the name.

        Raises:
            BusError: no bus, or the name is taken: the program already runs.
        """
        async with AsyncExitStack() as undo:
            bus = await connect()
            self._closed = until_closed(bus)
            undo.push_async_callback(close, bus, self._closed)
            try:
                bus.export(PATH, self._interface)
                reply = await bus.request_name(NAME, NameFlag.DO_NOT_QUEUE)
            except (OSError, EOFError) as err:
                raise BusLost from err
            if reply is not RequestNameReply.PRIMARY_OWNER:
                raise NameTaken("dbus-xbms is already running on this bus; stop that one first")
            self._undo = undo.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._undo.aclose()

    async def watch(self) -> NoReturn:
        """Wait for the end of the bus; nothing this program does makes sense without it.

        Raises:
            BusLost: it has come.
        """
        await asyncio.wait([self._closed])
        raise BusLost
