"""Watching bluetoothd and its adapters by its signals, in any order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from dbus_fast import Message, MessageType, Variant

from dbus_xbms.ble.bluez.bus import ADAPTER
from dbus_xbms.ble.bluez.compat import missed_by
from dbus_xbms.ble.bluez.stack import Bluez
from dbus_xbms.ble.stack import AdapterState
from dbus_xbms.dbus.errors import CallRefused
from tests.air.fakes import HCI0, HCI1
from tests.air.virtual_time import virtual_time


def properties(adapter: AdapterState) -> dict[str, dict[str, Variant]]:
    return {ADAPTER: {"Address": Variant("s", adapter.address), "Powered": Variant("b", adapter.powered)}}


def path(adapter: AdapterState) -> str:
    return f"/org/bluez/{adapter.hci}"


def signal(member: str, signature: str, *body: Any, at: str = "/") -> Message:
    return Message(
        message_type=MessageType.SIGNAL,
        path=at,
        interface="org.example",
        member=member,
        signature=signature,
        body=list(body),
    )


def added(adapter: AdapterState) -> Message:
    return signal("InterfacesAdded", "oa{sa{sv}}", path(adapter), properties(adapter))


def removed(adapter: AdapterState) -> Message:
    return signal("InterfacesRemoved", "oas", path(adapter), [ADAPTER])


def changed(adapter: AdapterState, **what: Variant) -> Message:
    return signal("PropertiesChanged", "sa{sv}as", ADAPTER, what, [], at=path(adapter))


class FakeBus:
    """A bus that answers GetManagedObjects; ``meanwhile`` is called during the call."""

    def __init__(self, *adapters: AdapterState) -> None:
        self.adapters = list(adapters)
        self.meanwhile: list[Callable[[], None]] = []
        self.calls = 0

    async def call(self, message: Message) -> Message:
        self.calls += 1
        objects = {path(adapter): properties(adapter) for adapter in self.adapters}
        objects["/org/bluez"] = {"org.bluez.AgentManager1": {}}
        if self.meanwhile:
            self.meanwhile.pop(0)()
        elif not self.adapters:
            return Message(
                message_type=MessageType.ERROR,
                error_name="org.freedesktop.DBus.Error.ServiceUnknown",
                reply_serial=1,
            )
        return Message(message_type=MessageType.METHOD_RETURN, reply_serial=1, body=[objects])


class Bleak:
    """A fake of bleak's manager and the objects it knows."""

    def __init__(self, *paths: str) -> None:
        self._properties = dict.fromkeys(paths)


@pytest.mark.parametrize(
    ("known", "missed"),
    [((), True), (("/org/bluez/hci0",), True), (("/org/bluez/hci0", "/org/bluez/hci0/dev_1"), False)],
)
def test_adapters_and_devices_missed_by_bleak_are_found(known: tuple[str, ...], missed: bool) -> None:
    objects: dict[str, dict[str, object]] = {
        "/org/bluez": {"org.bluez.AgentManager1": {}},
        "/org/bluez/hci0": {ADAPTER: {}},
        "/org/bluez/hci0/dev_1": {"org.bluez.Device1": {}},
        "/org/bluez/hci0/dev_1/service0001": {"org.bluez.GattService1": {}},
    }
    assert missed_by(Bleak(*known), objects) is missed


def watched() -> tuple[Bluez, list[tuple[AdapterState, ...] | None]]:
    reports: list[tuple[AdapterState, ...] | None] = []
    bluez = Bluez()
    bluez._changed = reports.append
    return bluez, reports


async def load(bluez: Bluez, bus: FakeBus) -> None:
    bluez._know(await bluez._objects(bus))  # type: ignore[arg-type]


@virtual_time
async def test_added_removed_and_switched_adapters_are_reported() -> None:
    bluez, reports = watched()
    await load(bluez, FakeBus(HCI0))
    bluez._received(added(HCI1))
    bluez._received(changed(HCI1, Powered=Variant("b", False)))
    bluez._received(removed(HCI0))
    off = AdapterState(address=HCI1.address, hci="hci1", powered=False)
    assert reports == [(HCI0,), (HCI0, HCI1), (HCI0, off), (off,)]


@virtual_time
async def test_a_bug_while_watching_bluetoothd_is_raised(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    @asynccontextmanager
    async def failing_bus(kind: object) -> AsyncIterator[None]:
        raise KeyError("a bug")
        yield

    monkeypatch.setattr("dbus_xbms.ble.bluez.stack.connected", failing_bus)
    bluez, _ = watched()
    with pytest.raises(KeyError, match="a bug"):
        await asyncio.wait_for(bluez.watch(lambda _: None), 5)


@virtual_time
async def test_irrelevant_signals_are_not_reported() -> None:
    bluez, reports = watched()
    await load(bluez, FakeBus(HCI0))
    bluez._received(changed(HCI0, Discovering=Variant("b", True)))
    bluez._received(
        signal("InterfacesAdded", "oa{sa{sv}}", "/org/bluez/hci0/dev_1", {"org.bluez.Device1": {}})
    )
    bluez._received(signal("InterfacesRemoved", "oas", "/org/bluez/hci0/dev_1", ["org.bluez.Device1"]))
    bluez._received(removed(HCI1))
    assert reports == [(HCI0,)]


@virtual_time
async def test_an_adapter_without_its_own_address_is_not_used() -> None:
    bluez, reports = watched()
    await load(bluez, FakeBus(AdapterState(address="00:00:00:00:00:00", hci="hci0", powered=True)))
    bluez._received(changed(HCI0, Address=Variant("s", HCI0.address)))
    assert reports == [(), (HCI0,)]


@virtual_time
async def test_nothing_is_reported_before_the_adapters_are_read() -> None:
    bluez, reports = watched()
    bluez._owner_changed("org.bluez", "", ":1.5")
    bluez._received(added(HCI0))
    assert reports == []
    assert bluez._arrived.is_set()


@virtual_time
async def test_a_change_while_the_adapters_are_being_read_is_not_lost() -> None:
    bluez, reports = watched()
    bus = FakeBus(HCI0)

    def plug() -> None:
        bus.adapters.append(HCI1)
        bluez._received(added(HCI1))

    bus.meanwhile = [plug]
    await load(bluez, bus)
    assert reports == [(HCI0, HCI1)]
    assert bus.calls == 2


@virtual_time
async def test_a_bluetoothd_that_exits_while_being_read_is_reported_as_gone() -> None:
    bluez, reports = watched()
    bus = FakeBus(HCI0)

    def die() -> None:
        bus.adapters.clear()
        bluez._owner_changed("org.bluez", ":1.5", "")

    bus.meanwhile = [die]
    with pytest.raises(CallRefused, match="ServiceUnknown"):
        await load(bluez, bus)
    assert reports == [None]


@virtual_time
async def test_a_replaced_bluetoothd_is_reported_as_gone_first() -> None:
    bluez, reports = watched()
    await load(bluez, FakeBus(HCI0))
    bluez._owner_changed("org.bluez", ":1.5", ":1.9")
    assert reports == [(HCI0,), None]
    assert bluez._arrived.is_set()
