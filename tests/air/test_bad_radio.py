"""A pack's whole task through minutes of bad radio, in virtual time, against a simulated pack.

The judge knows what the pack measured at each read, and nothing else: whatever is shown must be one of those
measurements, whole, and no older than the hold.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable
from functools import partial
from typing import Self

import pytest

from dbus_xbms.ble.central import Central
from dbus_xbms.model import Phase
from dbus_xbms.pack.pack import Pack
from dbus_xbms.protocols.jbd import Jbd
from dbus_xbms.report import Report
from dbus_xbms.settings import PackSettings, Value
from dbus_xbms.simulator.battery import Battery, BatterySpec
from dbus_xbms.simulator.board import BatteryBoard, BoardSpec
from dbus_xbms.simulator.device import Device, WireSpec
from dbus_xbms.simulator.frame_faults import FaultKind, FrameFault
from dbus_xbms.simulator.writes import UNKNOWN
from dbus_xbms.venus.battery import Controls, Writes
from dbus_xbms.venus.tables.battery import devices
from tests.air.fakes import ADDRESSES, Answer, FakePack, FakeStack
from tests.air.virtual_time import now, virtual_time

HOLD = 30.0  # s, as the setting has it by default
LATE = 5.0  # s: nothing tells an answer to this request from a late one to the last, of the same register
ADDRESS = ADDRESSES[0]


class Judge(BatteryBoard):
    """A BMS that remembers when it measured what."""

    def __init__(self) -> None:
        super().__init__(Battery(BatterySpec(cells=16, capacity=100.0)), BoardSpec())
        self.measured: dict[tuple[float, float], float] = {}  # V and A as sent -> when they last were
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


def write(controls: Controls, path: str, value: Value, sender: str) -> bool:
    """Write to a path of the services that a pack would have."""
    assert controls.latest
    items = [item for table in devices(controls.latest).values() for item in table]
    return Writes(items, controls).write(path, value, sender)


class Screen:
    """Where the pack is shown; judges each report."""

    def __init__(self, judge: Judge) -> None:
        self.judge = judge
        self.hold = HOLD
        self.shown: list[tuple[float, Phase]] = []
        self.wrong: list[str] = []
        self.writes: list[
            Callable[[str, Value, str], bool]
        ] = []  # of those who write to a pack that it shows

    def present(self, _address: str, controls: Controls) -> Self:
        """Show a pack."""
        self.writes.append(partial(write, controls))
        return self

    def update(self, report: Report, now: float) -> bool:
        self.shown.append((now, report.decision.phase))
        sample = report.decision.sample
        if sample is None:
            return True
        measured_at = self.judge.measured.get((sample.voltage, sample.current))
        if measured_at is None:
            self.wrong.append(f"{now}: {sample.voltage} V, {sample.current} A were never measured")
        elif now - measured_at > self.hold + LATE:
            self.wrong.append(
                f"{now}: {sample.voltage} V, {sample.current} A are {now - measured_at:.0f} s old"
            )
        if sample.cells not in self.judge.cells:
            self.wrong.append(f"{now}: cells {sample.cells} were never measured")
        return True

    async def show(self, report: Report, now: float) -> None:
        self.update(report, now)

    async def leave(self) -> None:
        self.shown.append((now(), Phase.WITHDRAWN))


async def keep(path: str, value: Value) -> Value:
    """Store a setting: whatever it is, it is taken."""
    return value


class Storm:
    """One pack, simulated, and the program's task for it."""

    def __init__(self, seed: int, judge: Judge | None = None, **chosen: Value) -> None:
        self.judge = judge or Judge()
        self.screen = Screen(self.judge)
        loop = asyncio.get_running_loop()
        self.device = Device(ADDRESS, self.judge, WireSpec(), loop, seed)
        self.radio = FakePack(ADDRESS, answer=self._take, disconnect_takes=0.5)
        self.stack = FakeStack(self.radio)
        self._connected: object = None
        self.settings = PackSettings(chosen)

    def _take(self, request: bytes) -> list[Answer]:
        client = self.radio.client
        assert client
        if client is not self._connected:
            self._connected = client
            self.device.connect(client.notify)
        self.device.write(request)
        return []

    async def rage(self, seconds: float, weather: Callable[[Storm], object]) -> None:
        """Run the pack's task through ``seconds`` of weather."""
        air = Central([Jbd()], stack=self.stack)
        pack = Pack(
            ADDRESS, self.settings, central=air, protocol=Jbd(), service=self.screen.present, store=self.keep
        )
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(air.run()), group.create_task(pack.run())]
            end = now() + seconds
            while now() < end:
                weather(self)
                await asyncio.sleep(1.0)
            for task in reversed(tasks):
                task.cancel()
                await asyncio.wait([task])
        assert not self.stack.complaints, self.stack.complaints

    async def keep(self, path: str, value: Value) -> Value:
        """Store a setting."""
        return await keep(path, value)

    def fault(self, kind: FaultKind, **parameters: float | None) -> None:
        self.device.faults.active.append(FrameFault(kind=kind, **parameters))  # type: ignore[arg-type]


