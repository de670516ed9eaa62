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

BUS_CLOSED = "the bus has closed"


class BusLostError(Exception):
    """The bus or a name on it is not available; the message says which and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeOptions:
    """The parts of a simulation to serve, and for how long (None: until stopped)."""

    scenario: Scenario
    bluez: bool = True
    settings: bool = True
    settings_file: Path | None = None
    seconds: float | None = None


async def serve(options: ServeOptions) -> None:
    """Serve until SIGTERM or SIGINT, or until the time has passed.

    Raises:
        BusLostError: the bus or a name on it is not available.
        ScenarioError: a timed fault is unknown.
    """
    _check(options.scenario)
    loop = asyncio.get_running_loop()
    stop: asyncio.Future[str] = loop.create_future()  # the reason to stop; "" on request

    def end(reason: str = "") -> None:
        if not stop.done():
            stop.set_result(reason)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end)
    if options.seconds is not None:
        loop.call_later(options.seconds, end)
    try:
        reason = await _run(options, stop, end)
    except (OSError, EOFError) as lost:  # the bus may be lost while closing the connection
        raise BusLostError(BUS_CLOSED) from lost
    if reason:
        raise BusLostError(reason)


async def _run(options: ServeOptions, stop: asyncio.Future[str], end: Callable[[str], None]) -> str:
    """Serve until ``stop`` is done; return its result."""
    async with contextlib.AsyncExitStack() as stack:
        buses = [await stack.enter_async_context(_connected(bus)) for bus in _buses(options)]
        control = await stack.enter_async_context(_opened(options))
        async with asyncio.TaskGroup() as tasks:
            watchers = [tasks.create_task(_watch(bus, end)) for bus in buses]
            control.begin(tasks, options.scenario.faults)
            print(_ready(options), flush=True)
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
                f"faults: unknown fault {fault.fault!r:.60}; known: {', '.join(sorted(known))}"
            )
        if unknown := sorted(set(fault.parameters) - takes):
            takes_words = ", ".join(sorted(takes)) or "no parameters"
            raise ScenarioError(f"faults: {fault.fault} takes {takes_words}, not {unknown[0]!r:.60}")


def _buses(options: ServeOptions) -> set[BusType]:
    """Return the buses to serve on; the control interface is always on the same bus as Venus's services."""
    return {venus_bus(), BusType.SYSTEM} if options.bluez else {venus_bus()}


def _ready(options: ServeOptions) -> str:
    adapters = ", ".join(adapter.name for adapter in options.scenario.adapters)
    return f"ready: {len(options.scenario.packs)} packs" + (f" on {adapters}" if options.bluez else "")


@contextlib.asynccontextmanager
async def _connected(bus_type: BusType) -> AsyncIterator[MessageBus]:
    """Yield a connection, which ends when the bus closes."""
    try:
        bus = await MessageBus(bus_type=bus_type).connect()
    except (OSError, EOFError, AuthError) as err:
        raise BusLostError(f"no connection to the {bus_type.name.lower()} bus: {err}") from err
    try:
        yield bus
    finally:
        bus.disconnect()


async def _watch(bus: MessageBus, lost: Callable[[str], None]) -> None:
    with contextlib.suppress(OSError, EOFError):
        await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]
    lost(BUS_CLOSED)


@contextlib.asynccontextmanager
async def _opened(options: ServeOptions) -> AsyncIterator[Control]:
    """Yield a running simulation."""
    world = World(
        options.scenario, bluez=options.bluez, settings=options.settings, settings_file=options.settings_file
    )
    control = Control(world)
    try:
        await control.server.open()
        await world.open()
        yield control
    except NameTaken as err:
        raise BusLostError(f"{err}; run the simulator on a bus of its own (see docs/simulator.md)") from err
    except BusError as err:
        raise BusLostError(str(err)) from err
    finally:
        try:
            await control.server.close()
        finally:
            await world.close()
