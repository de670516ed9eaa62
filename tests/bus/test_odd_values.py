"""Any call with any value on the bus: nothing crashes, and all paths and settings stay consistent."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from dbus_fast import BusType, Message, MessageFlag, MessageType, Variant
from dbus_fast.aio import MessageBus

from dbus_xbms.dbus.connection import close, connect, until_closed
from dbus_xbms.dbus.objects import Objects
from dbus_xbms.model import PackIdentity
from dbus_xbms.rpc import NAME, PATH
from dbus_xbms.settings import (
    AnySetting,
    PackSettings,
    ProgramSettings,
    SettingsError,
    pack_path,
    service_path,
)
from dbus_xbms.venus.bus_item import from_variant
from dbus_xbms.venus.objects import ItemObjects
from dbus_xbms.venus.tables.battery import items_for
from dbus_xbms.venus.tables.pane import LEND_OUTPUT
from dbus_xbms.venus.tables.settings import EDITED, PANE
from dbus_xbms.venus.tables.switches import LEND_SWITCH
from tests.bus.calls import reply_to
from tests.bus.simulation import Program, Simulation
from tests.bus.venus import BUS_ITEM, DBUS, SETTINGS, Seen, Venus, plain
from tests.fuzz.odd import ARGUMENTS, VALUES
from tests.patience import PATIENCE

pytestmark = pytest.mark.usefixtures("private_bus")

ONE, TWO = "A4:C1:37:00:00:01", "A4:C1:37:00:00:02"
CELLS = 4
IDENTITY = PackIdentity(cell_count=CELLS, ntc_count=2)
ITEMS = {item.path: item for item in items_for(IDENTITY, controls=True, pane=LEND_OUTPUT)}
BEHIND = {edited.path: edited for edited in (*EDITED, *PANE)}  # settings behind writable paths
LENDING = ("/Settings/LendForMinutes", LEND_SWITCH.path)  # if accepted, the link is lent and polling stops
PEER, PROPERTIES = "org.freedesktop.DBus.Peer", "org.freedesktop.DBus.Properties"
INTERFACES = (BUS_ITEM, PROPERTIES, PEER, "org.freedesktop.DBus.Introspectable", "x.y", None)


class OtherProgram:
    """Another program on the bus that makes any call."""

    async def __aenter__(self) -> OtherProgram:
        self._bus = await connect()
        self._closed = until_closed(self._bus)
        return self

    async def __aexit__(self, *_: object) -> None:
        await close(self._bus, self._closed)

    async def call(
        self,
        name: str,
        path: str,
        interface: str | None,
        member: str,
        signature: str = "",
        body: Iterable[Any] = (),
    ) -> Message:
        """Call a method and return the reply or the error."""
        async with asyncio.timeout(PATIENCE):
            return await reply_to(self._bus, name, path, interface, member, signature, *body)

    async def write(self, name: str, path: str, value: Variant) -> Message:
        """Call SetValue."""
        return await self.call(name, path, BUS_ITEM, "SetValue", "v", [value])

    async def send(self, name: str, message: Message) -> None:
        """Send a message without waiting for a reply."""
        message.destination = name
        with suppress(BlockingIOError):  # the rest is buffered and sent later
            await self._bus.send(message)

    async def connections(self, pid: int) -> list[str]:
        """All connections of a process, by their unique names."""
        names = (await self.call(DBUS, "/", DBUS, "ListNames")).body[0]
        owners = [
            (name, await self.call(DBUS, "/", DBUS, "GetConnectionUnixProcessID", "s", [name]))
            for name in names
            if name.startswith(":")
        ]
        return [name for name, reply in owners if reply.body == [pid]]


@asynccontextmanager
async def running() -> AsyncIterator[tuple[Venus, Program, OtherProgram]]:
    """Run the program with two packs, of which one controls; check packs and log at the end."""
    async with Simulation(2), Venus() as venus, Program("run") as program, OtherProgram() as other:
        await venus.enable(ONE, Control=1, Chemistry="LiFePO4", AllowLending=1)
        await venus.enable(TWO, Control=0)
        for address in (ONE, TWO):
            await venus.until(address, fresh)
        yield venus, program, other
        for address in (ONE, TWO):
            seen = await venus.until(address, fresh)
            seen.signals.clear()
            await venus.until(address, lambda s: fresh(s) and len(s.signals) > 1)
        assert await program.stop() == 0
    assert program.left_behind == []
    assert [line for line in program.output if "Traceback" in line or "error in this program" in line] == []


def fresh(seen: Seen) -> bool:
    return seen["/Dc/0/Voltage"] is not None


async def test_every_path_accepts_possible_values_and_refuses_the_rest() -> None:
    async with running() as (venus, _, other):
        name = (await venus.until(ONE, fresh)).name
        for path, item in ITEMS.items():
            for value in VALUES:
                reply = await other.write(name, path, value)
                assert reply.message_type is MessageType.METHOD_RETURN, (path, value, reply.body)
                possible = item.writable and from_variant(item.kind, value) is not None
                assert reply.body[0] in ((0, 2) if possible else (1,)), (path, value)
                if reply.body == [0]:
                    await until_shown(venus, path, value)
                    if path in LENDING:
                        await other.write(name, path, Variant("i", 0))
            if path in LENDING:
                await venus.until(ONE, fresh)


async def until_shown(venus: Venus, path: str, written: Variant) -> None:
    """Wait until the path and the setting behind it show what was written and accepted."""
    item = ITEMS[path]
    wanted = from_variant(item.kind, written)
    if path == "/CustomName":
        await venus.until_setting(ONE, "CustomName", str(wanted))
    elif edited := BEHIND.get(path):
        assert wanted is not None
        stored = wanted if isinstance(wanted, str) else edited.stored(wanted, CELLS)
        await venus.until_setting(ONE, edited.setting.name, stored)
        if edited.effective and not stored:
            return  # the path shows what holds instead
    elif path == "/History/Clear":
        wanted = 0
    shown = item.published(wanted)
    await venus.until(ONE, lambda s: bool(s[path] == shown))


async def test_every_stored_setting_is_in_range_or_corrected() -> None:
    async with running() as (_, program, other):
        for number, (path, row) in enumerate(every_setting()):
            before = (await other.call(SETTINGS, path, BUS_ITEM, "GetValue")).body[0]
            for value in VALUES[number % 3 :: 3]:
                await other.write(SETTINGS, path, value)
                if not usable(row, plain(value)):
                    await until_usable(other, path, row)
            await other.write(SETTINGS, path, before)
    assert [line for line in program.output if "remains in use" in line]


async def until_usable(other: OtherProgram, path: str, row: AnySetting) -> None:
    """Poll a setting until the program can use its value."""
    async with asyncio.timeout(PATIENCE):
        while True:
            stored = plain((await other.call(SETTINGS, path, BUS_ITEM, "GetValue")).body[0])
            if usable(row, stored):
                return
            await asyncio.sleep(0.02)


def every_setting() -> list[tuple[str, AnySetting]]:
    # Enabled removes a pack from the bus, which is slow and covered by another test.
    packs = [(pack_path(ONE, row.name), row) for row in PackSettings.rows if row.name != "Enabled"]
    return packs + [(service_path(row.name), row) for row in ProgramSettings.rows]


def usable(row: AnySetting, value: object) -> bool:
    try:
        return row.checked(value) == value
    except SettingsError:
        return False


async def test_every_method_answers_every_wrong_call() -> None:
    async with running() as (venus, _, other):
        service = (await venus.until(ONE, fresh)).name
        objects = ItemObjects(tuple(ITEMS.values()), {}, lambda *write: True, str)
        nodes = [node for path in ("/", "/Soc") if (node := objects.find(path))]
        served = {
            member for node in nodes for _, member in (*node.methods, *Objects(objects.find, list).standard)
        }
        members = sorted(served | {"Ping", "GetMachineId", "Scan", "Nonsense"})
        places = [(service, path) for path in ("/", "/Dc", "/Dc/0/Voltage", "/CustomName", "/nothing")]
        places += [(NAME, path) for path in ("/", PATH, "/io", "/nothing")]
        for name, path in places:
            for member in members:
                for interface in (*INTERFACES, f"{NAME}.Service1"):
                    calls = [
                        other.call(name, path, interface, member, signature, body)
                        for signature, body in ARGUMENTS
                    ]
                    for reply in await asyncio.gather(*calls):
                        assert reply.message_type in (MessageType.METHOD_RETURN, MessageType.ERROR)


async def test_a_file_descriptor_and_calls_without_reply_are_harmless() -> None:
    async with running() as (venus, _, other):
        name = (await venus.until(ONE, fresh)).name
        for value in VALUES:
            for path in ("/Soc", "/CustomName", "/Dc"):
                await other.send(name, a_write(path, value, MessageFlag.NO_REPLY_EXPECTED))
        bus = await MessageBus(bus_type=BusType.SESSION, negotiate_unix_fd=True).connect()
        with Path(os.devnull).open() as file:  # noqa: ASYNC230
            for path in ("/Soc", "/CustomName"):
                call = a_write(path, Variant("h", 0))
                call.destination, call.unix_fds = name, [file.fileno()]
                async with asyncio.timeout(PATIENCE):
                    reply = await bus.call(call)
                assert reply
                assert reply.message_type is MessageType.ERROR or reply.body == [1]
        bus.disconnect()
        await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]


def a_write(path: str, value: Variant, flags: MessageFlag = MessageFlag.NONE) -> Message:
    return Message(path=path, interface=BUS_ITEM, member="SetValue", signature="v", body=[value], flags=flags)
