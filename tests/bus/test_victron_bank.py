"""A bank through the programs of a real GX: the controlling BMS, its limits at the chargers, and the monitor.

Runs where VICTRON_SRC is set, as :mod:`tests.bus.test_victron_systemcalc` says.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from dbus_xbms.settings import bank_id
from tests.bus.test_victron_systemcalc import (
    MULTI,
    REST,
    SOLAR,
    SYSTEM,
    Gx,
    added,
    gx,
    pytestmark,
    reached,
)
from tests.bus.venus import BATTERY, Seen, plain

__all__ = ["pytestmark"]

BANK = BATTERY + bank_id(1)
THREE = "A4:C1:37:00:00:03"
MEMBER: dict[str, float | str] = {"Chemistry": "LiFePO4", "HoldTime": 6.0, "StopAfter": 60.0}
CHARGE, DISCHARGE = 30, 50.0  # A of each pack of 100 Ah
CVL = 13.8
REST_48 = {"cells": 16, "capacity": 100, "load": "rest", "soc": 60}


@asynccontextmanager
async def house(
    tmp_path: Path, packs: int, row: dict[str, Any] = REST, volts: float = 13.2
) -> AsyncIterator[Gx]:
    """A GX whose packs are the bank House, which controls."""
    async with gx(tmp_path, *[row] * packs, volts=volts) as running:
        await added(running, *running.sim.addresses, **MEMBER)
        await running.venus.confirm_bank(Name="House")
        await until_limits(running, packs)
        yield running


async def until_limits(running: Gx, packs: int) -> Seen:
    """Wait until the bank shows the limits of so many packs, and these have reached the Multi."""
    wanted = (packs * CHARGE, packs * DISCHARGE)
    bank = await running.venus.until_bank(
        lambda seen: (
            (seen.items.get("/Info/MaxChargeVoltage") is not None)
            and (seen["/Info/MaxChargeCurrent"], seen["/Info/MaxDischargeCurrent"]) == wanted
        )
    )
    await running.until(MULTI, reached(lambda volts: volts is not None, *wanted))
    await running.until(SOLAR, {"/Link/ChargeCurrent": lambda amperes: amperes is not None})
    return bank


async def bms_services(running: Gx) -> list[str]:
    """The services that systemcalc lists as BMSes."""
    rows = plain((await running.read(SYSTEM, ["/AvailableBmsServices"]))["/AvailableBmsServices"])
    return [plain(value) for row in rows or [] for name, value in row.items() if "ervice" in name]


async def test_the_bank_is_the_only_bms_and_the_monitor_and_its_limits_reach_the_chargers(
    tmp_path: Path,
) -> None:
    async with house(tmp_path, 2) as running:
        await running.until(SYSTEM, {"/ActiveBmsService": BANK, "/Dc/Battery/BatteryService": BANK})
        await running.until(SYSTEM, {"/Dvcc/Alarms/MultipleBatteries": 0, "/Dc/Battery/ChargeVoltage": CVL})
        await running.until(MULTI, reached(CVL, 2 * CHARGE, 2 * DISCHARGE))
        await running.until(SOLAR, {"/Link/ChargeVoltage": CVL, "/Link/ChargeCurrent": 2 * CHARGE})
        print(await running.read(SYSTEM, ["/AvailableBmsServices"]))
        assert len(await bms_services(running)) == 1
