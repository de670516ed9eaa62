"""The D-Bus name over which a simulation is disturbed and asked what is true; see docs/simulator.md."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Coroutine, Iterable
from typing import Any

from dbus_fast import DBusError, Message, unpack_variants

from dbus_xbms.dbus.server import LATER, Method, NameTakenError, Node, Service
from dbus_xbms.simulator.fault_actions import FaultError
from dbus_xbms.simulator.faults import FAULTS, inject
from dbus_xbms.simulator.scenario import TimedFault
from dbus_xbms.simulator.world import World, venus_bus

log = logging.getLogger(__name__)

NAME = INTERFACE = "dbus_xbms.Simulator"
PATH = "/"
BAD_FAULT = f"{NAME}.Error.BadFault"


class Control:
    """Serves the world's switches, from :meth:`begin` to :meth:`end`."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._tasks: asyncio.TaskGroup | None = None
        self._running: set[asyncio.Task[None]] = set()
        node = Node(
            methods={
                (INTERFACE, "Inject"): Method(takes="ssa{sv}", run=self._inject),
                (INTERFACE, "Packs"): Method(gives="as", run=self._packs),
                (INTERFACE, "Truth"): Method(takes="s", gives="s", run=self._truth),
                (INTERFACE, "Counters"): Method(gives="s", run=lambda _: [json.dumps(world.counters())]),
                (INTERFACE, "Faults"): Method(
                    gives="a{ss}", run=lambda _: [{f.name: f.help for f in FAULTS}]
                ),
            }
        )
        self.service = Service(NAME, venus_bus(), lambda path: node if path == PATH else None, list)

    def begin(self, tasks: asyncio.TaskGroup, faults: Iterable[TimedFault]) -> None:
        """Take injections, and those of a scenario in their time; ``tasks`` owns what takes a while."""
        self._tasks = tasks
        for fault in faults:
            self._start(self._in_time(fault))

    def end(self) -> None:
        """Take no more; faults that wait for their time never come."""
        self._tasks = None
        for task in self._running:
            task.cancel()

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        if self._tasks is None:
            work.close()
            return
        task = self._tasks.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _in_time(self, fault: TimedFault) -> None:
        delay = fault.at
        while True:
            await asyncio.sleep(delay)
            try:
                await inject(self._world, fault.target, fault.fault, fault.parameters)
                log.info("fault %s %s", fault.fault, fault.target)
            except (FaultError, NameTakenError) as err:
                log.error("fault %s %s failed: %s", fault.fault, fault.target, err)
                return
            if not fault.every:
                return
            delay = fault.every

    def _inject(self, call: Message) -> object:
        target, name, parameters = call.body
        self._start(self._inject_and_reply(call, target, name, unpack_variants(parameters)))
        return LATER

    async def _inject_and_reply(self, call: Message, target: str, name: str, parameters: Any) -> None:
        try:
            await inject(self._world, target, name, parameters)
        except (FaultError, NameTakenError) as err:
            self.service.fail(call, DBusError(BAD_FAULT, str(err)))
        else:
            self.service.reply(call)

    def _packs(self, call: Message) -> list[Any]:
        return [list(self._world.air.peripherals)]

    def _truth(self, call: Message) -> list[Any]:
        peripheral = self._world.pack(call.body[0])
        if peripheral is None:
            raise DBusError(BAD_FAULT, f"there is no pack {call.body[0]!r}")
        return [json.dumps(self._world.truth(peripheral))]
