"""How often a pack is asked, in virtual time: what its simulated BMS sees."""

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
from tests.air.test_bad_radio import Judge, Storm, once
from tests.air.test_supervision import Keeping
from tests.air.virtual_time import now, virtual_time

OVERCURRENT = "/Alarms/HighDischargeCurrent"
SETTLED = 75.0  # s from the start until a pack rests


class Idle(Judge):
    """A BMS of a pack with nothing connected that remembers when it was asked for what."""

    def __init__(self) -> None:
        super().__init__()
        self.battery = Battery(BatterySpec(cells=16, capacity=100.0, load="rest", spread=0.001))
        BatteryBoard.__init__(self, self.battery, BoardSpec())
        self.asked: list[tuple[float, int]] = []

    def read(self, register: int, now: float) -> bytes | int:
        self.asked.append((now, register))
        return super().read(register, now)

    def times(self, register: int, since: float = 0.0) -> list[float]:
        return [at for at, one in self.asked if one == register and at >= since]


def idle(**chosen: Value) -> tuple[Storm, Idle]:
    judge = Idle()
    storm = Storm(1, judge=judge, **chosen)
    storm.screen = Keeping(judge)
    return storm, judge


def gaps(times: list[float]) -> list[float]:
    """To the second: the wire takes its time."""
    return [round(after - before) for before, after in pairwise(times)]


@virtual_time
async def test_a_pack_is_polled_every_second_and_at_rest_every_five() -> None:
    storm, judge = idle(Control=1, Chemistry="LiFePO4")
    began = now()
    await storm.rage(200, lambda _: None)
    first = judge.times(0x03)[2:]
    assert set(gaps([at for at in first if at - began < 60])) == {1}
    assert set(gaps(judge.times(0x03, began + SETTLED))) == {5}
    assert set(gaps(judge.times(0x04, began + SETTLED))) == {5}
    assert storm.screen.wrong == []


def load(storm: Storm, judge: Idle) -> None:
    judge.battery.overrides.current = -30.0


def trip(storm: Storm, judge: Idle) -> None:
    judge.battery.overrides.protection |= ProtectionBit.DISCHARGE_OVERCURRENT


def turn_a_mosfet_off(storm: Storm, judge: Idle) -> None:
    judge.battery.overrides.stuck["charge"] = False


def sag(storm: Storm, judge: Idle) -> None:
    judge.battery.overrides.cells[3] = 2.5


@pytest.mark.parametrize("happens", [load, trip, turn_a_mosfet_off, sag])
@virtual_time
async def test_the_first_poll_that_shows_something_ends_the_rest(
    happens: Callable[[Storm, Idle], None],
) -> None:
    storm, judge = idle(Control=1, Chemistry="LiFePO4")
    strike = now() + 103.5
    await storm.rage(125, once(103.5, lambda _: happens(storm, judge)))
    seen = judge.times(0x03, strike + 1)
    assert seen[0] - strike < 6.5
    assert set(gaps(seen)) == {1}
    assert set(gaps(judge.times(0x04, seen[0]))) == {1}
    assert judge.times(0x04, seen[0])[0] - seen[0] < 0.5
    assert storm.screen.wrong == []


@virtual_time
async def test_a_protection_at_rest_is_an_alarm_within_six_seconds() -> None:
    storm, judge = idle()
    strike = now() + 104.0
    await storm.rage(115, once(103.5, lambda _: trip(storm, judge)))
    assert isinstance(storm.screen, Keeping)
    alarmed = [at for at, r in storm.screen.reports if r.decision.alarms.get(OVERCURRENT) is Level.ALARM]
    assert alarmed[0] - strike <= 5.5


@virtual_time
async def test_a_pack_that_hangs_at_rest_is_invalid_once_its_values_are_as_old_as_the_hold_time() -> None:
    storm, judge = idle()
    await storm.rage(150, once(102.5, lambda s: s.fault(FaultKind.MUTE, count=None)))
    lost = next(at for at, phase in storm.screen.shown if phase is Phase.LOST)
    answered = [at for at in judge.times(0x04) if at < lost - 29]
    assert lost <= answered[-1] + 30.5


@virtual_time
async def test_a_missed_answer_at_rest_never_shows() -> None:
    storm, judge = idle(HoldTime=12.0)
    await storm.rage(300, once(100, lambda s: s.fault(FaultKind.LOSE, count=1)))
    assert set(gaps(judge.times(0x03, now() - 100))) == {2}
    phases = [phase for _, phase in storm.screen.shown[:-1]]
    assert set(phases[phases.index(Phase.FRESH) :]) == {Phase.FRESH}


@virtual_time
async def test_a_rest_is_switched_off_by_its_setting() -> None:
    storm, judge = idle(RestInterval=0.0)
    await storm.rage(120, lambda _: None)
    assert set(gaps(judge.times(0x04)[3:])) == {1}
