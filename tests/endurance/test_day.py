"""A day of the whole service in virtual time, judged at every signal and once a second."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

from dbus_xbms.model import Phase
from tests.air.virtual_time import now, run_virtually
from tests.endurance.day.boat import DayBoat
from tests.endurance.day.judge import DayJudge
from tests.endurance.day.plan import OF_ALL, Fault, Kind, faults
from tests.endurance.day.plant import HOUR

DAY = 24 * HOUR
MIDNIGHT = 18 * HOUR  # s; the day begins at 06:00
WITHOUT_BANK = 10.0 * HOUR, 10.2 * HOUR  # s; the owner ends the bank, and one pack controls
QUIET = ((WITHOUT_BANK[0] - 600, WITHOUT_BANK[1] + 600), (MIDNIGHT - 300, MIDNIGHT + 300))
SHOWN = {"Bulk", "Absorption", "Float", "full"} | {
    f"{limit} {why}" for limit in ("CCL", "DCL") for why in ("at a cut-off", "without a MOSFET")
}
INT32, UINT32 = 2**31 / 1000, 2**32 / 1000  # s at which a counter of milliseconds is full


class Day:
    """One day, or a part of it; :meth:`live` ends with an error that names seed and time."""

    def __init__(self, boat: DayBoat, seed: int, planned: Sequence[Fault]) -> None:
        self.boat = boat
        self.judge = DayJudge(boat)
        self._seed = seed
        self._begun = now()
        self._planned = list(planned)

    async def live(self, until: float) -> None:
        """Run the service until ``until``, in s since the day began."""
        async with self.boat.running():
            while (passed := now() - self._begun) < until:
                await asyncio.sleep(1.0)
                self._second(passed)
        self._check(until)

    def _second(self, passed: float) -> None:
        boat = self.boat
        while self._planned and self._planned[0].at <= passed:
            boat.strike(self._planned.pop(0))
        for at, enabled in zip(WITHOUT_BANK, (0, 1), strict=True):
            if at <= passed < at + 1.0:
                boat.bank(Enabled=enabled)
        if boat.plant.flows or boat.plant.wants(now()):
            boat.plant.advance(now())
        self.judge.look()
        self._check(passed)

    def _check(self, passed: float) -> None:
        clock = int(passed + 6 * HOUR)
        at = f"day {1 + clock // 86400}, {clock // 3600 % 24:02}:{clock // 60 % 60:02}:{clock % 60:02}"
        assert not self.judge.broken, f"seed {self._seed}, {at} ({passed:.0f} s): {self.judge.broken[:5]}"


@contextmanager
def few_collections() -> Iterator[None]:
    """Search for reference cycles less often, as the service does."""
    before = gc.get_threshold()
    gc.set_threshold(20_000, 20, 20)
    yield
    gc.set_threshold(*before)


@pytest.mark.no_cover
@pytest.mark.long
@pytest.mark.timeout(900)  # s; it computes for a minute, and the machine may be busy
@pytest.mark.parametrize("seed", [1])
def test_no_promise_is_broken_in_a_day_in_which_the_clock_passes_2_to_the_31_ms(seed: int) -> None:
    async def run() -> None:
        with pytest.MonkeyPatch.context() as patch:
            boat = DayBoat(patch)
            day = Day(boat, seed, list(faults(seed, len(boat.addresses), QUIET)))
            await day.live(MIDNIGHT - 10.0)
            day.judge.restarted()
            await day.live(DAY)
            judge = day.judge
            assert now() > INT32
            assert judge.looks >= DAY - 60
            assert judge.seen >= {*Phase} - {Phase.WAITING}
            assert judge.seen >= SHOWN
            assert judge.seen >= {judge.bank, judge.first}

    with few_collections():
        run_virtually(run(), start=INT32 - 0.7 * HOUR)


@pytest.mark.no_cover
@pytest.mark.long
def test_no_promise_is_broken_while_the_clock_passes_2_to_the_32_ms() -> None:
    kinds = (Kind.BRIEF, Kind.NO_CHARGE, Kind.LENT, Kind.HIGH_CELL, Kind.DROP, Kind.SILENT, Kind.LOW_CELL)
    planned = [
        Fault(300.0 + 240.0 * n, kind, 75.0, (0, 1, 2) if kind in OF_ALL else (n % 3,))
        for n, kind in enumerate(kinds)
    ]

    async def run() -> None:
        with pytest.MonkeyPatch.context() as patch:
            day = Day(DayBoat(patch, 3), 0, planned)
            await day.live(0.55 * HOUR)
            assert now() > UINT32
            assert day.judge.looks >= 0.55 * HOUR - 60

    with few_collections():
        run_virtually(run(), start=UINT32 - 0.25 * HOUR)
