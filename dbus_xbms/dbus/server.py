"""A bus connection that owns one name and answers for a table of objects."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from dbus_fast import (
    BusType,
    DBusError,
    ErrorType,
    Message,
    MessageFlag,
    MessageType,
    NameFlag,
    RequestNameReply,
)

from dbus_xbms.dbus.calls import DAEMON, DAEMON_PATH, PEER, call, call_daemon
from dbus_xbms.dbus.connection import close, connect, until_closed
from dbus_xbms.dbus.errors import BusError, CallRefused, NameRefused, NameTaken
from dbus_xbms.dbus.names import OWNER_CHANGES
from dbus_xbms.dbus.objects import LATER, Children, Find, Method, Objects
from dbus_xbms.dbus.trusted import TrustedBus

log = logging.getLogger(__name__)

NAME_LIMIT = 10.0  # s to get the name; the daemon answers within milliseconds
RELEASE_LIMIT = 1.0  # s to give it back
END_LIMIT = 1.0  # s for running methods to end, and to be answered, when the server closes
CLIENT_GONE = f"{OWNER_CHANGES},arg2=''"  # match rule


def described(err: BaseException) -> DBusError:
    """Return the reply to a call whose method raised an error; log one that is a fault of this program."""
    if isinstance(err, DBusError):
        return err
    if isinstance(err, asyncio.CancelledError):
        return DBusError(ErrorType.FAILED, "the service is stopping")
    log.error("a call failed by an error in this program", exc_info=err)
    return DBusError(ErrorType.FAILED, "an error in the service; see its log")


class Server:
    """A connection that owns ``name`` while it is open, and answers for the objects that ``find`` knows.

    ``bus``: by default that of Venus. ``taken`` is the error's text if the name has an owner. ``describe``
    turns an exception of a method into its reply. ``holds`` is asked before a method runs; if it returns
    True, it passes the call to :meth:`answer` later. ``lost`` is called with the reason when the name or the
    connection is lost, ``client_gone`` with the unique name of each client that leaves the bus.
    """

    def __init__(
        self,
        name: str,
        find: Find,
        children: Children,
        *,
        bus: BusType | None = None,
        file_descriptors: bool = False,
        taken: str = "",
        describe: Callable[[BaseException], DBusError] = described,
        holds: Callable[[Message], bool] | None = None,
        lost: Callable[[str], None] | None = None,
        client_gone: Callable[[str], None] | None = None,
    ) -> None:
        self.name = name
        self.bus: TrustedBus | None = None  # while it is open
        self._objects = Objects(find, children)
        self._bus_type = bus
        self._file_descriptors = file_descriptors
        self._taken = taken or f"{name} is already served on this bus"
        self._describe = describe
        self._holds = holds
        self._lost = lost
        self._client_gone = client_gone
        self._closed: asyncio.Task[None] | None = None  # ends with the connection
        self._early: list[Message] | None = None  # calls that arrived before the objects were prepared
        self._tasks: set[asyncio.Task[None]] = set()  # methods that are coroutines

    @property
    def running(self) -> bool:
        """Whether the name is on the bus."""
        return self.bus is not None and self.bus.connected

    async def open(self, prepare: Callable[[], None] | None = None) -> None:
        """Connect and take the name; then call ``prepare``, before the first call is answered.

        Raises:
            NameTaken: the name has an owner already.
            NameRefused: the bus does not allow this user to own it.
            BusError: there is no bus, or it is lost.
        """
        # Consumers ask once when a name appears, and never again for what they did not find.
        self._early = [] if prepare else None
        self.bus = bus = await connect(self._bus_type, file_descriptors=self._file_descriptors)
        self._closed = until_closed(bus)
        self._closed.add_done_callback(self._disconnected)
        try:
            bus.add_message_handler(self._receive)
            if self._client_gone:
                await call_daemon(bus, "AddMatch", CLIENT_GONE)
            await self._take_name(bus)
            if prepare:
                prepare()
        except BaseException:
            await self.close()
            raise
        early, self._early = self._early, None
        for message in early or ():
            self._receive(message)

    async def _take_name(self, bus: TrustedBus) -> None:
        request = [self.name, NameFlag.DO_NOT_QUEUE.value]
        try:
            (result,) = await call(
                *(bus, DAEMON, DAEMON_PATH, DAEMON, "RequestName", "su", request), limit=NAME_LIMIT
            )
        except CallRefused as err:
            raise NameRefused(self.name, err) from err
        if result != RequestNameReply.PRIMARY_OWNER.value:
            raise NameTaken(self._taken)

    async def close(self) -> None:
        """Cancel and answer running methods, give the name back, and close the connection."""
        bus, closed = self.bus, self._closed
        if bus is None or closed is None:
            return
        if self._tasks:
            for task in self._tasks:
                task.cancel()
            await asyncio.wait(self._tasks, timeout=END_LIMIT)
        self.bus = None  # from here on nothing is sent, and the end of the connection is no loss
        try:
            if bus.connected:
                await call_daemon(bus, "ReleaseName", self.name, limit=RELEASE_LIMIT)
        except BusError as err:
            log.debug("%s: not released: %s", self.name, err)
        finally:
            await close(bus, closed)

    async def until_closed(self) -> None:
        """Wait until the connection closes, for whatever reason."""
        if self._closed is not None:
            await asyncio.wait([self._closed])

    async def flush(self) -> None:
        """Wait until everything sent so far has reached the bus."""
        if self.bus is not None and self.bus.connected:
            await call_daemon(self.bus, "GetId")

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a coroutine that :meth:`close` cancels."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # Sending

    def send(self, message: Message) -> asyncio.Future[None] | None:
        """Send a message; ``None`` while the name is not on the bus."""
        if self.bus is None or not self.bus.connected:
            return None
        sending = self.bus.send(message)
        if sending.done():  # nearly always
            _log_failure(sending)
        else:
            sending.add_done_callback(_log_failure)
        return sending

    def signal(self, path: str, interface: str, member: str, signature: str, body: list[Any]) -> None:
        """Send a signal to all programs; does nothing while the name is not on the bus."""
        self.send(Message.new_signal(path, interface, member, signature, body))

    def reply(self, call: Message, signature: str = "", body: list[Any] | None = None) -> None:
        """Answer a call, unless it wants no reply."""
        if not call.flags & MessageFlag.NO_REPLY_EXPECTED:
            self.send(Message.new_method_return(call, signature, body or []))

    def reply_with_descriptor(
        self, call: Message, descriptor: int, mtu: int, sent: Callable[[], None]
    ) -> None:
        """Answer AcquireNotify or AcquireWrite; ``sent`` is called when the descriptor may be closed."""
        sending = self.send(Message.new_method_return(call, "hq", [0, mtu], [descriptor]))
        if sending is None:
            sent()
        else:
            sending.add_done_callback(lambda _: sent())

    def fail(self, call: Message, error: DBusError) -> None:
        """Answer a call with an error, unless it wants no reply."""
        if not call.flags & MessageFlag.NO_REPLY_EXPECTED:
            self.send(Message.new_error(call, error.type, error.text))

    # Receiving

    def _receive(self, message: Message) -> bool:
        """Answer calls, and notice changes of names; called for every message received."""
        if message.message_type is MessageType.METHOD_CALL:
            if message.interface == PEER:
                return False  # dbus-fast answers
            if self._early is not None:
                self._early.append(message)
            elif not (self._holds and self._holds(message)):
                self.answer(message)
            return True
        if message.message_type is MessageType.SIGNAL and message.sender == DAEMON:
            self._daemon_signalled(message)
        return False

    def _daemon_signalled(self, message: Message) -> None:
        if message.member == "NameLost" and message.body == [self.name]:
            self._gone("the name was taken away")
        elif message.member == "NameOwnerChanged" and self._client_gone and not message.body[2]:
            self._client_gone(message.body[0])

    def answer(self, call: Message) -> None:
        """Run the method that a call is for, and reply with its result or error."""
        try:
            method = self._objects.method(call)
            result = method.run(call)
            if isinstance(result, Coroutine):
                self.start(self._finish(call, method, result))
            elif result is not LATER:
                self.reply(call, method.gives, result if isinstance(result, list) else [])
        except (Exception, asyncio.CancelledError) as err:
            self.fail(call, self._describe(err))

    async def _finish(self, call: Message, method: Method, result: Coroutine[Any, Any, list[Any]]) -> None:
        try:
            self.reply(call, method.gives, await result)
        except asyncio.CancelledError as err:
            self.fail(call, self._describe(err))
            raise
        except Exception as err:
            self.fail(call, self._describe(err))

    def _disconnected(self, closed: asyncio.Task[None]) -> None:
        why = None if closed.cancelled() else closed.exception()
        self._gone(f"the connection was closed: {(why and str(why)) or 'end of stream'}")

    def _gone(self, why: str) -> None:
        if self.bus is not None and self._lost:  # else this server is closing
            self._lost(why)


def _log_failure(sent: asyncio.Future[None]) -> None:
    if not sent.cancelled() and (err := sent.exception()) is not None:
        log.debug("not sent: %s", err)
