"""A device service on a real bus, as its consumers see it."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import signal
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from dbus_fast import BusType, Message, MessageFlag, MessageType, NameFlag, RequestNameReply, Variant
from dbus_fast.aio import MessageBus

from dbus_xbms.dbus.connection import connect
from dbus_xbms.dbus.errors import BusError, NameTaken, NoBus
from dbus_xbms.settings import Value
from dbus_xbms.venus.bus_item import BUS_ITEM
from dbus_xbms.venus.item import Item
from dbus_xbms.venus.service import ItemService
from tests.bus.venus import show
from tests.open_files import open_files
from tests.patience import PATIENCE

NAME = "com.victronenergy.battery.xbms_a4c137010203"
DBUS = "org.freedesktop.DBus"


def unread(report: object) -> Value | None:
    raise AssertionError("a service shows what it is given")


ITEMS = (
    Item("/DeviceInstance", "i", "{}", unread),
    Item("/Dc/0/Voltage", "d", "{:.2f}V", unread),
    Item("/Dc/0/Current", "d", "{:.1f}A", unread),
    Item("/Voltages/Cell1", "d", "{:.3f}V", unread),
    Item("/Voltages/Cell2", "d", "{:.3f}V", unread),
    Item("/CustomName", "s", "{}", unread, writable=True),
    Item("/Battery/Request/Id", "i", "{}", unread, writable=True, lowest=1, highest=1),
    Item("/Setpoint", "d", "{:.1f}A", unread, writable=True),
    Item("/Counter", "i", "{}", unread),
)
VALUES: dict[str, Value | None] = {
    "/DeviceInstance": 3,
    "/Dc/0/Voltage": 13.25,
    "/Dc/0/Current": None,
    "/Voltages/Cell1": 3.301,
    "/Voltages/Cell2": 3.302,
    "/CustomName": "Küche",
    "/Battery/Request/Id": 1,
    "/Setpoint": 2.0,
    "/Counter": 3_000_000_000,
}


async def other_program() -> MessageBus:
    """A connection of another program."""
    return await MessageBus(bus_type=BusType.SESSION).connect()


class Client:
    """A program of Venus OS: makes calls and records signals."""

    def __init__(self, bus: MessageBus) -> None:
        self.bus = bus
        self.signals: list[Message] = []
        self.on_owner: Callable[[str], None] = lambda name: None
        bus.add_message_handler(self._on_message)

    def _on_message(self, message: Message) -> bool:
        if message.message_type is MessageType.SIGNAL and message.interface == BUS_ITEM:
            self.signals.append(message)
        elif message.member == "NameOwnerChanged" and message.body[0] == NAME and message.body[2]:
            self.on_owner(NAME)
        return False

    async def call(
        self, path: str, member: str, signature: str = "", *body: object, interface: str | None = BUS_ITEM
    ) -> Message:
        reply = await self.bus.call(
            Message(
                destination=NAME,
                path=path,
                interface=interface,
                member=member,
                signature=signature,
                body=list(body),
            )
        )
        assert reply
        return reply

    async def body(self, path: str, member: str, signature: str = "", *body: object) -> Any:
        reply = await self.call(path, member, signature, *body)
        assert reply.message_type is MessageType.METHOD_RETURN, reply.body
        return reply.body[0]

    async def listen(self, rule: str) -> None:
        await self.bus.call(
            Message(
                destination=DBUS,
                path="/org/freedesktop/DBus",
                interface=DBUS,
                member="AddMatch",
                signature="s",
                body=[rule],
            )
        )

    async def received(self) -> list[dict[str, dict[str, Variant]]]:
        """All signals sent so far: the service replies to a call after the signals that it sent before."""
        await self.call("/", "Ping", interface="org.freedesktop.DBus.Peer")
        received, self.signals = self.signals, []
        assert all((m.path, m.member, m.signature) == ("/", "ItemsChanged", "a{sa{sv}}") for m in received)
        assert all(m.flags & MessageFlag.NO_REPLY_EXPECTED for m in received)
        return [message.body[0] for message in received]


class Writes:
    """A write handler that records writes and may refuse them."""

    def __init__(self) -> None:
        self.accepting = True
        self.seen: list[tuple[str, Value]] = []
        self.senders: list[str] = []

    def __call__(self, path: str, value: Value, sender: str) -> bool:
        self.seen.append((path, value))
        self.senders.append(sender)
        return self.accepting


@pytest.fixture
def writes() -> Writes:
    return Writes()


@pytest.fixture
async def service(private_bus: str, writes: Writes) -> AsyncIterator[ItemService]:
    service = ItemService(NAME, ITEMS, dict(VALUES), writes)
    await service.start()
    yield service
    await service.stop()


@pytest.fixture
async def client(private_bus: str) -> AsyncIterator[Client]:
    bus = await other_program()
    client = Client(bus)
    await client.listen(f"type='signal',interface='{BUS_ITEM}'")
    yield client
    bus.disconnect()
    with contextlib.suppress(OSError, EOFError):
        await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]


async def test_the_root_lists_value_and_text_of_every_path(service: ItemService, client: Client) -> None:
    reply = await client.call("/", "GetItems")
    assert reply.signature == "a{sa{sv}}"
    items = reply.body[0]
    assert items["/Dc/0/Voltage"] == {"Value": Variant("d", 13.25), "Text": Variant("s", "13.25V")}
    assert items["/Dc/0/Current"] == {"Value": Variant("ai", []), "Text": Variant("s", "---")}
    assert items["/CustomName"]["Value"] == Variant("s", "Küche")
    assert items["/Counter"]["Value"] == Variant("x", 3_000_000_000)
    assert items["/Battery/Request/Id"]["Max"] == Variant("i", 1)
    assert set(items) == {item.path for item in ITEMS}


async def test_every_leaf_agrees_with_the_root(service: ItemService, client: Client) -> None:
    for path, item in (await client.body("/", "GetItems")).items():
        assert await client.body(path, "GetValue") == item["Value"]
        assert await client.body(path, "GetText") == item["Text"].value


async def test_nodes_list_what_is_below_them_by_relative_paths(service: ItemService, client: Client) -> None:
    below = await client.body("/Dc", "GetValue")
    assert below == Variant("a{sv}", {"0/Voltage": Variant("d", 13.25), "0/Current": Variant("ai", [])})
    everything = await client.body("/", "GetValue")
    assert set(everything.value) == {item.path[1:] for item in ITEMS}
    assert (await client.body("/Dc/0", "GetText")).value["Voltage"] == Variant("s", "13.25V")


@pytest.mark.parametrize(
    ("path", "written", "code", "taken"),
    [
        ("/CustomName", Variant("s", "Bow"), 0, "Bow"),
        ("/CustomName", Variant("s", "Küche"), 0, "Küche"),  # unchanged
        ("/CustomName", Variant("i", 5), 0, "5"),
        ("/CustomName", Variant("b", True), 1, None),
        ("/CustomName", Variant("ai", []), 1, None),
        ("/CustomName", Variant("v", Variant("s", "deep")), 0, "deep"),
        ("/Setpoint", Variant("i", 7), 0, 7.0),
        ("/Setpoint", Variant("d", 7.5), 0, 7.5),
        ("/Setpoint", Variant("d", float("nan")), 1, None),
        ("/Setpoint", Variant("s", "7"), 1, None),
        ("/Setpoint", Variant("ai", []), 1, None),
        ("/Battery/Request/Id", Variant("i", 1), 0, 1),
        ("/Battery/Request/Id", Variant("d", 1.0), 0, 1),
        ("/Battery/Request/Id", Variant("u", 1), 0, 1),
        ("/Battery/Request/Id", Variant("d", 1.5), 1, None),
        ("/Battery/Request/Id", Variant("i", 2), 2, None),
        ("/Battery/Request/Id", Variant("a{sv}", {}), 1, None),
        ("/Dc/0/Voltage", Variant("d", 14.0), 1, None),
        ("/DeviceInstance", Variant("i", 4), 1, None),
        ("/Dc", Variant("i", 4), 1, None),
        ("/", Variant("i", 4), 1, None),
    ],
)
async def test_a_write_returns_a_code_and_never_an_error(
    service: ItemService,
    client: Client,
    writes: Writes,
    path: str,
    written: Variant,
    code: int,
    taken: Value | None,
) -> None:
    reply = await client.call(path, "SetValue", "v", written)
    assert (reply.message_type, reply.signature, reply.body) == (MessageType.METHOD_RETURN, "i", [code])
    assert writes.seen == ([(path, taken)] if taken is not None else [])


async def test_the_write_handler_may_refuse(service: ItemService, client: Client, writes: Writes) -> None:
    writes.accepting = False
    assert await client.body("/CustomName", "SetValue", "v", Variant("s", "Bow")) == 2
    assert (await client.body("/CustomName", "GetValue")).value == "Küche"


async def test_a_write_identifies_its_sender(service: ItemService, client: Client, writes: Writes) -> None:
    await client.body("/CustomName", "SetValue", "v", Variant("s", "Bow"))
    other = Client(await other_program())
    await other.body("/CustomName", "SetValue", "v", Variant("s", "Stern"))
    pid = f"(pid {os.getpid()}, "
    addresses = [sender.partition(pid)[2] for sender in writes.senders]
    assert addresses == [f"{client.bus.unique_name})", f"{other.bus.unique_name})"]
    other.bus.disconnect()
    await other.bus.wait_for_disconnect()  # type: ignore[no-untyped-call]


async def test_a_writable_path_reports_its_range(service: ItemService, client: Client) -> None:
    assert (await client.body("/Battery/Request/Id", "GetMax")).value == 1
    assert (await client.body("/Battery/Request/Id", "GetMin")).value == 1
    assert (await client.body("/CustomName", "GetMax")) == Variant("ai", [])
    assert (await client.body("/CustomName", "GetDefault")) == Variant("ai", [])
    assert await client.body("/CustomName", "GetDescription", "si", "en", 20) == ""


async def test_one_signal_carries_all_that_changed_and_nothing_else(
    service: ItemService, client: Client
) -> None:
    show(service, VALUES | {"/Dc/0/Voltage": 13.26, "/Dc/0/Current": -1.5})
    assert await client.received() == [
        {
            "/Dc/0/Voltage": {"Value": Variant("d", 13.26), "Text": Variant("s", "13.26V")},
            "/Dc/0/Current": {"Value": Variant("d", -1.5), "Text": Variant("s", "-1.5A")},
        }
    ]
    assert (await client.body("/Dc/0/Voltage", "GetValue")).value == 13.26


async def test_nothing_is_sent_when_nothing_changed(service: ItemService, client: Client) -> None:
    for _ in range(20):
        show(service, dict(VALUES))
    assert await client.received() == []


async def test_the_service_is_complete_when_its_name_appears(private_bus: str, client: Client) -> None:
    await client.listen(f"type='signal',sender='{DBUS}',member='NameOwnerChanged',arg0='{NAME}'")
    answers: list[asyncio.Future[Any]] = []
    client.on_owner = lambda name: answers.append(asyncio.ensure_future(client.body("/", "GetItems")))
    service = ItemService(NAME, ITEMS, dict(VALUES), Writes())
    await service.start()
    await client.received()
    (items,) = await asyncio.gather(*answers)
    assert items.keys() == VALUES.keys()
    await service.stop()


async def test_a_taken_name_is_an_error_and_leaves_nothing_behind(
    service: ItemService, client: Client
) -> None:
    second = ItemService(NAME, ITEMS, dict(VALUES), Writes())
    with pytest.raises(NameTaken, match="another dbus-xbms"):
        await second.start()
    assert not second.lost.is_set()
    assert await client.body("/DeviceInstance", "GetValue") == Variant("i", 3)
    assert not service.lost.is_set()


async def test_two_services_of_one_process_have_the_same_paths_and_their_own_connections(
    service: ItemService, client: Client
) -> None:
    other = ItemService(NAME + "_2", ITEMS, VALUES | {"/DeviceInstance": 4}, Writes())
    await other.start()
    show(service, VALUES | {"/Dc/0/Voltage": 1.0})
    show(other, VALUES | {"/DeviceInstance": 4, "/Dc/0/Voltage": 2.0})
    await client.received()
    owner = await client.bus.call(
        Message(destination=DBUS, path="/", interface=DBUS, member="GetNameOwner", signature="s", body=[NAME])
    )
    assert owner
    show(service, VALUES | {"/Dc/0/Voltage": 3.0})
    await client.call("/", "Ping", interface="org.freedesktop.DBus.Peer")
    assert [message.sender for message in client.signals] == owner.body
    await other.stop()


async def test_the_name_is_free_as_soon_as_the_service_stops(private_bus: str) -> None:
    for _ in range(5):
        service = ItemService(NAME, ITEMS, dict(VALUES), Writes())
        await service.start()
        await service.stop()
        assert not service.lost.is_set()


async def test_stopping_closes_the_connection_and_ends_every_task(private_bus: str) -> None:
    before = open_files()
    service = ItemService(NAME, ITEMS, dict(VALUES), Writes())
    await service.start()
    await service.stop()
    await service.stop()
    service.publish(())  # harmless after the end
    gc.collect()
    assert open_files() == before
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_the_name_cannot_be_taken_but_its_loss_is_noticed(service: ItemService, client: Client) -> None:
    reply = await client.bus.request_name(NAME, NameFlag.REPLACE_EXISTING | NameFlag.DO_NOT_QUEUE)
    assert reply is RequestNameReply.EXISTS
    assert not service.lost.is_set()
    assert service._server.bus
    await service._server.bus.release_name(NAME)  # announced by NameLost, as for any other reason
    async with asyncio.timeout(PATIENCE):
        await service.lost.wait()


@pytest.fixture
def stoppable_bus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[subprocess.Popen[str]]:
    """A bus that the test can stop."""
    with subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--print-address", f"--address=unix:dir={tmp_path}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", process.stdout.readline().strip())
        try:
            yield process
        finally:
            process.kill()


async def test_the_loss_of_the_bus_is_noticed(stoppable_bus: subprocess.Popen[str]) -> None:
    service = ItemService(NAME, ITEMS, dict(VALUES), Writes())
    await service.start()
    stoppable_bus.kill()
    async with asyncio.timeout(PATIENCE):
        await service.lost.wait()
    service.publish(())
    await service.stop()
    assert service.lost.is_set()


async def test_a_stalled_bus_costs_neither_the_connection_nor_memory(
    stoppable_bus: subprocess.Popen[str],
) -> None:
    service = ItemService(NAME, ITEMS, dict(VALUES), Writes())
    await service.start()
    client = Client(await other_program())
    await client.listen(f"type='signal',interface='{BUS_ITEM}'")
    stoppable_bus.send_signal(signal.SIGSTOP)
    for n in range(5000):  # far more than a socket holds
        show(service, VALUES | {"/Counter": n, "/CustomName": "x" * 100})
    assert service._server.bus
    assert service._server.bus._writer
    assert len(service._server.bus._writer.messages) <= 1
    stoppable_bus.send_signal(signal.SIGCONT)
    async with asyncio.timeout(PATIENCE):
        while not (received := await client.received()) or received[-1]["/Counter"]["Value"].value != 4999:
            pass
    assert not service.lost.is_set()
    await service.stop()
    client.bus.disconnect()
    await client.bus.wait_for_disconnect()  # type: ignore[no-untyped-call]


async def test_unknown_objects_and_methods_are_errors(service: ItemService, client: Client) -> None:
    missing = await client.call("/Dc/7/Voltage", "GetValue")
    assert missing.error_name == "org.freedesktop.DBus.Error.UnknownObject"
    for path, member, signature in [
        ("/", "Explode", ""),
        ("/Dc/0/Voltage", "GetItems", ""),
        ("/", "SetValue", "s"),
    ]:
        body = ["x"] if signature else []
        reply = await client.call(path, member, signature, *body)
        assert reply.error_name == "org.freedesktop.DBus.Error.UnknownMethod", member
    other = await client.call("/", "GetValue", interface="com.victronenergy.Settings")
    assert other.error_name == "org.freedesktop.DBus.Error.UnknownMethod"


async def test_a_call_without_an_interface_is_accepted(service: ItemService, client: Client) -> None:
    reply = await client.call("/DeviceInstance", "GetValue", interface=None)
    assert reply.body == [Variant("i", 3)]


async def test_introspection_reaches_every_path(service: ItemService, client: Client) -> None:
    async def walk(path: str) -> set[str]:
        reply = await client.call(path, "Introspect", interface="org.freedesktop.DBus.Introspectable")
        node = ET.fromstring(reply.body[0])
        methods = {method.get("name") for method in node.iter("method")}
        names = [child.get("name") for child in node.findall("node")]
        below = [await walk(f"{path.rstrip('/')}/{name}") for name in names]
        return set().union(*below) if names else ({path} if "SetValue" in methods else set())

    assert await walk("/") == VALUES.keys()


async def test_property_calls_are_answered_although_there_are_no_properties(
    service: ItemService, client: Client
) -> None:
    properties = "org.freedesktop.DBus.Properties"
    every = await client.call("/Dc/0/Voltage", "GetAll", "s", BUS_ITEM, interface=properties)
    assert every.body == [{}]
    one = await client.call("/Dc/0/Voltage", "Get", "ss", BUS_ITEM, "Value", interface=properties)
    assert one.error_name == "org.freedesktop.DBus.Error.UnknownProperty"


async def test_a_call_that_expects_no_reply_gets_none_and_takes_effect(
    service: ItemService, client: Client, writes: Writes
) -> None:
    await client.bus.send(
        Message(
            destination=NAME,
            path="/CustomName",
            interface=BUS_ITEM,
            member="SetValue",
            signature="v",
            body=[Variant("s", "quiet")],
            flags=MessageFlag.NO_REPLY_EXPECTED,
        )
    )
    await client.body("/CustomName", "GetValue")  # answered after the first call
    assert writes.seen == [("/CustomName", "quiet")]


async def test_a_missing_bus_is_an_error_with_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")
    with pytest.raises(NoBus, match="cannot connect to the D-Bus session bus"):
        await connect()
    with pytest.raises(BusError):
        await ItemService(NAME, ITEMS, dict(VALUES), Writes()).start()


async def test_the_system_bus_is_used_without_a_session_bus(
    private_bus: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS")
    bus = await connect()
    assert bus.connected
    bus.disconnect()
    await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]
