"""Every failure of a D-Bus method reaches the caller as an error with a name and a message."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from dbus_fast import BusType, DBusError, Message, Variant
from dbus_fast.aio import MessageBus

from dbus_xbms import rpc
from dbus_xbms.ble.errors import RadioBusy, unreachable
from dbus_xbms.commands.session import contacts, open_bus
from dbus_xbms.contact import ContactState
from dbus_xbms.dbus.errors import BusLost, NoAnswer
from dbus_xbms.process.machine import HERE
from dbus_xbms.protocols import Advertised, LinkError
from dbus_xbms.rpc import RpcService
from dbus_xbms.settings import SettingsError
from dbus_xbms.venus.item import Item
from dbus_xbms.venus.service import ItemService
from tests.bus.cli import command
from tests.bus.venus import Venus

pytestmark = pytest.mark.usefixtures("private_bus")

PREFIX = f"{rpc.ERROR}."
FAULT = (rpc.FAULT, "an error in the service; see its log")
FAILURES: dict[str, tuple[Callable[[], BaseException], str, str]] = {
    "adapter off": (
        lambda: unreachable(ContactState.ADAPTER_OFF),
        f"{PREFIX}AdapterOff",
        f"the Bluetooth adapter is off; switch it on (bluetoothctl power on), or unplug it, or {HERE.reboot}",
    ),
    "adapter unplugged": (
        lambda: unreachable(ContactState.NO_ADAPTER),
        f"{PREFIX}NoAdapter",
        f"there is no Bluetooth adapter; {HERE.adapter_helps}",
    ),
    "bluetoothd restarts": (
        lambda: unreachable(ContactState.NO_BLUETOOTH),
        f"{PREFIX}NoBluetooth",
        f"bluetoothd is not running; {HERE.bluetooth_helps}",
    ),
    "bluetoothd hangs": (
        lambda: unreachable(ContactState.BLUETOOTH_HANGS),
        f"{PREFIX}BluetoothdHangs",
        f"bluetoothd does not answer; {HERE.bluetooth_helps}",
    ),
    "busy": (
        lambda: RadioBusy("Bluetooth is busy with another program"),
        f"{PREFIX}BluetoothIsBusy",
        "Bluetooth is busy with another program",
    ),
    "any other error of the radio": (
        lambda: LinkError("a \x00 in the message"),
        f"{PREFIX}NoConnection",
        "a \N{REPLACEMENT CHARACTER} in the message",
    ),
    "settings refused": (lambda: SettingsError("not stored"), rpc.SETTINGS, "not stored"),
    "localsettings hangs": (
        lambda: NoAnswer("com.victronenergy.settings"),
        rpc.BUS,
        f"localsettings has not answered for 5 s: restart it with `{HERE.settings}`",
    ),
    "the bus goes": (BusLost, rpc.BUS, "lost the D-Bus connection"),
    "the service stops": (asyncio.CancelledError, rpc.STOPPING, "the service is stopping"),
    "a time limit": (TimeoutError, *FAULT),
    "a fault": (lambda: KeyError("packs"), *FAULT),
    "several faults": (lambda: ExceptionGroup("", [KeyError("packs")]), *FAULT),
}
ARGUMENTS = {"d": 1.0}


def methods() -> Iterator[tuple[str, str]]:
    """Every method of the service's interface, with its signature."""
    for name, method in RpcService(_unused, dict, dict, list, list).methods.items():
        yield name, method.takes


async def _unused(seconds: float) -> list[Any]:
    return []


