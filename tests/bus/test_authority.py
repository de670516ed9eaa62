"""Control of chargers by the whole program on a bus: beside other packs, another BMS, another voltage."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bus.control_record import CVL, controlling
from tests.bus.shown_packs import ONE, TWO, valid
from tests.bus.simulation import Program, Simulation
from tests.bus.venus import BATTERY, CONTROL, Seen, Venus
from tests.bus.venus_services import venus_service

pytestmark = pytest.mark.usefixtures("private_bus")

MODE = "/Info/ChargeMode"
PYLONTECH, SHUNT = f"{BATTERY}socketcan_can0", f"{BATTERY}ttyS5"
MULTI, SYSTEM = "com.victronenergy.vebus.ttyS4", "com.victronenergy.system"


def reason(seen: Seen) -> str:
    """The reason why a pack that shows values does not control; empty if it controls."""
    return str(seen.items.get(MODE) or "") if valid(seen) and CVL not in seen.items else ""


def reason_has(reason_text: str) -> Any:
    return lambda seen: reason_text in reason(seen)


async def test_a_pack_that_does_not_control_shows_the_reason_on_the_bus() -> None:
    async with Simulation(1), Venus() as venus, Program("run"):
        await venus.enable(ONE)
        await venus.until(ONE, reason_has("Not controlling: Control is 0"))
        await venus.set(ONE, "Control", 1)
        await venus.until(ONE, reason_has("Not controlling: Chemistry is not chosen"))
        await venus.set(ONE, "Chemistry", "LiFePO4")
        seen = await venus.until(ONE, controlling)
        assert venus.left == [seen.name]  # replaced once, by one with limits


async def test_a_second_pack_with_control_1_does_not_control_and_log_and_bus_say_so() -> None:
    async with Simulation(2), Venus() as venus, Program("run") as program:
        await venus.enable(ONE, **CONTROL, CustomName="House")
        seen = await venus.until(ONE, controlling)
        left = len(seen.signals)
        await venus.enable(TWO, **CONTROL)
        await venus.until(TWO, reason_has("Not controlling: House controls"))
        assert controlling(venus.services[seen.name])
        assert len(venus.services[seen.name].signals) >= left  # the same service as before
        assert f"{TWO}: does not control chargers: House controls" in await program.until("does not control")


async def test_removing_the_pack_that_controls_moves_control_with_a_warning() -> None:
    async with Simulation(2), Venus() as venus, Program("run") as program:
        await venus.enable(ONE, **CONTROL)
        await venus.until(ONE, controlling)
        await venus.enable(TWO, **CONTROL)
        await venus.until(TWO, reason_has("controls"))
        await venus.set(ONE, "Enabled", 0)
        await program.until(f"{ONE}: no longer controls chargers: the pack was removed")
        successor = await venus.until(TWO, controlling)
        await program.until(f"{TWO}: controls chargers")
        assert [name for name, seen in venus.services.items() if controlling(seen)] == [successor.name]


async def test_adding_a_pack_that_never_answers_leaves_the_limits_in_place() -> None:
    async with (
        Simulation([{"address": ONE}, {"address": TWO, "password": "123456"}]) as sim,
        Venus() as venus,
        Program("run") as program,
    ):
        await venus.enable(ONE, **CONTROL)
        seen = await venus.until(ONE, controlling)
        await venus.enable(TWO, **CONTROL, Password="000000")
        await sim.truth_when(TWO, lambda truth: truth["holder"] is not None)  # an attempt is made
        await program.until("refuses its password")
        assert venus.services[seen.name] is seen
        assert controlling(seen)


async def test_limits_are_withdrawn_beside_another_bms_and_the_log_says_so() -> None:
    async with Simulation(1), Venus() as venus, Program("run") as program:
        await venus.enable(ONE, **CONTROL)
        seen = await venus.until(ONE, controlling)
        left = len(venus.left)
        async with venus_service(PYLONTECH, {CVL: 52.5, "/DeviceInstance": 512}):
            reason_text = "battery.socketcan_can0 has a charge voltage limit"
            await venus.until(ONE, reason_has(f"Not controlling: {reason_text}"))
            await program.until(
                f"WARNING dbus_xbms.authority.arbiter: {ONE}: no longer controls chargers: {reason_text}"
            )
        await venus.until(ONE, reason_has("within the last 10 min"))
        assert [name for name in venus.left[left:] if name == seen.name] == [seen.name]  # replaced once


async def test_a_bms_that_publishes_a_limit_later_is_noticed() -> None:
    items: dict[str, Any] = {CVL: None, "/DeviceInstance": 512}
    async with Simulation(1), Venus() as venus, Program("run"), venus_service(PYLONTECH, items):
        await venus.enable(ONE, **CONTROL)
        seen = await venus.until(ONE, controlling)
        left = len(venus.left)
        items[CVL] = 52.5
        await venus.until(ONE, reason_has("battery.socketcan_can0 has a charge voltage limit"))
        assert venus.left[left:] == [seen.name]  # replaced once, by one without limits


async def test_a_pack_beside_a_bms_never_controls_even_briefly() -> None:
    controlled: set[str] = set()

    def look(seen: Seen) -> None:
        if CVL in seen.items:
            controlled.add(seen.name)

    async with Simulation(1), venus_service(PYLONTECH, {CVL: 52.5}), Venus(look) as venus, Program("run"):
        await venus.enable(ONE, **CONTROL)
        await venus.until(ONE, reason_has("battery.socketcan_can0"))
    assert {name for name in controlled if "xbms_" in name} == set()


@pytest.mark.parametrize(
    ("service", "items"),
    [
        (MULTI, {"/Dc/0/Voltage": 52.9}),
        (SYSTEM, {"/Dc/Battery/Voltage": 52.9, "/Dc/Battery/BatteryService": SHUNT}),
    ],
    ids=["a Multi", "a SmartShunt"],
)
async def test_a_12_v_pack_does_not_control_a_48_v_system(service: str, items: dict[str, Any]) -> None:
    async with Simulation(1), venus_service(service, items), Venus() as venus, Program("run") as program:
        await venus.enable(ONE, **CONTROL)
        await venus.until(ONE, reason_has("measures 52.9 V, which does not fit 4 cells"))
        await program.until("does not control chargers")
        assert CVL not in venus.services[f"{BATTERY}xbms_a4c137000001"].items


async def test_a_voltage_measured_by_another_pack_of_this_program_is_ignored() -> None:
    items = {"/Dc/Battery/Voltage": 52.9, "/Dc/Battery/BatteryService": f"{BATTERY}xbms_a4c137000002"}
    async with Simulation(1), venus_service(SYSTEM, items), Venus() as venus, Program("run") as program:
        await venus.enable(ONE, **CONTROL)
        await venus.until(ONE, controlling)
        await program.until(f"{ONE}: controls chargers")
        assert program.lines("does not fit") == []


async def test_a_voltage_that_chargers_use_as_their_own_is_not_held() -> None:
    items = {"/Dc/Battery/VoltageService": f"{BATTERY}xbms_a4c137000001"}
    async with Simulation(1) as sim, venus_service(SYSTEM, items), Venus() as venus, Program("run"):
        await venus.enable(ONE, **CONTROL)
        await venus.until(ONE, controlling)
        await sim.fault("mute", ONE)
        held = await venus.until(ONE, lambda s: s["/Bluetooth/State"].startswith("held"))
        assert held["/Dc/0/Voltage"] is None
        assert held["/Soc"] is not None


async def test_the_controlling_pack_still_controls_after_a_restart() -> None:
    async with Simulation(2), Venus() as venus:
        await venus.enable(TWO, **CONTROL)
        async with Program("run"):
            await venus.set(TWO, "Control", 0)
            await venus.set(TWO, "Control", 1)  # skips the minute that other batteries have to appear
            await venus.until(TWO, controlling)
            await venus.enable(ONE, **CONTROL)
            await venus.until(ONE, reason_has("controls"))
        async with Program("run") as program:
            await venus.until(TWO, controlling)
            await venus.until(ONE, reason_has("controls"))
            await program.until(f"{ONE}: does not control chargers")
            assert len(program.lines(f"{TWO}: controls chargers")) == 1
            assert program.lines(f"{ONE}: controls chargers") == []
