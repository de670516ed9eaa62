"""The program's own D-Bus name: at most one instance runs, and the command line can ask it to scan."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from typing import Annotated, Any, NoReturn, Self

from dbus_fast import DBusError, NameFlag, RequestNameReply, Variant
from dbus_fast.annotations import DBusDouble, DBusSignature, DBusStr
from dbus_fast.service import ServiceInterface, dbus_method

from dbus_xbms import __version__
from dbus_xbms.protocols.base import Advertised, LinkError
from dbus_xbms.venus.bus import BusLost, NameTaken, close, connect, until_closed

log = logging.getLogger(__name__)

NAME = "dbus_xbms.Service"
PATH = "/dbus_xbms"
INTERFACE = "dbus_xbms.Service1"

SHORTEST_SCAN = 1.0  # s
LONGEST_SCAN = 60.0  # s; a scan takes radio time from every pack

MOST_SCANS = 3  # at a time: each caller waits for one

BLUETOOTH = "dbus_xbms.Error.Bluetooth"  # no scan is possible; the text says why
BUSY = "dbus_xbms.Error.Busy"
FAULT = "dbus_xbms.Error.Fault"  # of this program; the log has more

Scan = Callable[[float], Awaitable[list[tuple[Advertised, bool, bool]]]]
Heard = Callable[[], list[Advertised]]
Health = Callable[[], dict[str, int]]
Found = Annotated[list[dict[str, Variant]], DBusSignature("aa{sv}")]
Troubles = Callable[[], dict[str, tuple[str, str]]]
Counts = Annotated[dict[str, int], DBusSignature("a{su}")]
Told = Annotated[dict[str, list[str]], DBusSignature("a{sas}")]


class Service1(ServiceInterface):
    """What the command line asks of the running service."""

    def __init__(self, scan: Scan, health: Health, troubles: Troubles, heard: Heard, hearing: Heard) -> None:
        super().__init__(INTERFACE)
        self._scan = scan
        self._health = health
        self._troubles = troubles
        self._heard = heard
        self._hearing = hearing
        self._scans = 0  # that go on

    @dbus_method("Scan")
    async def scan(self, seconds: DBusDouble) -> Found:
        """Scan for ``seconds`` and return what was found; nothing of it is stored."""
        if self._scans >= MOST_SCANS:
            raise DBusError(BUSY, "several scans are already running; try again later")
        self._scans += 1
        try:
            with _in_words():
                # In this order NaN, which no timer bears, is the shortest scan.
                found = await self._scan(min(LONGEST_SCAN, max(SHORTEST_SCAN, seconds)))
        finally:
            self._scans -= 1
        return [_described(*entry) for entry in found]

    @dbus_method("Heard")
    def heard(self) -> Found:
        """Tell which packs the scans of the last day have heard; the strongest of them, from memory."""
        with _in_words():
            return [_described(seen, False, False) for seen in self._heard()]

    @dbus_method("Hearing")
    def hearing(self) -> Found:
        """Tell which packs the scans that go on have heard so far; nothing while there is no scan."""
        with _in_words():
            return [_described(seen, False, False) for seen in self._hearing()]

    @dbus_method("Health")
    def health(self) -> Counts:
        """Count what runs and is held just now, by name."""
        with _in_words():
            return self._health()

    @dbus_method("Troubles")
    def troubles(self) -> Told:
        """Tell of each pack that is not being read: what was found out all the same, and why it is not."""
        with _in_words():
            return {address: list(trouble) for address, trouble in self._troubles().items()}

    @dbus_method("Version")
    def version(self) -> DBusStr:
        """Tell which version runs; on the disk there may be another."""
        return __version__


@contextmanager
def _in_words() -> Iterator[None]:
    """Answer with an error whose name and words the caller can use."""
    try:
        yield
    except LinkError as err:
        raise DBusError(BLUETOOTH, str(err)) from err
    except Exception as err:
        log.exception("a request over D-Bus failed by an error in this program")
        raise DBusError(FAULT, "an error in the service; its log has more") from err


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

    def __init__(self, scan: Scan, health: Health, troubles: Troubles, heard: Heard, hearing: Heard) -> None:
        self._interface = Service1(scan, health, troubles, heard, hearing)

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
            except DBusError as err:
                raise NameTaken(f"the bus does not let dbus-xbms own {NAME}: {err.text}") from err
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
