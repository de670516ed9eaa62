"""What is stored of a pack's life is never older than it may be: a kill, or the bus lost, costs no more."""

from __future__ import annotations

import asyncio
from collections import Counter
from itertools import count

import pytest

from dbus_xbms.pack.persistence import SAVE_EVERY
from dbus_xbms.report import Report
from dbus_xbms.settings import Value, pack_path
from dbus_xbms.simulator.battery import Battery, BatterySpec
from tests.air.test_bad_radio import ADDRESS, Judge, Screen, Storm
from tests.air.virtual_time import now, virtual_time

SLACK = 2.0  # s: a poll, and the writes of one save
LASTS = 2600.0  # s
DRAWN = pack_path(ADDRESS, "TotalDrawn")


class Life(Screen):
    """Remembers when how much had been drawn."""

    def __init__(self, judge: Judge) -> None:
        super().__init__(judge)
        self.drawn: list[tuple[float, float]] = []  # s, Ah

    def update(self, report: Report, now: float) -> bool:
        self.drawn.append((now, report.decision.history.total_drawn))
        return super().update(report, now)


class Kept(Storm):
    """A pack under load, and what of it is stored; checked every second."""

    def __init__(self) -> None:
        super().__init__(1)
        self.judge.battery = Battery(BatterySpec(cells=16, capacity=100.0, load="discharge"))
        self.screen = self.life = Life(self.judge)
        self.stored: dict[str, Value] = {DRAWN: 0.0}
        self.writes: Counter[str] = Counter()
        self.there = asyncio.Event()  # localsettings
        self.there.set()
        self.oldest = 0.0  # s that a kill would have cost at the worst moment

    async def keep(self, path: str, value: Value) -> Value:
        await self.there.wait()
        self.stored[path] = value
        self.writes[path] += 1
        return value

    def owner_writes(self, value: Value) -> None:
        """Somebody names the pack."""
        assert self.screen.writes[-1]("/CustomName", value, "")

    def look(self) -> None:
        """Record how much of the life would be lost now."""
        stored = self.stored[DRAWN]
        assert isinstance(stored, float)
        for at, drawn in reversed(self.life.drawn):
            if drawn <= stored:
                break
            self.oldest = max(self.oldest, now() - at)


@pytest.mark.parametrize("busy", [False, True], ids=["alone", "with an owner who writes every second"])
@virtual_time
async def test_a_kill_at_any_moment_costs_ten_minutes_of_history_at_the_most(busy: bool) -> None:
    kept, numbers = Kept(), count()

    def weather(_: Storm) -> None:
        if busy and kept.screen.shown:
            kept.owner_writes(f"Bank {next(numbers)}")
        kept.look()

    await kept.rage(LASTS, weather)
    assert SAVE_EVERY - SLACK < kept.oldest <= SAVE_EVERY + SLACK == 600 + SLACK
    assert float(kept.stored[DRAWN]) > 5
    assert kept.writes[DRAWN] <= LASTS / SAVE_EVERY + 1  # the last one as it ended


@virtual_time
async def test_after_localsettings_was_away_all_is_stored_at_once() -> None:
    kept, begin = Kept(), now()

    def weather(_: Storm) -> None:
        since = now() - begin
        if 500 < since < 1900:
            kept.there.clear()
        else:
            kept.there.set()
        if since < 500 or since > 1900 + SLACK:
            kept.look()

    await kept.rage(LASTS, weather)
    assert kept.oldest <= SAVE_EVERY + SLACK
