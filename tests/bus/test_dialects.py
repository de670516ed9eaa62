"""Dialects of the protocol: recorded replies, through the real bleak to values on the bus."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bus.simulation import Program, Simulation
from tests.bus.venus import Venus

pytestmark = pytest.mark.usefixtures("private_bus")

ONE = "A4:C1:37:00:00:01"
SHOWN: dict[str, dict[str, Any]] = {
    "daren-16s-300ah": {
        "/Dc/0/Voltage": 52.42,
        "/Dc/0/Current": -13.2,
        "/Dc/0/Power": -692,
        "/Soh": 99.0,
        "/Capacity": 142.4,
        "/InstalledCapacity": 300.0,
        "/ConsumedAmphours": -157.6,
        "/System/MOSTemperature": 25.6,
        "/System/MinCellTemperature": 26.7,
        "/System/MaxCellTemperature": 27.2,
        "/System/Temperature6": 27.9,
    },
    "daren-16s-324ah": {
        "/Dc/0/Current": 0.0,
        "/Soh": 99.0,
        "/Capacity": 166.4,
        "/InstalledCapacity": 324.4,
        "/ConsumedAmphours": -158.0,
        "/System/MOSTemperature": 26.0,
    },
    "fogstar-4s-628ah": {
        "/Dc/0/Voltage": 13.28,
        "/Dc/0/Current": -5.8,
        "/Dc/0/Power": -77,
        "/Capacity": 471.9,
        "/InstalledCapacity": 628.0,
        "/ConsumedAmphours": -185.0,
        "/Soc": 71.8,
    },
}


@pytest.mark.parametrize("recording", SHOWN)
async def test_a_recorded_dialect_is_shown_with_the_values_that_its_owner_reported(recording: str) -> None:
    async with Simulation([{"replay": recording}]), Venus() as venus, Program("run"):
        await venus.enable(ONE)
        seen = await venus.until(ONE, lambda s: s["/Dc/0/Voltage"] is not None)
        assert {path: seen[path] for path in SHOWN[recording]} == SHOWN[recording]


async def test_a_simulated_daren_is_shown_like_any_other_pack() -> None:
    pack = {
        "cells": 16,
        "capacity": 300.0,
        "soc": 50.0,
        "sensors": 5,
        "load": "rest",
        "dialect": "daren_gauge",
    }
    async with Simulation([pack]), Venus() as venus, Program("run"):
        await venus.enable(ONE)
        seen = await venus.until(ONE, lambda s: s["/Dc/0/Voltage"] is not None)
        assert (seen["/Capacity"], seen["/InstalledCapacity"], seen["/Soh"]) == (150.0, 300.0, 99.0)
        assert seen["/System/MOSTemperature"] == pytest.approx(22.0, abs=0.5)