def each(seconds: float, what: Callable[[Storm], object]) -> Callable[[Storm], object]:
    """Weather that strikes again and again, and for the first time after one period."""
    due: float | None = None

    def weather(storm: Storm) -> None:
        nonlocal due
        due = now() + seconds if due is None else due
        if now() >= due:
            due += seconds
            what(storm)

    return weather


def once(seconds: float, what: Callable[[Storm], object]) -> Callable[[Storm], object]:
    """Weather that strikes one time."""
    struck = False

    def strike(storm: Storm) -> None:
        nonlocal struck
        if not struck:
            struck = True
            what(storm)

    return each(seconds, strike)


def drop(storm: Storm) -> None:
    if storm.radio.client:
        storm.radio.drop()


@pytest.mark.parametrize("seed", range(5))
@virtual_time
async def test_five_minutes_of_torn_frames_and_a_drop_each_minute_never_show(seed: int) -> None:
    storm = Storm(seed)
    storm.fault(FaultKind.TEAR, count=None, probability=0.01)
    await storm.rage(300, each(60, drop))
    assert storm.screen.wrong == []
    phases = [phase for _, phase in storm.screen.shown]
    first = phases.index(Phase.FRESH)
    assert set(phases[first:-1]) <= {Phase.FRESH, Phase.HELD}
    assert storm.judge.reads > 200


@pytest.mark.parametrize("seed", range(5))
@virtual_time
async def test_in_the_worst_weather_each_value_is_true_and_young_or_invalid(seed: int) -> None:
    storm = Storm(seed)
    for kind in (FaultKind.TEAR, FaultKind.CORRUPT, FaultKind.DUPLICATE, FaultKind.ECHO, FaultKind.FOREIGN):
        storm.fault(kind, count=None, probability=0.1)
    storm.fault(FaultKind.LATE, count=None, probability=0.1, amount=2.5)
    storm.fault(FaultKind.LOSE, count=None, probability=0.1)
    mute = each(200, lambda s: s.fault(FaultKind.MUTE, count=None, until=now() + 45))
    dropping = each(37, drop)
    await storm.rage(1800, lambda s: (mute(s), dropping(s)))
    assert storm.screen.wrong == []
    assert {phase for _, phase in storm.screen.shown} >= {Phase.FRESH, Phase.HELD, Phase.LOST}


@virtual_time
async def test_a_pack_that_hangs_for_good_is_held_invalid_and_gone_at_exact_times() -> None:
    storm = Storm(1)
    hung = now() + 20
    await storm.rage(1000, once(20, lambda s: s.fault(FaultKind.MUTE, count=None)))
    last = max(storm.judge.measured.values())
    assert last == pytest.approx(hung, abs=2)
    first_of = {phase: at for at, phase in reversed(storm.screen.shown[:-1])}
    assert first_of[Phase.LOST] == pytest.approx(last + HOLD, abs=1)
    assert first_of[Phase.WITHDRAWN] == pytest.approx(last + 900, abs=1)


class WithoutCounters(Judge):
    """A BMS that does not know register 0xAA."""

    def read(self, register: int, now: float) -> bytes | int:
        return UNKNOWN if register == 0xAA else super().read(register, now)


@virtual_time
async def test_a_healthy_pack_is_asked_for_two_registers_and_rarely_for_others() -> None:
    for judge in (Judge(), WithoutCounters()):
        storm = Storm(1, judge=judge)
        await storm.rage(700, lambda _: None)
        asked = storm.device.counters.requests
        assert asked["03"] > 600
        # The first request of a connection only wakes, and the end may come in the middle of a poll.
        assert judge.reads - 2 <= asked["04"] <= judge.reads - 1
        assert (asked["05"], asked["aa"]) == (1, 3)
        assert set(asked) == {"03", "04", "05", "aa"}


@virtual_time
async def test_a_pack_polled_by_turns_is_asked_for_its_counters_too() -> None:
    storm = Storm(1, ConnectionMode=1)
    await storm.rage(700, lambda _: None)
    assert storm.device.counters.requests["aa"] in (2, 3)
