"""A pack's task under bad radio conditions, in virtual time, against a simulated pack.

Each published value must be one that the simulated BMS measured, complete, and no older than the hold time.
"""

from __future__ import annotations

import pytest

from dbus_xbms.model import Phase
from dbus_xbms.simulator.frame_faults import FaultKind
from dbus_xbms.simulator.writes import UNKNOWN
from tests.air.simulated_pack import HOLD, RecordingBoard, SimulatedPack, after, drop, every
from tests.air.virtual_time import now, virtual_time


@pytest.mark.parametrize("seed", range(5))
@virtual_time
async def test_torn_frames_and_a_drop_every_minute_are_bridged_by_held_values(seed: int) -> None:
    simulated = SimulatedPack(seed)
    simulated.fault(FaultKind.TEAR, count=None, probability=0.01)
    await simulated.run(300, every(60, drop))
    assert simulated.service.wrong == []
    phases = [phase for _, phase in simulated.service.published]
    first = phases.index(Phase.FRESH)
    assert set(phases[first:-1]) <= {Phase.FRESH, Phase.HELD}
    assert simulated.board.reads > 200


@pytest.mark.parametrize("seed", range(5))
@virtual_time
async def test_under_all_faults_together_each_value_is_correct_and_recent_or_invalid(seed: int) -> None:
    simulated = SimulatedPack(seed)
    for kind in (FaultKind.TEAR, FaultKind.CORRUPT, FaultKind.DUPLICATE, FaultKind.ECHO, FaultKind.FOREIGN):
        simulated.fault(kind, count=None, probability=0.1)
    simulated.fault(FaultKind.LATE, count=None, probability=0.1, amount=2.5)
    simulated.fault(FaultKind.LOSE, count=None, probability=0.1)
    mute = every(200, lambda s: s.fault(FaultKind.MUTE, count=None, until=now() + 45))
    drops = every(37, drop)
    await simulated.run(1800, lambda s: (mute(s), drops(s)))
    assert simulated.service.wrong == []
    assert {phase for _, phase in simulated.service.published} >= {Phase.FRESH, Phase.HELD, Phase.LOST}


@virtual_time
async def test_a_pack_that_stops_answering_is_held_then_invalid_then_withdrawn_at_exact_times() -> None:
    simulated = SimulatedPack(1)
    silent_since = now() + 20
    await simulated.run(1000, after(20, lambda s: s.fault(FaultKind.MUTE, count=None)))
    last = max(simulated.board.measured.values())
    assert last == pytest.approx(silent_since, abs=2)
    first_of = {phase: at for at, phase in reversed(simulated.service.published[:-1])}
    assert first_of[Phase.LOST] == pytest.approx(last + HOLD, abs=1)
    assert first_of[Phase.WITHDRAWN] == pytest.approx(last + 900, abs=1)


class WithoutCounters(RecordingBoard):
    """A BMS that does not know register 0xAA."""

    def read(self, register: int, now: float) -> bytes | int:
        return UNKNOWN if register == 0xAA else super().read(register, now)


@virtual_time
async def test_a_healthy_pack_is_polled_for_two_registers_and_rarely_for_others() -> None:
    for board in (RecordingBoard(), WithoutCounters()):
        simulated = SimulatedPack(1, board=board)
        await simulated.run(700, lambda _: None)
        requests = simulated.device.counters.requests
        assert requests["03"] > 600
        # The first request of a connection only wakes the BMS, and the run may end in the middle of a poll.
        assert board.reads - 2 <= requests["04"] <= board.reads - 1
        assert (requests["05"], requests["aa"]) == (1, 3)
        assert set(requests) == {"03", "04", "05", "aa"}


@virtual_time
async def test_a_pack_that_connects_per_poll_is_polled_for_its_counters_too() -> None:
    simulated = SimulatedPack(1, ConnectionMode=1)
    await simulated.run(700, lambda _: None)
    assert simulated.device.counters.requests["aa"] in (2, 3)
