"""Programs that interfere with Bluetooth are reported once, and again when they stop."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from dbus_fast import BusType, Message, MessageType, Variant
from dbus_fast.aio import MessageBus

from tests.bus.shown_packs import ONE, TWO, valid
from tests.bus.simulation import Program, Simulation
from tests.bus.venus import BUS_ITEM, SETTINGS, Seen, Venus

pytestmark = pytest.mark.usefixtures("private_bus")

BLUETOOTH, SENSORS = "/Settings/Services/Bluetooth", "/Settings/Services/BleSensors"
INTERFERENCE = "/Bluetooth/Interference"


def reports(program: Program, level: str, who: str) -> list[str]:
    lines = program.lines("interference.monitor:")
    return [line for line in lines if line.startswith(level) and who in line]


def is_named(who: str) -> Callable[[Seen], bool]:
    return lambda seen: who in str(seen[INTERFERENCE])


def undisturbed(seen: Seen) -> bool:
    return seen[INTERFERENCE] is None


async def offer(venus: Venus, **settings: int) -> None:
    """Put Venus's own settings into localsettings, as venus-platform does."""
    rows = [
        {"path": Variant("s", f"/Settings/Services/{name}"), "default": Variant("i", value)}
        for name, value in settings.items()
    ]
    await venus.call(SETTINGS, "/", "com.victronenergy.Settings", "AddSettings", "aa{sv}", rows)


@asynccontextmanager
async def other_driver(name: str, items: dict[str, str]) -> AsyncIterator[None]:
    """A battery service of another program."""
    bus = await MessageBus(bus_type=BusType.SESSION).connect()

    def answer(call: Message) -> Message | None:
        if call.message_type is not MessageType.METHOD_CALL or call.interface != BUS_ITEM:
            return None
        if call.member == "GetItems":
            return Message.new_method_return(call, "a{sa{sv}}", [{}])
        return Message.new_method_return(call, "v", [Variant("s", items[call.path or ""])])

    bus.add_message_handler(answer)
    await bus.request_name(name)
    try:
        yield
    finally:
        bus.disconnect()
        await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]


async def test_victrons_bluetooth_service_is_reported_until_it_is_switched_off() -> None:
    async with Simulation(2), Venus() as venus:
        await offer(venus, Bluetooth=1, BleSensors=0)
        await venus.enable(ONE, TWO)
        async with Program("run") as program:
            for address in (ONE, TWO):
                await venus.until(address, valid)
                await venus.until(address, is_named("vesmart-server"))
            await venus.write(SETTINGS, BLUETOOTH, 0)
            for address in (ONE, TWO):
                await venus.until(address, undisturbed)
            await program.until("no longer interferes")
        assert len(reports(program, "WARNING", "vesmart-server")) == 1
        assert len(reports(program, "INFO", "vesmart-server")) == 1


async def test_another_driver_of_the_same_pack_is_reported_while_it_runs() -> None:
    items = {"/Mgmt/Connection": f"BLE {TWO}", "/Mgmt/ProcessName": "dbus-serialbattery.py"}
    name = "com.victronenergy.battery.ttyO1"
    async with Simulation(2), Venus() as venus, Program("run") as program:
        await venus.enable(ONE, TWO)
        await venus.until(TWO, valid)
        async with other_driver(name, items):
            await venus.until(TWO, is_named(name))
            assert (await venus.until(ONE, valid))[INTERFERENCE] is None
        await venus.until(TWO, undisturbed)
        await program.stop()
        assert len(reports(program, "WARNING", name)) == 1
        assert len(reports(program, "INFO", name)) == 1


async def test_dbus_ble_sensors_is_reported_while_the_adapter_is_busy() -> None:
    async with Simulation([{}, {"present": False}]) as sim, Venus() as venus:
        await offer(venus, Bluetooth=0, BleSensors=1)
        await venus.enable(ONE)
        async with Program("run") as program:
            await venus.until(ONE, valid)
            assert reports(program, "WARNING", "") == []
            await sim.fault("busy", seconds=600.0)
            await venus.enable(TWO)  # absent, so the program scans for it
            await venus.until(ONE, is_named("dbus-ble-sensors"))
            await sim.fault("busy", seconds=0.0)
            await venus.until(ONE, undisturbed)
        assert len(reports(program, "WARNING", "dbus-ble-sensors")) == 1
        assert len(reports(program, "INFO", "dbus-ble-sensors")) == 1


async def test_without_interfering_programs_nothing_is_reported() -> None:
    async with Simulation(1), Venus() as venus, Program("run") as program:
        await venus.enable(ONE)
        seen: Any = await venus.until(ONE, valid)
        assert seen[INTERFERENCE] is None
        await program.stop()
        assert reports(program, "", "") == []
