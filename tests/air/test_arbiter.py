"""The arbiter, with fake packs and fake surroundings, in virtual time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

import pytest

from dbus_xbms.authority.arbiter import HANDOVER_CHECK, STALE, WAIT_LIMIT, Arbiter
from dbus_xbms.policy.authority import SETTLE, Claim, Reason, Ruling, Surroundings, claim
from dbus_xbms.settings import PackSettings, device_id
from tests.air.virtual_time import now, virtual_time

ONE, TWO = "A4:C1:37:00:00:01", "A4:C1:37:00:00:02"
ALONE = Surroundings(known=True)
ALLOWED: dict[str, object] = {"Enabled": 1, "Control": 1, "Chemistry": "LiFePO4", "Cells": 4}
BESIDE_A_BMS = Surroundings(known=True, limits={"battery.can0": 55.2})


class FakePack:
    """A pack that records every ruling."""

    def __init__(self, address: str, rulings: list[tuple[str, bool]], **settings: object) -> None:
        self.address = address
        self.settings = PackSettings(ALLOWED | settings)
        self.rulings = rulings
        self.ruling = Ruling(Reason.DISABLED)
        self.shared = False
        self.published = False

    @property
    def device(self) -> str:
        return device_id(self.address)

    def claim(self, *, confirmed: bool) -> Claim:
        return claim(self.address, self.settings, confirmed=confirmed, published=self.published)

    def set_ruling(self, ruling: Ruling) -> None:
        self.ruling = ruling
        self.rulings.append((self.address, ruling.controls))

    def set_shared(self, shared: bool) -> None:
        self.shared = shared


class FakeWatcher:
    """Surroundings that a test sets."""

    def __init__(self) -> None:
        self.report: Callable[[Surroundings], None] = lambda around: None
        self.wanted: Callable[[], bool] = lambda: False
        self.woken = 0

    def watch(self, report: Callable[[Surroundings], None], wanted: Callable[[], bool]) -> FakeWatcher:
        self.report, self.wanted = report, wanted
        return self

    def wake(self) -> None:
        self.woken += 1

    async def run(self) -> None:
        await asyncio.get_running_loop().create_future()


class Boat:
    """An arbiter with packs, whose surroundings are reported every 5 s."""

    def __init__(self, *addresses: str, **settings: object) -> None:
        self.rulings: list[tuple[str, bool]] = []
        self.packs = [FakePack(address, self.rulings, **settings) for address in addresses]
        self.watcher = FakeWatcher()
        self.arbiter = Arbiter(lambda: self.packs, watcher=self.watcher.watch)

    async def report(self, around: Surroundings, seconds: float) -> None:
        for _ in range(int(seconds / 5)):
            self.watcher.report(around)
            await asyncio.sleep(5)

    @property
    def controlling(self) -> list[str]:
        return [pack.address for pack in self.packs if pack.ruling.controls]


@virtual_time
async def test_a_single_pack_controls_after_other_batteries_had_time_to_appear() -> None:
    boat = Boat(ONE)
    boat.arbiter.judge()
    await boat.report(ALONE, SETTLE - 5)
    assert boat.controlling == []
    await boat.report(ALONE, 15)
    assert boat.controlling == [ONE]


@virtual_time
async def test_of_two_packs_at_most_one_controls_at_any_time() -> None:
    boat = Boat(ONE, TWO)
    boat.arbiter.judge()
    await boat.report(ALONE, 2 * SETTLE)
    boat.arbiter.confirm(TWO)
    await boat.report(ALONE, 2 * SETTLE)
    holding: set[str] = set()
    for address, controls in boat.rulings:
        holding = holding | {address} if controls else holding - {address}
        assert len(holding) <= 1
    assert len(boat.controlling) <= 1


@virtual_time
async def test_a_pack_loses_control_as_soon_as_another_bms_has_limits() -> None:
    boat = Boat(ONE)
    boat.arbiter.judge()
    await boat.report(ALONE, SETTLE + 10)
    boat.watcher.report(BESIDE_A_BMS)
    assert boat.packs[0].ruling.reason is Reason.OTHER_BMS


@virtual_time
async def test_outdated_surroundings_count_as_unknown() -> None:
    boat = Boat(ONE)
    await boat.report(ALONE, 10)
    await asyncio.sleep(STALE + SETTLE)
    boat.arbiter.judge()
    assert boat.packs[0].ruling.reason is Reason.UNDECIDED


@virtual_time
async def test_packs_wait_a_limited_time_for_the_surroundings_at_the_start() -> None:
    boat = Boat(ONE)
    began = now()
    await boat.arbiter.ready()
    assert now() - began == WAIT_LIMIT
    boat.watcher.report(ALONE)
    await boat.arbiter.ready()
    assert now() - began == WAIT_LIMIT


@virtual_time
async def test_the_bus_is_checked_often_only_while_a_pack_may_control() -> None:
    boat = Boat(ONE, Control=0)
    assert boat.watcher.wanted()  # until the surroundings have been reported once
    boat.watcher.report(ALONE)
    assert not boat.watcher.wanted()
    boat.packs[0].settings.put("Control", 1)
    boat.arbiter.confirm(ONE)
    assert boat.watcher.wanted()
    assert boat.watcher.woken


@virtual_time
async def test_the_pack_whose_values_venus_shares_is_marked() -> None:
    boat = Boat(ONE, TWO)
    shared = f"com.victronenergy.battery.{device_id(TWO)}"
    boat.watcher.report(Surroundings(known=True, shared=shared))
    assert [pack.shared for pack in boat.packs] == [False, True]


@virtual_time
async def test_gaining_and_losing_control_are_logged_once_each(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    boat = Boat(ONE)
    boat.arbiter.judge()
    await boat.report(ALONE, SETTLE + 10)
    await boat.report(BESIDE_A_BMS, 60)
    assert [(one.levelname, one.getMessage().partition("chargers")[0]) for one in caplog.records] == [
        ("INFO", f"{ONE}: controls "),
        ("WARNING", f"{ONE}: no longer controls "),
    ]


@virtual_time
async def test_control_is_handed_over_only_once_the_old_limits_have_left_the_bus_and_then_at_once() -> None:
    boat = Boat(ONE, TWO)
    one, two = boat.packs
    boat.arbiter.judge()
    await boat.report(ALONE, SETTLE + 10)
    assert boat.controlling == [ONE]
    one.published = True
    task = asyncio.ensure_future(boat.arbiter.run())
    one.settings.put("Control", 0)
    boat.arbiter.confirm(ONE)
    await boat.report(ALONE, 20)
    assert boat.controlling == []
    assert two.ruling.words == "another pack is giving up control"
    one.published = False
    await asyncio.sleep(2 * HANDOVER_CHECK)
    assert boat.controlling == [TWO]
    task.cancel()
    await asyncio.wait([task])
