"""The stored history of a pack is at most ten minutes old, even after a kill or the loss of the bus."""

from __future__ import annotations

import asyncio
from collections import Counter
from itertools import count

import pytest

from dbus_xbms.pack.persistence import SAVE_EVERY
from dbus_xbms.report import Report
from dbus_xbms.settings import Value, pack_path
from dbus_xbms.simulator.battery import Battery, BatterySpec
from tests.air.simulated_pack import ADDRESS, CheckingService, RecordingBoard, SimulatedPack
from tests.air.virtual_time import now, virtual_time

TOLERANCE = 2.0  # s: a poll, and the writes of one save
DURATION = 2600.0  # s
DRAWN = pack_path(ADDRESS, "TotalDrawn")


class RecordingDrawn(CheckingService):
    """A service that records how much has been drawn, and when."""

    def __init__(self, board: RecordingBoard) -> None:
        super().__init__(board)
        self.drawn: list[tuple[float, float]] = []  # s, Ah

    def update(self, report: Report, now: float) -> bool:
        self.drawn.append((now, report.decision.history.total_drawn))
        return super().update(report, now)


class StoredPack(SimulatedPack):
    """A pack under load, and what is stored of it."""

    def __init__(self, **settings: Value) -> None:
        super().__init__(1, None, **settings)
        self.board.battery = Battery(BatterySpec(cells=16, capacity=100.0, load="discharge"))
        self.service = self.recorder = RecordingDrawn(self.board)
        self.stored: dict[str, Value] = {DRAWN: 0.0}
        self.writes: Counter[str] = Counter()
        self.order: list[str] = []  # names of stored settings
        self.available = asyncio.Event()  # localsettings
        self.available.set()
        self.longest_loss = 0.0  # s of history that a kill at the worst moment would lose

    async def store_setting(self, path: str, value: Value) -> Value:
        await self.available.wait()
        self.stored[path] = value
        self.writes[path] += 1
        self.order.append(path.rpartition("/")[2])
        return value

    def write_name(self, value: Value) -> None:
        """Write a custom name to the pack."""
        assert self.service.writes[-1]("/CustomName", value, "")

    def check(self) -> None:
        """Update ``longest_loss``."""
        stored = self.stored[DRAWN]
        assert isinstance(stored, float)
        for at, drawn in reversed(self.recorder.drawn):
            if drawn <= stored:
                break
            self.longest_loss = max(self.longest_loss, now() - at)


@pytest.mark.parametrize("busy", [False, True], ids=["alone", "with a write every second"])
@virtual_time
async def test_a_kill_loses_at_most_ten_minutes_of_history(busy: bool) -> None:
    simulated, numbers = StoredPack(), count()

    def disturb(_: SimulatedPack) -> None:
        if busy and simulated.service.published:
            simulated.write_name(f"Bank {next(numbers)}")
        simulated.check()

    await simulated.run(DURATION, disturb)
    assert SAVE_EVERY - TOLERANCE < simulated.longest_loss <= SAVE_EVERY + TOLERANCE == 600 + TOLERANCE
    assert float(simulated.stored[DRAWN]) > 5
    assert simulated.writes[DRAWN] <= DURATION / SAVE_EVERY + 1  # one more at the end


@virtual_time
async def test_everything_is_stored_at_once_when_localsettings_returns() -> None:
    simulated, began = StoredPack(), now()

    def disturb(_: SimulatedPack) -> None:
        since = now() - began
        if 500 < since < 1900:
            simulated.available.clear()
        else:
            simulated.available.set()
        if since < 500 or since > 1900 + TOLERANCE:
            simulated.check()

    await simulated.run(DURATION, disturb)
    assert simulated.longest_loss <= SAVE_EVERY + TOLERANCE


@virtual_time
async def test_at_the_end_the_state_of_charge_control_is_stored_first() -> None:
    simulated = StoredPack(Control=1, Chemistry="LiFePO4")
    await simulated.run(60.0, lambda _: None)
    newest_first = simulated.order[::-1]
    assert newest_first.index("ControlState") > newest_first.index("TotalDrawn")
