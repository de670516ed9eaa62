"""What the commands share: the bus, its errors in the owner's words, and how a command's coroutine is run."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from dbus_fast import ErrorType, Message, MessageType, unpack_variants

from dbus_xbms.commands import CommandError
from dbus_xbms.commands.loop import run_loop
from dbus_xbms.commands.saying import say
from dbus_xbms.contact import Contact, ContactState
from dbus_xbms.dbus.connection import BusError, BusLost, close, connect, until_closed
from dbus_xbms.dbus.peers import ANSWER_LIMIT, NoAnswer, peer_at
from dbus_xbms.dbus.trusted import DAEMON, DAEMON_PATH, OWNER_CHANGES, TrustedBus
from dbus_xbms.process.interrupt import GRACE
from dbus_xbms.process.machine import HERE, machine
from dbus_xbms.rpc import INTERFACE, PATH
from dbus_xbms.rpc import NAME as SERVICE
from dbus_xbms.settings import as_address

log = logging.getLogger(__name__)

DOCTOR = "`dbus-xbms doctor` says what is wrong"

T = TypeVar("T")

# What the bus daemon says of a service that does not answer, as its owner would.
_STOPPED = "the service has stopped; `dbus-xbms doctor` says why"
_OTHER_VERSION = f"the running service is another version; restart it: {HERE.restart}"
SERVICE_ERRORS = {
    ErrorType.NO_REPLY.value: _STOPPED,
    ErrorType.SERVICE_UNKNOWN.value: _STOPPED,
    ErrorType.NAME_HAS_NO_OWNER.value: _STOPPED,
    ErrorType.UNKNOWN_METHOD.value: _OTHER_VERSION,
    ErrorType.UNKNOWN_INTERFACE.value: _OTHER_VERSION,
}


def stopped(root: Path = Path("/")) -> str:
    """Say that the service is stopped, and what starts it on this machine."""
    here = machine(root)
    starter = here.start if (root / here.unit).exists() else "dbus-xbms run"
    return f"the service is stopped; `{starter}` starts it"


def complete(command: Coroutine[Any, Any, T], grace: float = GRACE) -> T:
    """Run a command's coroutine as :func:`run_loop` does; of errors in a task group the first one counts.

    Raises:
        CommandError: also for a bus that is not there.
    """
    try:
        return run_loop(command, grace)
    except BaseExceptionGroup as group:
        raise _first(group) from group
    except BusError as err:
        raise CommandError(str(err)) from err


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    err: BaseException = group
    while isinstance(err, BaseExceptionGroup):
        err = err.exceptions[0]
    return CommandError(str(err)) if isinstance(err, BusError) else err


@asynccontextmanager
async def open_bus() -> AsyncIterator[TrustedBus]:
    """A connection to the bus that Venus uses."""
    bus = await connect()
    closed = until_closed(bus)
    try:
        yield bus
    finally:
        await close(bus, closed)


def end_by_signals() -> None:
    """Let other signals, Ctrl-\\ too, end the running command as Ctrl-C does: it leaves nothing behind."""
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        asyncio.get_running_loop().add_signal_handler(number, signal.raise_signal, signal.SIGINT)


async def until_lost(bus: TrustedBus) -> None:
    """Wait for the bus to go away.

    Raises:
        BusLost: it has.
    """
    closed = until_closed(bus)
    await asyncio.wait([closed])
    raise BusLost from closed.exception()


class CallFailed(CommandError):
    """A call was answered with an error, which bears a name besides its words."""

    def __init__(self, service: str, error: str, words: str) -> None:
        super().__init__(f"{service}: {words}")
        self.error = error
        self.words = words


async def call(
    bus: TrustedBus,
    name: str,
    member: str,
    signature: str = "",
    body: Sequence[Any] = (),
    *,
    path: str = DAEMON_PATH,
    interface: str = DAEMON,
    limit: float = ANSWER_LIMIT,
) -> list[Any]:
    """Call a method and return the reply's body.

    Raises:
        CallFailed: it was answered with an error.
        NoAnswer: there was no answer within ``limit`` s.
        BusLost: the bus has gone.
    """
    message = Message(
        destination=name,
        path=path,
        interface=interface,
        member=member,
        signature=signature,
        body=[*body],
    )
    try:
        async with asyncio.timeout(limit):
            reply = await bus.call(message)
    except TimeoutError as err:
        raise NoAnswer(name, limit=limit, wrote=member == "SetValue") from err
    except (OSError, EOFError) as err:
        raise BusLost from err
    assert reply
    if reply.message_type is MessageType.ERROR:
        error = reply.error_name or ""
        raise CallFailed(name, error, str(reply.body[0] if reply.body else error))
    return list(reply.body)


async def ask_service(
    bus: TrustedBus,
    member: str,
    signature: str = "",
    body: Sequence[Any] = (),
    *,
    limit: float = ANSWER_LIMIT,
) -> list[Any]:
    """Call a method of the running service; fails as :func:`call` does."""
    try:
        return await call(bus, SERVICE, member, signature, body, path=PATH, interface=INTERFACE, limit=limit)
    except CallFailed as err:
        if words := SERVICE_ERRORS.get(err.error):
            raise CallFailed("dbus-xbms", err.error, words) from err
        raise


async def ping(bus: TrustedBus, name: str) -> None:
    """Make sure that a program answers; whether it is there at all is not asked.

    Raises:
        NoAnswer: it does not.
    """
    with suppress(CommandError):  # an error is an answer
        await call(bus, name, "Ping", path="/", interface="org.freedesktop.DBus.Peer")


async def is_on_bus(bus: TrustedBus, name: str) -> bool:
    """Whether somebody owns ``name``."""
    return bool((await call(bus, DAEMON, "NameHasOwner", "s", [name]))[0])


async def is_running(bus: TrustedBus) -> bool:
    """Whether the service runs on this bus."""
    return await is_on_bus(bus, SERVICE)


async def contacts(bus: TrustedBus, *, limit: float = ANSWER_LIMIT) -> dict[str, Contact]:
    """How the contact with each enabled pack is, and why, by address, as the running service says.

    Nothing if it does not run, or is an older one, which does not know the question.

    Raises:
        NoAnswer: it hangs.
        BusLost: the bus has gone.
    """
    try:
        told = unpack_variants((await ask_service(bus, "Packs", limit=limit))[0])
    except CommandError as err:
        log.debug("the service does not tell of its packs: %s", err)
        return {}
    return {key: _contact(entry) for key, entry in told.items() if key and as_address(key) == key}


def _contact(told: Mapping[str, Any]) -> Contact:
    return Contact(
        state=ContactState(told.get("state", "")),
        reason=told.get("reason", ""),
        advice=told.get("advice", ""),
        seconds=told.get("seconds", 0.0),
        silence=told.get("silence"),
        left=told.get("left", 0.0),
    )


async def warn_if_not_running() -> bool:
    """Tell the owner when nothing will happen because the service does not run, or hangs; False if so."""
    async with open_bus() as bus:
        if not await is_running(bus):
            words = stopped()
            say(f"{words[0].upper()}{words[1:]}.")
            return False
    return await warn_if_hung()


async def warn_if_hung() -> bool:
    """Tell the owner that a change has no effect yet because the service hangs; False if so."""
    async with open_bus() as bus:
        try:
            await ask_service(bus, "Version")
        except CommandError as err:  # it does not run
            log.debug("%s", err)
        except NoAnswer as err:
            say(f"This has no effect yet: {err}.")
            return False
    return True


async def wait_for_name(bus: TrustedBus, name: str, seconds: float) -> None:
    """Wait until somebody owns ``name``.

    Raises:
        CommandError: nobody does after so many seconds.
    """
    there = asyncio.Event()

    def signalled(message: Message) -> None:
        if message.member == "NameOwnerChanged" and message.body[0] == name and message.body[2]:
            there.set()

    bus.add_message_handler(signalled)
    try:
        rule = f"{OWNER_CHANGES},arg0='{name}'"
        await call(bus, DAEMON, "AddMatch", "s", [rule])
        async with asyncio.timeout(seconds):
            if not await is_on_bus(bus, name):
                await there.wait()
    except TimeoutError as err:
        program = peer_at(name).program
        raise CommandError(f"{program} did not appear on the bus within {seconds:g} s; {DOCTOR}") from err
    finally:
        bus.remove_message_handler(signalled)
