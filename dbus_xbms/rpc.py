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
from dbus_xbms.ble.scan_results import LONGEST_SCAN, SHORTEST_SCAN, strength, strongest
from dbus_xbms.contact import Contact, ContactState
from dbus_xbms.dbus.connection import close, connect, until_closed
from dbus_xbms.dbus.errors import BusError, BusLost, NameTaken
from dbus_xbms.protocols import Advertised, LinkError
from dbus_xbms.protocols.registry import recognise
from dbus_xbms.settings import SettingsError
from dbus_xbms.text import LINE, printable

log = logging.getLogger(__name__)

NAME = "dbus_xbms.Service"
PATH = "/dbus_xbms"
INTERFACE = "dbus_xbms.Service1"

MOST_PACKS = 100  # in an answer: the strongest; random addresses are without end
SO_FAR_STANDS = 0.5  # s until what is heard is looked through again, however often it is asked for
MOST_SCANS = 3  # at a time: each caller waits for one
END_LIMIT = 1.0  # s for scans to end when the service stops

ERROR = "dbus_xbms.Error"
BUSY = f"{ERROR}.Busy"
FAULT = f"{ERROR}.Fault"  # of this program; the log has more
STOPPING = f"{ERROR}.Stopping"
SETTINGS = f"{ERROR}.Settings"  # localsettings does not do what is needed
BUS = f"{ERROR}.Bus"

Scan = Callable[[float], Awaitable[list[tuple[Advertised, bool, bool]]]]
Heard = Callable[[], list[Advertised]]
Health = Callable[[], dict[str, int]]
Contacts = Callable[[], dict[str, Contact]]
Found = Annotated[list[dict[str, Variant]], DBusSignature("aa{sv}")]
Counts = Annotated[dict[str, int], DBusSignature("a{su}")]
Told = Annotated[dict[str, dict[str, Variant]], DBusSignature("a{sa{sv}}")]


class Service1(ServiceInterface):
    """What the command line asks of the running service."""

    def __init__(self, scan: Scan, health: Health, contacts: Contacts, heard: Heard, hearing: Heard) -> None:
        super().__init__(INTERFACE)
        self._scan = scan
        self._health = health
        self._contacts = contacts
        self._heard = heard
        self._hearing = hearing
        self._scans: set[asyncio.Task[Any]] = set()
        self._so_far: list[dict[str, Variant]] = []  # what Hearing tells until then
        self._stale_at = 0.0  # s

    async def end(self) -> None:
        """Answer those who still wait that the service is stopping."""
        for task in self._scans:
            task.cancel()
        if self._scans:
            await asyncio.wait(self._scans, timeout=END_LIMIT)
            await asyncio.sleep(0)  # the answers are sent by what follows on their ends

    @dbus_method("Scan")
    async def scan(self, seconds: DBusDouble) -> Found:
        """Scan for ``seconds`` and return what was found; nothing of it is stored."""
        if len(self._scans) >= MOST_SCANS:
            raise DBusError(BUSY, "several scans are already running; try again later")
        task = asyncio.current_task()
        assert task
        self._scans.add(task)
        try:
            with _in_words():
                # In this order NaN, which no timer bears, is the shortest scan.
                found = await self._scan(min(LONGEST_SCAN, max(SHORTEST_SCAN, seconds)))
                # Packs that were added are few, and those that we hold have no strength.
                found.sort(key=lambda entry: (entry[1], strength(entry[0])), reverse=True)
                return [_described(*entry) for entry in found[:MOST_PACKS]]
        finally:
            self._scans.discard(task)

    @dbus_method("Heard")
    def heard(self) -> Found:
        """Tell which packs the scans of the last day have heard; the strongest of them, from memory."""
        with _in_words():
            return [_described(seen, False, False) for seen in self._heard()]

    @dbus_method("Hearing")
    def hearing(self) -> Found:
        """Tell which packs the scans that go on have heard so far; nothing while there is no scan."""
        with _in_words():
            now = asyncio.get_running_loop().time()
            if now >= self._stale_at:
                found = strongest(self._hearing(), MOST_PACKS)
                self._so_far = [_described(seen, False, False) for seen in found]
                self._stale_at = now + SO_FAR_STANDS
            return self._so_far

    @dbus_method("Health")
    def health(self) -> Counts:
        """Count what runs and is held just now, by name."""
        with _in_words():
            return {name: int(number) for name, number in self._health().items()}

    @dbus_method("Packs")
    def packs(self) -> Told:
        """Tell of each enabled pack, by address, how the contact with it is, and why."""
        with _in_words():
            return {address: _told(contact) for address, contact in self._contacts().items()}

    @dbus_method("Version")
    def version(self) -> DBusStr:
        """Tell which version runs; on the disk there may be another."""
        return __version__


@contextmanager
def _in_words() -> Iterator[None]:
    """Answer with an error whose name and words the caller can use.

    Raises:
        DBusError: whatever went wrong; dbus-fast would tell the caller of anything else only its class.
    """
    try:
        yield
    except DBusError:
        raise
    except LinkError as err:
        raise DBusError(named(err.state), text(str(err))) from err
    except SettingsError as err:
        raise DBusError(SETTINGS, text(str(err))) from err
    except BusError as err:
        raise DBusError(BUS, text(str(err))) from err
    except asyncio.CancelledError as err:
        raise DBusError(STOPPING, "the service is stopping") from err
    except Exception as err:
        log.exception("a request over D-Bus failed by an error in this program")
        raise DBusError(FAULT, "an error in the service; its log has more") from err


def named(state: ContactState) -> str:
    """The name of an error on D-Bus, such as ``dbus_xbms.Error.AdapterOff``."""
    return f"{ERROR}.{''.join(word[:1].upper() + word[1:] for word in state.split())}"


def text(words: str) -> str:
    """Words that D-Bus carries: it disconnects the sender of a NUL."""
    return printable(words, LINE)


def _told(contact: Contact) -> dict[str, Variant]:
    told = {
        "state": Variant("s", contact.state.value),
        "reason": Variant("s", text(contact.reason)),
        "advice": Variant("s", text(contact.advice)),
        "seconds": Variant("d", contact.seconds),
        "left": Variant("d", contact.left),
    }
    return told if contact.silence is None else told | {"silence": Variant("d", contact.silence)}


def _described(seen: Advertised, known: bool, enabled: bool) -> dict[str, Variant]:
    entry: dict[str, tuple[str, Any]] = {
        "address": ("s", seen.address),
        "name": ("s", printable(seen.name)),
        "known": ("b", known),
        "enabled": ("b", enabled),
    }
    if family := recognise(seen):
        entry["protocol"] = ("s", family.name)
    if seen.rssi is not None:
        entry["rssi"] = ("n", seen.rssi)
    return {key: Variant(signature, value) for key, (signature, value) in entry.items()}


class RpcService:
    """Holds the name while inside."""

    def __init__(self, scan: Scan, health: Health, contacts: Contacts, heard: Heard, hearing: Heard) -> None:
        self._interface = Service1(scan, health, contacts, heard, hearing)

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
                raise BusError(f"the bus does not let dbus-xbms own {NAME}: {err.text}") from err
            if reply is not RequestNameReply.PRIMARY_OWNER:
                raise NameTaken("dbus-xbms is already running on this bus; stop that one first")
            undo.push_async_callback(self._interface.end)
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
