"""A bank of packs by the whole program on a bus: packs leave and return, other programs end."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from typing import Any

import pytest

from dbus_xbms.settings import bank_id, device_id
from tests.bus.bank_boat import (
    ADDRESSES,
    BANK,
    CCL,
    CHARGE,
    DCL,
    DISCHARGE,
    FOUR,
    MEMBER,
    OFFLINE,
    ONE,
    ONLINE,
    THREE,
    TWO,
    boat,
    complete,
    fresh,
    house,
    says,
    wired,
)
from tests.bus.control_record import CVL, controlling
from tests.bus.simulation import Program, Simulation
from tests.bus.venus import CONTROL, Seen, plain
from tests.endurance.bus_loss import Supervision

pytestmark = pytest.mark.usefixtures("private_bus")

CABLE, BLOCKING = "/Alarms/BmsCable", "/System/NrOfModulesBlockingCharge"
LIMITS_SHRINK = 3.0  # s after the end of the hold, at most


def first_signal(seen: Seen, condition: Callable[[dict[str, Any]], bool]) -> float:
    """Return when a service first sent a signal for whose values the condition holds."""
    return next(at for at, values in seen.signals if condition(values))


# Silence and return


async def test_a_pack_that_falls_silent_shrinks_the_limits_within_3_s_and_its_return_restores_them() -> None:
    async with boat() as running, Program("run"):
        await running.venus.enable(FOUR, **MEMBER, CustomName="Stern")
        bank = await house(running)
        await running.sim.fault("vanish", FOUR)
        await running.venus.until(FOUR, lambda s: s["/Dc/0/Voltage"] is None)
        await running.venus.until_bank(lambda s: (s[ONLINE], s[OFFLINE]) == (3, 1))
        await running.venus.until_bank(lambda s: (s[CCL], s[DCL]) == (3 * CHARGE, 3 * DISCHARGE))
        hold_ended = first_signal(running.shown(FOUR), lambda values: values.get("/Dc/0/Voltage", 0) is None)
        shrunk = first_signal(bank, lambda values: values.get(DCL) == 3 * DISCHARGE)
        assert shrunk - hold_ended < LIMITS_SHRINK
        alarmed = await running.venus.until_bank(lambda s: s[CABLE] == 1)
        assert "Stern" in plain(alarmed.items[CABLE]["Text"])
        assert all(fresh(running.shown(address)) for address in (ONE, TWO, THREE))
        assert fresh(alarmed)
        await running.sim.fault("appear", FOUR)
        back = await running.venus.until_bank(complete(4))
        assert back is bank  # it never left the bus
        assert (back[CABLE], back[OFFLINE]) == (0, 0)
        running.judge()


async def test_limits_never_rise_while_packs_fall_silent_and_end_at_0_with_the_last() -> None:
    async with boat(2) as running, Program("run"):
        bank = await house(running)
        await running.venus.set(ONE, "StopAfter", 9.0)
        await running.venus.set(TWO, "StopAfter", 9.0)
        before = len(bank.signals)
        await running.sim.fault("vanish", ONE)
        await running.venus.until_bank(lambda s: s[ONLINE] == 1)
        await running.sim.fault("vanish", TWO)
        stopped = await running.venus.until_bank(lambda s: s[ONLINE] == 0 and s[DCL] == 0)
        assert stopped[CCL] == 0
        assert stopped["/Dc/0/Voltage"] is None
        for path in (CCL, DCL):
            amperes = [values[path] for _, values in bank.signals[before:] if path in values]
            assert amperes == sorted(amperes, reverse=True), path
        await running.sim.fault("appear", ONE)
        await running.sim.fault("appear", TWO)
        assert await running.venus.until_bank(complete(2)) is bank
        running.judge()


# Programs end


async def connections(sim: Simulation) -> dict[str, int]:
    """Return how often each pack was connected."""
    return {one: (await sim.truth(one))["counters"]["connections"] for one in sim.addresses}


def has_connected_since(count: int) -> Callable[[dict[str, Any]], bool]:
    return lambda truth: truth["counters"]["connections"] > count


@pytest.mark.parametrize(
    ("fault", "parameters"),
    [
        ("restart_settings", {}),
        ("restart_bluetoothd", {"signal": "TERM"}),
        ("restart_bluetoothd", {"signal": "KILL"}),
    ],
    ids=["localsettings", "bluetoothd ended", "bluetoothd killed"],
)
async def test_a_restart_of_another_program_leaves_one_controlling_bms(
    fault: str, parameters: dict[str, str]
) -> None:
    async with boat() as running, Program("run") as program:
        bank = await house(running)
        before = await connections(running.sim)
        await running.sim.fault(fault, **parameters)
        if fault == "restart_bluetoothd":
            for address, count in before.items():
                await running.sim.truth_when(address, has_connected_since(count))
        else:
            await running.venus.set_bank("MaxChargeCurrent", 100.0)  # is heard again
            await running.venus.until_bank(lambda s: s[CCL] == 100.0)
        await running.venus.until_bank(lambda s: s[ONLINE] == 4)
        assert running.record.holders == [bank_id(1)]
        assert running.venus.services[BANK] is bank
        running.judge()
    assert program.left_behind == []


async def test_a_killed_service_controls_as_the_same_bank_after_its_restart() -> None:
    supervision = Supervision()
    async with boat() as running, supervision.running():
        bank = await house(running)
        os.kill(supervision.lives[-1].pid, signal.SIGKILL)
        await running.venus.until_bank_gone()
        back = await running.venus.until_bank(complete(4))
        assert back["/DeviceInstance"] == bank["/DeviceInstance"]
        assert running.record.holders == [bank_id(1)]
        running.judge()


async def test_a_killed_service_does_not_let_a_pack_with_control_1_control_after_its_restart() -> None:
    supervision = Supervision()
    async with boat(2) as running, supervision.running():
        await running.venus.enable(ONE, **CONTROL)
        await running.venus.until(ONE, controlling)
        await house(running)
        await running.sim.fault("vanish", TWO)  # the bank starts with one of its packs only
        os.kill(supervision.lives[-1].pid, signal.SIGKILL)
        await running.venus.until_bank_gone()
        await running.venus.until_bank(lambda s: controlling(s) and s[ONLINE] == 1)
        await running.venus.until(ONE, says("part of the bank House"))
        assert running.record.holders == [device_id(ONE), bank_id(1)]
        running.judge()


async def test_a_bank_that_was_confirmed_while_the_service_was_stopped_takes_over_at_its_start() -> None:
    async with boat(2) as running:
        async with Program("run"):
            await running.venus.enable(ONE, **CONTROL)
            await running.venus.enable(TWO, **MEMBER)
            await running.venus.until(ONE, controlling)
            await running.venus.until(TWO, fresh)
        await running.venus.confirm_bank(Name="House")
        async with Program("run"):
            await running.venus.until_bank(complete(2))
            await running.venus.until(ONE, says("part of the bank House"))
            assert running.record.holders == [device_id(ONE), bank_id(1)]
            running.judge()


# Series


async def test_two_packs_in_series_are_a_bank_of_twice_the_voltage_and_the_least_current() -> None:
    async with boat(2, wiring=wired(2, series=2)) as running, Program("run"):
        await running.venus.enable(ONE, **MEMBER)
        await running.venus.enable(TWO, **MEMBER, MaxDischargeCurrent=20.0)
        await running.venus.confirm_bank(Members=f"{ONE} {TWO}", Topology="series")
        bank = await running.venus.until_bank(
            lambda s: controlling(s) and (s[ONLINE], s[CCL], s[DCL]) == (2, CHARGE, 20.0)
        )
        volts = [(await running.venus.until(address, fresh))["/Dc/0/Voltage"] for address in (ONE, TWO)]
        assert bank["/Dc/0/Voltage"] == pytest.approx(sum(volts), abs=0.1)
        assert bank["/Dc/0/MidVoltage"] == pytest.approx(volts[0], abs=0.05)
        assert 25 < bank[CVL] <= 2 * 13.8
        assert (bank["/System/BatteriesSeries"], bank["/System/BatteriesParallel"]) == (2, 1)


async def test_2s2p_adds_up_currents_in_parallel_and_voltages_in_series() -> None:
    async with boat(4, wiring=wired(4, series=2)) as running, Program("run"):
        await running.venus.enable(*running.sim.addresses, **MEMBER)
        await running.venus.confirm_bank(Members=" ".join(ADDRESSES), Topology="2s2p")
        bank = await running.venus.until_bank(
            lambda s: controlling(s) and (s[ONLINE], s[CCL], s[DCL]) == (4, 2 * CHARGE, 2 * DISCHARGE)
        )
        volts = [(await running.venus.until(address, fresh))["/Dc/0/Voltage"] for address in (ONE, THREE)]
        assert bank["/Dc/0/Voltage"] == pytest.approx(sum(volts), abs=0.1)
        assert (bank["/System/BatteriesSeries"], bank["/System/BatteriesParallel"]) == (2, 2)
        assert bank["/Capacity"] == pytest.approx(120, abs=5)
        await running.sim.fault("vanish", TWO)  # its string goes on with the other pack
        await running.venus.until_bank(lambda s: (s[ONLINE], s[CCL], s[DCL]) == (3, CHARGE, DISCHARGE))


# MOSFETs


async def test_a_pack_whose_charging_is_off_leaves_charging_to_the_others() -> None:
    async with boat(2) as running, Program("run"):
        await running.venus.enable(*running.sim.addresses, **MEMBER, AllowMosfetControl=1)
        await running.venus.confirm_bank(Name="House")
        await running.venus.until_bank(complete(2))
        await running.sim.fault("mask", ONE, mask=1)
        await running.venus.until_bank(lambda s: (s[BLOCKING], s[CCL], s[DCL]) == (1, CHARGE, 2 * DISCHARGE))
        await running.sim.fault("mask", ONE, mask=0)
        await running.venus.until_bank(complete(2))
        running.judge()


# Signals


async def test_a_bank_of_16_packs_sends_at_most_one_signal_a_second() -> None:
    async with boat(16, wiring=wired(16, load="discharge")) as running, Program("run"):
        await running.venus.enable(*running.sim.addresses, **MEMBER)
        await running.venus.confirm_bank()
        bank = await running.venus.until_bank(lambda s: controlling(s) and s[ONLINE] == 16)
        start = len(bank.signals)
        seconds = 10
        await asyncio.sleep(seconds)
        assert seconds / 2 <= len(bank.signals[start:]) <= seconds + 1
        running.judge()
