"""The connection over which characteristics are written and their notifications arrive, for all packs.

What a poll repeats is encoded once. Notifications and replies to writes are recognized by the bytes that do
not change, their shape (:mod:`dbus_xbms.dbus.frames`), which becomes known when dbus-fast decodes the first.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from dbus_fast import Message, MessageFlag, MessageType

from dbus_xbms.ble.bluez import compat, gatt_frames
from dbus_xbms.ble.bluez.bus import BLUEZ, PROPERTIES
from dbus_xbms.ble.bluez.gatt_frames import CHARACTERISTIC
from dbus_xbms.dbus import DAEMON, DAEMON_PATH, BusLost, FramedBus, MessageHead, call_daemon, frames

# From this many packs on, messages are gathered: what all packs send arrives one by one within 0.1 s of a
# beat, and each wakes the process. With fewer packs there is little to gather, and looking for it costs more.
MANY = 8
GATHERING = 0.01  # s; less saves little, more delays a sample by more than a pack takes to reply
BUSY = 0.01  # s until a write is repeated that BlueZ refuses because another one is under way

Notified = Callable[[bytearray], None]


class GattBus(FramedBus):
    """A connection that writes characteristics and receives notifications; it believes bluetoothd only."""

    FOLLOWED = (BLUEZ,)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._subscribed: dict[str, Notified] = {}  # by path
        self._signals: dict[bytes, Notified] = {}  # by the shape of PropertiesChanged from a subscribed path
        self._replies: set[bytes] = set()  # shapes of replies without a body
        self._writes: dict[int, asyncio.Future[Message | None]] = {}  # by serial number; None: done

    # Calls

    def write_unconfirmed(self, path: str, value: bytes) -> None:
        """Write a characteristic without a response of the pack, nor of BlueZ: nothing tells of a failure.

        Raises:
            BusLost: the connection to the bus is lost.
        """
        body = gatt_frames.write_body(value, response=False)
        self.send_frame(_write_head(path, MessageFlag.NO_REPLY_EXPECTED).frame(self.next_serial(), body))

    async def write(self, path: str, value: bytes, *, response: bool) -> None:
        """Write a characteristic, with or without a response of the pack.

        Raises:
            BleakError: BlueZ or the pack refuses.
            BusLost: the connection to the bus is lost.
        """
        while refusal := await self._ask(path, value, response=response):
            if not compat.is_busy(refusal):
                compat.raise_refusal(refusal)
            await asyncio.sleep(BUSY)

    async def _ask(self, path: str, value: bytes, *, response: bool) -> Message | None:
        """Call WriteValue; return the reply if it is an error."""
        body = gatt_frames.write_body(value, response=response)
        serial, done = self.next_serial(), asyncio.get_running_loop().create_future()
        self.send_frame(_write_head(path, MessageFlag.NONE).frame(serial, body))
        self._writes[serial] = done
        try:
            refusal: Message | None = await done
            return refusal
        finally:
            self._writes.pop(serial, None)

    async def subscribe(self, path: str, notified: Notified) -> None:
        """Have ``notified`` called with each value that a characteristic sends, once it notifies.

        Raises the errors of :func:`dbus_xbms.dbus.call_daemon`.
        """
        self._subscribed[path] = notified
        self._adapt()
        await call_daemon(self, "AddMatch", _rule(path))

    def unsubscribe(self, path: str) -> None:
        """Undo :meth:`subscribe`, if that was called."""
        if (notified := self._subscribed.pop(path, None)) is None:
            return
        self._adapt()
        self._signals = {shape: known for shape, known in self._signals.items() if known is not notified}
        if not self._disconnected:
            self.send_frame(_unmatch(self.next_serial(), path))

    def _adapt(self) -> None:
        self.gathering = GATHERING if len(self._subscribed) >= MANY else 0.0

    # Messages

    def handle_frame(self, frame: bytes) -> bool:
        """Handle a notification, or a reply that a write is done, if its shape is known."""
        kind = frames.kind(frame)
        if kind == frames.SIGNAL:
            body = frames.body_at(frame)
            notified = self._signals.get(frames.signal_shape(frame, body))
            value = gatt_frames.notified(frame, body) if notified else None
            if notified is None or value is None:
                return False
            notified(bytearray(value))
            return True
        if kind == frames.REPLY and (found := frames.reply_shape(frame)):
            shape, serial = found
            return shape in self._replies and self._end_write(serial, None)
        return False

    def handle_decoded(self, frame: bytes, message: Message) -> bool:
        """Handle a notification or a reply to a write, and know its shape from now on."""
        kind, from_daemon = message.message_type, message.sender == DAEMON
        from_bluez = message.sender == self._followed.owners.get(BLUEZ, "")
        if from_daemon and message.member == "NameOwnerChanged":
            self._signals.clear()
            self._replies.clear()
        if from_bluez and kind is MessageType.SIGNAL:
            return self._notified(frame, message)
        if from_bluez and kind is MessageType.METHOD_RETURN:
            return self._written(frame, message)
        if kind is MessageType.ERROR and (from_bluez or from_daemon):
            return self._end_write(message.reply_serial, message)
        return False

    def _notified(self, frame: bytes, signal: Message) -> bool:
        """Pass on a notification."""
        notified = self._subscribed.get(signal.path or "")
        if notified is None or signal.interface != PROPERTIES or signal.body[0] != CHARACTERISTIC:
            return False
        self._signals[frames.signal_shape(frame, frames.body_at(frame))] = notified
        if value := signal.body[1].get("Value"):
            notified(bytearray(value.value))
        return True

    def _written(self, frame: bytes, reply: Message) -> bool:
        """End a write that is done."""
        if not self._end_write(reply.reply_serial, None):
            return False
        if found := frames.reply_shape(frame):
            self._replies.add(found[0])
        return True

    def _end_write(self, serial: int, refusal: Message | None) -> bool:
        """End a write; False if there is none with this serial number."""
        done = self._writes.get(serial)
        if done and not done.done():
            done.set_result(refusal)
        return done is not None

    def _finalize(self, err: Exception | None = None) -> None:
        super()._finalize(err)
        if self._disconnected:
            for done in self._writes.values():
                if not done.done():
                    done.set_exception(BusLost())


@lru_cache(maxsize=128)  # more than there are connections
def _write_head(path: str, flags: MessageFlag) -> MessageHead:
    return MessageHead(
        Message(
            destination=BLUEZ,
            path=path,
            interface=CHARACTERISTIC,
            member="WriteValue",
            flags=flags,
            signature="aya{sv}",
            body=[b"", {}],
        )
    )


def _rule(path: str) -> str:
    return f"type='signal',sender='{BLUEZ}',interface='{PROPERTIES}',member='PropertiesChanged',path='{path}'"


def _unmatch(serial: int, path: str) -> bytearray:
    """Return a call of RemoveMatch whose reply nobody waits for."""
    return Message(
        destination=DAEMON,
        path=DAEMON_PATH,
        interface=DAEMON,
        member="RemoveMatch",
        signature="s",
        body=[_rule(path)],
        flags=MessageFlag.NO_REPLY_EXPECTED,
        serial=serial,
    )._marshall(False)
