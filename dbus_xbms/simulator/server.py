"""Runs a simulation on the buses of the environment until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

from dbus_fast import AuthError, BusType
from dbus_fast.aio import MessageBus

from dbus_xbms.simulator.control import Control
from dbus_xbms.simulator.faults import FAULTS
from dbus_xbms.simulator.scenario import Scenario, ScenarioError
from dbus_xbms.simulator.service import NameTakenError
from dbus_xbms.simulator.world import World, venus_bus

log = logging.getLogger(__name__)


class BusLostError(Exception):
    """The bus is not there, has gone, or is somebody else's; the message says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What to serve, and for how long."""

    scenario: Scenario
    bluez: bool = True
    settings: bool = True
    settings_file: Path | None = None
    seconds: float | None = None
    buses: tuple[BusType, ...] = field(default_factory=lambda: (BusType.SYSTEM, venus_bus()))


async def serve(served: Served) -> None:
    """Serve until SIGTERM or SIGINT, or until the time is over.

    Raises:
        BusLostError: see there.
        ScenarioError: a timed fault is unknown.
    """
    _check(served.scenario)
    loop = asyncio.get_running_loop()
    stop: asyncio.Future[str] = loop.create_future()  # why we stop; "" as told

    def end(reason: str = "") -> None:
        if not stop.done():
            stop.set_result(reason)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end)
    if served.seconds is not None:
        loop.call_later(served.seconds, end)
    async with contextlib.AsyncExitStack() as stack:
        for bus in dict.fromkeys(served.buses):
            await stack.enter_async_context(_watched(bus, end))
        await stack.enter_async_context(_running(served))
        reason = await stop
    if reason:
        raise BusLostError(reason)


def _check(scenario: Scenario) -> None:
    known = {fault.name for fault in FAULTS}
    for fault in scenario.faults:
        if fault.fault not in known:
            raise ScenarioError(
                f"faults: there is no fault {fault.fault!r}; known: {', '.join(sorted(known))}"
            )


@contextlib.asynccontextmanager
async def _watched(bus_type: BusType, lost: Callable[[str], None]) -> AsyncIterator[None]:
    """Keep a connection of our own, whose end tells that the bus has gone."""
    try:
        bus = await MessageBus(bus_type=bus_type).connect()
    except (OSError, EOFError, AuthError) as err:
        raise BusLostError(f"there is no {bus_type.name.lower()} bus: {err}") from err
    async with asyncio.TaskGroup() as tasks:
        ended = tasks.create_task(_ended(bus))
        ended.add_done_callback(lambda _: lost("the bus has gone away"))
        try:
            yield
        finally:
            bus.disconnect()


async def _ended(bus: MessageBus) -> None:
    with contextlib.suppress(OSError, EOFError):
        await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]


@contextlib.asynccontextmanager
async def _running(served: Served) -> AsyncIterator[None]:
    scenario = served.scenario
    world = World(scenario, bluez=served.bluez, settings=served.settings, settings_file=served.settings_file)
    control = Control(world)
    try:
        await control.service.open()
        await world.open()
        async with asyncio.TaskGroup() as tasks:
            control.begin(tasks, scenario.faults)
            where = f" on {', '.join(adapter.name for adapter in scenario.adapters)}" if served.bluez else ""
            print(f"ready: {len(scenario.packs)} packs{where}", flush=True)
            try:
                yield
            finally:
                control.end()
    except NameTakenError as err:
        raise BusLostError(f"{err}; to simulate, give it a bus of its own (see docs/simulator.md)") from err
    finally:
        await control.service.close()
        await world.close()
