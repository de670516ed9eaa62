"""The minimum work of any such program: python -m bench.speed.floor SECONDS own|beat ADDRESS...

In one process: the same two writes per poll through bleak, the same notifications through ``StartNotify``,
one signal per poll and pack. It checks and decides nothing, and imports nothing of the program.
``own``: each pack has its own timer. ``beat``: all packs are polled at the same time, as by the program.
"""

from __future__ import annotations

import asyncio
import struct
import sys

from bleak import BleakClient, BleakScanner
from bleak.backends.characteristic import BleakGATTCharacteristic
from dbus_fast import BusType, Message, MessageFlag, MessageType, Variant
from dbus_fast.aio import MessageBus

BASIC, CELLS = bytes.fromhex("dda50300fffd77"), bytes.fromhex("dda50400fffc77")
NOTIFY, WRITE = "0000ff01-0000-1000-8000-00805f9b34fb", "0000ff02-0000-1000-8000-00805f9b34fb"
OVERHEAD = 7  # bytes of a frame around its payload
CONNECTED = "connected"


class Pack:
    """The link of one pack."""

    def __init__(self, client: BleakClient) -> None:
        self._client = client
        self._write = client.services.get_characteristic(WRITE)
        self._received = bytearray()
        self._reply: asyncio.Future[bytes] | None = None

    async def listen(self) -> None:
        """Subscribe to notifications."""
        await self._client.start_notify(NOTIFY, self._notified, bluez={"use_start_notify": True})

    async def ask(self, request: bytes) -> bytes:
        """Write a request and return its reply."""
        self._received.clear()
        reply: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._reply = reply
        assert self._write
        await self._client.write_gatt_char(self._write, request, response=False)
        return await reply  # it may have arrived during the write

    def _notified(self, _: BleakGATTCharacteristic, chunk: bytearray) -> None:
        self._received += chunk
        if self._reply and len(self._received) >= OVERHEAD + self._received[3]:
            self._reply.set_result(bytes(self._received))
            self._reply = None


def signal(address: str, basic: bytes) -> Message:
    """Return a signal with the values that change at every poll: voltage, current and power."""
    volts, amperes = (raw / 100 for raw in struct.unpack_from(">Hh", basic, 4))
    shown = {"Voltage": (volts, "V"), "Current": (amperes, "A"), "Power": (volts * amperes, "W")}
    entries = {
        f"/Dc/0/{name}": {"Value": Variant("d", value), "Text": Variant("s", f"{value:.2f}{unit}")}
        for name, (value, unit) in shown.items()
    }
    return Message(
        message_type=MessageType.SIGNAL,
        flags=MessageFlag.NO_REPLY_EXPECTED,
        path="/" + address.replace(":", ""),
        interface="com.victronenergy.BusItem",
        member="ItemsChanged",
        signature="a{sa{sv}}",
        body=[entries],
    )


async def poll(bus: MessageBus, client: BleakClient, address: str, interval: float, beat: bool) -> None:
    """Poll one pack for ever."""
    pack, now = Pack(client), asyncio.get_running_loop().time
    await pack.listen()
    due = now()
    while True:
        basic = await pack.ask(BASIC)
        await pack.ask(CELLS)
        bus.send(signal(address, basic))
        due = (round(due / interval) + 1) * interval if beat else due + interval
        await asyncio.sleep(due - now())


async def serve(interval: float, beat: bool, addresses: list[str]) -> None:
    """Connect to all packs one by one, then poll them until killed."""
    bus = await MessageBus(bus_type=BusType.SESSION).connect()
    async with asyncio.TaskGroup() as group:
        for address in addresses:
            device = await BleakScanner.find_device_by_address(address, timeout=20.0)
            assert device, f"{address} is not in range"
            client = BleakClient(device)
            await client.connect()
            group.create_task(poll(bus, client, address, interval, beat))
        print(CONNECTED, flush=True)


if __name__ == "__main__":
    asyncio.run(serve(float(sys.argv[1]), sys.argv[2] == "beat", sys.argv[3:]))