@pytest.mark.parametrize(("failure", "error", "words"), FAILURES.values(), ids=FAILURES)
async def test_every_failure_of_every_method_reaches_the_caller_with_a_name_and_a_message(
    failure: Callable[[], BaseException], error: str, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    def failing() -> Any:
        raise failure()

    async def scan(seconds: float) -> list[Any]:
        raise failure()

    failed = 0
    async with RpcService(scan, failing, failing, failing, failing, failing), Venus() as venus:
        for member, signature in methods():
            body = [ARGUMENTS[one] for one in signature]
            reply = await venus._reply(rpc.NAME, rpc.PATH, rpc.INTERFACE, member, signature, *body)
            if member == "Version":  # it cannot fail
                continue
            assert (member, reply.error_name, reply.body) == (member, error, [words])
            failed += 1
    assert failed == len(list(methods())) - 1
    assert ("Traceback" in caplog.text) == (error == rpc.FAULT)  # logged by the server, once
    assert "Service interface raised" not in caplog.text


async def test_a_result_that_cannot_be_encoded_is_reported_as_a_fault() -> None:
    async def scan(seconds: float) -> Any:
        return [object()]

    odd: Any = object()
    rpc_service = RpcService(
        scan, lambda: {"packs": odd}, lambda: {"": odd}, lambda: [odd], lambda: [odd], lambda: [odd]
    )
    async with rpc_service, Venus() as venus:
        for member, signature in (
            ("Scan", "d"),
            ("Packs", ""),
            ("Banks", ""),
            ("RecentlyFound", ""),
            ("FoundSoFar", ""),
            ("Health", ""),
        ):
            body = [ARGUMENTS[one] for one in signature]
            reply = await venus._reply(rpc.NAME, rpc.PATH, rpc.INTERFACE, member, signature, *body)
            assert (member, reply.error_name, *reply.body) == (member, *FAULT)


def crowd(count: int) -> list[Advertised]:
    """``count`` packs of rising signal strength; the first does not advertise, as it is connected."""
    return [
        Advertised(address=f"A4:C1:37:00:00:{n:02X}", name="", manufacturer={}, rssi=n - 170 if n else None)
        for n in range(count)
    ]


async def test_answers_contain_the_strongest_hundred_packs_and_the_added_ones() -> None:
    found = crowd(150)

    async def scan(seconds: float) -> list[tuple[Advertised, bool, bool]]:
        return [(one, one is found[0], one is found[0]) for one in found]

    calls: list[int] = []

    def found_so_far() -> list[Advertised]:
        calls.append(1)
        return found

    strongest = [one.address for one in found[:-101:-1]]
    async with RpcService(scan, dict, dict, list, found_so_far), Venus() as venus:
        for member, signature in ("FoundSoFar", ""), ("FoundSoFar", ""), ("Scan", "d"):
            body = [ARGUMENTS[one] for one in signature]
            reply = await venus._reply(rpc.NAME, rpc.PATH, rpc.INTERFACE, member, signature, *body)
            addresses = [entry["address"].value for entry in reply.body[0]]
            connected = [found[0].address] if member == "Scan" else []
            assert addresses == (connected + strongest)[:100]
    assert len(calls) == 1  # for two requests within half a second


async def test_a_scan_is_answered_when_the_service_stops() -> None:
    async def scan(seconds: float) -> list[Any]:
        await asyncio.sleep(60)
        return []

    async with Venus() as venus:
        async with RpcService(scan, dict, dict, list, list):
            scanning = asyncio.create_task(venus._reply(rpc.NAME, rpc.PATH, rpc.INTERFACE, "Scan", "d", 60.0))
            await venus._reply(rpc.NAME, rpc.PATH, rpc.INTERFACE, "Version")
        reply = await scanning
    assert (reply.error_name, reply.body) == (rpc.STOPPING, ["the service is stopping"])


async def test_a_command_says_that_the_service_stopped_while_it_waited() -> None:
    bus = await MessageBus(bus_type=BusType.SESSION).connect()

    def answer(call: Message) -> Message | bool | None:
        if call.member == "Version":
            return Message.new_method_return(call, "s", ["1"])
        if call.member == "Scan":
            bus.disconnect()
        return None

    bus.add_message_handler(answer)
    await bus.request_name(rpc.NAME)
    done = await command("scan", "--seconds", "1")
    assert done.status == 1
    assert done.err == "dbus-xbms: the service has stopped; `dbus-xbms doctor` says why\n"


async def test_keys_that_are_not_addresses_are_ignored() -> None:
    bus = await MessageBus(bus_type=BusType.SESSION).connect()
    contact = {"state": Variant("s", "not heard"), "reason": Variant("s", "not heard for 12 min")}
    odd = ["\x1b[2Jcleared", "a4:c1:37:00:00:02", "", "\u202eA4:C1:37:00:00:03"]

    def answer(call: Message) -> Message | None:
        if call.member == "Packs":
            return Message.new_method_return(
                call, "a{sa{sv}}", [dict.fromkeys(["A4:C1:37:00:00:01", *odd], contact)]
            )
        return None

    bus.add_message_handler(answer)
    await bus.request_name(rpc.NAME)
    async with open_bus() as own:
        assert list(await contacts(own)) == ["A4:C1:37:00:00:01"]
    bus.disconnect()
    await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]


async def test_a_service_of_another_version_is_reported() -> None:
    bus = await MessageBus(bus_type=BusType.SESSION).connect()
    await bus.request_name(rpc.NAME)
    done = await command("scan", "--seconds", "1")
    bus.disconnect()
    assert done.status == 1
    assert "the running service is another version; restart it" in done.err


async def _walk(venus: Venus, service: ItemService) -> list[tuple[str, str, str]]:
    """Call every method of a leaf, a node and the root; return the errors with path and method."""
    objects, standard = service._objects, service._server._objects.standard
    arguments: dict[str, list[Any]] = {
        "": [],
        "v": [Variant("i", 1)],
        "s": ["a"],
        "ss": ["a", "b"],
        "si": ["en", 1],
        "ssv": ["a", "b", Variant("i", 1)],
    }
    errors = []
    for path in "/Io/Command", "/Io", "/":
        node = objects.find(path)
        assert node
        for (interface, member), method in {**node.methods, **standard}.items():
            body = arguments[method.takes]
            reply = await venus._reply(service.name, path, interface, member, method.takes, *body)
            if reply.error_name:
                errors.append((path, member, f"{reply.error_name}: {reply.body[0]}"))
    return errors


@pytest.mark.parametrize("failure", [KeyError("x"), SettingsError("x"), BusLost(), DBusError("a.b", "words")])
async def test_every_error_of_a_battery_service_has_a_name_and_a_message(failure: Exception) -> None:
    def write(path: str, value: object, who: str) -> bool:
        raise failure

    name = "com.victronenergy.battery.xbms_a4c137010203"
    items: list[Item[object]] = [Item("/Io/Command", "i", "{}", lambda report: 1, writable=True)]
    service = ItemService(name, items, {"/Io/Command": 1}, write)
    await service.start()
    try:
        async with Venus() as venus:
            errors = await _walk(venus, service)
    finally:
        await service.stop()
    properties = {(path, member) for path, member, _ in errors if member in ("Get", "Set")}
    assert len(properties) == 6  # there are no properties, which is an error
    written = [words for path, member, words in errors if member not in ("Get", "Set")]
    own = "a.b: words" if isinstance(failure, DBusError) else None
    assert written == [own or "org.freedesktop.DBus.Error.Failed: an error in the service; see its log"]
