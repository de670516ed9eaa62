"""A device service on a real bus, as its consumers see it."""

from __future__ import annotations

import os
import xml.etree.ElementTree as ET

import pytest
from dbus_fast import Message, MessageFlag, MessageType, Variant

from dbus_xbms.settings import Value
from dbus_xbms.venus.bus_item import BUS_ITEM
from dbus_xbms.venus.service import ItemService
from tests.bus.item_service import ITEMS, NAME, VALUES, Client, Writes, client, other_program, service, writes
from tests.bus.venus import show

__all__ = ["client", "service", "writes"]  # fixtures


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
