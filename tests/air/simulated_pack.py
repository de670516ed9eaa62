"""One pack on a simulated BMS and radio, and a service that checks what is published of it."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable
from functools import partial
from typing import Self

from dbus_xbms.ble.central import Central
from dbus_xbms.model import Phase
from dbus_xbms.pack.pack import Pack
from dbus_xbms.protocols.jbd import Jbd
from dbus_xbms.report import Report
from dbus_xbms.settings import PackSettings, Value
from dbus_xbms.simulator.battery import Battery, BatterySpec
from dbus_xbms.simulator.board import BatteryBoard, BoardSpec
from dbus_xbms.simulator.device import WireSpec
from dbus_xbms.simulator.frame_faults import FaultKind, FrameFault
from dbus_xbms.simulator.jbd_device import JbdDevice
from dbus_xbms.venus.services import Controls, Writes
from dbus_xbms.venus.tables.battery import devices
from tests.air.fakes import ADDRESSES, Answer, FakePack, FakeStack
from tests.air.virtual_time import now

ADDRESS = ADDRESSES[0]
HOLD = 30.0  # s, the default of the setting
LATE = 5.0  # s: a late reply to the previous request for a register cannot be told from the current one


class RecordingBoard(BatteryBoard):
    """A simulated BMS that records what it measured, and when."""

    def __init__(self) -> None:
        super().__init__(Battery(BatterySpec(cells=16, capacity=100.0)), BoardSpec())
        self.measured: dict[
            tuple[float, float], float
        ] = {}  # (V, A) as sent -> time of the last such reading
        self.reads = 0
        self.cells: set[tuple[float, ...]] = set()

    def read(self, register: int, now: float) -> bytes | int:
        payload = super().read(register, now)
        assert isinstance(payload, bytes)
        if register == 0x03:
            volts, amperes = struct.unpack_from(">Hh", payload)
            self.measured[volts / 100, amperes / 100] = now
            self.reads += 1
        if register == 0x04:
            pairs = zip(payload[::2], payload[1::2], strict=True)
            self.cells.add(tuple((high << 8 | low) / 1000 for high, low in pairs))
        return payload


def write(controls: Controls[Report], path: str, value: Value, sender: str) -> bool:
    """Write to a path of the D-Bus services of a pack."""
    assert controls.latest
    items = [item for table in devices(controls.latest).values() for item in table]
    return Writes(items, controls).write(path, value, sender)


class CheckingService:
    """A fake D-Bus service of the pack; checks each published report against the measurements."""

    def __init__(self, board: RecordingBoard) -> None:
        self.board = board
        self.hold = HOLD
        self.published: list[tuple[float, Phase]] = []
        self.wrong: list[str] = []
        self.writes: list[Callable[[str, Value, str], bool]] = []  # one writer per presented pack

    def present(self, _address: str, controls: Controls[Report]) -> Self:
        """Record how to write to the pack; returns itself as its service."""
        self.writes.append(partial(write, controls))
        return self

    def update(self, report: Report, now: float) -> bool:
        self.published.append((now, report.decision.phase))
        sample = report.decision.sample
        if sample is None:
            return True
        measured_at = self.board.measured.get((sample.voltage, sample.current))
        if measured_at is None:
            self.wrong.append(f"{now}: {sample.voltage} V, {sample.current} A were never measured")
        elif now - measured_at > self.hold + LATE:
            self.wrong.append(
                f"{now}: {sample.voltage} V, {sample.current} A are {now - measured_at:.0f} s old"
            )
        if sample.cells not in self.board.cells:
            self.wrong.append(f"{now}: cells {sample.cells} were never measured")
        return True

    async def show(self, report: Report, now: float) -> None:
        self.update(report, now)

    def offers(self, path: str) -> bool:
        return False

    async def leave(self) -> None:
        self.published.append((now(), Phase.WITHDRAWN))


async def store_setting(path: str, value: Value) -> Value:
    """A store of settings that accepts every value."""
    return value


class RecordingService(CheckingService):
    """A fake service that also records each report."""

    def __init__(self, board: RecordingBoard) -> None:
        super().__init__(board)
        self.reports: list[tuple[float, Report]] = []

    def update(self, report: Report, now: float) -> bool:
        self.reports.append((now, report))
        return super().update(report, now)


class SimulatedPack:
    """One simulated pack, and the program's task for it."""

    def __init__(self, seed: int, board: RecordingBoard | None = None, **settings: Value) -> None:
        self.board = board or RecordingBoard()
        self.service = CheckingService(self.board)
        loop = asyncio.get_running_loop()
        self.device = JbdDevice(ADDRESS, self.board, WireSpec(), loop, seed)
        self.radio = FakePack(ADDRESS, answer=self._answer, disconnect_takes=0.5)
        self.stack = FakeStack(self.radio)
        self._connected: object = None
        self.settings = PackSettings(settings)

    def _answer(self, request: bytes) -> list[Answer]:
        client = self.radio.client
        assert client
        if client is not self._connected:
            self._connected = client
            self.device.connect(client.notify)
        self.device.write(request)
        return []

    async def run(self, seconds: float, disturb: Disturbance) -> None:
        """Run the pack's task for ``seconds``; call ``disturb`` every second."""
        central = Central([Jbd()], stack=self.stack)
        pack = Pack(
            ADDRESS,
            self.settings,
            central=central,
            protocol=Jbd(),
            service=self.service.present,
            store=self.store_setting,
        )
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(central.run()), group.create_task(pack.run())]
            end = now() + seconds
            while now() < end:
                disturb(self)
                await asyncio.sleep(1.0)
            for task in reversed(tasks):
                task.cancel()
                await asyncio.wait([task])
        assert not self.stack.violations, self.stack.violations

    async def store_setting(self, path: str, value: Value) -> Value:
        """Store a setting."""
        return await store_setting(path, value)

    def fault(self, kind: FaultKind, **parameters: float | None) -> None:
        self.device.faults.active.append(FrameFault(kind=kind, **parameters))  # type: ignore[arg-type]


Disturbance = Callable[[SimulatedPack], object]  # called once per second


def every(seconds: float, action: Callable[[SimulatedPack], object]) -> Disturbance:
    """A disturbance that repeats ``action``, first after ``seconds``."""
    due: float | None = None

    def disturb(simulated: SimulatedPack) -> None:
        nonlocal due
        due = now() + seconds if due is None else due
        if now() >= due:
            due += seconds
            action(simulated)

    return disturb


def after(seconds: float, action: Callable[[SimulatedPack], object]) -> Disturbance:
    """A disturbance that runs ``action`` once, after ``seconds``."""
    done = False

    def first_time(simulated: SimulatedPack) -> None:
        nonlocal done
        if not done:
            done = True
            action(simulated)

    return every(seconds, first_time)


def drop(simulated: SimulatedPack) -> None:
    """Break the connection, if there is one."""
    if simulated.radio.client:
        simulated.radio.drop()
