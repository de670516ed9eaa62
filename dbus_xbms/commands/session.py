"""Shared by the commands: the connection to the bus, messages for its errors, and running a coroutine."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from math import inf
from pathlib import Path
from typing import Any, TypeVar

from dbus_fast import ErrorType, unpack_variants

from dbus_xbms.commands import CommandError
from dbus_xbms.commands.loop import run_loop
from dbus_xbms.commands.saying import say
from dbus_xbms.contact import Contact, ContactState
from dbus_xbms.dbus import (
    ANSWER_LIMIT,
    BusError,
    BusLost,
    CallRefused,
    NameWatcher,
    NoAnswer,
    TrustedBus,
    call,
    connected,
    has_owner,
    peer_at,
    until_closed,
)
from dbus_xbms.process.interrupt import GRACE
from dbus_xbms.process.machine import HERE, machine
from dbus_xbms.rpc import INTERFACE, PATH
from dbus_xbms.rpc import NAME as SERVICE
from dbus_xbms.settings import as_address

log = logging.getLogger(__name__)

DOCTOR = "`dbus-xbms doctor` says what is wrong"
RETURN_LIMIT = 5.0  # s for a service of a pack or bank that is being replaced; this takes milliseconds

T = TypeVar("T")

# Error replies of the bus daemon in place of the service, and the messages for the owner.
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
    """Return a message that the service is stopped, with the command that starts it on this machine."""
    here = machine(root)
    starter = here.start if (root / here.unit).exists() else "dbus-xbms run"
    return f"the service is stopped; `{starter}` starts it"


def complete(command: Coroutine[Any, Any, T], grace: float = GRACE) -> T:
    """Run a command's coroutine with :func:`run_loop`; of a group of errors, raise the first.

    Raises:
        CommandError: also in place of a BusError.
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
    """Connect to the bus that Venus uses."""
    async with connected() as (bus, _):
        yield bus


def end_by_signals() -> None:
    """Make SIGTERM, SIGHUP and SIGQUIT (Ctrl-\\) end the running command like Ctrl-C, with its cleanup."""
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        asyncio.get_running_loop().add_signal_handler(number, signal.raise_signal, signal.SIGINT)


async def until_lost(bus: TrustedBus) -> None:
    """Wait until the bus closes the connection.

    Raises:
        BusLost: it has.
    """
    closed = until_closed(bus)
    await asyncio.wait([closed])
    raise BusLost from closed.exception()


async def call_service(
    bus: TrustedBus,
    member: str,
    signature: str = "",
    body: Sequence[Any] = (),
    *,
    limit: float = ANSWER_LIMIT,
) -> list[Any]:
    """Call a method of the running service; return the body of its reply.

    Raises:
        CallRefused: the reply is an error; its words are for the owner.
        NoAnswer: no reply within ``limit`` s.
        BusLost: the bus closed the connection.
    """
    try:
        return await call(bus, SERVICE, PATH, INTERFACE, member, signature, body, limit=limit)
    except CallRefused as err:
        if words := SERVICE_ERRORS.get(err.error):
            raise CallRefused("dbus-xbms", err.error, words) from err
        raise


async def is_running(bus: TrustedBus) -> bool:
    """Return whether the service runs on this bus."""
    return await has_owner(bus, SERVICE)


async def contacts(bus: TrustedBus, *, limit: float = ANSWER_LIMIT) -> dict[str, Contact]:
    """Return the state of the contact with each enabled pack, by address, from the running service.

    Empty if the service does not run, or is too old to know the method.

    Raises:
        NoAnswer: the service hangs.
        BusLost: the bus closed the connection.
    """
    try:
        entries = unpack_variants((await call_service(bus, "Packs", limit=limit))[0])
    except CallRefused as err:
        log.debug("the service does not report its packs: %s", err)
        return {}
    return {key: _contact(entry) for key, entry in entries.items() if key and as_address(key) == key}


async def bank_reasons(bus: TrustedBus) -> dict[int, str]:
    """Return by number why each bank is not on the bus, from the running service; "" if nothing prevents it.

    Raises the errors of :func:`contacts`.
    """
    return {entry.get("number", 0): entry.get("reason", "") for entry in await _banks(bus)}


async def formed_banks(bus: TrustedBus) -> dict[int, list[str]]:
    """Return the addresses of the packs of each bank that may be on the bus, by its number.

    Raises the errors of :func:`contacts`.
    """
    return {
        entry.get("number", 0): entry.get("members", [])
        for entry in await _banks(bus)
        if entry.get("formed") and not entry.get("reason")
    }


async def _banks(bus: TrustedBus) -> list[dict[str, Any]]:
    try:
        entries: list[dict[str, Any]] = unpack_variants((await call_service(bus, "Banks"))[0])
    except CallRefused as err:
        log.debug("the service does not report its banks: %s", err)
        return []
    return entries


def _contact(entry: Mapping[str, Any]) -> Contact:
    return Contact(
        state=ContactState(entry.get("state", "")),
        reason=entry.get("reason", ""),
        advice=entry.get("advice", ""),
        seconds=entry.get("seconds", 0.0),
        silence=entry.get("silence"),
        left=entry.get("left", 0.0),
    )


async def warn_if_not_running() -> bool:
    """Return whether the service runs; if it is stopped or hangs, print a warning."""
    async with open_bus() as bus:
        if not await is_running(bus):
            words = stopped()
            say(f"{words[0].upper()}{words[1:]}.")
            return False
    return await warn_if_hung()


async def warn_if_hung() -> bool:
    """Return False if the service hangs, after printing that a change has no effect yet."""
    async with open_bus() as bus:
        try:
            await call_service(bus, "Version")
        except CallRefused as err:  # it does not run
            log.debug("%s", err)
        except NoAnswer as err:
            say(f"This has no effect yet: {err}.")
            return False
    return True


async def wait_for_name(bus: TrustedBus, name: str, seconds: float) -> None:
    """Wait until a program owns ``name``.

    Raises:
        CommandError: none does within ``seconds``.
    """
    appeared = asyncio.Event()
    names = NameWatcher(bus, lambda name, old, new: appeared.set() if new else None)
    try:
        async with asyncio.timeout(seconds):
            if not await names.watch(name):
                await appeared.wait()
    except TimeoutError as err:
        program = peer_at(name).program
        raise CommandError(f"{program} did not appear on the bus within {seconds:g} s; {DOCTOR}") from err
    finally:
        names.close()


async def again_if_replaced(bus: TrustedBus, service: str, name: str, call: Callable[[], Awaitable[T]]) -> T:
    """Call the service of a pack or a bank; if it is being replaced meanwhile, again once it has returned.

    ``name``: of the pack or bank, for the error. What is called must do no harm if it is done twice.

    Raises:
        CommandError: the service has left the bus, and has not returned within 5 s.
    """
    now, until = asyncio.get_running_loop().time, inf
    while True:
        try:
            return await call()
        except CallRefused as err:
            if not err.absent:
                raise
            log.debug("%s is being replaced: %s", service, err)
            until = min(until, now() + RETURN_LIMIT)
            if not await _returns(bus, service, until - now()):
                raise CommandError(
                    f"{name} has left the bus, and has not returned within {RETURN_LIMIT:g} s; "
                    "`dbus-xbms list` says why"
                ) from err


async def _returns(bus: TrustedBus, service: str, seconds: float) -> bool:
    try:
        await wait_for_name(bus, service, seconds)
    except CommandError as err:
        log.debug("%s: %s", service, err)
        return False
    return seconds > 0
