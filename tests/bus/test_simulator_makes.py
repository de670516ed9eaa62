"""The library aiobmsble, unmodified, reads the simulated packs of other makes."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
from bleak import BleakClient
from bleak.exc import BleakError
from bleak_retry_connector import close_stale_connections, establish_connection

from dbus_xbms.simulator.makes.table import MAKES
from dbus_xbms.simulator.scenario import address_of
from tests.bus.central import find, scan
from tests.bus.simulation import Simulation

aiobmsble = pytest.importorskip("aiobmsble", reason="needs Python 3.12 and aiobmsble")

pytestmark = pytest.mark.usefixtures("private_bus")
# Nothing changes while it rests: what was read can be compared with what is true.
RESTING = {
    "load": "rest",
    "noise": 0.0,
    "sensors": 3,
    "cells": 8,
    "soc": 63.4,
    "capacity": 130.0,
    "cycles": 57,
}
MODULES = {"litime": "redodo", "power_queen": "redodo"}  # of the library, where it has another name
CELL_ERROR = {"renogy": 0.05}  # V, where it is not 0.5 mV
# Currents are imposed, as a battery at rest has none.
CHARGING, DISCHARGING = 31.4, -28.6


@pytest.fixture(autouse=True)
def _unmodified(monkeypatch: pytest.MonkeyPatch) -> None:
    """Undo what the program replaces in the library, which another test in this process may have used."""
    base = importlib.import_module("aiobmsble.basebms")
    monkeypatch.setattr(base, "BleakClient", BleakClient)
    monkeypatch.setattr(base, "establish_connection", establish_connection)
    monkeypatch.setattr(base, "close_stale_connections", close_stale_connections)


def module_of(make: str) -> Any:
    return importlib.import_module(f"aiobmsble.bms.{MODULES.get(make, make)}_bms")


@asynccontextmanager
async def reader(make: str) -> AsyncIterator[Any]:
    """Yield the library's object for the first pack."""
    bms = module_of(make).BMS(await find(address_of(1, make)))
    try:
        yield bms
    finally:
        await bms.disconnect()


def temperatures(sample: Mapping[str, Any]) -> list[float]:
    """Return the temperatures at cells and MOSFETs in a sample; Seplos has them per pack."""
    sensors = sample.get("temp_values") or sample["packs"][0]["temp_values"]
    return sorted(one.value for one in sensors if one.type.name != "AMBIENT")


@pytest.mark.parametrize("make", MAKES)
async def test_the_library_reads_the_values_of_the_simulated_battery(make: str) -> None:
    async with Simulation([{"make": make, **RESTING}]) as sim, reader(make) as bms:
        for amperes in (CHARGING, DISCHARGING):
            await sim.fault("current", sim.addresses[0], amperes=amperes)
            await bms.async_update()  # one that a BMS sent by itself may be older than the current
            sample = await bms.async_update()
            truth = (await sim.truth(sim.addresses[0]))["pack"]
            assert sample["voltage"] == pytest.approx(truth["voltage"], abs=0.06)
            assert sample["current"] == pytest.approx(amperes, abs=0.06)
            assert sample["battery_level"] == pytest.approx(truth["soc"], abs=0.5)
            assert sample["cell_voltages"] == pytest.approx(truth["cells"], abs=CELL_ERROR.get(make, 0.001))
            assert temperatures(sample) == pytest.approx(sorted(truth["temperatures"]), abs=0.51)
            assert sample["cycle_charge"] == pytest.approx(truth["remaining"], abs=0.1)
            assert sample["cycles"] == truth["cycles"]
            assert not sample["problem"]


async def polled_for_ever(bms: Any) -> None:
    while True:
        await bms.async_update()


@pytest.mark.parametrize("make", MAKES)
async def test_the_advertisement_is_one_that_the_library_knows(make: str) -> None:
    async with Simulation([{"make": make}]):
        ((_, seen),) = (await scan(1)).values()
        patterns = module_of(make).BMS.matcher_dict_list()
        assert any(fits(pattern, seen) for pattern in patterns), seen


def fits(pattern: Mapping[str, Any], seen: Any) -> bool:
    """Return whether an advertisement has the service and the company id of a pattern."""
    company = pattern.get("manufacturer_id")
    service = pattern.get("service_uuid")
    return (company is None or company in seen.manufacturer_data) and (
        service is None or service in seen.service_uuids
    )


@pytest.mark.parametrize("make", MAKES)
async def test_the_library_reads_what_describes_the_device(make: str) -> None:
    async with Simulation([{"make": make, **RESTING}]), reader(make) as bms:
        await bms.async_update()
        described = await bms.device_info()
        assert described.get("model") or described.get("sw_version"), described
        assert all(text.isascii() for text in described.values())


@pytest.mark.parametrize("make", ["litime", "jikong", "daly", "seplos"])
async def test_a_tripped_protection_is_a_problem_and_turns_a_mosfet_off(make: str) -> None:
    async with Simulation([{"make": make, **RESTING}]) as sim, reader(make) as bms:
        await sim.fault("protection", sim.addresses[0], bit=0)
        await bms.async_update()
        sample = await bms.async_update()
        assert sample["problem"]
        assert sample["problem_code"]
        if "chrg_mosfet" in sample:
            assert (sample["chrg_mosfet"], sample["dischrg_mosfet"]) == (False, True)


@pytest.mark.parametrize("make", MAKES)
async def test_silence_is_a_timeout_and_the_next_poll_succeeds(
    make: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Simulation([{"make": make, **RESTING}]) as sim, reader(make) as bms:
        await bms.async_update()
        monkeypatch.setattr(type(bms).__mro__[1], "_RETRY_TIMEOUT", 0.05)
        await sim.fault("mute", sim.addresses[0])
        with pytest.raises(TimeoutError):
            await polled_for_ever(bms)  # what a BMS sent by itself just before may still be read
        await sim.fault("clear", sim.addresses[0])
        monkeypatch.undo()
        assert (await bms.async_update())["voltage"] > 0


async def test_a_torn_reply_is_not_a_wrong_value() -> None:
    async with Simulation([{"make": "daly", **RESTING}]) as sim, reader("daly") as bms:
        truth = (await sim.truth(sim.addresses[0]))["pack"]
        await bms.async_update()
        await sim.fault("tear", sim.addresses[0], count=3)
        assert (await bms.async_update())["voltage"] == pytest.approx(truth["voltage"], abs=0.06)
        assert (await sim.truth(sim.addresses[0]))["counters"]["faults"]["tear"] == 3


async def test_a_drop_and_refused_connections_are_those_of_any_pack() -> None:
    async with Simulation([{"make": "jikong", **RESTING}]) as sim:
        async with reader("jikong") as bms:
            await bms.async_update()
            await sim.fault("drop", sim.addresses[0])
            await sim.truth_when(sim.addresses[0], lambda truth: truth["holder"] is None)
        await sim.fault("fail_connects", sim.addresses[0], count=100, error="Operation already in progress")
        async with reader("jikong") as bms:
            with pytest.raises((BleakError, TimeoutError)):
                async with asyncio.timeout(1.0):
                    await bms.async_update()
        await sim.fault("clear", sim.addresses[0])
        async with reader("jikong") as bms:
            assert (await bms.async_update())["voltage"] > 0
