"""The controlling BMS and the battery monitor of the real systemcalc, beside a CAN-bus BMS and a shunt.

Runs where VICTRON_SRC is set, as :mod:`tests.bus.victron` says.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.bus.shown_packs import ONE
from tests.bus.simulation import Program
from tests.bus.venus import CONTROL
from tests.bus.victron import (
    MULTI,
    NEEDS_VICTRON,
    REST,
    SOLAR,
    SYSTEM,
    Gx,
    added,
    controlled_by,
    gx,
    limits,
    reached,
    service,
)
from tests.bus.victron_battery import PYLONTECH, SHUNT, battery
from tests.patience import PATIENCE

pytestmark = NEEDS_VICTRON

CVL_48 = 52.6  # V, as published by the Pylontech
REST_48 = {"cells": 16, "capacity": 280, "load": "rest", "soc": 60}
NO_LINK = {"/Link/ChargeVoltage": None, "/Link/NetworkMode": 0}


def pylontech(running: Gx) -> Any:
    return battery(
        running, PYLONTECH, 512, MaxChargeVoltage=CVL_48, MaxChargeCurrent=80.0, MaxDischargeCurrent=100.0
    )


def by_pylontech() -> dict[str, Any]:
    """The values of systemcalc while the Pylontech controls and is the monitor."""
    return {
        "/ActiveBmsService": PYLONTECH,
        "/Dc/Battery/BatteryService": PYLONTECH,
        "/Dc/Battery/ChargeVoltage": CVL_48,
        "/Dvcc/Alarms/MultipleBatteries": 0,
        "/Dc/Battery/Current": -150.0,
    }


@pytest.mark.parametrize("chosen", [{}, CONTROL], ids=["only shown", "Control 1"])
async def test_adding_and_removing_a_12_v_pack_changes_nothing_in_a_48_v_system_with_a_bms(
    tmp_path: Path, chosen: dict[str, float | str]
) -> None:
    async with gx(tmp_path, REST, volts=52.1) as running, pylontech(running):
        await running.until(SYSTEM, by_pylontech(), timeout=PATIENCE)
        await running.until(MULTI, reached(CVL_48, 80, 100.0))
        before = len(running.writes)
        await added(running, ONE, **chosen)
        await running.stays(SYSTEM, by_pylontech())
        await running.venus.set(ONE, "Enabled", 0)
        await running.venus.until_gone(ONE)
        await running.stays(SYSTEM, by_pylontech())
        voltages = {value for _, path, value in running.writes[before:] if path.endswith("ChargeVoltage")}
        assert voltages <= {CVL_48}
        await running.until(SOLAR, {"/Link/ChargeVoltage": CVL_48})


@pytest.mark.parametrize("chosen", [{}, CONTROL], ids=["only shown", "Control 1"])
async def test_a_12_v_pack_does_not_affect_a_48_v_system_with_a_shunt(
    tmp_path: Path, chosen: dict[str, float | str]
) -> None:
    async with gx(tmp_path, REST, volts=52.1, bms_present=0) as running, battery(running, SHUNT, 279):
        shunt = {
            "/Dc/Battery/BatteryService": SHUNT,
            "/ActiveBmsService": None,
            "/Dc/Battery/Current": -150.0,
        }
        await running.until(SYSTEM, shunt, timeout=PATIENCE)
        await added(running, ONE, **chosen)
        await running.stays(SYSTEM, shunt)
        await running.venus.set(ONE, "Enabled", 0)
        await running.venus.until_gone(ONE)
        await running.stays(SYSTEM, shunt)
        # Bit 3 of the network mode would make the charger expect a BMS: error 67 without one
        assert not [value for _, path, value in running.writes if path == "/Link/NetworkMode" and value & 8]


async def test_a_bms_that_appears_takes_over_from_a_pack_without_a_gap(tmp_path: Path) -> None:
    async with gx(tmp_path, REST_48, volts=52.1) as running:
        await added(running, ONE, **CONTROL)
        cvl, _, _ = limits(running, ONE)
        await running.until(SYSTEM, controlled_by(ONE, cvl))
        async with pylontech(running):
            await running.until(SYSTEM, by_pylontech(), timeout=PATIENCE)
            await running.until(MULTI, reached(CVL_48, 80, 100.0))
            await running.stays(SYSTEM, by_pylontech())
        await running.until(SYSTEM, {"/ActiveBmsService": None})
        await running.stays(SYSTEM, {"/ActiveBmsService": None})  # the pack does not take over


async def test_with_feed_in_a_ccl_of_0_still_stops_charging_by_the_cvl(tmp_path: Path) -> None:
    async with gx(tmp_path, REST_48, volts=52.1, ess=True) as running:
        await added(running, ONE, **CONTROL, MaxChargeCurrent=0.0)
        pack = running.venus.services[service(ONE)]
        await running.until(SYSTEM, {"/ActiveBmsService": service(ONE)}, timeout=PATIENCE)
        cvl, ccl, _ = limits(running, ONE)
        assert ccl == 0
        assert cvl <= pack["/Dc/0/Voltage"]
        await running.until(SYSTEM, {"/Dc/Battery/ChargeVoltage": cvl})
        # systemcalc gives the charger its own maximum current, and up to 0.4 V more than the CVL
        limit = {"/Link/ChargeCurrent": 70, "/Link/ChargeVoltage": lambda volts: volts <= cvl + 0.4 + 1e-6}
        await running.until(SOLAR, limit)


async def test_a_restart_while_the_pack_is_silent_keeps_the_reduced_limits_at_the_multi(
    tmp_path: Path,
) -> None:
    async with gx(tmp_path, REST_48, volts=52.1) as running:
        await added(running, ONE, **CONTROL)
        cvl, _, dcl = limits(running, ONE)
        await running.until(SYSTEM, controlled_by(ONE, cvl))
        await running.sim.fault("vanish", ONE)
        async with asyncio.timeout(PATIENCE):
            while not await running.venus.setting(ONE, "ControlState"):  # noqa: ASYNC110 (localsettings is polled)
                await asyncio.sleep(0.1)
        assert await running.program.stop() == 0
        await running.venus.until_gone(ONE)
        async with Program("run"):
            await running.until(SYSTEM, {"/ActiveBmsService": service(ONE)}, timeout=PATIENCE)
            half = {"/BatteryOperationalLimits/MaxDischargeCurrent": dcl / 2}
            await running.until(MULTI, {"/BatteryOperationalLimits/MaxChargeCurrent": 0} | half)


async def test_a_shunt_stays_the_monitor_beside_packs_that_do_not_control(tmp_path: Path) -> None:
    async with gx(tmp_path, REST_48, REST, volts=52.1) as running, battery(running, SHUNT, 279):
        shunt = {"/Dc/Battery/BatteryService": SHUNT, "/Dc/Battery/Current": -150.0}
        await running.until(SYSTEM, shunt, timeout=PATIENCE)
        await added(running, ONE)
        await running.stays(SYSTEM, shunt)
