"""Banks in the running service: proposed, formed, ended, restarted, with simulated packs in virtual time."""

from __future__ import annotations

import asyncio
import logging

import pytest

from dbus_xbms import supervision
from dbus_xbms.bank.banks import REFUSED_FOR, RESTART_AFTER
from dbus_xbms.model import Phase
from dbus_xbms.pack import packs as packs_module
from dbus_xbms.policy.bank import engine, feedback
from dbus_xbms.settings import SettingsError, bank_instance_path, bank_path
from tests.air.bank_boat import ONE, THREE, TWO, Boat
from tests.air.virtual_time import now, virtual_time

SETTLED = 75.0  # s after which a pack or bank controls that did not before


@virtual_time
async def test_two_packs_that_could_form_a_bank_are_proposed_and_nothing_else_happens() -> None:
    with pytest.MonkeyPatch.context() as patch:
        boat = Boat(patch, ONE, TWO)
        async with boat.running():
            await asyncio.sleep(40)
        assert boat.store.values[bank_path(1, "Enabled")] == 0
        assert "bank 1" not in boat.bus.reports
        assert boat.bus.newest(ONE).bank == ""


@virtual_time
async def test_a_bank_that_the_owner_confirms_appears_and_controls() -> None:
    with pytest.MonkeyPatch.context() as patch:
        boat = Boat(patch, ONE, TWO)
        async with boat.running():
            await asyncio.sleep(40)
            boat.bank(Enabled=1)
            await asyncio.sleep(10)
            report = boat.bus.newest("bank 1")
            assert (report.name, report.controls, report.instance) == ("Bank 1", True, 590)
            assert report.decision.limits.ccl > 0
            assert report.decision.online == 2
            member = boat.bus.newest(ONE)
            assert (member.controls, member.bank) == (False, "Bank 1")
            assert member.no_control == "part of the bank Bank 1"
            assert boat.setting(ONE, "InBank") == boat.setting(TWO, "InBank") == 1
            assert boat.bus.limits.keys() == {"bank 1"}


