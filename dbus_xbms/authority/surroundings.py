"""Looks for others who matter to charging: batteries with limits, and who measures the bank's voltage."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from math import isfinite

from dbus_fast import Message
from dbus_fast.aio import MessageBus

from dbus_xbms.dbus.calls import ask_daemon, get_value
from dbus_xbms.dbus.connection import BusLost, close, connect, until_closed
from dbus_xbms.dbus.trusted import OWNER_CHANGES
from dbus_xbms.interference.programs import OURS, foreign
from dbus_xbms.policy.authority import Surroundings

VICTRON = "com.victronenergy"
SYSTEM = f"{VICTRON}.system"
# Those whom systemcalc gives a charge voltage
CHARGERS = tuple(
    f"{VICTRON}.{kind}." for kind in ("vebus", "solarcharger", "multi", "inverter", "alternator", "dcgenset")
)
CVL, VOLTAGE = "/Info/MaxChargeVoltage", "/Dc/0/Voltage"
MATCH_RULE = f"{OWNER_CHANGES},arg0namespace='{VICTRON}'"
LOOK_RARELY = 30.0  # s; while no pack is to control
LOOK_EVERY = 5.0  # s; they are asked, because their signals come every second and are about all else


class SurroundingsWatcher:
    """Tells ``told`` what it sees: often for as long as that is ``wanted``, else rarely."""

    def __init__(self, told: Callable[[Surroundings], None], wanted: Callable[[], bool]) -> None:
        self._told = told
        self._wanted = wanted
        self._look_now = asyncio.Event()
        self._idle = False
        self._limits: dict[str, object] = {}  # of other batteries, as they were last told

    def wake(self) -> None:
        """Look at once, if nobody wanted that until now."""
        if self._idle:
            self._look_now.set()

    async def run(self) -> None:
        """Look until cancelled.

        Raises:
            BusError: no bus, or it is lost.
        """
        bus = await connect()
        closed = until_closed(bus)
        closed.add_done_callback(lambda _: self._look_now.set())
        try:
            bus.add_message_handler(self._handle)
            await ask_daemon(bus, "AddMatch", MATCH_RULE)
            while not closed.done():
                self._look_now.clear()
                if seen := await self._seen(bus):
                    self._told(seen)
                await self._pause()
            raise BusLost
        finally:
            await close(bus, closed)

    async def _pause(self) -> None:
        self._idle = not self._wanted()
        try:
            async with asyncio.timeout(LOOK_RARELY if self._idle else LOOK_EVERY):
                await self._look_now.wait()
        except TimeoutError:
            pass
        self._idle = False

    def _handle(self, message: Message) -> bool:
        if message.member == "NameOwnerChanged":  # whoever sent it: it only makes us look
            self._look_now.set()
        return False

    async def _seen(self, bus: MessageBus) -> Surroundings | None:
        names = await ask_daemon(bus, "ListNames")
        if names is None:  # the bus is busy: better nothing than wrong
            return None
        chargers = [name for name in names if name.startswith(CHARGERS)]
        batteries = [name for name in names if foreign(name)]
        limits, voltages, system, shared = await asyncio.gather(
            _values(bus, batteries, CVL),
            _values(bus, chargers, VOLTAGE),
            _system_voltage(bus),
            get_value(bus, SYSTEM, "/Dc/Battery/VoltageService"),
        )
        # From one that does not answer a GX still obeys what it said last
        self._limits = {
            name: self._limits.get(name) if limit is None else limit for name, limit in limits.items()
        }
        return Surroundings(
            known=True,
            limits=_numbers(self._limits),
            voltages=_numbers(system | voltages),
            shared=shared if isinstance(shared, str) and shared.startswith(OURS) else "",
        )


async def _values(bus: MessageBus, names: Iterable[str], path: str) -> dict[str, object]:
    """What each of those services says."""
    asked = list(names)
    told = await asyncio.gather(*(get_value(bus, name, path) for name in asked))
    return dict(zip(asked, told, strict=True))


async def _system_voltage(bus: MessageBus) -> dict[str, object]:
    """The system's voltage, unless it is a pack of ours that measures it."""
    volts, by = await asyncio.gather(
        get_value(bus, SYSTEM, "/Dc/Battery/Voltage"), get_value(bus, SYSTEM, "/Dc/Battery/BatteryService")
    )
    return {by: volts} if isinstance(by, str) and not by.startswith(OURS) else {}


def _numbers(told: dict[str, object]) -> dict[str, float]:
    """The valid ones, by the last parts of the services' names."""
    return {
        name.removeprefix(f"{VICTRON}."): float(number)
        for name, number in told.items()
        if isinstance(number, int | float) and isfinite(number)
    }
