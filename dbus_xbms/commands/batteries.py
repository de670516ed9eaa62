"""This program's packs and banks on the bus, kept up to date by their signals."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Any, TypeVar

from dbus_fast import Message, Variant

from dbus_xbms.commands import CommandError
from dbus_xbms.commands.session import (
    RETURN_LIMIT,
    again_if_replaced,
    contacts,
    formed_banks,
    open_bus,
    until_lost,
)
from dbus_xbms.commands.table import Battery, Value
from dbus_xbms.contact import Contact, ContactState
from dbus_xbms.dbus import CallRefused, NameWatcher, NoAnswer, TrustedBus, call, call_daemon, has_owner
from dbus_xbms.rpc import NAME as SERVICE
from dbus_xbms.settings import bank_id, device_id
from dbus_xbms.text import printable
from dbus_xbms.venus.bus_item import BUS_ITEM, get_value, set_value
from dbus_xbms.venus.tables.battery import BATTERY, OWN_BATTERY

log = logging.getLogger(__name__)

EXPECTED_LIMIT = 1.0  # s for the service to say what should be on the bus
EXPECTED_AGAIN = 0.5  # s until it is asked again
GONE_LIMIT = 20.0  # s for the service to release a pack; it first completes a command under way
T = TypeVar("T")
Updated = Callable[[Battery, Collection[str]], None]  # with the paths that were sent
ITEMS_CHANGED = f"type='signal',interface='{BUS_ITEM}',member='ItemsChanged',path='/'"  # match rule


def _is_own(name: str) -> bool:
    """Return whether a bus name is that of a pack or a bank."""
    battery = Battery(service=name)
    return name.startswith(OWN_BATTERY) and bool(battery.address or battery.bank)


class Batteries:
    """A live view of packs and banks. ``changed`` is set at each change and cleared by its only reader."""

    def __init__(self, bus: TrustedBus) -> None:
        self.changed = asyncio.Event()
        self.running = False  # the service
        self.updated: Updated = _ignore  # called with each change of a pack
        self._next = asyncio.Event()
        self._bus = bus
        self._packs: dict[str, Battery] = {}  # and banks, by service name
        self._services: dict[str, str] = {}  # unique name of the owner -> service name
        self._appeared: asyncio.Queue[str] = asyncio.Queue()

    @property
    def packs(self) -> list[Battery]:
        """The packs by name, including those that have left the bus."""
        read = (pack for pack in self._packs.values() if pack.values and pack.address)
        return sorted(read, key=lambda pack: (pack.name, pack.service))

    @property
    def banks(self) -> list[Battery]:
        """The banks by number, including those that have left the bus."""
        read = (bank for bank in self._packs.values() if bank.values and bank.bank)
        return sorted(read, key=lambda bank: bank.bank)

    @property
    def all(self) -> list[Battery]:
        """The banks, then the packs."""
        return [*self.banks, *self.packs]

    def _update(self, pack: Battery, paths: Collection[str]) -> None:
        self._packs[pack.service] = pack
        self.updated(pack, paths)
        self.announce()

    def announce(self) -> None:
        """Wake everything that waits for a change."""
        self.changed.set()
        self._next.set()
        self._next = asyncio.Event()

    async def next_change(self) -> None:
        """Wait for the next change; any number of tasks may wait."""
        await self._next.wait()

    async def load(self) -> None:
        """Read all packs and banks that are on the bus, and keep them up to date."""
        self._bus.add_message_handler(self._receive)
        await call_daemon(self._bus, "AddMatch", ITEMS_CHANGED)
        names = NameWatcher(self._bus, self._owner_changed)
        self.running = bool(await names.watch(SERVICE))
        await names.watch_namespace(BATTERY)
        for name in list(names.owners):
            if _is_own(name):
                await self._read(name)

    async def follow(self) -> None:
        """Read packs as they appear, until cancelled."""
        while True:
            await self._read(await self._appeared.get())

    async def is_on_bus(self, name: str) -> bool:
        """Return whether a program owns a name."""
        return await has_owner(self._bus, name)

    async def contacts(self) -> dict[str, Contact]:
        """Return the state of the contact with each enabled pack; see :func:`.session.contacts`."""
        return await contacts(self._bus)

    async def ask(self, pack: Battery, path: str) -> Value:
        """Return the current value of a path; raises the errors of :func:`.session.again_if_replaced`."""
        return _value(await self._call(pack, lambda: get_value(self._bus, pack.service, path)))

    async def write(self, pack: Battery, path: str, value: int) -> bool:
        """Write to a path; return whether the service accepted the value; raises as :meth:`ask`."""
        sent = Variant("i", value)
        return await self._call(pack, lambda: set_value(self._bus, pack.service, path, sent))

    async def _call(self, pack: Battery, call: Callable[[], Awaitable[T]]) -> T:
        return await again_if_replaced(self._bus, pack.service, printable(pack.name) or pack.label, call)

    async def until_returned(self) -> None:
        """Wait, 5 s at most, until services that are being replaced have returned and are read."""
        with suppress(TimeoutError, NoAnswer):
            async with asyncio.timeout(RETURN_LIMIT):
                while await self._expected() - {one.service for one in self.all if not one.gone}:
                    with suppress(TimeoutError):
                        async with asyncio.timeout(EXPECTED_AGAIN):
                            await self.next_change()

    async def _expected(self) -> set[str]:
        """Return the names of services that should be on the bus: packs that are read, and their banks."""
        if not self.running:
            return set()
        reported = await contacts(self._bus, limit=EXPECTED_LIMIT)
        read = {address for address, contact in reported.items() if contact.state is ContactState.CONNECTED}
        devices = {device_id(address) for address in read}
        if read:
            formed = await formed_banks(self._bus)
            devices |= {bank_id(number) for number, members in formed.items() if read & set(members)}
        return {f"{BATTERY}.{device}" for device in devices}

    async def _read(self, service: str) -> None:
        try:
            owner = await self._bus.follow(service)
            if not owner:
                log.debug("%s left before it was read", service)
                return
            self._services[owner] = service  # from now on its signals are used
            self._packs[service] = Battery(service=service)
            (items,) = await call(self._bus, owner, "/", BUS_ITEM, "GetItems", returns="a{sa{sv}}")
        except CallRefused as err:
            log.debug("%s left before it was read: %s", service, err)
            return
        except NoAnswer as err:  # has the unique name, which is of no use to the owner
            raise NoAnswer(service) from err
        initial, signalled = _updated(Battery(service=service), items), self._packs[service]
        self._update(
            replace(
                signalled,
                values={**initial.values, **signalled.values},
                texts={**initial.texts, **signalled.texts},
            ),
            items,
        )

    def _receive(self, message: Message) -> None:
        if message.member == "ItemsChanged" and message.sender in self._services:
            service = self._services[message.sender]
            self._update(_updated(self._packs[service], message.body[0]), message.body[0])

    def _owner_changed(self, name: str, old: str, new: str) -> None:
        if name == SERVICE:
            self.running = bool(new)
            self.announce()
        elif _is_own(name):
            self._services = {unique: known for unique, known in self._services.items() if known != name}
            if new:
                self._appeared.put_nowait(name)
            elif name in self._packs:
                gone = replace(self._packs[name], gone=True)
                self._update(gone, gone.values)


@asynccontextmanager
async def batteries() -> AsyncIterator[Batteries]:
    """Yield a live view of the packs and banks on the bus.

    Raises:
        BusError: there is no bus, or the service does not answer.
    """
    async with open_bus() as bus, asyncio.TaskGroup() as group:
        live = Batteries(bus)
        await live.load()
        tasks = [group.create_task(live.follow()), group.create_task(until_lost(bus))]
        try:
            await live.until_returned()
            yield live
        finally:
            for task in tasks:
                task.cancel()


async def wait_until_gone(device: str) -> None:
    """Wait until the service has released the pack or bank of this name, such as ``xbms_bank_1``.

    Raises:
        CommandError: it has not done so within 20 s.
    """
    name = f"{BATTERY}.{device}"
    async with batteries() as live:
        try:
            async with asyncio.timeout(GONE_LIMIT):
                while any(one.service == name and not one.gone for one in (*live.packs, *live.banks)):
                    live.changed.clear()
                    await live.changed.wait()
        except TimeoutError as err:
            raise CommandError(f"{name} is still on the bus; does it belong to dbus-xbms?") from err


def _ignore(pack: Battery, paths: Collection[str]) -> None:
    pass


def _updated(pack: Battery, items: Mapping[str, Mapping[str, Any]]) -> Battery:
    values = {path: _value(item["Value"].value) for path, item in items.items() if "Value" in item}
    texts = {path: str(item["Text"].value) for path, item in items.items() if "Text" in item}
    return replace(pack, values={**pack.values, **values}, texts={**pack.texts, **texts})


def _value(value: object) -> Value:
    """Return a value from the bus; ``None`` for an empty array, which means invalid."""
    return value if isinstance(value, int | float | str) else None