@virtual_time
async def test_the_proposal_says_once_how_to_confirm_it(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with pytest.MonkeyPatch.context() as patch:
        async with Boat(patch, ONE, TWO).running():
            await asyncio.sleep(60)
    assert (
        sum(
            "dbus-xbms bank create" in one.getMessage() and "act as one" in one.getMessage()
            for one in caplog.records
        )
        == 1
    )


@virtual_time
async def test_packs_that_differ_in_voltage_are_not_proposed() -> None:
    with pytest.MonkeyPatch.context() as patch:
        boat = Boat(patch, ONE, TWO)
        for n in range(1, 5):
            boat.batteries[TWO].overrides.cells[n] = 3.0
        async with boat.running():
            await asyncio.sleep(60)
        assert bank_path(1, "Enabled") not in boat.store.values


@virtual_time
async def test_a_pack_that_controls_hands_over_to_its_bank_and_never_do_two_have_a_cvl() -> None:
    with pytest.MonkeyPatch.context() as patch:
        boat = Boat(patch, ONE, TWO)
        boat.pack(ONE, Control=1)
        async with boat.running():
            await asyncio.sleep(SETTLED)
            assert boat.bus.limits.keys() == {ONE}
            boat.bank(Enabled=1)
            await asyncio.sleep(10)
            assert boat.bus.limits.keys() == {"bank 1"}
            boat.bank(Enabled=0)
            await asyncio.sleep(15)
            assert boat.bus.limits.keys() == {ONE}
        assert boat.bus.most == 1
        assert all(end - start < 5 for start, end in boat.bus.gaps[1:])


@virtual_time
async def test_a_pack_that_joins_or_leaves_a_controlling_bank_does_not_take_its_limits_off_the_bus() -> None:
    with pytest.MonkeyPatch.context() as patch:
        boat = Boat(patch, ONE, TWO, THREE)
        boat.pack(THREE, JoinBank=0)
        boat.bank(Enabled=1)
        async with boat.running():
            await asyncio.sleep(SETTLED)
            boat.bus.gaps.clear()
            boat.pack(THREE, JoinBank=1)
            await asyncio.sleep(20)
            assert boat.bus.newest("bank 1").decision.online == 3
            boat.pack(TWO, Enabled=0)
            await asyncio.sleep(20)
            report = boat.bus.newest("bank 1")
            assert [one.address for one in report.decision.members] == [ONE, THREE]
            assert report.controls
            boat.bank(Name="House")
            await asyncio.sleep(5)
            assert boat.bus.newest("bank 1").name == boat.bus.newest(ONE).bank == "House"
        assert boat.bus.gaps == []
        assert boat.bus.most == 1


@virtual_time
async def test_after_a_restart_no_member_controls_for_a_moment_and_the_bank_returns_with_its_limits() -> None:
    with pytest.MonkeyPatch.context() as patch:
        boat = Boat(patch, ONE, TWO, Control=1)
        boat.bank(Enabled=1)
        async with boat.running():
            await asyncio.sleep(SETTLED)
            before = boat.bus.newest("bank 1").decision.limits
        reports = len(boat.bus.reports["bank 1"])
        boat.bus.limits.clear()
        for radio in boat.radios.values():
            radio.in_range = False
        began = now()
        async with boat.running():
            await asyncio.sleep(9)
            assert boat.bus.limits.keys() == {"bank 1"}
            assert boat.bus.gaps[-1][1] - began < 5
            limits = boat.bus.newest("bank 1").decision.limits
            assert 0 < limits.dcl <= before.dcl
        first = boat.bus.reports["bank 1"][reports][1]
        assert first.controls
        assert all(member.decision.control for member in first.decision.members)
        assert boat.bus.most == 1
        assert not any(report.controls for _, report in boat.bus.reports[ONE] + boat.bus.reports[TWO])


@virtual_time
async def test_an_error_in_the_decision_of_a_bank_stops_its_currents_until_it_decides_again() -> None:
    with pytest.MonkeyPatch.context() as patch:
        boat = Boat(patch, ONE, TWO, RestInterval=0.0)
        boat.bank(Enabled=1)
        async with boat.running() as app:
            await asyncio.sleep(SETTLED)
            with pytest.MonkeyPatch.context() as broken:
                broken.setattr(engine, "decide", lambda *_, **__: 1 / 0)
                await asyncio.sleep(3)
                limits = boat.bus.newest("bank 1").decision.limits
                assert (limits.ccl, limits.dcl) == (0, 0)
                assert app.health()["banks"] == 1
            await asyncio.sleep(60)
            assert boat.bus.newest("bank 1").decision.limits.dcl > 0


@virtual_time
async def test_control_of_a_member_is_refused_only_while_its_bank_may_control() -> None:
    with pytest.MonkeyPatch.context() as patch:
        boat = Boat(patch, ONE, TWO)
        boat.bank(Enabled=1)
        async with boat.running():
            await asyncio.sleep(SETTLED)
            boat.pack(ONE, Control=1)
            await asyncio.sleep(2)
            assert boat.setting(ONE, "Control") == 0
            boat.bank(Control=0)
            await asyncio.sleep(2)
            boat.pack(ONE, Control=1)
            await asyncio.sleep(2)
            assert boat.setting(ONE, "Control") == 1


@virtual_time
async def test_a_bank_decides_once_a_second_right_after_the_polls_of_its_packs() -> None:
    with pytest.MonkeyPatch.context() as patch:
        boat = Boat(patch, ONE, TWO, RestInterval=0.0)
        boat.bank(Enabled=1)
        async with boat.running():
            await asyncio.sleep(SETTLED)
            reports = len(boat.bus.reports["bank 1"])
            await asyncio.sleep(20)
            times = [at for at, _ in boat.bus.reports["bank 1"][reports:]]
            polls = {round(at, 6) for address in (ONE, TWO) for at, _ in boat.bus.reports[address]}
        assert 19 <= len(times) <= 21
        assert all(round(at, 6) in polls for at in times)


@virtual_time
async def test_a_silent_pack_delays_a_decision_by_less_than_half_a_second() -> None:
    with pytest.MonkeyPatch.context() as patch:
        boat = Boat(patch, ONE, TWO, RestInterval=0.0)
        boat.bank(Enabled=1)
        async with boat.running():
            await asyncio.sleep(SETTLED)
            boat.radios[TWO].go_out_of_range()
            reports = len(boat.bus.reports["bank 1"])
            await asyncio.sleep(20)
            times = [at for at, _ in boat.bus.reports["bank 1"][reports:]]
            assert 18 <= len(times) <= 22
            await asyncio.sleep(60)
            assert boat.bus.newest("bank 1").decision.online == 1
            assert boat.bus.newest("bank 1").decision.limits.dcl > 0


@virtual_time
async def test_a_bank_without_control_is_shown_without_limits() -> None:
    with pytest.MonkeyPatch.context() as patch:
        boat = Boat(patch, ONE, TWO)
        boat.bank(Enabled=1, Control=0)
        async with boat.running():
            await asyncio.sleep(SETTLED)
            report = boat.bus.newest("bank 1")
            assert (report.controls, report.decision.limits, report.no_control) == (
                False,
                None,
                "Control is 0",
            )
            assert boat.setting(ONE, "InBank") == 0
            assert boat.bus.newest(ONE).bank == "Bank 1"


@virtual_time
async def test_a_bank_that_hangs_is_restarted_and_controls_again() -> None:
    with pytest.MonkeyPatch.context() as patch:
        boat = Boat(patch, ONE, TWO)
        boat.bank(Enabled=1)
        async with boat.running():
            await asyncio.sleep(SETTLED)
            boat.bus.gaps.clear()
            boat.bus.hung.add(boat.bus.services["bank 1"])
            await asyncio.sleep(10)
            await asyncio.sleep(supervision.HANGS_AFTER + supervision.WATCH_EVERY + RESTART_AFTER)
            assert len(boat.bus.gaps) == 1
            assert boat.bus.limits.keys() == {"bank 1"}
        assert boat.bus.most == 1


@virtual_time
async def test_a_bank_whose_task_fails_returns_within_seconds_and_the_packs_go_on() -> None:
    with pytest.MonkeyPatch.context() as patch:
        boat = Boat(patch, ONE, TWO, RestInterval=0.0)
        boat.bank(Enabled=1)
        async with boat.running():
            await asyncio.sleep(SETTLED)
            boat.bus.gaps.clear()
            with pytest.MonkeyPatch.context() as broken:
                broken.setattr(feedback, "memberships", lambda *_, **__: 1 / 0)
                await asyncio.sleep(1)
            await asyncio.sleep(10)
            ((gone, back),) = boat.bus.gaps
            assert back - gone < RESTART_AFTER + 1
            assert boat.bus.newest(ONE).decision.phase is Phase.FRESH


@virtual_time
async def test_a_pack_whose_task_fails_is_silent_in_its_bank_until_it_runs_again() -> None:
    with pytest.MonkeyPatch.context() as patch:
        boat = Boat(patch, ONE, TWO, RestInterval=0.0)
        boat.bank(Enabled=1)
        async with boat.running() as app:
            await asyncio.sleep(SETTLED)
            with pytest.MonkeyPatch.context() as broken:
                broken.setattr(app._packs.running[TWO].monitor, "report", lambda now: 1 / 0)
                await asyncio.sleep(2)
            assert boat.bus.newest("bank 1").controls
            await asyncio.sleep(packs_module.RESTART_AFTER + 10)
            assert boat.bus.newest("bank 1").decision.online == 2
        assert boat.bus.gaps[-1][1] < now() - 20  # its limits stayed on the bus


@virtual_time
async def test_settings_that_contradict_each_other_for_a_moment_leave_a_bank_as_it_was() -> None:
    with pytest.MonkeyPatch.context() as patch:
        boat = Boat(patch, ONE, TWO, THREE)
        boat.bank(Members=f"{ONE} {TWO}", Topology="1s2p", Enabled=1)
        async with boat.running():
            await asyncio.sleep(SETTLED)
            boat.bus.gaps.clear()
            boat.bank(Members=f"{ONE} {TWO} {THREE}")
            await asyncio.sleep(REFUSED_FOR / 2)
            assert len(boat.bus.newest("bank 1").decision.members) == 2
            boat.bank(Topology="parallel")
            await asyncio.sleep(2)
            assert len(boat.bus.newest("bank 1").decision.members) == 3
            assert boat.bus.gaps == []
            boat.bank(Topology="2s2p")
            await asyncio.sleep(REFUSED_FOR + 5)
            assert boat.bus.limits == {}
            assert boat.bus.newest(ONE).bank == ""


@virtual_time
async def test_the_device_instance_that_a_deleted_bank_leaves_behind_brings_no_bank_back() -> None:
    with pytest.MonkeyPatch.context() as patch:
        boat = Boat(patch, ONE)
        boat.store.values[bank_instance_path(2)] = "battery:591"
        async with boat.running() as app:
            await asyncio.sleep(20)
            assert app._banks.status() == []
        assert bank_path(2, "Enabled") not in boat.store.values


@virtual_time
async def test_a_bank_that_is_deleted_stores_nothing_in_its_settings() -> None:
    with pytest.MonkeyPatch.context() as patch:
        boat = Boat(patch, ONE, TWO)
        boat.bank(Enabled=1, CountCharge=1)
        async with boat.running():
            await asyncio.sleep(SETTLED)
            for name in ("Enabled", "CountedSoc"):
                del boat.store.values[bank_path(1, name)]
            boat.store.changed(bank_path(1, "Enabled"), 0)
            await asyncio.sleep(5)
            assert boat.bus.limits == {}
            assert bank_path(1, "CountedSoc") not in boat.store.values


@virtual_time
async def test_a_bank_that_localsettings_refuses_does_not_end_the_service() -> None:
    with pytest.MonkeyPatch.context() as patch:
        boat = Boat(patch, ONE, TWO)
        async with boat.running():
            await asyncio.sleep(SETTLED)
            boat.store.error = SettingsError("localsettings refuses")
            boat.bank(2, Members=f"{ONE} {TWO}", Enabled=1)
            await asyncio.sleep(20)
            assert boat.bus.newest(ONE).decision.phase is Phase.FRESH
            assert "bank 2" not in boat.bus.reports


@virtual_time
async def test_forming_a_bank_and_ending_it_are_logged_once_each(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with pytest.MonkeyPatch.context() as patch:
        boat = Boat(patch, ONE, TWO)
        boat.pack(ONE, CustomName="Bow", Cells=4)
        boat.pack(TWO, CustomName="Stern", Cells=4)
        boat.bank(Name="House", Topology="2s2p", Enabled=1)
        async with boat.running():
            await asyncio.sleep(SETTLED)
            boat.bank(Topology="parallel")
            await asyncio.sleep(20)
            boat.bank(Topology="2s2p")
            await asyncio.sleep(20)
    lines = [one.getMessage() for one in caplog.records if one.name == "dbus_xbms.bank.banks"]
    assert [line for line in lines if "was changed" not in line] == [
        "House: not formed: 2s2p needs 4 packs, not 2",
        "House: formed of Bow and Stern",
        "House: ends in 5 s unless that is changed: 2s2p needs 4 packs, not 2",
        "House: ended: 2s2p needs 4 packs, not 2",
    ]
