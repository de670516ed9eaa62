"""The virtual packs as the world of a soak: their truth, and every fault of the storm."""

from __future__ import annotations

import asyncio
import os
import signal
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from itertools import cycle
from pathlib import Path
from typing import Any

from dbus_xbms.simulator.fault_actions import BROKEN_SENSORS
from tests.rig import machine
from tests.rig.machine import ctl
from tests.rig.monitor import Monitor, monitoring
from tests.rig.notifications import Traffic as Capture
from tests.rig.other_client import OtherClient, OtherClients
from tests.rig.storm import ADAPTER, CAPACITY, CELLS
from tests.rig.wire import Wire

Value = bool | int | float | str
REFUSED = 5  # connections
CELSIUS = (21.3, 22.8)
VARIED_EVERY = 0.5  # s between changes; each pack in turn
LATELY = 25  # looks at a pack, one a second
WAVE = ((-12.3, 0), (-11.6, 1), (-10.9, 2), (-11.4, 1), (-12.8, -1))  # A, and mV that all cells are off


class Doubling:
    """How often the program receives each notification lately.

    BlueZ sends it once for each subscription: twice while another program has one, or while one that was left
    behind exists.
    """

    def __init__(self) -> None:
        self._counts: deque[tuple[int, int]] = deque(maxlen=LATELY)  # received by the program, by the machine

    def add(self, received: int, notifications: int) -> None:
        """Record the counts so far."""
        self._counts.append((received, notifications))

    @property
    def sessions(self) -> int:
        """Subscriptions of the program."""
        first, last = self._counts[0], self._counts[-1]
        return round((last[0] - first[0]) / max(last[1] - first[1], 1))


class VirtualPacks:
    """The packs of the virtual machine; faults are those of ``tests/rig/storm.py``."""

    def __init__(
        self, addresses: Sequence[str], wire: Wire, monitor: Monitor, capture: Path, others: OtherClients
    ) -> None:
        self._addresses = list(addresses)
        self._wire = wire
        self._monitor = monitor
        self._capture_path, self._capture = capture, Capture(capture)
        self._others = others
        self._doubling = {address: Doubling() for address in addresses}
        self._cells: dict[str, dict[int, int]] = {address: {} for address in addresses}  # mV, set by a fault

    @property
    def addresses(self) -> Sequence[str]:
        """The packs."""
        return self._addresses

    async def truth(self, address: str) -> dict[str, Any]:
        """Return what reached this machine from a pack and what left for it."""
        received = self._capture.count(address)[0].received if self._capture_path.exists() else 0
        self._monitor.drain()
        traffic = self._wire.traffic(address)
        doubling = self._doubling[address]
        doubling.add(received, traffic.notifications)
        return {
            "pack": {"reads": traffic.reads, "mask": 0},
            "writes": traffic.writes,
            "counters": {
                "garbled": traffic.garbled,
                "notifications": traffic.notifications,
                "received": received,
            },
            "holder": ADAPTER["address"] if self._wire.connected(address) else None,
            "notify_sessions": doubling.sessions,
        }

    async def vary(self) -> None:
        """Change the current and the cells of one pack after the other, for ever.

        Readings that never change would not be believed.
        """
        for current, step in cycle(WAVE):
            for address in self._addresses:
                cells = [3300 + 7 * n + step for n in range(CELLS)]
                for number, volts in self._cells[address].items():
                    cells[number - 1] = volts + step
                await self._set(address, "current", current)
                await self._set(address, "cell_mv", cells)
                await asyncio.sleep(VARIED_EVERY)

    async def fault(self, name: str, target: str = "", /, **parameters: Value) -> None:
        """Inject a fault, or end it."""
        if name.startswith("other_"):
            (self._others.begin if parameters["on"] else self._others.end)(name, target)
        else:
            await getattr(self, f"_{name}")(target, parameters)

    def _bms(self, address: str) -> int:
        return self._addresses.index(address)

    async def _set(self, address: str, field: str, value: object) -> None:
        await ctl("set", bms=self._bms(address), field=field, value=value)

    async def _drop(self, target: str, parameters: Mapping[str, Value]) -> None:
        await ctl("drop", bms=self._bms(target))

    async def _link_loss(self, target: str, parameters: Mapping[str, Value]) -> None:
        await ctl("linkloss", bms=self._bms(target))

    async def _tear(self, target: str, parameters: Mapping[str, Value]) -> None:
        await ctl("drop_after", bms=self._bms(target), n=1)

    async def _corrupt(self, target: str, parameters: Mapping[str, Value]) -> None:
        await ctl("corrupt", bms=self._bms(target), n=parameters["count"])

    async def _mute(self, target: str, parameters: Mapping[str, Value]) -> None:
        await ctl("mute", bms=self._bms(target), n=-1 if parameters["on"] else 0)

    async def _vanish(self, target: str, parameters: Mapping[str, Value]) -> None:
        await ctl("advertise", bms=self._bms(target), on=not parameters["on"])
        if parameters["on"]:
            await ctl("drop", bms=self._bms(target))

    async def _fail_connects(self, target: str, parameters: Mapping[str, Value]) -> None:
        await ctl("fail_connects", n=REFUSED if parameters["on"] else 0)
        for index in range(len(self._addresses)) if parameters["on"] else ():
            await ctl("drop", bms=index)

    async def _bluetoothd(self, target: str, parameters: Mapping[str, Value]) -> None:
        if parameters["signal"] == "STOP":
            os.kill(machine.pid_of("bluetoothd"), signal.SIGSTOP if parameters["on"] else signal.SIGCONT)
        elif parameters["on"]:
            await machine.kill("bluetoothd", signal.Signals[f"SIG{parameters['signal']}"])
        else:
            await machine.start_bluetoothd()

    async def _adapter_removed(self, target: str, parameters: Mapping[str, Value]) -> None:
        if parameters["on"]:
            await machine.kill("vbms", signal.SIGTERM)
        else:
            await machine.plug_in()

    async def _power(self, target: str, parameters: Mapping[str, Value]) -> None:
        async with OtherClient() as client:
            await client.power(not parameters["on"])

    async def _cell(self, target: str, parameters: Mapping[str, Value]) -> None:
        volts, set_cells = parameters["volts"], self._cells[target]
        set_cells.clear()  # it is felt with the next change
        if volts != "":
            set_cells[int(parameters["number"])] = max(1, round(float(volts) * 1000))

    async def _temperature(self, target: str, parameters: Mapping[str, Value]) -> None:
        celsius, chosen = list(CELSIUS), str(parameters["celsius"])
        if chosen:
            celsius[int(parameters["number"]) - 1] = BROKEN_SENSORS.get(chosen) or float(chosen)
        await self._set(target, "temps_c", celsius)

    async def _soc(self, target: str, parameters: Mapping[str, Value]) -> None:
        percent = round(float(parameters["percent"]))
        await self._set(target, "soc", percent)
        await self._set(target, "remaining_ah", percent * CAPACITY / 100)

    async def _protection(self, target: str, parameters: Mapping[str, Value]) -> None:
        await self._set(target, "protection", 1 << int(parameters["bit"]) if parameters["on"] else 0)


@asynccontextmanager
async def virtual_packs(addresses: Sequence[str], capture: Path) -> AsyncIterator[VirtualPacks]:
    """Yield the packs, with measurements that change all the time."""
    wire = Wire()
    with monitoring(wire) as monitor:
        async with asyncio.TaskGroup() as group:
            packs = VirtualPacks(addresses, wire, monitor, capture, OtherClients(group))
            varying = group.create_task(packs.vary())
            yield packs
            varying.cancel()
