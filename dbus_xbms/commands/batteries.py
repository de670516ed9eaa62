"""The packs of ours that are on the bus, kept up to date by their signals."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from dbus_fast import Message, Variant, unpack_variants

from dbus_xbms.commands import CommandError
from dbus_xbms.commands.session import call, contacts, is_on_bus, open_bus, until_lost
from dbus_xbms.commands.table import Battery, Value
from dbus_xbms.contact import Contact
from dbus_xbms.dbus.connection import follow
from dbus_xbms.dbus.peers import NoAnswer
from dbus_xbms.dbus.trusted import DAEMON, OWNER_CHANGES, TrustedBus
from dbus_xbms.rpc import NAME as SERVICE
from dbus_xbms.settings import device_id
from dbus_xbms.venus.objects import ACCEPTED, BUS_ITEM
from dbus_xbms.venus.tables.battery import BATTERY

log = logging.getLogger(__name__)

OURS = f"{BATTERY}.xbms_"
GONE_LIMIT = 20.0  # s for the service to let a pack go: an order on its way is carried out first
Updated = Callable[[Battery, Collection[str]], None]  # with the paths that were sent
MATCHES = (
    f"type='signal',interface='{BUS_ITEM}',member='ItemsChanged',path='/'",
    f"{OWNER_CHANGES},arg0namespace='{BATTERY}'",
    f"{OWNER_CHANGES},arg0='{SERVICE}'",
)


class Batteries:
    """A live view. ``changed`` is set at each change; who looks at it, and only one does, clears it."""

    def __init__(self, bus: TrustedBus) -> None:
        self.changed = asyncio.Event()
        self.running = False  # the service
        self.updated: Updated = _ignore  # called with each change of a pack
        self._next = asyncio.Event()
        self._bus = bus
        self._packs: dict[str, Battery] = {}  # by service name
        self._owners: dict[str, str] = {}  # unique name -> service name
        self._appeared: asyncio.Queue[str] = asyncio.Queue()

    @property
    def packs(self) -> list[Battery]:
        """The packs by name, those that have left included."""
        read = (pack for pack in self._packs.values() if pack.values)
        return sorted(read, key=lambda pack: (pack.name, pack.service))

    def _update(self, pack: Battery, paths: Collection[str]) -> None:
        self._packs[pack.service] = pack
        self.updated(pack, paths)
        self.tell()

    def tell(self) -> None:
        """There is something to see."""
        self.changed.set()
        self._next.set()
        self._next = asyncio.Event()

    async def next_change(self) -> None:
        """Wait for the next change, for as many as want to."""
        await self._next.wait()

    async def load(self) -> None:
        """Read all packs that are on the bus now, and follow them from here on."""
        self._bus.add_message_handler(self._signalled)
        for rule in MATCHES:
            await call(self._bus, DAEMON, "AddMatch", "s", [rule])
        names = (await call(self._bus, DAEMON, "ListNames"))[0]
        self.running = SERVICE in names
        for name in names:
            if name.startswith(OURS):
                await self._read(name)

    async def follow(self) -> None:
        """Read packs as they appear, until cancelled."""
        while True:
            await self._read(await self._appeared.get())

    async def is_on_bus(self, name: str) -> bool:
        """Whether somebody owns a name."""
        return await is_on_bus(self._bus, name)

    async def contacts(self) -> dict[str, Contact]:
        """How the contact with each enabled pack is, by address; see :func:`.session.contacts`."""
        return await contacts(self._bus)

    async def ask(self, pack: Battery, path: str) -> Value:
        """The value of a path at this moment."""
        return _value(await self._call(pack, path, "GetValue"))

    async def write(self, pack: Battery, path: str, value: int) -> bool:
        """Write to a path, as any other program would; whether that was accepted."""
        return bool(await self._call(pack, path, "SetValue", "v", Variant("i", value)) == ACCEPTED)

    async def _call(self, pack: Battery, path: str, member: str, signature: str = "", *body: Any) -> Any:
        reply = await call(self._bus, pack.service, member, signature, body, path=path, interface=BUS_ITEM)
        return unpack_variants(reply[0])

    async def _read(self, service: str) -> None:
        try:
            owner = await follow(self._bus, service)
            if not owner:
                log.debug("%s left before it was read", service)
                return
            self._owners[owner] = service  # from here on its signals count
            self._packs[service] = Battery(service=service)
            items = (await call(self._bus, owner, "GetItems", path="/", interface=BUS_ITEM))[0]
        except CommandError as err:
            log.debug("%s left before it was read: %s", service, err)
            return
        except NoAnswer as err:  # asked by its unique name, which tells an owner nothing
            raise NoAnswer(service) from err
        read, signalled = _updated(Battery(service=service), items), self._packs[service]
        self._update(
            replace(
                signalled, values={**read.values, **signalled.values}, texts={**read.texts, **signalled.texts}
            ),
            items,
        )

    def _signalled(self, message: Message) -> None:
        if message.member == "NameOwnerChanged":
            name, _, owner = message.body
            if name.startswith(OURS):
                self._owner_changed(name, owner)
            elif name == SERVICE:
                self.running = bool(owner)
                self.tell()
        elif message.member == "ItemsChanged" and message.sender in self._owners:
            service = self._owners[message.sender]
            self._update(_updated(self._packs[service], message.body[0]), message.body[0])

    def _owner_changed(self, service: str, owner: str) -> None:
        self._owners = {unique: name for unique, name in self._owners.items() if name != service}
        if owner:
            self._appeared.put_nowait(service)
        elif service in self._packs:
            gone = replace(self._packs[service], gone=True)
            self._update(gone, gone.values)


@asynccontextmanager
async def batteries() -> AsyncIterator[Batteries]:
    """A live view of the packs on the bus.

    Raises:
        CommandError: there is no bus.
        NoAnswer: the service does not answer.
    """
    async with open_bus() as bus, asyncio.TaskGroup() as group:
        live = Batteries(bus)
        await live.load()
        tasks = [group.create_task(live.follow()), group.create_task(until_lost(bus))]
        try:
            yield live
        finally:
            for task in tasks:
                task.cancel()


async def wait_until_gone(address: str) -> None:
    """Wait until the service has let go of a pack; not for long."""
    name = f"{BATTERY}.{device_id(address)}"
    async with batteries() as live:
        try:
            async with asyncio.timeout(GONE_LIMIT):
                while any(pack.service == name and not pack.gone for pack in live.packs):
                    live.changed.clear()
                    await live.changed.wait()
        except TimeoutError as err:
            raise CommandError(f"{name} does not leave the bus; is that the service of dbus-xbms?") from err


def _ignore(pack: Battery, paths: Collection[str]) -> None:
    pass


def _updated(pack: Battery, items: Mapping[str, Mapping[str, Any]]) -> Battery:
    values = {path: _value(item["Value"].value) for path, item in items.items() if "Value" in item}
    texts = {path: str(item["Text"].value) for path, item in items.items() if "Text" in item}
    return replace(pack, values={**pack.values, **values}, texts={**pack.texts, **texts})


def _value(value: object) -> Value:
    """Venus says "invalid" with an empty array."""
    return value if isinstance(value, int | float | str) else None
