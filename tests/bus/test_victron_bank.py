"""A bank through the programs of a real GX: the controlling BMS, its limits at the chargers, and the monitor.

Runs where VICTRON_SRC is set, as :mod:`tests.bus.victron` says.
"""

from __future__ import annotations

import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from dbus_xbms.settings import bank_id
from tests.bus.shown_packs import ONE, TWO
from tests.bus.simulation import Program
from tests.bus.venus import BATTERY, CONTROL, SETTINGS, Seen, plain
from tests.bus.victron import MULTI, NEEDS_VICTRON, REST, SOLAR, SYSTEM, Gx, added, controlled_by, gx, reached
from tests.bus.victron_battery import SHUNT, battery
from tests.patience import PATIENCE

pytestmark = NEEDS_VICTRON

BANK = BATTERY + bank_id(1)
THREE = "A4:C1:37:00:00:03"
MEMBER: dict[str, float | str] = {"Chemistry": "LiFePO4", "HoldTime": 6.0, "StopAfter": 60.0}
CHARGE, DISCHARGE = 30, 50.0  # A of each pack of 100 Ah
CVL = 13.8
REST_48 = {"cells": 16, "capacity": 100, "load": "rest", "soc": 60}


@asynccontextmanager
async def house(
    tmp_path: Path, packs: int, row: dict[str, Any] = REST, volts: float = 13.2, **chosen: float
) -> AsyncIterator[Gx]:
    """A GX whose packs are the bank House, which controls."""
    async with gx(tmp_path, *[row] * packs, volts=volts) as running:
        await added(running, *running.sim.addresses, **{**MEMBER, **chosen})
        await running.venus.confirm_bank(Name="House")
        await until_limits(running, packs)
        yield running


async def until_limits(running: Gx, packs: int) -> Seen:
    """Wait until the bank shows the limits of so many packs, and these have reached the Multi."""
    wanted = (packs * CHARGE, packs * DISCHARGE)
    bank = await running.venus.until_bank(
        lambda seen: (
            "/Info/MaxChargeVoltage" in seen.items
            and (seen["/Info/MaxChargeCurrent"], seen["/Info/MaxDischargeCurrent"]) == wanted
        )
    )
    await running.until(MULTI, reached(lambda volts: volts is not None, *wanted))
    await running.until(SOLAR, {"/Link/ChargeCurrent": lambda amperes: amperes is not None})
    return bank


async def bms_names(running: Gx) -> list[str]:
    """The names of all services that systemcalc lists as BMSes."""
    path = "/AvailableBmsServices"
    listed = (await running.read(SYSTEM, [path]))[path]
    return [plain(plain(row)["name"]) for row in listed or []]


async def only_the_bank_controls(running: Gx) -> None:
    """Check what systemcalc says of who controls, and of who is the battery monitor."""
    await running.until(SYSTEM, {"/ActiveBmsService": BANK, "/Dc/Battery/BatteryService": BANK})
    await running.until(SYSTEM, {"/Dvcc/Alarms/MultipleBatteries": 0})
    assert await bms_names(running) == ["House"]


async def test_the_bank_is_the_only_bms_and_the_monitor_and_its_limits_reach_the_chargers(
    tmp_path: Path,
) -> None:
    async with house(tmp_path, 2) as running:
        await only_the_bank_controls(running)
        await running.until(SYSTEM, {"/Dc/Battery/ChargeVoltage": CVL})
        await running.until(MULTI, reached(CVL, 2 * CHARGE, 2 * DISCHARGE))
        await running.until(SOLAR, {"/Link/ChargeVoltage": CVL, "/Link/ChargeCurrent": 2 * CHARGE})
        bank = running.venus.services[BANK]
        soc = {"/Dc/Battery/Soc": bank["/Soc"], "/Dc/Battery/ConsumedAmphours": bank["/ConsumedAmphours"]}
        await running.until(SYSTEM, soc)


async def test_limits_follow_packs_that_join_leave_fall_silent_and_return(tmp_path: Path) -> None:
    async with gx(tmp_path, REST, REST, REST) as running:
        await added(running, ONE, TWO, **MEMBER)
        await running.venus.confirm_bank(Name="House")
        await until_limits(running, 2)
        await added(running, THREE, **MEMBER)
        await until_limits(running, 3)
        await only_the_bank_controls(running)
        await running.sim.fault("vanish", TWO)
        await until_limits(running, 2)
        await only_the_bank_controls(running)
        await running.sim.fault("appear", TWO)
        await until_limits(running, 3)
        await running.venus.set(THREE, "JoinBank", 0)
        await until_limits(running, 2)
        await only_the_bank_controls(running)


async def test_a_bank_of_which_all_packs_are_silent_stops_the_chargers_and_remains_the_bms(
    tmp_path: Path,
) -> None:
    async with house(tmp_path, 2, StopAfter=9.0, ControlRemoveAfter=16.0) as running:
        for address in (ONE, TWO):
            await running.sim.fault("vanish", address)
        await running.until(MULTI, reached(lambda volts: volts < 13.3, 0, 0.0), PATIENCE)
        await running.until(SOLAR, {"/Link/ChargeCurrent": 0})
        await running.until(SYSTEM, {"/ActiveBmsService": BANK, "/Dc/Battery/Soc": None})
        await running.venus.until_bank_gone()
        await running.until(SYSTEM, {"/ActiveBmsService": None})
        await running.sim.fault("appear", TWO)
        await running.until(SYSTEM, {"/ActiveBmsService": BANK}, PATIENCE)
        await running.until(MULTI, reached(lambda volts: volts is not None, CHARGE, DISCHARGE), PATIENCE)


async def test_a_bank_takes_over_from_a_pack_and_gives_back_without_a_second_bms(tmp_path: Path) -> None:
    async with gx(tmp_path, REST, REST) as running:
        await added(running, ONE, **CONTROL, CustomName="Bow")
        await added(running, TWO, Chemistry="LiFePO4")
        await running.until(SYSTEM, controlled_by(ONE, CVL))
        await running.venus.confirm_bank(Name="House")
        await until_limits(running, 2)
        await only_the_bank_controls(running)
        await running.venus.set_bank("Enabled", 0)
        await running.until(SYSTEM, controlled_by(ONE, CVL), PATIENCE)
        assert await bms_names(running) == ["Bow"]


async def test_a_shunt_that_the_owner_has_chosen_stays_the_monitor_and_the_bank_controls(
    tmp_path: Path,
) -> None:
    async with (
        house(tmp_path, 2, row=REST_48, volts=52.9) as running,
        battery(running, SHUNT, 279),
    ):
        await running.until(SYSTEM, {"/Dc/Battery/BatteryService": BANK})  # by default
        monitor = "/Settings/SystemSetup/BatteryService"
        assert await running.venus.write(SETTINGS, monitor, "com.victronenergy.battery/279") == 0
        await running.until(SYSTEM, {"/Dc/Battery/BatteryService": SHUNT, "/ActiveBmsService": BANK})
        await running.until(SYSTEM, {"/Dc/Battery/Current": -150.0})
        await running.until(MULTI, reached(lambda volts: volts > 50, 2 * CHARGE, 2 * DISCHARGE))


async def test_a_restart_of_the_service_leaves_the_bank_the_bms(tmp_path: Path) -> None:
    async with house(tmp_path, 2) as running:
        assert await running.program.stop(signal.SIGKILL) == -signal.SIGKILL
        await running.venus.until_bank_gone()
        async with Program("run"):
            await until_limits(running, 2)
            await only_the_bank_controls(running)
