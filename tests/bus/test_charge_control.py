"""Limits of a controlling pack on the bus, and how they change when its polls fail and succeed again."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import Any

import pytest

from tests.bus.control_record import CVL, controlling
from tests.bus.simulation import Program, Simulation
from tests.bus.venus import BATTERY, CONTROL, Seen, Venus
from tests.patience import PATIENCE

pytestmark = pytest.mark.usefixtures("private_bus")

ONE, TWO = "A4:C1:37:00:00:01", "A4:C1:37:00:00:02"
CCL, DCL = "/Info/MaxChargeCurrent", "/Info/MaxDischargeCurrent"
QUICK_SILENCE = {"HoldTime": 5.0, "StopAfter": 7.0, "ControlRemoveAfter": 9.0}
HELD_FIRST = {
    "HoldTime": 8.0,
    "StopAfter": 10.0,
    "ControlRemoveAfter": 12.0,
}  # a mute pack's poll fails after 6 s
CHARGE, DISCHARGE = 30.0, 50.0  # A, 0.3 C and 0.5 C of 100 Ah


def settled(seen: Seen) -> bool:
    return controlling(seen) and (seen[CCL], seen[DCL]) == (CHARGE, DISCHARGE)


def limits(seen: Seen) -> tuple[Any, Any, Any]:
    return seen[CVL], seen[CCL], seen[DCL]


def invalid_limits(seen: Seen) -> list[dict[str, Any]]:
    """Signals in which a limit became invalid while the service was on the bus."""
    return [
        change for _, change in seen.signals if any(change.get(path, 0) is None for path in (CVL, CCL, DCL))
    ]


async def test_all_limits_of_a_controlling_pack_are_valid_from_the_start() -> None:
    async with Simulation(1), Venus() as venus, Program("run"):
        await venus.enable(ONE, **CONTROL)
        seen = await venus.until(ONE, controlling)
        assert all(limit is not None for limit in limits(seen))
        assert seen[CVL] <= 4 * 3.45
        await venus.until(ONE, settled)
        assert invalid_limits(seen) == []
        assert seen["/Info/ChargeMode"] == "Bulk"
        assert seen["/Info/ChargeLimitation"]
        assert seen["/Info/ChargeRequest"] == 0
        assert seen["/Info/BatteryLowVoltage"] == pytest.approx(4 * 2.9)


@pytest.mark.parametrize("chosen", [{}, {"Control": 1}, {"Chemistry": "LiFePO4"}], ids=str)
async def test_no_pack_controls_until_control_is_1_and_a_chemistry_is_chosen(
    chosen: dict[str, Any],
) -> None:
    controlled: set[str] = set()

    def look(seen: Seen) -> None:
        if CVL in seen.items:
            controlled.add(seen.name)

    async with Simulation(1), Venus(look) as venus:
        await venus.enable(ONE, **chosen)
        async with Program("run"):
            await venus.until(ONE, lambda s: s["/Dc/0/Voltage"] is not None)
            await asyncio.sleep(2)  # two more polls
        assert controlled == set()


async def test_control_moves_between_packs_at_runtime() -> None:
    async with Simulation(2), Venus() as venus, Program("run"):
        await venus.enable(ONE, **CONTROL)
        await venus.enable(TWO, Chemistry="LiFePO4")
        await venus.until(ONE, controlling)
        await venus.set(ONE, "Control", 0)
        await venus.until(ONE, lambda s: CVL not in s.items and s["/Dc/0/Voltage"] is not None)
        await venus.set(TWO, "Control", 1)
        await venus.until(TWO, controlling)
        assert CVL not in venus.services[BATTERY + "xbms_a4c137000001"].items
        await venus.set(TWO, "Control", 0)
        await venus.until(TWO, lambda s: CVL not in s.items)


async def assert_phases_of_silence(venus: Venus, volts: float) -> None:
    """Check each phase of silence on the bus for a pack whose last voltage was about ``volts``."""
    seen = await venus.until(ONE, lambda s: s["/Dc/0/Voltage"] is None)
    assert volts - 0.7 < seen[CVL] < volts - 0.2
    assert limits(seen)[1:] == (0.0, DISCHARGE / 2)
    assert seen["/Alarms/BmsCable"] == 1
    assert seen["/Bluetooth/State"].startswith("derated")
    assert seen["/Info/ChargeLimitation"] == "No contact: not charging"
    await venus.until(ONE, lambda s: s["/Alarms/BmsCable"] == 2)
    assert limits(seen)[1:] == (0.0, 0.0)
    assert seen["/State"] == 18
    assert seen["/Bluetooth/State"].startswith("stopped")
    assert invalid_limits(seen) == []
    await venus.until_gone(ONE)


async def test_silence_derates_stops_and_withdraws_and_a_good_poll_restores_everything() -> None:
    async with Simulation(1) as sim, Venus() as venus, Program("run") as program:
        await venus.enable(ONE, **CONTROL, **HELD_FIRST)
        seen = await venus.until(ONE, settled)
        await sim.fault("mute", ONE)
        held = await venus.until(ONE, lambda s: s["/Bluetooth/State"].startswith("held"))
        assert limits(held) == (seen[CVL], CHARGE, DISCHARGE)
        volts = held["/Dc/0/Voltage"]
        await assert_phases_of_silence(venus, volts)
        await sim.fault("clear", ONE)
        back = await venus.until(ONE, controlling)
        assert back["/Alarms/BmsCable"] == 0
        assert back["/State"] == 9
        assert limits(back)[1:] == (CHARGE, DISCHARGE)
        for phase in ("derated", "lost", "withdrawn"):
            assert len(program.lines(phase)) == 1


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL], ids=lambda end: end.name)
async def test_after_a_restart_an_absent_pack_has_derated_limits_from_the_start(
    end: signal.Signals,
) -> None:
    async with Simulation(1) as sim, Venus() as venus:
        await venus.enable(ONE, **CONTROL)
        async with Program("run") as program:
            seen = await venus.until(ONE, settled)
            await sim.fault("vanish", ONE)
            async with asyncio.timeout(PATIENCE):
                while not await venus.setting(ONE, "ControlState"):  # noqa: ASYNC110 (localsettings is polled)
                    await asyncio.sleep(0.1)
            await program.stop(end)
            await venus.until_gone(ONE)
        async with Program("run"):
            back = await venus.until(ONE, lambda s: CVL in s.items)
            assert back[CVL] < seen[CVL]
            assert limits(back)[1:] == (0.0, DISCHARGE / 2)
            assert invalid_limits(back) == []
            await sim.fault("appear", ONE)
            await venus.until(ONE, settled)


async def test_a_bluetoothd_and_localsettings_that_hang_count_as_silence() -> None:
    async with Simulation(1) as sim, Venus() as venus, Program("run"):
        await venus.enable(ONE, **CONTROL, **QUICK_SILENCE)
        seen = await venus.until(ONE, settled)
        os.kill(sim.pid, signal.SIGSTOP)
        try:
            await assert_phases_of_silence(venus, seen["/Dc/0/Voltage"])
        finally:
            os.kill(sim.pid, signal.SIGCONT)
        back = await venus.until(ONE, controlling)
        assert back["/Alarms/BmsCable"] == 0


async def test_a_pack_derated_after_an_alarm_may_not_discharge() -> None:
    async with Simulation(1) as sim, Venus() as venus, Program("run"):
        await venus.enable(ONE, **CONTROL, **QUICK_SILENCE)
        await venus.until(ONE, settled)
        await sim.fault("cell", ONE, number="2", volts="2.85")
        await venus.until(ONE, lambda s: s[DCL] < DISCHARGE)
        await sim.fault("mute", ONE)
        seen = await venus.until(ONE, lambda s: s["/Dc/0/Voltage"] is None)
        assert seen[DCL] == 0.0


async def test_a_full_cell_stops_charging_and_the_limitation_names_it() -> None:
    async with Simulation(1) as sim, Venus() as venus, Program("run"):
        await venus.enable(ONE, **CONTROL)
        await venus.until(ONE, settled)
        await sim.fault("cell", ONE, number="3", volts="3.61")
        seen = await venus.until(ONE, lambda s: s[CCL] == 0.0)
        assert seen[CVL] <= seen["/Dc/0/Voltage"]
        await venus.until(ONE, lambda s: "cell 3 at 3.6" in s["/Info/ChargeLimitation"])


async def test_the_stock_settings_page_edits_the_packs_settings() -> None:
    async with Simulation(1), Venus() as venus, Program("run"):
        await venus.enable(ONE, **CONTROL)
        seen = await venus.until(ONE, controlling)
        assert seen["/Settings/HasSettings"] == 1
        assert await venus.write(seen.name, "/Settings/Battery/ChargedVoltage", 13.6) == 0
        await venus.until_setting(ONE, "CellFull", 3.4)
        await venus.until(ONE, lambda s: s["/Settings/Battery/ChargedVoltage"] == 13.6)
        await venus.until(ONE, lambda s: s[CVL] <= 13.6)
        assert await venus.write(seen.name, "/Settings/Battery/ChargedVoltage", 100.0) == 2
        assert await venus.write(seen.name, "/Settings/Alarm/LowSoc", 101) == 2
        assert await venus.write(seen.name, "/Settings/Alarm/LowSoc", 20) == 0
        await venus.until_setting(ONE, "LowSocWarning", 20)


async def test_14_4_v_is_accepted_and_voltages_outside_the_preset_are_refused() -> None:
    async with Simulation(1), Venus() as venus, Program("run") as program:
        await venus.enable(ONE, **CONTROL)
        seen = await venus.until(ONE, settled)
        page = "/Settings/Battery/ChargedVoltage"
        assert await venus.write(seen.name, page, 14.4) == 0
        await venus.until(ONE, lambda s: s[CVL] == 14.4)
        for volts in (0.5, 14.7, 19.6):
            assert await venus.write(seen.name, page, volts) == 2
        assert await venus.set(ONE, "CellFull", 4.9) == 0  # localsettings does not check it
        await venus.until_setting(ONE, "CellFull", 3.6)
        assert seen[CCL] > 0
        assert (seen[CVL], seen["/Alarms/InternalFailure"]) == (14.4, 0)
        limitation = "CellFull 4.9 V: LiFePO4 cells take at most 3.65 V; set back to 3.6"
        assert len(program.lines(limitation)) == 1


async def test_stored_settings_above_the_ceiling_stop_the_pack_with_an_alarm() -> None:
    async with Simulation(1), Venus() as venus:
        await venus.enable(ONE, **CONTROL, CellFull=4.9, CellHighCutoff=5.0)
        async with Program("run"):
            seen = await venus.until(ONE, lambda s: controlling(s) and s["/Alarms/InternalFailure"] == 2)
            assert (seen[CCL], seen[DCL]) == (0, 0)
            assert seen[CVL] <= 4 * 3.65
            assert seen["/Info/ChargeLimitation"].startswith("CellFull 4.9 V: LiFePO4")


async def test_a_charge_current_of_0_is_published_as_0() -> None:
    async with Simulation(1), Venus() as venus, Program("run"):
        await venus.enable(ONE, **CONTROL)
        await venus.until(ONE, settled)
        await venus.set(ONE, "MaxChargeCurrent", 0.0)
        stopped = await venus.until(ONE, lambda s: s[CCL] == 0)
        assert stopped["/Info/ChargeLimitation"] == "MaxChargeCurrent 0 A"
        assert stopped[DCL] == DISCHARGE
        assert invalid_limits(stopped) == []
        await venus.set(ONE, "MaxChargeCurrent", -1.0)
        limitation = "rising to: 30 % of 100 Ah (no limit set)"
        await venus.until(ONE, lambda s: s["/Info/ChargeLimitation"] == limitation)


@pytest.mark.long
async def test_the_capacity_setting_is_the_installed_capacity() -> None:
    async with Simulation(1), Venus() as venus, Program("run"):
        await venus.enable(ONE, **CONTROL)
        seen = await venus.until(ONE, lambda s: controlling(s) and s["/InstalledCapacity"] == 100.0)
        assert await venus.write(seen.name, "/Settings/Battery/Capacity", 120.0) == 0
        await venus.until(ONE, lambda s: s["/InstalledCapacity"] == 120.0)
        await venus.until(ONE, lambda s: s[CCL] == 36.0)


async def test_the_history_accumulates_is_stored_and_can_be_cleared() -> None:
    row = {"load": "discharge", "soc": 50.0, "rate": 1.0}
    async with Simulation([row]) as sim, Venus() as venus:
        await venus.enable(ONE, **CONTROL, PollInterval=0.2)
        async with Program("run"):
            await venus.until(ONE, controlling)
            await asyncio.sleep(3)  # lets charge flow
        discharged = await venus.setting(ONE, "TotalDrawn")
        assert discharged > 0.01
        assert await venus.setting(ONE, "MinimumVoltage") > 10
        async with Program("run"):
            seen = await venus.until(ONE, controlling)
            assert seen["/History/TotalAhDrawn"] <= -round(discharged, 1)
            assert seen["/History/DeepestDischarge"] == pytest.approx(-50, abs=1)
            assert await venus.write(seen.name, "/History/Clear", 1) == 0
        assert await venus.setting(ONE, "TotalDrawn") < discharged
        assert (await sim.truth(ONE))["pack"]["soc"] > 40
