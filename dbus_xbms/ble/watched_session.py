"""A session of the library aiobmsble: each call of it has a time limit, and ends in errors of this program.

A module of the library may hang, ignore its cancellation or raise anything: that ends the connection to its
pack, and touches no other one.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from math import inf
from typing import Any, TypeVar

from bleak.backends.device import BLEDevice
from bleak.exc import BleakCharacteristicNotFoundError

from dbus_xbms.ble.bluez import aiobmsble as library
from dbus_xbms.ble.errors import LATE, STACK_ERRORS, NotSubscribed, OtherMake, failure
from dbus_xbms.ble.exchange import Capture
from dbus_xbms.ble.stack import GattClient
from dbus_xbms.ble.watched_client import LibraryClient, SubscriptionFailed
from dbus_xbms.contact import ContactState, advice
from dbus_xbms.model import PackIdentity, Reading
from dbus_xbms.protocols import Conversation, LinkError, LoginFailed, NoReply, ProtocolError
from dbus_xbms.protocols.aiobmsble import WatchedFamily
from dbus_xbms.protocols.aiobmsble.reading import reading
from dbus_xbms.protocols.aiobmsble.requirement import LIBRARY

log = logging.getLogger(__name__)
T = TypeVar("T")

START_LIMIT = 25.0  # s; one request may take 10 s, because it is tried with and without response
DESCRIBE_LIMIT = 5.0  # s for the model and the versions, which a pack may not have
LEAVE_LIMIT = 1.0  # s
CANCEL_LIMIT = 3.0  # s for a cancelled call to end, else it is left behind
CHECK_EVERY = 5.0  # s between two checks that this program runs
STOPPED = 5.0  # s that a check is late if this program did not run

_left_behind: set[asyncio.Task[Any]] = set()  # a task without a reference may vanish


class LibrarySession:
    """A session of a family that the library reads."""

    def __init__(self, address: str, family: WatchedFamily, password: str, capture: Capture | None) -> None:
        self._address = address
        self._module = family.module
        self._bms_class = library.load(family.name)
        self._password = password
        self._capture = capture
        self._ended: asyncio.Future[Exception] = asyncio.get_running_loop().create_future()
        self._client: LibraryClient | None = None
        self._bms: Any = None
        self._description: dict[str, str] = {}
        self._check: asyncio.TimerHandle | None = None

    async def start(self, client: GattClient, device: BLEDevice, *, socket: bool) -> None:
        """Let the library subscribe and log in; the contract is ``Session.start``."""
        self._client = LibraryClient(
            self._address,
            client,
            socket=socket,
            secret=self._password.encode(),
            capture=self._capture,
            failed=self._fail,
        )
        self._check_later()
        await self._call(self._connect(device, self._client), START_LIMIT)

    def _check_later(self) -> None:
        """Check in a while whether this program has run all the time.

        Some makes send without being asked. What waited while the program did not run would count as new.
        """
        loop = asyncio.get_running_loop()
        due = loop.time() + CHECK_EVERY

        def check() -> None:
            if loop.time() - due < STOPPED:
                self._check_later()
            else:
                self._fail(LinkError("this program did not run; what the pack has sent since then is old"))

        self._check = loop.call_at(due, check)

    async def _connect(self, device: BLEDevice, client: LibraryClient) -> None:
        self._bms = library.make(self._bms_class, device, self._password)
        try:
            await library.connect(self._bms, client)
        except (PermissionError, ConnectionRefusedError) as err:
            raise LoginFailed("the pack refuses its password", self._advice) from err
        except TimeoutError as err:
            if not self._bms_class.accept_secret or self._password:
                raise
            raise NoReply(f"no reply; if it needs a password, {self._advice}") from err

    @property
    def _advice(self) -> str:
        return advice(ContactState.NEEDS_PASSWORD, self._address)

    async def log_in(self) -> None:
        """Read what describes the BMS; the library has logged in when it was started."""
        self._description = await self._describe()

    async def read(self, known: PackIdentity | None, *, counters: bool, limit: float = inf) -> Reading:
        """Read the pack once; the library knows no counters."""
        sample = await self._call(self._bms.async_update(), limit)
        if not isinstance(sample, dict):
            raise ProtocolError(f"{self._named}: expected a dict, got {sample!r:.40}")
        return reading(sample, self._description if known is None else None)

    async def _describe(self) -> dict[str, str]:
        """Return the texts that describe the BMS; one that does not send them is read all the same."""
        try:
            described: dict[str, str] = await self._call(self._bms.device_info(), DESCRIBE_LIMIT)
        except (LinkError, ProtocolError) as err:
            if self._ended.done():
                raise
            log.debug("%s: not described: %s", self._address, err)
            return {}
        return described

    async def run(self, conversation: Conversation[T], limit: float = inf) -> T:
        """Refuse: such a pack is only watched.

        Raises:
            LinkError: always.
        """
        conversation.close()
        raise LinkError("this make is only watched")

    def end(self, reason: str) -> None:
        """Fail the call that is running and all later ones."""
        self._fail(LinkError(reason))

    def _fail(self, err: Exception) -> None:
        if not self._ended.done():
            self._ended.set_result(err)
        if self._check:
            self._check.cancel()
        if self._client:
            self._client.end()

    async def close(self) -> None:
        """Let the library end its tasks."""
        bms, self._bms = self._bms, None
        if bms is not None:
            await self._finished(self._begin(bms.disconnect()), LEAVE_LIMIT)
        self.end("the link was closed")

    # Calls of the library

    @property
    def _named(self) -> str:
        return f"{LIBRARY} {self._module}"

    async def _call(self, call: Coroutine[Any, Any, T], limit: float) -> T:
        """Return the result of a call of the library.

        Raises:
            LinkError: the connection is gone, or no reply within ``limit`` s.
            ProtocolError: the library cannot make sense of the pack.
        """
        task = self._begin(call)
        try:
            waited: set[asyncio.Future[Any]] = {task, self._ended}
            await asyncio.wait(
                waited,
                timeout=None if limit == inf else limit,
                return_when=asyncio.FIRST_COMPLETED,
            )
        finally:
            finished = task.done() or await self._finished(task, 0.0)
        if self._ended.done():
            raise self._translated(self._ended.result())
        if task.done() and not task.cancelled():
            if (err := task.exception()) is None:
                return task.result()
            if (known := self._translated(err)) is err:
                raise err
            raise known from err
        if not finished:
            raise LinkError(f"{self._named} hangs")
        raise NoReply(f"no reply in {limit:g} s")

    def _begin(self, call: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.get_running_loop().create_task(call)
        task.add_done_callback(self._over)
        return task

    async def _finished(self, task: asyncio.Task[Any], limit: float) -> bool:
        """Wait for a call, then cancel it; return whether it has ended, else it is left behind."""
        try:
            if limit:
                await asyncio.wait({task}, timeout=limit)
        finally:
            task.cancel()  # nothing happens to one that has ended
        await asyncio.wait({task}, timeout=CANCEL_LIMIT)
        if task.done():
            return True
        log.warning("%s: %s does not end when it is told to; it is left behind", self._address, self._named)
        _left_behind.add(task)
        return False

    def _over(self, task: asyncio.Task[Any]) -> None:
        """Record how a call ended, even if nobody waits for it any more."""
        _left_behind.discard(task)
        if not task.cancelled() and (err := task.exception()):
            log.debug("%s: %s: %r", self._address, self._named, err)

    def _translated(self, err: BaseException) -> BaseException:
        """Return the error of this program for one of the library."""
        if isinstance(err, LinkError | ProtocolError) or not isinstance(err, Exception):
            return err
        if isinstance(err, SubscriptionFailed):
            return failure(err.__cause__ or err, "subscription failed: ", NotSubscribed, late=LATE)
        if isinstance(err, BleakCharacteristicNotFoundError) or type(err) is ConnectionError:
            return OtherMake(
                f"another make than {self._module.removesuffix('_bms')}: {str(err).rstrip('!.')}"
            )
        if isinstance(err, TimeoutError):
            return NoReply("no reply")
        if isinstance(err, STACK_ERRORS):
            return failure(err)
        log.debug("%s: %s", self._address, self._named, exc_info=err)
        return ProtocolError(f"{self._named}: {type(err).__name__}: {err}")
