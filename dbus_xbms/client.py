"""Read a battery pack from a Python program: ``async with connect(address) as pack``.

It needs only BlueZ; see docs/library.md. :mod:`dbus_xbms` exports everything here, imported on first use.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from types import TracebackType
from typing import Self
from weakref import WeakKeyDictionary

from dbus_xbms.ble.central import Central
from dbus_xbms.ble.exchange import Capture
from dbus_xbms.ble.link import Link
from dbus_xbms.model import PackIdentity, Reading
from dbus_xbms.protocols import BmsFamily, LinkError, PairingNext
from dbus_xbms.protocols.registry import family_named
from dbus_xbms.settings import PackSettings, normal_address
from dbus_xbms.text import duration

__all__ = ["NotReached", "PackClient", "connect"]

log = logging.getLogger(__name__)

CONNECT_LIMIT = 60.0  # s to find a pack and connect: a scan and two slow attempts on a busy adapter


class NotReached(LinkError):
    """The pack was not reached in time; the message says what the connection was waiting for."""


class PackClient:
    """A connection to one pack, open inside ``async with``; made by :func:`connect`."""

    def __init__(
        self,
        address: str,
        protocol: BmsFamily,
        *,
        password: str,
        passkey: str,
        adapter: str,
        timeout: float,
        capture: Capture | None,
        notify: Callable[[str], None] | None,
    ) -> None:
        self.address = address
        self._protocol = protocol
        self._password = password
        self._passkey = passkey
        self._adapter = adapter
        self._timeout = timeout
        self._capture = capture
        self._notify = notify or self._log
        self._link: Link | None = None
        self._identity: PackIdentity | None = None
        self._stack = AsyncExitStack()

    @property
    def state(self) -> str:
        """The state of the connection, for display: "searching", "connecting", "connected", ..."""
        return self._link.status.state if self._link else "disconnected"

    @property
    def rssi(self) -> int | None:
        """Signal strength in dBm of the latest advertisement, or ``None`` if no scan was needed."""
        return self._link.status.rssi if self._link else None

    async def __aenter__(self) -> Self:
        self._identity = None
        async with AsyncExitStack() as stack:
            central = await stack.enter_async_context(_shared_central())
            self._link = central.link(
                self.address,
                self._protocol,
                adapter=self._adapter,
                passkey=self._passkey,
                capture=self._capture,
            )
            stack.push_async_callback(self._link.close)
            await self._open(self._link)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, err: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def read(self, *, counters: bool = False) -> Reading:
        """Read the pack once.

        The identity is read once per connection and is included in every reading. ``counters``: also read how
        often each protection has tripped, if the BMS counts that.

        Raises:
            LinkError: not connected, the connection is lost, or no reply. Connect again.
            ProtocolError: the reply is invalid. The connection stays open; read again.
        """
        if not self._link:
            raise LinkError("not connected")
        while True:
            try:
                reading = await self._link.read(self._identity, counters=counters)
            except PairingNext as err:
                self._notify(str(err))
                await self._open(self._link)
                continue
            self._identity = reading.identity or self._identity
            return replace(reading, identity=self._identity)

    async def _open(self, link: Link) -> None:
        """Connect and log in; after each step of a pairing, connect again."""
        while True:
            try:
                async with asyncio.timeout(self._timeout):
                    await link.open(password=self._password)
                return await link.log_in()
            except PairingNext as err:
                self._notify(str(err))
            except TimeoutError as err:
                raise NotReached(f"not reached in {duration(self._timeout)}: {link.status.state}") from err

    def _log(self, message: str) -> None:
        log.info("%s: %s", self.address, message)


def connect(
    address: str,
    *,
    password: str = "",
    passkey: str = "",
    adapter: str = "",
    protocol: str = "",
    timeout: float = CONNECT_LIMIT,
    capture: Capture | None = None,
    notify: Callable[[str], None] | None = None,
) -> PackClient:
    """Return a client for the pack at a Bluetooth address, to be used with ``async with``.

    Args:
        address: such as "A4:C1:37:01:02:03".
        password: of the Bluetooth module, if it has one.
        passkey: up to six digits to pair with, if the module needs that.
        adapter: Bluetooth address of the adapter to use; any adapter if empty.
        protocol: name of the BMS's protocol, as in the setting ``Protocol``; the default one if empty.
        timeout: s to find the pack and connect to it.
        capture: called with the address, ">" (sent) or "<" (received) and the hex of each chunk.
        notify: called with a message for each step of a pairing; they are logged if not given.

    Raises:
        SettingsError: the address or the passkey is malformed, or the protocol is unknown.
        LoginFailed: on entering: the module needs a password; ``NotPaired`` if it needs a passkey.
        LinkError: on entering: the pack was not found, or the connection failed; ``NotReached`` after
            ``timeout``.
    """
    PackSettings.passkey.checked(passkey)
    PackSettings.protocol.checked(protocol)
    return PackClient(
        normal_address(address),
        family_named(protocol),
        password=password,
        passkey=passkey,
        adapter=adapter.upper(),
        timeout=timeout,
        capture=capture,
        notify=notify,
    )


class _Shared:
    """The Central of one event loop, and the number of clients that use it."""

    def __init__(self) -> None:
        self.central = Central([])
        self.running = asyncio.create_task(self.central.run(), name="Bluetooth")
        self.running.add_done_callback(_forget)
        self.users = 0


_shared: WeakKeyDictionary[asyncio.AbstractEventLoop, _Shared] = WeakKeyDictionary()


def _forget(running: asyncio.Task[None]) -> None:
    """Forget a Central that has ended, also if the client that ended it did not wait for that."""
    _shared.pop(running.get_loop(), None)


@asynccontextmanager
async def _shared_central() -> AsyncIterator[Central]:
    """Yield a Central that all clients of this event loop share, so that they take turns at the radio."""
    loop = asyncio.get_running_loop()
    while (shared := _shared.get(loop)) and shared.running.cancelling():
        await asyncio.wait([shared.running])
    shared = shared or _shared.setdefault(loop, _Shared())
    shared.users += 1
    try:
        yield shared.central
    finally:
        shared.users -= 1
        if not shared.users:
            shared.running.cancel()
            await asyncio.wait([shared.running])
            if not shared.running.cancelled():
                shared.running.result()
