"""What happens when a part of this program itself goes wrong, in virtual time."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest

from dbus_xbms.app import HANGS_AFTER, App, Hung
from dbus_xbms.model import Phase, Report
from dbus_xbms.pack import Pack
from dbus_xbms.settings import PACK_SETTINGS, Settings
from tests.air.test_storm import Judge, Screen, Storm, each
from tests.air.virtual_time import now, virtual_time


class Hanging:
    """A pack whose task shows something once and then hangs; perhaps even when it is cancelled."""

    address = "A4:C1:37:00:00:01"

    def __init__(self, *, stubborn: bool = False) -> None:
        self.shown_at = now()
        self.ended_at: float | None = None
        self._stubborn = stubborn

    async def run(self) -> None:
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            self.ended_at = now()
            if self._stubborn:
                await asyncio.sleep(100)


async def watch(pack: Any) -> None:
    await App()._watch(cast(Pack, pack))


@virtual_time
async def test_a_pack_that_hangs_is_ended_before_its_values_grow_old() -> None:
    pack, began = Hanging(), now()
    await watch(pack)
    assert pack.ended_at is not None
    assert pack.ended_at - began <= HANGS_AFTER + 5.0


@virtual_time
async def test_a_pack_that_cannot_even_be_ended_ends_the_program() -> None:
    with pytest.raises(Hung, match="supervision starts anew"):
        await watch(Hanging(stubborn=True))
    await asyncio.sleep(200)


@virtual_time
async def test_a_pack_that_shows_something_now_and_then_goes_on() -> None:
    pack = Hanging()
    task = asyncio.ensure_future(watch(pack))
    for _ in range(20):
        await asyncio.sleep(30)
        pack.shown_at = now()
    assert not task.done()
    task.cancel()
    await asyncio.wait([task])
    assert pack.ended_at is not None


class Faulty(Settings):
    """Settings that make deciding fail while ``broken``, as a fault in this program would."""

    broken = False

    def number(self, name: str) -> float:
        if self.broken and name == "Hold":
            raise ZeroDivisionError("a fault in deciding")
        return super().number(name)


class Keeping(Screen):
    """A screen that keeps its reports."""

    def __init__(self, judge: Judge) -> None:
        super().__init__(judge)
        self.reports: list[tuple[float, Report]] = []

    def update(self, report: Report, now: float) -> bool:
        self.reports.append((now, report))
        return super().update(report, now)


@virtual_time
async def test_a_fault_in_deciding_stops_all_currents_and_ends_by_itself() -> None:
    storm = Storm(1)
    storm.settings = settings = Faulty(PACK_SETTINGS, {"Control": 1})
    storm.screen = screen = Keeping(storm.judge)
    began = now()

    def weather(_: Storm) -> None:
        settings.broken = 60 < now() - began < 90

    await storm.rage(150, each(1, weather))
    during = [r for at, r in screen.reports if 62 < at - began < 90]
    after = [r for at, r in screen.reports if at - began > 95]
    assert during
    assert {r.phase for r in during} == {Phase.LOST}
    assert {(r.limits.ccl, r.limits.dcl) for r in during if r.limits} == {(0.0, 0.0)}
    assert all(r.limits and r.sample is None for r in during)
    assert after[-1].phase is Phase.FRESH
    assert after[-1].limits is not None
