"""The current of a bank as another battery monitor on the bus measures it, such as a SmartShunt."""

from __future__ import annotations

import asyncio
import logging
from math import inf, isfinite

from dbus_fast import Message, MessageType, unpack_variants
from dbus_fast.aio import MessageBus

from dbus_xbms.dbus import BusError, BusLost, CallFailed, NameWatcher, call_daemon, connected
from dbus_xbms.logs import CountedLog
from dbus_xbms.venus.bus_item import BUS_ITEM, get_value

log = CountedLog(logging.getLogger(__name__))

CURRENT = "/Dc/0/Current"
LONGEST_SILENCE = 10.0  # s that a current counts; a monitor sends one each second while it changes
ASK_AFTER = 4.0  # s without a signal until the monitor is asked: a constant current makes no signals
RETRY_AFTER = 10.0  # s
HIGHEST = 5000.0  # A; more is not the current of a bank


class Shunt:
    """Follows the current of one battery service; a service that is not there is waited for.

    Signals and replies count only if they come from the owner of the service's name.
    """

    def __init__(self, bank: str, service: str = "") -> None:
        """Follow ``service``, or nothing if it is ""; ``bank`` is the name in the log."""
        self.bank = bank
        self._service = service
        self._wake = asyncio.Event()
        self._owner = ""  # unique name of the service's owner
        self._current: float | None = None  # A
        self._read_at = -inf  # s
        self._missing_since = -inf  # s
        self._told: bool | None = None  # whether it is there, as last logged

    @property
    def current(self) -> float | None:
        """The current in A, positive while charging; ``None`` if it is not known now."""
        return self._current if _now() - self._read_at <= LONGEST_SILENCE else None

    def follow(self, service: str) -> None:
        """Follow another service; "" for none."""
        if service != self._service:
            self._service = service
            self._forget()
            self._wake.set()

    async def run(self) -> None:
        """Follow the service until cancelled; without a bus, try again every :data:`RETRY_AFTER`."""
        while True:
            self._wake.clear()
            service, self._told, self._missing_since = self._service, None, _now()
            if service:
                await self._try_to_watch(service)
                continue
            await self._wake.wait()

    async def _try_to_watch(self, service: str) -> None:
        try:
            await self._watch(service)
        except BusError as err:  # the bank goes on: a bus that is lost ends the program elsewhere
            self._forget()
            log.warning("%s: %s is not followed: %s", self.bank, service, err)
            await asyncio.sleep(RETRY_AFTER)

    async def _watch(self, service: str) -> None:
        """Follow a service until another one is wanted.

        Raises:
            BusError: there is no bus, or it is lost.
        """
        async with connected() as (bus, closed):
            closed.add_done_callback(lambda _: self._wake.set())
            bus.add_message_handler(self._receive)
            await bus.follow(service)
            for rule in _match_rules(service):
                await call_daemon(bus, "AddMatch", rule)
            names = NameWatcher(bus, self._owner_changed)
            self._owner = await names.watch(service)
            while not closed.done() and self._service == service:
                self._wake.clear()
                if self._owner and _now() - self._read_at >= ASK_AFTER:
                    await self._ask(bus, service)
                self._tell(service)
                await self._pause()
            self._forget()
            if closed.done():
                raise BusLost

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(ASK_AFTER):
                await self._wake.wait()
        except TimeoutError:
            pass

    async def _ask(self, bus: MessageBus, service: str) -> None:
        owner = self._owner
        try:
            value = await get_value(bus, owner, CURRENT)
        except CallFailed as err:
            log.debug("%s%s: %s", service, CURRENT, err)
            return
        if owner == self._owner:
            self._take(value)

    def _receive(self, message: Message) -> None:
        if message.message_type is not MessageType.SIGNAL or message.sender != self._owner:
            return
        if message.member == "PropertiesChanged" and message.signature == "a{sv}":
            changed = {message.path: message.body[0]}
        elif message.member == "ItemsChanged" and message.signature == "a{sa{sv}}":
            changed = message.body[0]
        else:
            return
        if "Value" in (item := changed.get(CURRENT, {})):
            self._take(unpack_variants(item["Value"]))

    def _owner_changed(self, name: str, old: str, new: str) -> None:
        self._forget()
        self._owner = new
        self._wake.set()

    def _take(self, value: object) -> None:
        """Take what the service shows; what is no possible current counts as none."""
        number = isinstance(value, int | float) and not isinstance(value, bool)
        possible = number and isfinite(value) and abs(value) <= HIGHEST  # type: ignore[arg-type]
        self._current = float(value) if possible else None  # type: ignore[arg-type]
        self._read_at = _now()

    def _forget(self) -> None:
        self._current, self._read_at, self._owner = None, -inf, ""

    def _tell(self, service: str) -> None:
        """Log once that the current is there, or has been missing for some time."""
        if there := self.current is not None:
            self._missing_since = inf
        elif self._missing_since == inf:
            self._missing_since = _now()
        if there == self._told or (not there and _now() - self._missing_since < LONGEST_SILENCE):
            return
        self._told = there
        if there:
            log.info("%s: %s measures its current", self.bank, service)
        else:
            log.warning(
                "%s: %s shows no current; the sum of the packs' currents counts instead", self.bank, service
            )


def _match_rules(service: str) -> tuple[str, ...]:
    signal = f"type='signal',sender='{service}',interface='{BUS_ITEM}'"
    return (
        f"{signal},member='PropertiesChanged',path='{CURRENT}'",
        f"{signal},member='ItemsChanged',path='/'",
    )


def _now() -> float:
    return asyncio.get_running_loop().time()
