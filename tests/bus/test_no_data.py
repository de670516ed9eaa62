"""From "no data on the GX" to the right advice in one command, and a scan that fails says why."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest

from dbus_xbms.process.machine import HERE
from tests.bus.cli import command, until_listed
from tests.bus.simulation import Program, Simulation
from tests.bus.venus import Venus
from tests.patience import PATIENCE

PACK = "A4:C1:37:00:00:01"
NAME = "House bank"

pytestmark = pytest.mark.usefixtures("private_bus")

# What is wrong: the pack, a fault and its target, a setting; then the state, the reason and the advice.
NO_DATA: Mapping[str, tuple[dict[str, Any], tuple[str, str, dict[str, Any]], dict[str, Any], list[str]]] = {
    "wrong password": (
        {"password": "123123"},
        ("clear", PACK, {}),
        {"Password": "654321"},
        ["needs password", "the Bluetooth module refuses its password", f'dbus-xbms set "{NAME}" Password 1'],
    ),
    "no passkey": (
        {"passkey": "123123"},
        ("clear", PACK, {}),
        {},
        ["needs passkey", "needs to be paired with its passkey", f'dbus-xbms set "{NAME}" Passkey 1'],
    ),
    "adapter off": (
        {},
        ("power", "hci0", {"on": False}),
        {},
        ["adapter off", "the Bluetooth adapter is off", "bluetoothctl power on"],
    ),
    "a phone holds it": (
        {},
        ("phone", PACK, {"on": True}),
        {},
        ["not heard", "not in range, or connected to a phone", "is every phone app that reads it closed?"],
    ),
}


@asynccontextmanager
async def no_data(
    row: dict[str, Any], fault: tuple[str, str, dict[str, Any]], chosen: Any
) -> AsyncIterator[None]:
    """Run the service with one pack that it cannot read."""
    async with Simulation([row]) as sim, Venus() as venus:
        name, target, parameters = fault
        await sim.fault(name, target, **parameters)
        await venus.enable(PACK, CustomName=NAME, **chosen)
        async with Program("run"):
            yield


@pytest.mark.parametrize(("row", "fault", "chosen", "words"), NO_DATA.values(), ids=NO_DATA)
async def test_from_no_data_to_the_right_advice_in_one_command(
    row: dict[str, Any], fault: tuple[str, str, dict[str, Any]], chosen: dict[str, Any], words: list[str]
) -> None:
    async with no_data(row, fault, chosen):
        listed = await until_listed(*words)
        assert f"\n{NAME}: " in listed
        found = json.loads((await command("doctor", "--json")).out)["findings"]
        once = await command("watch", "--once")
    (finding,) = [one for one in found if one["topic"] == f"pack {NAME} ({PACK})"]
    assert finding["verdict"] in ("problem", "note")  # a note while the service has just started
    _, reason, advice = words
    assert reason in finding["words"]
    assert advice in finding["advice"]
    shown = words[0] in ("needs password", "needs passkey")  # reached, so it is on the bus with the reason
    assert once.status == (0 if shown else 1)
    assert once.out.startswith("House bank" if shown else "Nothing to show")
    assert reason in once.out
    assert advice in once.out


async def test_a_pack_that_was_never_read_is_on_the_bus_with_the_reason_while_it_refuses_the_password() -> (
    None
):
    async with Simulation([{"password": "123123"}]), Venus() as venus, Program("run"):
        await venus.enable(PACK, Password="654321", Control=1, Chemistry="LiFePO4", AdvertisedName="Bow")
        seen = await venus.until(PACK, lambda s: "refuses its password" in str(s["/ConnectionInformation"]))
        assert (seen["/State"], seen["/ErrorCode"], seen["/Soc"], seen["/Dc/0/Voltage"]) == (
            0,
            None,
            None,
            None,
        )
        assert "/Info/MaxChargeVoltage" not in seen.items
        assert seen["/CustomName"] == "Bow"  # as advertised, until the owner names it
        assert await venus.set(PACK, "Password", "123123") == 0
        await venus.until(PACK, lambda s: s["/Dc/0/Voltage"] is not None and s["/State"] == 9)
        await venus.until(PACK, lambda s: s["/Info/MaxChargeVoltage"] is not None)


SCANS: Mapping[str, tuple[str, str, dict[str, Any], str]] = {
    "adapter off": ("power", "hci0", {"on": False}, "the Bluetooth adapter is off; switch it on"),
    "adapter unplugged": ("unplug", "hci0", {}, "there is no Bluetooth adapter; plug in a USB adapter"),
    "busy": (
        "busy",
        "hci0",
        {"seconds": 60.0},
        "cannot scan: Bluetooth is busy with another program; stop the other program that scans",
    ),
    "bluetoothd gone": (
        "restart_bluetoothd",
        "",
        {"signal": "KILL", "seconds": 20.0},
        f"bluetoothd is not running; {HERE.bluetooth_helps}",
    ),
}


@pytest.mark.parametrize("service", [True, False], ids=["by the service", "by the command"])
@pytest.mark.parametrize(("fault", "target", "parameters", "words"), SCANS.values(), ids=SCANS)
async def test_a_scan_that_fails_says_why_and_what_to_do(
    fault: str, target: str, parameters: dict[str, Any], words: str, *, service: bool
) -> None:
    async with Simulation(1) as sim, asyncio.TaskGroup() as group:
        injecting = group.create_task(sim.fault(fault, target, **parameters))
        if fault != "restart_bluetoothd":  # which returns only when it is over
            await injecting
        if service:
            async with Program("run") as program:
                await program.until("no pack is enabled yet")
                done = await command("scan", "--seconds", "1")
                await program.stop()
            assert "Traceback" not in "\n".join(program.log)
        else:
            done = await command("scan", "--seconds", "1")
        injecting.cancel()
    assert done.status == 1
    errors = done.err.splitlines()
    assert errors[-1].startswith(f"dbus-xbms: {words}")
    assert all(line.startswith("WARNING dbus_xbms.ble.") for line in errors[:-1])  # without a service


async def until_scanning(sim: Simulation) -> None:
    """Wait until the adapter scans; without an enabled pack it does so only for the command."""
    async with asyncio.timeout(PATIENCE):
        while not (await sim.counters())["hci0"]["discovering"]:  # noqa: ASYNC110 (no event for it)
            await asyncio.sleep(0.05)


async def test_a_scan_during_which_the_service_stops_says_so() -> None:
    async with Simulation(1) as sim, Program("run") as program, asyncio.TaskGroup() as group:
        await program.until("no pack is enabled yet")
        scanning = group.create_task(command("scan", "--seconds", "20"))
        await until_scanning(sim)
        await program.stop()
        done = await scanning
    assert done.status == 1
    assert any(words in done.err for words in ("the service is stopping", "the service has stopped"))
    assert "Traceback" not in "\n".join(program.log)
