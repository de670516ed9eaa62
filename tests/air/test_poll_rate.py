"""How often a pack is polled, in virtual time, as seen by its simulated BMS."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest

from dbus_xbms.model import Level, Phase
from dbus_xbms.protocols.jbd.protections import ProtectionBit
from dbus_xbms.settings import Value
from dbus_xbms.simulator.battery import Battery, BatterySpec
from dbus_xbms.simulator.board import BatteryBoard, BoardSpec
from dbus_xbms.simulator.frame_faults import FaultKind
from tests.air.simulated_pack import RecordingBoard, RecordingService, SimulatedPack, after
from tests.air.virtual_time import now, virtual_time

OVERCURRENT = "/Alarms/HighDischargeCurrent"
SETTLED = 75.0  # s from the start until a pack rests


class IdleBoard(RecordingBoard):
    """The BMS of a pack at rest; records each request and its time."""

    def __init__(self) -> None:
        super().__init__()
        self.battery = Battery(BatterySpec(cells=16, capacity=100.0, load="rest", spread=0.001))
        BatteryBoard.__init__(self, self.battery, BoardSpec())
        self.requests: list[tuple[float, int]] = []

    def read(self, register: int, now: float) -> bytes | int:
        self.requests.append((now, register))
        return super().read(register, now)

    def times(self, register: int, since: float = 0.0) -> list[float]:
        return [at for at, requested in self.requests if requested == register and at >= since]


def idle(**chosen: Value) -> tuple[SimulatedPack, IdleBoard]:
    board = IdleBoard()
    simulated = SimulatedPack(1, board=board, **chosen)
    simulated.service = RecordingService(board)
    return simulated, board


def intervals(times: list[float]) -> list[float]:
    """Return the intervals between ``times``, rounded to seconds."""
    return [round(after - before) for before, after in pairwise(times)]


@virtual_time
async def test_a_pack_is_polled_every_second_and_at_rest_every_ten_seconds() -> None:
    simulated, board = idle(Control=1, Chemistry="LiFePO4")
    began = now()
    await simulated.run(200, lambda _: None)
    first = board.times(0x03)[2:]
    assert set(intervals([at for at in first if at - began < 60])) == {1}
    assert set(intervals(board.times(0x03, began + SETTLED))) == {10}
    assert set(intervals(board.times(0x04, began + SETTLED))) == {10}
    assert simulated.service.wrong == []


def load(simulated: SimulatedPack, board: IdleBoard) -> None:
    board.battery.overrides.current = -30.0


def trip(simulated: SimulatedPack, board: IdleBoard) -> None:
    board.battery.overrides.protection |= ProtectionBit.DISCHARGE_OVERCURRENT


def turn_a_mosfet_off(simulated: SimulatedPack, board: IdleBoard) -> None:
    board.battery.overrides.stuck["charge"] = False


def sag(simulated: SimulatedPack, board: IdleBoard) -> None:
    board.battery.overrides.cells[3] = 2.5


@pytest.mark.parametrize("event", [load, trip, turn_a_mosfet_off, sag])
@virtual_time
async def test_the_first_poll_that_shows_a_change_returns_to_one_poll_per_second(
    event: Callable[[SimulatedPack, IdleBoard], None],
) -> None:
    simulated, board = idle(Control=1, Chemistry="LiFePO4")
    event_at = now() + 103.5
    await simulated.run(130, after(103.5, lambda _: event(simulated, board)))
    polls = board.times(0x03, event_at + 1)
    assert polls[0] - event_at < 11.5
    assert set(intervals(polls)) == {1}
    assert set(intervals(board.times(0x04, polls[0]))) == {1}
    assert board.times(0x04, polls[0])[0] - polls[0] < 0.5
    assert simulated.service.wrong == []


@virtual_time
async def test_a_protection_at_rest_raises_an_alarm_within_eleven_seconds() -> None:
    simulated, board = idle()
    event_at = now() + 104.0
    await simulated.run(120, after(103.5, lambda _: trip(simulated, board)))
    assert isinstance(simulated.service, RecordingService)
    alarmed = [at for at, r in simulated.service.reports if r.decision.alarms.get(OVERCURRENT) is Level.ALARM]
    assert alarmed[0] - event_at <= 10.5


@virtual_time
async def test_a_pack_that_stops_answering_at_rest_is_invalid_after_the_hold_time() -> None:
    simulated, board = idle()
    await simulated.run(150, after(102.5, lambda s: s.fault(FaultKind.MUTE, count=None)))
    lost = next(at for at, phase in simulated.service.published if phase is Phase.LOST)
    answered = [at for at in board.times(0x04) if at < lost - 29]
    assert lost <= answered[-1] + 30.5


@virtual_time
async def test_a_lost_reply_at_rest_keeps_the_pack_fresh() -> None:
    simulated, board = idle(HoldTime=12.0)
    await simulated.run(300, after(100, lambda s: s.fault(FaultKind.LOSE, count=1)))
    assert set(intervals(board.times(0x03, now() - 100))) == {4}
    phases = [phase for _, phase in simulated.service.published[:-1]]
    assert set(phases[phases.index(Phase.FRESH) :]) == {Phase.FRESH}


@virtual_time
async def test_rest_interval_zero_turns_the_slow_polling_off() -> None:
    simulated, board = idle(RestInterval=0.0)
    await simulated.run(120, lambda _: None)
    assert set(intervals(board.times(0x04)[3:])) == {1}


@virtual_time
async def test_a_connection_for_each_poll_is_no_reconnection_unless_one_failed() -> None:
    simulated, board = idle(ConnectionMode=1)
    began = now()

    def refuse(pack: SimulatedPack) -> None:
        pack.radio.refuses = 100 <= now() - began < 200

    await simulated.run(400, refuse)
    assert isinstance(simulated.service, RecordingService)
    counts = [report.link.reconnects for _, report in simulated.service.reports]
    assert len(board.times(0x04)) >= 10
    assert (counts[-1], max(counts)) == (1, 1)


@virtual_time
async def test_in_per_poll_mode_a_jump_is_confirmed_over_the_same_connection() -> None:
    simulated, board = idle(ConnectionMode=1)
    event_at = now() + 100.0
    await simulated.run(200, after(100.0, lambda _: sag(simulated, board)))
    first, second, third = board.times(0x04, event_at)[:3]
    assert second - first <= 1.1
    assert third - second > 5  # the pack is free in between
    assert isinstance(simulated.service, RecordingService)
    shown = next(
        at for at, r in simulated.service.reports if r.decision.sample and min(r.decision.sample.cells) < 2.6
    )
    assert shown - first < 2.0
