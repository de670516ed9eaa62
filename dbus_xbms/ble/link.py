"""GATT connection to one pack. Only the pack's own task may use it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from math import inf
from typing import TYPE_CHECKING

from dbus_xbms.ble.errors import STACK_ERRORS, NotSubscribed, calling_bleak
from dbus_xbms.ble.exchange import Capture
from dbus_xbms.ble.pairing_state import PairingState
from dbus_xbms.ble.requests import ConnectRequest
from dbus_xbms.ble.session import Session
from dbus_xbms.ble.sessions import new_session
from dbus_xbms.ble.stack import GattClient
from dbus_xbms.model import CONNECTED, LinkStatus, Notify, PackIdentity, Reading
from dbus_xbms.protocols import BmsFamily, Conversation, LinkError, NotPaired, ProtocolError, T
from dbus_xbms.record import replace

if TYPE_CHECKING:
    from dbus_xbms.ble.central import Central

__all__ = ["Capture", "Link", "NotSubscribed"]

log = logging.getLogger(__name__)

CLOSE_LIMIT = 3.0  # s; BlueZ takes 2 s to disconnect


class Link:
    """A connection that can be opened again; any failure ends it."""

    def __init__(
        self,
        central: Central,
        address: str,
        family: BmsFamily,
        adapter: str,
        passkey: str,
        capture: Capture | None,
    ) -> None:
        self.status = LinkStatus()
        self.changed = asyncio.Event()  # the status has changed; cleared by the user
        self.lost = asyncio.Event()  # an open link was lost
        self.acquired = False  # the last subscription used a socket
        self.broken = False  # the last connection was ended by the pack or the radio
        self._central = central
        self._family = family
        self._capture = capture
        self._pairing = PairingState(address, passkey)
        self._request = ConnectRequest(
            address,
            adapter,
            on_state=self._set_state,
            on_rssi=self._set_rssi,
            on_lost=self._end,
            pairing=self._pairing,
        )
        self._client: GattClient | None = None
        self._session: Session | None = None
        self._ready = False  # the session may be used
        self._opened = False  # at least once

    def resume(self, before: LinkStatus) -> None:
        """Continue the counters of a previous link to the pack; call it before the first :meth:`open`."""
        self.status = replace(before, state=self.status.state)

    async def open(
        self,
        notify: Notify = Notify.START,
        password: str = "",
        *,
        held_until: float = -inf,
        planned: bool = False,
    ) -> None:
        """Connect once; waits without limit for bluetoothd, an adapter, a slot and the radio.

        ``password`` is that of the pack, for :meth:`log_in`. ``held_until`` is when its values become
        invalid, in s: packs take turns at the radio by that. ``planned``: the last connection was closed
        to share the pack, so this one does not count as a reconnection.

        Raises:
            NotSubscribed: the pack is connected, but notifications could not be enabled.
            NotPaired: it requires pairing, and the owner has to help.
            LinkError: the pack was not found, the connection failed, or this machine cannot read its make.
            ProtocolError: the pack sends nonsense.
        """
        await self.close()
        self._request.held_until = held_until
        self._request.expected = self._opened and not self.lost.is_set() and not self._request.failures
        self.lost.clear()
        self.broken = False
        async with AsyncExitStack() as undo:
            undo.push_async_callback(self.close)
            try:
                session = new_session(self._request.address, self._family, password, self._capture)
                self._client = await self._central.connect(self._request, self._client_lost)
                await self._start(session, self._client, notify)
            except (LinkError, ProtocolError) as err:
                self._request.failures += 1
                self._set_state(err.state)
                log.debug("%s: %s", self._request.address, err)
                raise
            undo.pop_all()
        self._request.failures = 0
        counts = self._opened and not planned
        self.status = replace(self.status, reconnects=self.status.reconnects + counts)
        self._opened = True
        self._ready = True
        self._set_state(CONNECTED)

    async def _start(self, session: Session, client: GattClient, notify: Notify) -> None:
        """Start the session over the new connection."""
        if self._request.slot:
            self.status = replace(self.status, hci=self._request.slot.hci)
            self._central.changed.notify()  # the adapter's use, for those who watch for interference
        assert self._request.device
        self.acquired = notify is Notify.ACQUIRE or (notify is Notify.AUTO and client.acquires_safely)
        self._session = session
        with self._pairing_required():
            await session.start(client, self._request.device, socket=self.acquired)
        if self.lost.is_set():
            raise LinkError("connection lost")

    async def log_in(self) -> None:
        """Wake the BMS after connecting, and log in if its Bluetooth module requires it.

        Raises:
            LoginFailed: a password or a pairing is needed.
            Mute: nothing was answered.
            LinkError: not connected, or connection lost.
        """
        with self._pairing_required():
            await self._connected.log_in()

    async def read(self, known: PackIdentity | None, *, counters: bool, limit: float = inf) -> Reading:
        """Read the pack once within ``limit`` s; the identity too unless ``known``.

        ``counters``: also how often each protection has tripped, if the BMS counts that.

        Raises:
            NotPaired: the pack requires pairing, and the owner has to help.
            LinkError: not connected, connection lost, or no reply in time.
            ProtocolError: the reply is invalid.
        """
        with self._pairing_required():
            return await self._connected.read(known, counters=counters, limit=limit)

    async def run(self, conversation: Conversation[T], limit: float = inf) -> T:
        """Run a conversation and return its result, within ``limit`` s.

        Raises:
            NotPaired: the pack requires pairing, and the owner has to help.
            LinkError: not connected, connection lost, or no reply in time.
            ProtocolError: raised by the conversation.
        """
        try:
            with self._pairing_required():
                return await self._connected.run(conversation, limit)
        finally:
            conversation.close()

    @property
    def _connected(self) -> Session:
        """The session of an open link.

        Raises:
            LinkError: not connected.
        """
        if self._session is None or not self._ready:
            raise LinkError("not connected")
        return self._session

    @contextmanager
    def _pairing_required(self) -> Iterator[None]:
        """Translate the pack's demand for pairing into the next step."""
        try:
            yield
        except NotPaired as err:
            raise self._pairing.required() from err

    async def close(self) -> None:
        """Disconnect and release the slot, within a few seconds in any state."""
        client, self._client = self._client, None
        session, self._session = self._session, None
        was_ready, self._ready = self._ready, False
        try:
            if session:
                await session.close()
        finally:
            try:
                # Otherwise a new client would receive every notification twice.
                if client:
                    await self._disconnect(client)
            finally:
                self._central.release(self._request)
                if was_ready:
                    self._set_state("disconnected")

    async def _disconnect(self, client: GattClient) -> None:
        try:
            async with asyncio.timeout(CLOSE_LIMIT):
                with calling_bleak():
                    await client.disconnect()
        except STACK_ERRORS as err:
            log.debug("%s: disconnecting: %r", self._request.address, err)

    def _client_lost(self, client: object) -> None:
        if client is self._client:  # the callback of a previous client may come late
            self.broken = not self.lost.is_set()
            self._end("connection lost")

    def _end(self, reason: str) -> None:
        if self._client and not self.lost.is_set():
            self.lost.set()
            if self._session:
                self._session.end(reason)
            self._set_state(reason)

    def _set_rssi(self, rssi: int) -> None:
        self.status = replace(self.status, rssi=rssi)

    def _set_state(self, state: str) -> None:
        if state != self.status.state:
            self.status = replace(self.status, state=state)
            self.changed.set()
