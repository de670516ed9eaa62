"""Banks with a pack that is watch only in the running service: refused, allowed, silent, alone."""

from __future__ import annotations

import asyncio
import logging

import pytest

from dbus_xbms.model import Phase
from dbus_xbms.protocols.jbd import Jbd
from dbus_xbms.protocols.registry import FAMILIES
from dbus_xbms.settings import Value
from tests.air.bank_boat import ONE, THREE, TWO, Boat
from tests.air.virtual_time import virtual_time

SETTLED = 75.0  # s after which a pack or bank controls that did not before
WATCHED = "watched"
CURRENTS: dict[str, Value] = {"MaxChargeCurrent": 10.0, "MaxDischargeCurrent": 20.0}


class WatchedJbd(Jbd):
    """A family whose packs are simulated like any other, and that is watch only."""

    name = WATCHED
    watch_only = True
    switching = None


@pytest.fixture(autouse=True)
def watched_family(monkeypatch: pytest.MonkeyPatch) -> None:
    """Register the family."""
    monkeypatch.setitem(FAMILIES, WATCHED, WatchedJbd())


def boat_of_three(patch: pytest.MonkeyPatch, **of_three: Value) -> Boat:
    """Return a boat with two packs that may control, and a third that is watch only."""
    boat = Boat(patch, ONE, TWO, THREE)
    boat.pack(THREE, Protocol=WATCHED, CustomName="Lite", **of_three)
    return boat


@virtual_time
async def test_the_bank_of_all_packs_leaves_it_out_and_the_owner_is_offered_the_others() -> None:
    with pytest.MonkeyPatch.context() as patch:
        boat = boat_of_three(patch, **CURRENTS)
        boat.bank(Enabled=1)
        async with boat.running():
            await asyncio.sleep(SETTLED)
            report = boat.bus.newest("bank 1")
            assert [one.address for one in report.decision.members] == [ONE, TWO]
            assert report.controls
            assert boat.bus.newest(THREE).bank == ""


@virtual_time
async def test_a_bank_whose_settings_name_it_is_shown_and_does_not_control() -> None:
    with pytest.MonkeyPatch.context() as patch:
        boat = boat_of_three(patch, **CURRENTS)
        boat.bank(Enabled=1, Members=f"{ONE} {TWO} {THREE}")
        async with boat.running():
            await asyncio.sleep(SETTLED)
            report = boat.bus.newest("bank 1")
            assert (report.decision.online, report.controls, report.decision.limits) == (3, False, None)
            assert report.no_control == "Lite is watch only, and AllowWatchOnlyMembers is 0"
            assert boat.bus.limits == {}
            assert boat.bus.newest(ONE).decision.limits is None


@virtual_time
async def test_allowed_it_counts_within_its_owners_currents_and_without_permission_the_limits_leave() -> None:
    with pytest.MonkeyPatch.context() as patch:
        boat = boat_of_three(patch, **CURRENTS)
        boat.bank(Enabled=1, Members=f"{ONE} {TWO} {THREE}", AllowWatchOnlyMembers=1)
        async with boat.running():
            await asyncio.sleep(SETTLED)
            report = boat.bus.newest("bank 1")
            assert report.controls
            assert report.decision.limits.ccl == pytest.approx(30.0, abs=0.5)  # it carries a third
            assert report.decision.limits.dcl == pytest.approx(60.0, abs=0.5)
            boat.pack(THREE, MaxDischargeCurrent=-1.0)
            await asyncio.sleep(10)
            report = boat.bus.newest("bank 1")
            assert report.no_control == "Lite is watch only and needs MaxDischargeCurrent above 0"
            assert boat.bus.limits == {}
            boat.pack(THREE, MaxDischargeCurrent=20.0)
            await asyncio.sleep(SETTLED)
            assert boat.bus.limits.keys() == {"bank 1"}
            boat.bank(AllowWatchOnlyMembers=0)
            await asyncio.sleep(10)
            assert boat.bus.limits == {}


@virtual_time
async def test_naming_it_as_a_member_is_refused_and_the_setting_is_set_back(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING)
    with pytest.MonkeyPatch.context() as patch:
        boat = boat_of_three(patch)
        boat.bank(Enabled=1, Members=f"{ONE} {TWO}")
        async with boat.running():
            await asyncio.sleep(SETTLED)
            for allowed in (0, 1):  # its currents are not set either
                boat.bank(AllowWatchOnlyMembers=allowed)
                boat.bank(Members=f"{ONE} {TWO} {THREE}")
                await asyncio.sleep(10)
                assert boat.store.values["/Settings/Services/Xbms/Banks/1/Members"] == f"{ONE} {TWO}"
                assert boat.bus.limits.keys() == {"bank 1"}
            boat.pack(THREE, **CURRENTS)
            boat.bank(Members=f"{ONE} {TWO} {THREE}")
            await asyncio.sleep(20)
            assert boat.bus.newest("bank 1").decision.online == 3
            assert boat.bus.newest("bank 1").controls
    words = [one.getMessage() for one in caplog.records]
    kept = f"Members is set back to '{ONE} {TWO}'"
    assert f"Bank 1: Lite is watch only, and AllowWatchOnlyMembers is 0; {kept}" in words
    assert any("needs MaxChargeCurrent and MaxDischargeCurrent above 0" in one for one in words)


@virtual_time
async def test_once_all_others_are_silent_the_bank_stops_and_is_withdrawn_although_it_is_read() -> None:
    with pytest.MonkeyPatch.context() as patch:
        boat = boat_of_three(patch, **CURRENTS)
        for address in (ONE, TWO):
            boat.pack(address, ControlRemoveAfter=600.0)
        boat.bank(Enabled=1, Members=f"{ONE} {TWO} {THREE}", AllowWatchOnlyMembers=1)
        async with boat.running():
            await asyncio.sleep(SETTLED)
            assert boat.bus.newest("bank 1").decision.limits.ccl > 0
            for address in (ONE, TWO):
                boat.radios[address].in_range = False
                boat.radios[address].drop()
            await asyncio.sleep(60)
            report = boat.bus.newest("bank 1")
            assert report.decision.online == 1
            assert report.decision.limits.ccl == 0
            assert report.decision.limits.dcl <= 20.0
            await asyncio.sleep(300)
            assert boat.bus.newest("bank 1").decision.limits.dcl == 0
            await asyncio.sleep(300)
            gone = boat.bus.newest("bank 1").decision
            assert (gone.phase, gone.limits) == (Phase.WITHDRAWN, None)


@virtual_time
async def test_its_silence_limits_the_bank_to_what_it_was_last_allowed() -> None:
    with pytest.MonkeyPatch.context() as patch:
        boat = boat_of_three(patch, **CURRENTS)
        boat.bank(Enabled=1, Members=f"{ONE} {TWO} {THREE}", AllowWatchOnlyMembers=1)
        async with boat.running():
            await asyncio.sleep(SETTLED)
            boat.radios[THREE].in_range = False
            boat.radios[THREE].drop()
            for _ in range(3):
                await asyncio.sleep(200)
                limits = boat.bus.newest("bank 1").decision.limits
                assert limits.ccl == pytest.approx(30.0, abs=0.5)
                assert limits.dcl == pytest.approx(60.0, abs=0.5)
                assert limits.charge_limitation.startswith("Lite: ")
