"""The service's own D-Bus name, which allows one instance only and serves the command line."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, NoReturn, Self

from dbus_fast import DBusError, Message, Variant

from dbus_xbms import __version__
from dbus_xbms.ble.scan_results import LONGEST_SCAN, SHORTEST_SCAN, strength, strongest
from dbus_xbms.contact import Contact, ContactState
from dbus_xbms.dbus import BusError, BusLost, Method, Node, Server, children_of
from dbus_xbms.policy.bank.formation import BankStatus
from dbus_xbms.protocols import Advertised, LinkError
from dbus_xbms.protocols.registry import recognise
from dbus_xbms.settings import SettingsError, bank_id
from dbus_xbms.text import LINE, printable

log = logging.getLogger(__name__)

NAME = "dbus_xbms.Service"
PATH = "/dbus_xbms"
INTERFACE = "dbus_xbms.Service1"

MOST_PACKS = 100  # in a reply, the strongest ones; there may be any number of random addresses
SO_FAR_AGE = 0.5  # s for which a reply to FoundSoFar is reused
MOST_SCANS = 3  # at a time, each for one caller

ERROR = "dbus_xbms.Error"
BUSY = f"{ERROR}.Busy"
FAULT = f"{ERROR}.Fault"  # an error in this program; the log has details
STOPPING = f"{ERROR}.Stopping"
SETTINGS = f"{ERROR}.Settings"  # an error of localsettings
BUS = f"{ERROR}.Bus"

Scan = Callable[[float], Awaitable[list[tuple[Advertised, bool, bool]]]]  # s -> pack, known, enabled
FoundPacks = Callable[[], list[Advertised]]
Health = Callable[[], dict[str, int]]
Contacts = Callable[[], dict[str, Contact]]
Banks = Callable[[], list[BankStatus]]
Described = list[dict[str, Variant]]


class RpcService:
    """Serves the command line under the program's name while inside the context."""

    def __init__(
        self,
        scan: Scan,
        health: Health,
        contacts: Contacts,
        recent: FoundPacks,
        so_far: FoundPacks,
        banks: Banks = list,
    ) -> None:
        self._scan = scan
        self._health = health
        self._contacts = contacts
        self._recent = recent
        self._found_so_far = so_far
        self._bank_status = banks
        self._scans = 0  # under way
        self._so_far: Described = []  # the last reply to FoundSoFar
        self._stale_at = 0.0  # s, loop time at which it expires
        self.methods = {
            "Scan": Method(takes="d", gives="aa{sv}", run=self._scan_for),
            "RecentlyFound": Method(gives="aa{sv}", run=lambda call: [_unknown(self._recent())]),
            "FoundSoFar": Method(gives="aa{sv}", run=self._so_far_found),
            "Health": Method(gives="a{su}", run=self._counts),
            "Packs": Method(gives="a{sa{sv}}", run=self._packs),
            "Banks": Method(gives="aa{sv}", run=self._banks),
            "Version": Method(gives="s", run=lambda call: [__version__]),
        }
        node = Node(methods={(INTERFACE, name): method for name, method in self.methods.items()})
        self._server = Server(
            NAME,
            lambda path: node if path == PATH else None,
            lambda path: children_of([PATH], path),
            taken="dbus-xbms is already running on this bus; stop that one first",
            describe=_described_error,
        )

    async def __aenter__(self) -> Self:
        """Take the name.

        Raises:
            BusError: there is no bus, or the program is already running.
        """
        await self._server.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Answer running scans, and release the name."""
        await self._server.close()

    async def watch(self) -> NoReturn:
        """Wait until the bus closes.

        Raises:
            BusLost: it has.
        """
        await self._server.until_closed()
        raise BusLost

    # Methods on the bus

    async def _scan_for(self, call: Message) -> list[Described]:
        """Scan for some seconds and return the packs found; none of them is stored."""
        if self._scans >= MOST_SCANS:
            raise DBusError(BUSY, "several scans are already running; try again later")
        self._scans += 1
        try:
            # In this order, NaN, which no timer accepts, becomes the shortest scan.
            found = await self._scan(min(LONGEST_SCAN, max(SHORTEST_SCAN, call.body[0])))
        finally:
            self._scans -= 1
        # Added packs are few, and those that are connected have no signal strength.
        found.sort(key=lambda entry: (entry[1], strength(entry[0])), reverse=True)
        return [[_described(*entry) for entry in found[:MOST_PACKS]]]

    def _so_far_found(self, call: Message) -> list[Described]:
        """Return the packs found so far by running scans."""
        now = asyncio.get_running_loop().time()
        if now >= self._stale_at:
            self._so_far = _unknown(strongest(self._found_so_far(), MOST_PACKS))
            self._stale_at = now + SO_FAR_AGE
        return [self._so_far]

    def _counts(self, call: Message) -> list[dict[str, int]]:
        """Return the number of packs, links, tasks and so on."""
        return [{name: int(number) for name, number in self._health().items()}]

    def _packs(self, call: Message) -> list[dict[str, dict[str, Variant]]]:
        """Return the state of the contact with each enabled pack, by address."""
        return [{address: _contact(contact) for address, contact in self._contacts().items()}]

    def _banks(self, call: Message) -> list[Described]:
        """Return each bank that has settings, formed or not."""
        return [[_bank(status) for status in self._bank_status()]]


def _described_error(err: BaseException) -> DBusError:
    """Return the error reply to a call whose method raised ``err``."""
    match err:
        case DBusError():
            return err
        case LinkError():
            return DBusError(error_name(err.state), text(str(err)))
        case SettingsError():
            return DBusError(SETTINGS, text(str(err)))
        case BusError():
            return DBusError(BUS, text(str(err)))
        case asyncio.CancelledError():
            return DBusError(STOPPING, "the service is stopping")
    log.error("a D-Bus call failed because of an error in this program", exc_info=err)
    return DBusError(FAULT, "an error in the service; see its log")


def error_name(state: ContactState) -> str:
    """Return the name of an error on D-Bus, such as ``dbus_xbms.Error.AdapterOff``."""
    return f"{ERROR}.{''.join(word[:1].upper() + word[1:] for word in state.split())}"


def text(words: str) -> str:
    """Return a text that D-Bus can carry: it disconnects clients that send a NUL."""
    return printable(words, LINE)


def _contact(contact: Contact) -> dict[str, Variant]:
    entry = {
        "state": Variant("s", contact.state.value),
        "reason": Variant("s", text(contact.reason)),
        "advice": Variant("s", text(contact.advice)),
        "seconds": Variant("d", contact.seconds),
        "left": Variant("d", contact.left),
    }
    return entry if contact.silence is None else entry | {"silence": Variant("d", contact.silence)}


def _bank(status: BankStatus) -> dict[str, Variant]:
    formation = status.formation
    return {
        "number": Variant("i", status.number),
        "device": Variant("s", bank_id(status.number)),
        "name": Variant("s", text(status.name)),
        "enabled": Variant("b", status.enabled),
        "formed": Variant("b", formation.formed),
        "controls": Variant("b", status.controls),
        "members": Variant("as", list(formation.members)),
        "outside": Variant("as", [text(words) for words in formation.outside]),
        "reason": Variant("s", text(formation.refusal or status.trouble)),
    }


def _unknown(found: Iterable[Advertised]) -> Described:
    return [_described(seen, False, False) for seen in found]


def _described(seen: Advertised, known: bool, enabled: bool) -> dict[str, Variant]:
    entry: dict[str, tuple[str, Any]] = {
        "address": ("s", seen.address),
        "name": ("s", printable(seen.name)),
        "known": ("b", known),
        "enabled": ("b", enabled),
    }
    if family := recognise(seen):
        entry["protocol"] = ("s", family.name)
        entry["make"] = ("s", family.make_of(seen))
        entry["watch_only"] = ("b", family.watch_only)
    if seen.rssi is not None:
        entry["rssi"] = ("n", seen.rssi)
    return {key: Variant(signature, value) for key, (signature, value) in entry.items()}
