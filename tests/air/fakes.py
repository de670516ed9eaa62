"""A fake Bluetooth stack with bleak's real types, for tests in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from bleak.args.bluez import BlueZNotifyArgs
from bleak.assigned_numbers import CharacteristicPropertyName
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.exc import BleakError

from dbus_xbms.ble.central import Central
from dbus_xbms.ble.scheduler import ChangeSignal
from dbus_xbms.ble.stack import AdapterState, Seen
from dbus_xbms.model import PackIdentity, Reading
from dbus_xbms.protocols import (
    Advertised,
    Conversation,
    ConversationFamily,
    Echo,
    Frame,
    GattLayout,
    Key,
    LinkError,
    ProtocolError,
    Request,
)
from dbus_xbms.simulator.device import Device

HCI0 = AdapterState(address="00:00:5E:00:53:00", hci="hci0", powered=True)
HCI1 = AdapterState(address="00:00:5E:00:53:01", hci="hci1", powered=True)
ADDRESSES = tuple(f"A4:C1:37:00:00:{n:02X}" for n in range(32))

SCAN_SWITCH_TIME = 0.02  # s for StartDiscovery, and for StopDiscovery
FLAP = 0.2  # s for which a refused radio link is up

SERVICE, NOTIFY, WRITE = (f"0000{n}-0000-1000-8000-00805f9b34fb" for n in ("ff00", "ff01", "ff02"))


def gatt_table(
    service: str = SERVICE,
    notify: str = NOTIFY,
    write: str = WRITE,
    write_properties: Iterable[CharacteristicPropertyName] = ("read", "write-without-response"),
) -> BleakGATTServiceCollection:
    """The GATT table of a Telink module."""
    table = BleakGATTServiceCollection()
    gap = BleakGATTService(None, 1, "00001800-0000-1000-8000-00805f9b34fb")
    bms = BleakGATTService(None, 15, service)
    table.add_service(gap)
    table.add_service(bms)
    read_notify: list[CharacteristicPropertyName] = ["read", "notify"]
    table.add_characteristic(BleakGATTCharacteristic(None, 16, notify, read_notify, lambda: 20, bms))
    table.add_characteristic(
        BleakGATTCharacteristic(None, 20, write, list(write_properties), lambda: 20, bms)
    )
    return table


Answer = tuple[float, bytes]  # s after the write, one notification


def echo_letter(request: bytes) -> list[Answer]:
    """Reply to `?a` with `a` and a line end, 0.1 s later."""
    return [(0.1, request[1:] + b"\n")]


@dataclass(eq=False)
class FakePack:
    """A pack: whether it is in range, and how it replies."""

    address: str
    in_range: bool = True
    connect_takes: float = 0.5  # s from Connect until the radio link is up
    resolve_takes: float = 0.5  # s from then until the GATT table has been read
    pair_takes: float = 0.0  # s from the radio link until it is paired
    refuses: bool = False  # each radio link breaks at once
    interval: float = 1.0  # s between advertisements
    answer: Callable[[bytes], list[Answer]] = echo_letter
    services: Callable[[], BleakGATTServiceCollection] = gatt_table
    disconnect_takes: float = 2.0  # s, as with BlueZ
    values: dict[str, bytes] = field(default_factory=dict)  # by characteristic that is read
    write_hangs: bool = False
    write_error: Exception | None = None
    notify_error: str = ""
    acquires_safely: bool = True  # BlueZ is new enough for AcquireNotify
    socket_refused: bool = False
    socket_silent: bool = False  # notifications do not reach the socket of AcquireNotify
    socket_breaks: float = 0.0  # s from a subscription over a socket until the pack ends the link
    device: Device | None = None  # a simulated BMS that answers instead of `answer`
    clients: list[FakeClient] = field(default_factory=list)  # those not yet disconnected by the program
    range_changed: ChangeSignal = field(default_factory=ChangeSignal)

    @property
    def client(self) -> FakeClient | None:
        """The connected client, if any."""
        return next((client for client in self.clients if client.up), None)

    def drop(self) -> None:
        """Break the connection."""
        assert self.client
        self.client.break_off()

    def come_into_range(self) -> None:
        """Come into range, or power up."""
        self.in_range = True
        self.range_changed.notify()

    def go_out_of_range(self) -> None:
        """Go out of range, or lose power."""
        self.in_range = False
        if self.client:
            self.drop()


class FakeClient:
    """A connection with the interface of BleakClient; a subscription lasts until `disconnect`."""

    def __init__(self, pack: FakePack, lost: Callable[[Any], None]) -> None:
        self.pack = pack
        self.up = True
        self.written: list[tuple[float, bytes, bool | None]] = []
        self.subscribed_to = ""
        self.notify_options: BlueZNotifyArgs = {}
        self.disconnects = 0
        self._lost = lost
        self._services = pack.services()
        self._notify: Callable[[bytes], None] | None = None
        pack.clients.append(self)
        if pack.device:
            pack.device.connect(self.notify)

    @property
    def services(self) -> BleakGATTServiceCollection:
        return self._services

    @property
    def acquires_safely(self) -> bool:
        return self.pack.acquires_safely

    @property
    def acquired(self) -> bool:
        return not self.notify_options.get("use_start_notify", True)

    async def start_notify(
        self,
        char_specifier: BleakGATTCharacteristic,
        callback: Callable[[BleakGATTCharacteristic, bytearray], None],
        *,
        bluez: BlueZNotifyArgs | None = None,
    ) -> None:
        if self.pack.notify_error:
            raise BleakError(self.pack.notify_error)
        if not self.up:
            raise BleakError("Not connected")
        self.subscribed_to = char_specifier.uuid
        self.notify_options = bluez or {}
        if self.acquired and self.pack.socket_refused:
            raise BleakError("refused")
        self._notify = lambda chunk: callback(char_specifier, bytearray(chunk))
        if self.acquired and self.pack.socket_breaks:
            asyncio.get_running_loop().call_later(self.pack.socket_breaks, self.break_off)

    async def write_gatt_char(
        self, char_specifier: BleakGATTCharacteristic, data: bytes, response: bool | None = None
    ) -> None:
        if not self.up:
            raise BleakError("Not connected")
        loop = asyncio.get_running_loop()
        self.written.append((loop.time(), data, response))
        if self.pack.write_error:
            raise self.pack.write_error
        if self.pack.write_hangs:
            await loop.create_future()
        if self.pack.device:
            self.pack.device.write(data)
            return
        for delay, chunk in self.pack.answer(data):
            loop.call_later(delay, self.notify, chunk)

    async def read_gatt_char(self, char_specifier: BleakGATTCharacteristic) -> bytearray:
        if not self.up:
            raise BleakError("Not connected")
        return bytearray(self.pack.values.get(char_specifier.uuid, b""))

    def notify(self, chunk: bytes) -> None:
        """Send a notification; like BlueZ, deliver it to every client that is not disconnected."""
        if self.up:
            for client in self.pack.clients:
                if client._notify and not (client.acquired and self.pack.socket_silent):
                    client._notify(chunk)

    async def disconnect(self) -> None:
        self.disconnects += 1
        try:
            if self.up and self.pack.disconnect_takes:
                await asyncio.sleep(self.pack.disconnect_takes)
        finally:
            if self in self.pack.clients:
                self.pack.clients.remove(self)
            self._notify = None
            self.break_off()

    def break_off(self) -> None:
        """End the link; like bleak, call back once."""
        if self.up:
            self.up = False
            if self.pack.device:
                self.pack.device.disconnect()
            self._lost(self)


class FakeStack:
    """The Bluetooth of a machine; records violations of its rules."""

    def __init__(self, *packs: FakePack, adapters: tuple[AdapterState, ...] | None = (HCI0,)) -> None:
        self.packs = {pack.address: pack for pack in packs}
        self.adapters = adapters
        self.remembered: set[tuple[str, str]] = set()  # (address, hci) with a Device1
        self.followed: set[tuple[str, str]] = set()  # (address, hci) of which scans report
        self.all_followed: list[str] = []  # hcis of which scans report every device
        self.still_connected: set[str] = set()  # addresses whose Device1 says "connected"
        self.scan_error = ""
        self.log: list[tuple[float, str]] = []
        self.violations: list[str] = []
        self.cache_trusted: list[bool] = []
        self.closed = False
        self.hangs = False  # bluetoothd owns its name but does not reply
        self._changed: Callable[[tuple[AdapterState, ...] | None], None] | None = None
        self._busy: dict[str, str] = {}  # hci -> current use of its radio

    def remember(self, *packs: FakePack, hci: str = "hci0") -> None:
        """Make BlueZ know these packs from earlier."""
        self.remembered |= {(pack.address, hci) for pack in packs}

    def set_adapters(self, *adapters: AdapterState) -> None:
        """Set the adapters that bluetoothd reports, and report them."""
        self.adapters = adapters
        if self._changed:
            self._changed(adapters)

    def stop_bluetoothd(self) -> None:
        """Kill bluetoothd: its devices are forgotten, without callbacks for the links."""
        self.adapters = None
        self.remembered.clear()
        if self._changed:
            self._changed(None)

    def did(self, what: str) -> list[float]:
        """Return the times of the log entries ``what``."""
        return [at for at, entry in self.log if entry == what]

    # The interface of a stack

    async def watch(self, changed: Callable[[tuple[AdapterState, ...] | None], None]) -> None:
        self._changed = changed
        changed(self.adapters)
        await asyncio.get_running_loop().create_future()

    async def answers(self) -> bool:
        return not self.hangs

    async def leave(self) -> None:
        self.closed = True

    async def known(self, address: str, hci: str) -> BLEDevice | None:
        return self._device(address, hci) if (address, hci) in self.remembered else None

    async def follow(self, address: str, hci: str) -> None:
        self.followed.add((address, hci))

    @asynccontextmanager
    async def following_all(self, hci: str) -> AsyncIterator[None]:
        self.all_followed.append(hci)
        try:
            yield
        finally:
            self.all_followed.remove(hci)

    @asynccontextmanager
    async def scan(self, hci: str, seen: Seen) -> AsyncIterator[None]:
        if self.scan_error:
            self._note(f"scan refused {hci}")
            raise LinkError(self.scan_error)
        loop = asyncio.get_running_loop()
        timers: dict[str, asyncio.TimerHandle] = {}

        def advertise(pack: FakePack) -> None:
            timers[pack.address] = loop.call_later(pack.interval, advertise, pack)
            followed = hci in self.all_followed or (pack.address, hci) in self.followed
            if pack.in_range and not pack.client and followed:
                self.remembered.add((pack.address, hci))
                seen(self._device(pack.address, hci), advertisement(pack))

        with self._radio(hci, "scan"):
            await asyncio.sleep(SCAN_SWITCH_TIME)
            try:
                for pack in self.packs.values():
                    timers[pack.address] = loop.call_later(pack.interval, advertise, pack)
                yield
            finally:
                for timer in timers.values():
                    timer.cancel()
                await asyncio.sleep(SCAN_SWITCH_TIME)

    async def connect(
        self,
        device: BLEDevice,
        *,
        freshest: Callable[[], BLEDevice],
        trust_cache: bool,
        link: Callable[[bool], None],
        lost: Callable[[Any], None],
    ) -> FakeClient:
        pack, hci = self.packs[device.address], device.details["path"].split("/")[3]
        self.cache_trusted.append(trust_cache)
        if pack.clients:
            self.violations.append(f"{pack.address}: a new client before the previous one was disconnected")
        while True:
            with self._radio(hci, f"connect {pack.address}"):
                await pack.range_changed.until(lambda: pack.in_range)
                await asyncio.sleep(pack.connect_takes)
            link(True)
            if not pack.refuses:
                break
            await asyncio.sleep(FLAP)
            link(False)  # and bleak connects again
            await asyncio.sleep(0)
        await asyncio.sleep(pack.resolve_takes)
        if (device.address, hci) not in self.remembered:
            raise LinkError("not in range")
        return FakeClient(pack, lost)

    async def pair(self, device: BLEDevice, passkey: str, *, link: Callable[[bool], None]) -> bool:
        pack, hci = self.packs[device.address], device.details["path"].split("/")[3]
        if pack.clients:
            self.violations.append(f"{pack.address}: paired while connected")
        with self._radio(hci, f"pair {pack.address}"):
            await pack.range_changed.until(lambda: pack.in_range)
            await asyncio.sleep(pack.connect_takes)
        link(True)
        await asyncio.sleep(pack.pair_takes)
        if pack.device is None or pack.device.spec.passkey != passkey:
            return False
        pack.device.paired = True
        return True

    async def forget(self, device: BLEDevice) -> None:
        self._note(f"forget {device.address}")
        self.remembered = {known for known in self.remembered if known[0] != device.address}

    def _radio(self, hci: str, use: str) -> _Use:
        return _Use(self, hci, use)

    def _note(self, what: str) -> None:
        self.log.append((asyncio.get_running_loop().time(), what))

    def _device(self, address: str, hci: str) -> BLEDevice:
        path = f"/org/bluez/{hci}/dev_{address.replace(':', '_')}"
        connected = address in self.still_connected or self.packs[address].client is not None
        return BLEDevice(address, "xiaoxiang BMS", {"path": path, "props": {"Connected": connected}})


@dataclass
class _Use:
    """A use of a radio; a second one at the same time is a violation."""

    stack: FakeStack
    hci: str
    what: str

    def __enter__(self) -> None:
        if busy := self.stack._busy.get(self.hci):
            self.stack.violations.append(f"{self.hci}: {self.what} during {busy}")
        self.stack._busy[self.hci] = self.what
        self.stack._note(self.what)

    def __exit__(self, *_: object) -> None:
        del self.stack._busy[self.hci]
        self.stack._note(f"end of {self.what}")


def advertisement(pack: FakePack, rssi: int = -60) -> AdvertisementData:
    """Return the advertisement of a pack."""
    return AdvertisementData("xiaoxiang BMS", {}, {}, [SERVICE], None, rssi, ())


class Lines(ConversationFamily):
    """A protocol for tests: the reply to `?x` is `x...` and a line end; other frames are dropped."""

    name = make = "lines"
    layouts: tuple[GattLayout, ...] = (
        GattLayout(service=SERVICE, notify=NOTIFY, write=WRITE),
        GattLayout(service="other", notify="other notify", write="other write"),
    )

    def certainty(self, seen: Advertised) -> int:
        return int(SERVICE in seen.services)

    def framer(self) -> LineFramer:
        return LineFramer()

    def hello(self, address: str, password: str) -> Conversation[None]:
        yield ask("h")

    def poll(self, known: PackIdentity | None, *, counters: bool) -> Conversation[Reading]:
        yield ask("p")
        raise ProtocolError("lines carry no readings")


class LineFramer:
    def __init__(self) -> None:
        self._buffer = b""

    def feed(self, chunk: bytes) -> list[Frame | Echo]:
        *lines, self._buffer = (self._buffer + chunk).split(b"\n")
        return [
            Echo(encoded=line)
            if line.startswith(b"?")
            else Frame(key=key(chr(line[0])), status=0, payload=line[1:], encoded=line)
            for line in lines
            if line
        ]

    def reset(self) -> None:
        self._buffer = b""


def key(letter: str) -> Key:
    return Key(kind="line", number=ord(letter))


def ask(letter: str, timeout: float = 2.0, retries: int = 2) -> Request:
    return Request(encoded=b"?" + letter.encode(), reply=key(letter), timeout=timeout, retries=retries)


def question(letter: str, timeout: float = 2.0, retries: int = 2) -> Conversation[bytes]:
    """A conversation of one request; returns the payload of the reply."""
    frame = yield ask(letter, timeout, retries)
    return frame.payload


@asynccontextmanager
async def running(stack: FakeStack, max_connections: int = 16) -> AsyncIterator[Central]:
    """Run a Central on this stack; check afterwards that there was no violation."""
    central = Central([Lines()], max_connections=max_connections, stack=stack)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(central.run())
        await asyncio.sleep(0)
        try:
            yield central
        finally:
            task.cancel()
    assert stack.closed
    assert not stack.violations, stack.violations
