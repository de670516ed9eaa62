"""Signals and replies of the wrong sender are ignored; the private bus lets forged ones through."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

from dbus_fast import BusType, Message, MessageType, Variant
from dbus_fast.aio import MessageBus

from dbus_xbms.ble.bluez.bus import OrderedBluezBus, call_bluez
from dbus_xbms.dbus import LATER, Method, Node, Server, call_daemon
from dbus_xbms.dbus.connection import close, connect, until_closed
from dbus_xbms.protocols.jbd import Jbd
from dbus_xbms.settings import PackSettings, Value, pack_path
from dbus_xbms.settings_store.service import LocalSettings as SimulatedSettings
from dbus_xbms.venus.bus_item import BUS_ITEM
from dbus_xbms.venus.localsettings import NAME as SETTINGS
from dbus_xbms.venus.localsettings import LocalSettings
from tests.bus.forger import forging
from tests.bus.links import linked, poll, running
from tests.bus.simulation import Program, Simulation
from tests.bus.venus import BATTERY, Venus
from tests.patience import PATIENCE

ONE = "A4:C1:37:00:00:01"
SERVICE = f"{BATTERY}xbms_a4c137000001"
HOLD = pack_path(ONE, "HoldTime")
ROWS = {HOLD: next(row for row in PackSettings.rows if row.name == "HoldTime")}
PROPERTIES, OBJECTS = "org.freedesktop.DBus.Properties", "org.freedesktop.DBus.ObjectManager"
ADAPTER, DEVICE = "org.bluez.Adapter1", "org.bluez.Device1"
CHARACTERISTIC = "org.bluez.GattCharacteristic1"
REFUSED = 2


def value_changed(number: float) -> dict[str, Variant]:
    return {"Value": Variant("d", number), "Text": Variant("s", str(number))}


async def test_a_forged_change_of_a_setting_is_ignored_and_a_real_one_is_reported(private_bus: str) -> None:
    store = SimulatedSettings(BusType.SESSION, None)
    await store.open()
    changes: asyncio.Queue[tuple[str, Value]] = asyncio.Queue()
    local = LocalSettings(lambda path, value: changes.put_nowait((path, value)))
    task = asyncio.create_task(local.run())
    async with asyncio.timeout(PATIENCE), forging(private_bus) as forger, Venus() as venus:
        await local.add(ROWS)
        await forger.signal(HOLD, BUS_ITEM, "PropertiesChanged", "a{sv}", value_changed(11.0))
        await forger.name_owner(SETTINGS, ":1.1", ":1.99")
        await forger.signal(HOLD, BUS_ITEM, "PropertiesChanged", "a{sv}", value_changed(12.0))
        assert await venus.write(SETTINGS, HOLD, 45.0) == 0
        assert await changes.get() == (HOLD, 45.0)
        assert changes.empty()
    task.cancel()
    await asyncio.wait([task])
    await store.close()


async def test_changes_are_reported_after_localsettings_restarts(private_bus: str) -> None:
    changes: asyncio.Queue[tuple[str, Value]] = asyncio.Queue()
    local = LocalSettings(lambda path, value: changes.put_nowait((path, value)))
    task = asyncio.create_task(local.run())
    async with asyncio.timeout(PATIENCE), Venus() as venus:
        for value in (45.0, 46.0):
            store = SimulatedSettings(BusType.SESSION, None)
            await store.open()
            await local.add(ROWS)
            assert await venus.write(SETTINGS, HOLD, value) == 0
            while await changes.get() != (HOLD, value):  # the default of the new store comes first
                pass
            await store.close()
    task.cancel()
    await asyncio.wait([task])


async def test_only_the_called_program_can_reply(private_bus: str) -> None:
    server = await MessageBus(bus_address=private_bus).connect()
    calls: asyncio.Queue[Message] = asyncio.Queue()

    def on_call(message: Message) -> bool:
        if message.message_type is MessageType.METHOD_CALL:
            calls.put_nowait(message)
            return True
        return False

    server.add_message_handler(on_call)
    await server.request_name("com.victronenergy.battery.other")
    bus = await connect()
    closed = until_closed(bus)
    followed = await bus.follow("com.victronenergy.battery.other")
    assert followed == server.unique_name
    async with asyncio.timeout(PATIENCE), forging(private_bus) as forger:
        for destination in ("com.victronenergy.battery.other", server.unique_name):
            call = Message(destination=destination, path="/Soc", interface=BUS_ITEM, member="GetValue")
            answer = asyncio.create_task(bus.call(call))
            question = await calls.get()
            assert bus.unique_name
            await forger.replies(bus.unique_name, "s", "forged")
            await server.send(Message.new_method_return(question, "s", ["true"]))
            assert (await answer).body == ["true"]
    await close(bus, closed)
    server.disconnect()


async def test_a_name_that_is_not_followed_is_called_by_its_unique_name(private_bus: str) -> None:
    server = await MessageBus(bus_address=private_bus).connect()

    def name_called(message: Message) -> Message | None:
        called = message.message_type is MessageType.METHOD_CALL
        return Message.new_method_return(message, "s", [message.destination or ""]) if called else None

    server.add_message_handler(name_called)
    await server.request_name("com.victronenergy.battery.other")
    bus = await connect()
    closed = until_closed(bus)
    for name, answer in {
        "com.victronenergy.battery.other": server.unique_name,
        "com.victronenergy.battery.missing": "org.freedesktop.DBus.Error.ServiceUnknown",
    }.items():
        reply = await bus.call(Message(destination=name, path="/", interface=BUS_ITEM, member="GetValue"))
        assert answer in (reply.body[0], reply.error_name)
    await close(bus, closed)
    server.disconnect()


async def test_only_bluez_can_change_adapters(private_bus: str) -> None:
    async with (
        Simulation(packs=1),
        running() as central,
        forging(private_bus) as forger,
    ):
        await central.changed.until(lambda: bool(central.adapters))
        before = central.adapters
        path = f"/org/bluez/{before[0].hci}"
        off = {"Powered": Variant("b", False)}
        await forger.signal(path, PROPERTIES, "PropertiesChanged", "sa{sv}as", ADAPTER, off, [])
        other = {"Address": Variant("s", "00:11:22:33:44:55"), "Powered": Variant("b", True)}
        added = {ADAPTER: other}
        await forger.signal("/", OBJECTS, "InterfacesAdded", "oa{sa{sv}}", "/org/bluez/hci9", added)
        await forger.signal("/", OBJECTS, "InterfacesRemoved", "oas", path, [ADAPTER])
        await forger.name_owner("org.bluez", ":1.1", "")
        async with linked(central, ONE) as link:  # the forged signals have arrived by now
            await poll(link)
            assert central.adapters == (replace(before[0], links=1),)


async def test_only_bluez_can_send_notifications_and_disconnections(private_bus: str) -> None:
    received: list[str] = []
    async with (
        Simulation(packs=1),
        running() as central,
        forging(private_bus) as forger,
    ):
        link = central.link(ONE, Jbd(), capture=lambda address, direction, chunk: received.append(str(chunk)))
        await link.open()
        await link.run(Jbd().hello(ONE, ""))
        path = await notifying(private_bus)
        value, gone = {"Value": Variant("ay", b"forged")}, {"Connected": Variant("b", False)}
        await forger.signal(path, PROPERTIES, "PropertiesChanged", "sa{sv}as", CHARACTERISTIC, value, [])
        device, _, _ = path.rpartition("/service")
        await forger.signal(device, PROPERTIES, "PropertiesChanged", "sa{sv}as", DEVICE, gone, [])
        await forger.signal("/", OBJECTS, "InterfacesRemoved", "oas", device, [DEVICE])
        await poll(link)  # answered over the same connection, so earlier signals have been read
        assert received
        assert not [chunk for chunk in received if "forged" in chunk or b"forged".hex() in chunk]
        assert not link.lost.is_set()
        await link.close()


async def notifying(address: str) -> str:
    """Path of the characteristic that sends notifications."""
    bus = await MessageBus(bus_address=address).connect()
    reply = await bus.call(
        Message(destination="org.bluez", path="/", interface=OBJECTS, member="GetManagedObjects")
    )
    bus.disconnect()
    (path,) = [
        path
        for path, interfaces in reply.body[0].items()
        if CHARACTERISTIC in interfaces and interfaces[CHARACTERISTIC]["UUID"].value.startswith("0000ff01")
    ]
    return str(path)


async def test_a_forged_permission_switches_nothing(private_bus: str) -> None:
    pack = {"address": ONE, "load": "rest"}
    async with Simulation([pack]) as sim, Venus() as venus, Program("run"), forging(private_bus) as forger:
        await venus.enable(ONE)
        await venus.until(ONE, lambda s: s["/Dc/0/Voltage"] is not None)
        for name in ("AllowMosfetControl", "AllowDischargeOff"):
            allowed = {"Value": Variant("i", 1), "Text": Variant("s", "1")}
            await forger.signal(pack_path(ONE, name), BUS_ITEM, "PropertiesChanged", "a{sv}", allowed)
        for path in ("/Io/AllowToDischarge", "/Io/AllowToCharge"):
            assert await venus.write(SERVICE, path, 0) == REFUSED
        assert (await sim.truth(ONE))["writes"] == []


async def test_a_caller_sees_a_reply_before_the_signals_that_follow_it(private_bus: str) -> None:
    """bleak replaces what signals have said by the objects in a reply, so these have to come first."""
    seen: list[str] = []

    def answer(call: Message) -> object:
        server.reply(call)
        server.signal("/", OBJECTS, "InterfacesAdded", "", [])
        time.sleep(0.2)  # until both have reached the caller, which reads them at a time
        return LATER

    node = Node(methods={(OBJECTS, "GetManagedObjects"): Method(run=answer)})
    server = Server("org.bluez", lambda path: node if path == "/" else None, lambda path: ())
    await server.open()
    bus = await OrderedBluezBus(bus_type=BusType.SYSTEM).connect()
    closed = until_closed(bus)
    await call_daemon(bus, "AddMatch", f"type='signal',interface='{OBJECTS}'")
    signalled = asyncio.Event()

    def receive(message: Message) -> None:
        if message.member == "InterfacesAdded":
            seen.append("signal")
            signalled.set()

    bus.add_message_handler(receive)
    await call_bluez(bus, "/", OBJECTS, "GetManagedObjects")
    seen.append("reply")
    async with asyncio.timeout(PATIENCE):
        await signalled.wait()
    assert seen == ["reply", "signal"]
    await close(bus, closed)
    await server.close()
