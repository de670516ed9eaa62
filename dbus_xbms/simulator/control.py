"""D-Bus service that injects faults into a simulation and reports its true state; see docs/simulator.md."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterable
from typing import Any

from dbus_fast import DBusError, Message, unpack_variants

from dbus_xbms.dbus import BusError, Method, Node, Server
from dbus_xbms.simulator.fault_actions import FaultError
from dbus_xbms.simulator.faults import FAULTS, inject
from dbus_xbms.simulator.scenario import TimedFault
from dbus_xbms.simulator.world import World

log = logging.getLogger(__name__)

NAME = INTERFACE = "dbus_xbms.Simulator"
PATH = "/"
BAD_FAULT = f"{NAME}.Error.BadFault"


class Control:
    """Serves the world's faults and state; timed faults run from :meth:`begin` to :meth:`end`."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._timed: list[asyncio.Task[None]] = []
        node = Node(
            methods={
                (INTERFACE, "Inject"): Method(takes="ssa{sv}", run=self._inject),
                (INTERFACE, "Packs"): Method(gives="as", run=lambda call: [list(world.air.peripherals)]),
                (INTERFACE, "Truth"): Method(takes="s", gives="s", run=self._truth),
                (INTERFACE, "Counters"): Method(gives="s", run=lambda call: [json.dumps(world.counters())]),
                (INTERFACE, "Faults"): Method(
                    gives="a{ss}", run=lambda call: [{fault.name: fault.help for fault in FAULTS}]
                ),
            }
        )
        self.server = Server(NAME, lambda path: node if path == PATH else None, lambda path: ())

    def begin(self, tasks: asyncio.TaskGroup, faults: Iterable[TimedFault]) -> None:
        """Run the timed faults of a scenario in ``tasks``."""
        self._timed = [tasks.create_task(self._run_timed(fault)) for fault in faults]

    def end(self) -> None:
        """Cancel the timed faults."""
        for task in self._timed:
            task.cancel()

    async def _run_timed(self, fault: TimedFault) -> None:
        delay = fault.at
        while True:
            await asyncio.sleep(delay)
            try:
                await inject(self._world, fault.target, fault.fault, fault.parameters)
                log.info("injected fault %s into %s", fault.fault, fault.target)
            except (FaultError, BusError) as err:
                log.error("fault %s was not injected into %s: %s", fault.fault, fault.target, err)
                return
            if not fault.every:
                return
            delay = fault.every

    async def _inject(self, call: Message) -> list[Any]:
        target, name, parameters = call.body
        try:
            await inject(self._world, target, name, unpack_variants(parameters))
        except (FaultError, BusError) as err:
            raise DBusError(BAD_FAULT, str(err)) from err
        return []

    def _truth(self, call: Message) -> list[Any]:
        peripheral = self._world.pack(call.body[0])
        if peripheral is None:
            raise DBusError(BAD_FAULT, f"unknown pack {call.body[0]!r}")
        return [json.dumps(self._world.truth(peripheral))]
