"""Watch other batteries with limits, and services that measure the bank's voltage."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from math import isfinite
from typing import Any

from dbus_fast.aio import MessageBus

from dbus_xbms.beat import SLOW, next_beat
from dbus_xbms.dbus import BusLost, CallFailed, NameWatcher, call_daemon, connected
from dbus_xbms.interference.programs import is_foreign
from dbus_xbms.policy.authority import Surroundings
from dbus_xbms.venus.bus_item import get_value
from dbus_xbms.venus.tables.battery import OWN_BATTERY
from dbus_xbms.venus.tables.control import CVL

log = logging.getLogger(__name__)

VICTRON = "com.victronenergy"
SYSTEM = f"{VICTRON}.system"
# The services to which systemcalc sends a charge voltage
CHARGERS = tuple(
    f"{VICTRON}.{kind}." for kind in ("vebus", "solarcharger", "multi", "inverter", "alternator", "dcgenset")
)
VOLTAGE = "/Dc/0/Voltage"
IDLE_INTERVAL = 3 * SLOW  # s; while no pack may control
INTERVAL = SLOW  # s; polled, because the services signal every second, mostly about other values

NO_ANSWER = object()  # in place of a value


class SurroundingsWatcher:
    """Calls ``report`` every 10 s while ``wanted`` returns True, else every 30 s."""

    def __init__(self, report: Callable[[Surroundings], None], wanted: Callable[[], bool]) -> None:
        self._report = report
        self._wanted = wanted
        self._look_now = asyncio.Event()
        self._idle = False
        self._limits: dict[str, object] = {}  # last answers of other batteries

    def wake(self) -> None:
        """Look at once, if it is between two of its less frequent looks."""
        if self._idle:
            self._look_now.set()

    async def run(self) -> None:
        """Watch until cancelled.

        Raises:
            BusError: there is no bus, or it is lost.
        """
        async with connected() as (bus, closed):
            closed.add_done_callback(lambda _: self._look_now.set())
            names = NameWatcher(bus, lambda name, old, new: self._look_now.set())
            await names.watch_namespace(VICTRON)
            while not closed.done():
                self._look_now.clear()
                if surroundings := await self._read(bus, names.owners):
                    self._report(surroundings)
                await self._pause()
            raise BusLost

    async def _pause(self) -> None:
        self._idle = not self._wanted()
        try:
            interval = IDLE_INTERVAL if self._idle else INTERVAL
            async with asyncio.timeout_at(next_beat(asyncio.get_running_loop().time(), interval)):
                await self._look_now.wait()
        except TimeoutError:
            pass
        self._idle = False

    async def _read(self, bus: MessageBus, names: Iterable[str]) -> Surroundings | None:
        try:
            await call_daemon(bus, "GetId")
        except (
            CallFailed
        ) as err:  # the bus is too busy for any answer: report nothing rather than wrong values
            log.debug("%s", err)
            return None
        chargers = [name for name in names if name.startswith(CHARGERS)]
        batteries = [name for name in names if is_foreign(name)]
        limits, voltages, system, shared = await asyncio.gather(
            _values(bus, batteries, CVL),
            _values(bus, chargers, VOLTAGE),
            _system_voltage(bus),
            _answer(bus, SYSTEM, "/Dc/Battery/VoltageService"),
        )
        # A GX still obeys the last limit of a battery that does not answer.
        self._limits = {
            name: self._limits.get(name) if limit is NO_ANSWER else limit for name, limit in limits.items()
        }
        return Surroundings(
            known=True,
            limits=_numbers(self._limits),
            voltages=_numbers(system | voltages),
            shared=shared if isinstance(shared, str) and shared.startswith(OWN_BATTERY) else "",
        )


async def _answer(bus: MessageBus, name: str, path: str) -> Any:
    """Return the value at a path, ``None`` if it is invalid, :data:`NO_ANSWER` without an answer."""
    try:
        return await get_value(bus, name, path)
    except CallFailed as err:
        log.debug("%s%s: %s", name, path, err)
        return NO_ANSWER


async def _values(bus: MessageBus, names: Iterable[str], path: str) -> dict[str, object]:
    """Return the answer of each service for one path."""
    asked = list(names)
    answers = await asyncio.gather(*(_answer(bus, name, path) for name in asked))
    return dict(zip(asked, answers, strict=True))


async def _system_voltage(bus: MessageBus) -> dict[str, object]:
    """Return the system's voltage by the service that measures it; empty if that is a pack of ours."""
    volts, by = await asyncio.gather(
        _answer(bus, SYSTEM, "/Dc/Battery/Voltage"), _answer(bus, SYSTEM, "/Dc/Battery/BatteryService")
    )
    return {by: volts} if isinstance(by, str) and not by.startswith(OWN_BATTERY) else {}


def _numbers(answers: dict[str, object]) -> dict[str, float]:
    """Return the answers that are finite numbers, by service name without the common prefix."""
    return {
        name.removeprefix(f"{VICTRON}."): float(number)
        for name, number in answers.items()
        if isinstance(number, int | float) and isfinite(number)
    }
