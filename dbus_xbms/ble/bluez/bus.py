"""A connection to bluetoothd on the system bus, and calls of its methods."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from dbus_fast import BusType, Message, MessageType

from dbus_xbms.dbus import BusError, TrustedBus, call, call_daemon, close, until_closed

log = logging.getLogger(__name__)

B = TypeVar("B", bound=TrustedBus)

BLUEZ = "org.bluez"
ADAPTER, DEVICE = "org.bluez.Adapter1", "org.bluez.Device1"
PROPERTIES = "org.freedesktop.DBus.Properties"
OBJECT_MANAGER = "org.freedesktop.DBus.ObjectManager"
CALL_LIMIT = 10.0  # s; replies take some ms
_CHANGES = f"type='signal',sender='{BLUEZ}',interface='{PROPERTIES}',member='PropertiesChanged'"
# What bleak asks for
EVERY_CHANGE = f"type=signal,interface={PROPERTIES},member=PropertiesChanged,path_namespace=/org/bluez"
ADAPTER_CHANGES = f"{_CHANGES},path_namespace='/org/bluez',arg0='{ADAPTER}'"


class BluezBus(TrustedBus):
    """A connection that accepts signals and replies only from bluetoothd and the bus daemon."""

    FOLLOWED = (BLUEZ,)


class OrderedBluezBus(BluezBus):
    """A connection whose callers continue with a reply before later messages are handled.

    dbus-fast handles all messages that it reads at a time before a waiting caller continues. bleak then
    replaces what the signals after the reply have said by the older reply, and waits for them in vain.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._held: deque[Message] = deque()  # messages after a reply, until its caller has continued
        self._holding = False

    def _process_message(self, msg: Message) -> None:
        self._held.append(msg)
        if not self._holding:
            self._release()

    def _release(self) -> None:
        """Handle what is held, up to the next reply."""
        self._holding = False
        while self._held:
            message = self._held.popleft()
            super()._process_message(message)
            if message.message_type is MessageType.METHOD_RETURN:
                self._holding = True
                asyncio.get_running_loop().call_soon(self._release)
                return


class FollowingBus(OrderedBluezBus):
    """The connection of bleak's manager, without the changes of devices that nobody follows.

    Each advertisement of each device in range is such a change. The daemon sends a connection only what its
    match rules ask for, which costs this process nothing; bleak asks for the changes of all devices. What
    appears and disappears is always reported.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.followed: set[str] = set()  # object paths of devices

    async def call(self, msg: Message) -> Message:
        """Call a method; bleak's rule for every change is replaced by one for changes of adapters."""
        if msg.member == "AddMatch" and msg.body == [EVERY_CHANGE]:
            msg.body = [ADAPTER_CHANGES]
        return await super().call(msg)

    async def follow_device(self, path: str) -> None:
        """Receive the changes of a device from now on; notifications come over another connection."""
        await call_daemon(self, "AddMatch", _changes_of(path))

    async def unfollow_device(self, path: str) -> None:
        """Receive the changes of a device no more."""
        self.followed.discard(path)
        await self._remove(_changes_of(path))

    @asynccontextmanager
    async def following_devices(self, adapter: str) -> AsyncIterator[None]:
        """Receive the changes of all devices of the adapter with this object path while inside."""
        rule = f"{_CHANGES},path_namespace='{adapter}',arg0='{DEVICE}'"
        await call_daemon(self, "AddMatch", rule)
        try:
            yield
        finally:
            await self._remove(rule)

    async def _remove(self, rule: str) -> None:
        try:
            await call_daemon(self, "RemoveMatch", rule)
        except BusError as err:
            log.debug("%s is still received: %s", rule, err)


def _changes_of(device: str) -> str:
    """Return the match rule for changes of a device."""
    return f"{_CHANGES},path='{device}',arg0='{DEVICE}'"


@asynccontextmanager
async def system_bus() -> AsyncIterator[tuple[BluezBus, asyncio.Task[None]]]:
    """Connect to the system bus; yields the connection and a task that ends with it."""
    async with connected(BluezBus) as both:
        yield both


@asynccontextmanager
async def connected(kind: type[B]) -> AsyncIterator[tuple[B, asyncio.Task[None]]]:
    """Connect to the system bus with one kind of connection, as :func:`system_bus` does."""
    bus = await kind(bus_type=BusType.SYSTEM).connect()
    closed = until_closed(bus)
    try:
        yield bus, closed
    finally:
        await close(bus, closed)


async def call_bluez(
    bus: TrustedBus,
    path: str,
    interface: str,
    member: str,
    signature: str = "",
    body: Sequence[Any] = (),
    *,
    limit: float = CALL_LIMIT,
) -> list[Any]:
    """Call a method of bluetoothd, which the daemon may start for it; raises the errors of ``call``."""
    return await call(bus, BLUEZ, path, interface, member, signature, body, limit=limit, autostart=True)
