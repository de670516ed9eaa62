"""Run a simulation on the buses of the environment until it is stopped."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

from dbus_fast import AuthError, BusType
from dbus_fast.aio import MessageBus

from dbus_xbms.dbus import BusError, NameTaken, venus_bus
from dbus_xbms.simulator.control import Control
from dbus_xbms.simulator.faults import FAULTS
from dbus_xbms.simulator.scenario import Scenario, ScenarioError
from dbus_xbms.simulator.world import World

log = logging.getLogger(__name__)

GONE = "the bus has gone away"


class BusLostError(Exception):
    """There is no bus, it has gone away, or another program has a name on it; the message says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """The parts of a simulation to serve, and for how long."""

    scenario: Scenario
    bluez: bool = True
    settings: bool = True
    settings_file: Path | None = None
    seconds: float | None = None  # until stopped


async def serve(served: Served) -> None:
    """Serve until SIGTERM or SIGINT, or until the time is over.

    Raises:
        BusLostError: the bus or a name on it is not available.
        ScenarioError: a timed fault is unknown.
    """
    _check(served.scenario)
    loop = asyncio.get_running_loop()
    stop: asyncio.Future[str] = loop.create_future()  # the reason to stop; "" on request

    def end(reason: str = "") -> None:
        if not stop.done():
            stop.set_result(reason)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end)
    if served.seconds is not None:
        loop.call_later(served.seconds, end)
    try:
        reason = await _served(served, stop, end)
    except (OSError, EOFError) as lost:  # closing the connection may be what finds the bus gone
        raise BusLostError(GONE) from lost
    if reason:
        raise BusLostError(reason)


async def _served(served: Served, stop: asyncio.Future[str], end: Callable[[str], None]) -> str:
    """Serve until ``stop`` is done; return its result."""
    async with contextlib.AsyncExitStack() as stack:
        buses = [await stack.enter_async_context(_connected(bus)) for bus in _buses(served)]
        control = await stack.enter_async_context(_opened(served))
        async with asyncio.TaskGroup() as tasks:
            watchers = [tasks.create_task(_watch(bus, end)) for bus in buses]
            control.begin(tasks, served.scenario.faults)
            print(_ready(served), flush=True)
            reason = await stop
            control.end()
            for watcher in watchers:
                watcher.cancel()
    return reason


def _check(scenario: Scenario) -> None:
    known = {fault.name: set(fault.parameters) for fault in FAULTS}
    for fault in scenario.faults:
        takes = known.get(fault.fault)
        if takes is None:
            raise ScenarioError(
                f"faults: there is no fault {fault.fault!r:.60}; known: {', '.join(sorted(known))}"
            )
        if unknown := sorted(set(fault.parameters) - takes):
            known_here = ", ".join(sorted(takes)) or "no parameters"
            raise ScenarioError(f"faults: {fault.fault} takes {known_here}, not {unknown[0]!r:.60}")


def _buses(served: Served) -> set[BusType]:
    """Return the buses to serve on; the control interface is always on the bus of Venus."""
    return {venus_bus(), BusType.SYSTEM} if served.bluez else {venus_bus()}


def _ready(served: Served) -> str:
    adapters = ", ".join(adapter.name for adapter in served.scenario.adapters)
    return f"ready: {len(served.scenario.packs)} packs" + (f" on {adapters}" if served.bluez else "")


@contextlib.asynccontextmanager
async def _connected(bus_type: BusType) -> AsyncIterator[MessageBus]:
    """Yield a connection, to notice the end of the bus by."""
    try:
        bus = await MessageBus(bus_type=bus_type).connect()
    except (OSError, EOFError, AuthError) as err:
        raise BusLostError(f"there is no {bus_type.name.lower()} bus: {err}") from err
    try:
        yield bus
    finally:
        bus.disconnect()


async def _watch(bus: MessageBus, lost: Callable[[str], None]) -> None:
    with contextlib.suppress(OSError, EOFError):
        await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]
    lost(GONE)


@contextlib.asynccontextmanager
async def _opened(served: Served) -> AsyncIterator[Control]:
    """Yield the whole simulation on its buses."""
    world = World(
        served.scenario, bluez=served.bluez, settings=served.settings, settings_file=served.settings_file
    )
    control = Control(world)
    try:
        await control.server.open()
        await world.open()
        yield control
    except NameTaken as err:
        raise BusLostError(f"{err}; to simulate, give it a bus of its own (see docs/simulator.md)") from err
    except BusError as err:
        raise BusLostError(str(err)) from err
    finally:
        await control.server.close()
        await world.close()
