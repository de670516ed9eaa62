"""What the simulator does to a central, as real BlueZ, adapters and packs do it."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys

import pytest
from bleak import BleakClient, BleakScanner
from bleak.exc import BleakBluetoothNotAvailableError, BleakDBusError, BleakError
from dbus_fast.aio import MessageBus

from dbus_xbms.dbus.calls import call_daemon
from dbus_xbms.protocols import Frame, ProtocolError
from dbus_xbms.protocols.jbd.frames import parse, read, write
from dbus_xbms.protocols.jbd.registers import BASIC, CELLS, MOSFET_CONTROL, decode_basic, decode_cells
from tests.bus.central import FIRST, WRITE, Central, connected, find
from tests.bus.simulation import Program, Simulation

pytestmark = pytest.mark.usefixtures("private_bus")


async def test_bluetoothd_ended_by_term_signals_every_lost_link() -> None:
    async with Simulation() as sim:
        device, central = await find(), Central()
        old = await central.connect(device)
        await sim.fault("restart_bluetoothd", signal="TERM", seconds=0.2)
        await asyncio.wait_for(central.lost.wait(), 3)
        await old.disconnect()
        new = await central.connect(await find())
        assert (await central.ask(BASIC)).status == 0
        await new.disconnect()


async def test_a_killed_bluetoothd_signals_nothing_and_its_gatt_objects_are_unknown() -> None:
    async with Simulation(timing={"resolve": 1.0}) as sim:
        device, central = await find(), Central()
        old = await central.connect(device)
        await sim.fault("restart_bluetoothd", signal="KILL", seconds=0.2)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(central.lost.wait(), 1)
        assert old.is_connected  # bleak has not noticed
        assert (await sim.truth(FIRST))["advertising"]
        with pytest.raises(BleakDBusError, match="UnknownObject"):
            await old.write_gatt_char(WRITE, read(BASIC).encoded, response=False)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(old.disconnect(), 1)


async def test_the_service_cache_is_wrong_after_bluetoothd_was_killed() -> None:
    async with Simulation(timing={"resolve": 1.0}) as sim:
        device, central = await find(), Central()
        old = await central.connect(device)
        await sim.fault("restart_bluetoothd", signal="KILL", seconds=0.2)
        with pytest.raises(BleakError, match="UnknownObject"):
            await central.connect(await find())
        await old.disconnect()


async def test_an_adapter_that_is_off_ends_links_and_finds_nothing_until_it_is_on() -> None:
    async with Simulation() as sim, connected() as central:
        await sim.fault("power", "hci0", on=False)
        await asyncio.wait_for(central.lost.wait(), 3)
        with pytest.raises(BleakBluetoothNotAvailableError):
            await BleakScanner.discover(timeout=0.1)
        await sim.fault("power", "hci0", on=True)
        assert (await find()).address == FIRST


async def test_an_adapter_comes_back_under_another_name() -> None:
    async with Simulation() as sim, connected() as central:
        await sim.fault("unplug", "hci0", name="hci1")
        await asyncio.wait_for(central.lost.wait(), 3)
        await sim.fault("plug", "hci0", name="hci1")
        device = await find()
        assert device.details["path"].startswith("/org/bluez/hci1/")
        assert (await sim.counters())["hci1"]["connected"] == 0


async def test_a_busy_adapter_answers_in_progress_for_a_while() -> None:
    async with Simulation() as sim:
        await sim.fault("busy", "hci0", seconds=0.5)
        with pytest.raises(BleakDBusError, match="InProgress"):
            await BleakScanner.discover(timeout=0.1)
        await asyncio.sleep(0.6)
        assert (await find()).address == FIRST


async def test_two_adapters_see_the_same_pack_and_one_at_a_time_holds_it() -> None:
    adapters = [{"name": "hci0"}, {"name": "hci1", "address": "00:1A:7D:DA:71:02"}]
    async with Simulation(adapters=adapters) as sim:
        for name in ("hci0", "hci1"):
            device = await BleakScanner.find_device_by_address(FIRST, timeout=5, bluez={"adapter": name})
            assert device is not None
            async with BleakClient(device):
                assert (await sim.counters())[name]["connected"] == 1
            assert (await sim.counters())[name]["connected"] == 0


async def raw(central: Central, request: bytes, seconds: float = 0.5) -> bytes:
    """Send a request and return all bytes that arrive within ``seconds``."""
    assert central.client
    await central.client.write_gatt_char(WRITE, request, response=False)
    answer = b""
    try:
        async with asyncio.timeout(seconds):
            while True:
                answer += await central.chunks.get()
    except TimeoutError:
        return answer


async def test_wire_faults_occur_as_often_as_requested() -> None:
    request = read(CELLS).encoded
    async with Simulation() as sim, connected() as central:
        good = await raw(central, request)
        assert isinstance(parse(good), Frame)
        await sim.fault("tear", FIRST, amount=5)
        assert len(await raw(central, request)) == 5
        await sim.fault("corrupt", FIRST)
        with pytest.raises(ProtocolError):
            parse(await raw(central, request))
        await sim.fault("echo", FIRST)
        assert (await raw(central, request)).endswith(request)
        await sim.fault("duplicate", FIRST)
        assert len(await raw(central, request)) == 2 * len(good)
        await sim.fault("lose", FIRST)
        assert await raw(central, request) == b""
        await sim.fault("refuse", FIRST, amount=0x81)
        assert await raw(central, request) == bytes.fromhex("dd048100ff7f77")
        await sim.fault("mute", FIRST, seconds=0.4)
        assert await raw(central, request) == b""
        assert len(await raw(central, request)) == len(good)
        counted = (await sim.truth(FIRST))["counters"]["faults"]
        assert counted == dict.fromkeys(("tear", "corrupt", "echo", "duplicate", "lose", "refuse", "mute"), 1)


async def test_imposed_values_are_what_the_pack_then_reports() -> None:
    async with Simulation() as sim, connected() as central:
        await sim.fault("cell", FIRST, number=2, volts=3.4)
        await sim.fault("temperature", FIRST, number=2, celsius="open")
        await sim.fault("protection", FIRST, bit=11)
        await sim.fault("soc", FIRST, percent=20.0)
        basic = decode_basic((await central.ask(BASIC)).payload)
        assert decode_cells((await central.ask(CELLS)).payload)[1] == 3400
        assert basic.temperatures[1] == -30.0
        assert int(basic.protection) & 1 << 11
        assert basic.soc == 20
        assert not basic.mosfets.charge
        await sim.fault("clear", FIRST)
        assert not int(decode_basic((await central.ask(BASIC)).payload).protection) & 1 << 11


async def test_a_mosfet_command_takes_effect_unless_the_mosfet_is_stuck() -> None:
    async with Simulation() as sim, connected() as central:
        for stuck, off in (("free", True), ("on", False)):
            await sim.fault("stuck", FIRST, mosfet="charge", state=stuck)
            assert central.client
            await central.client.write_gatt_char(
                WRITE, write(MOSFET_CONTROL, b"\x00\x01").encoded, response=False
            )
            assert (await central.frame()).status == 0
            await asyncio.sleep(0.3)
            basic = decode_basic((await central.ask(BASIC)).payload)
            assert basic.mosfets.charge is not off
            assert basic.mosfets.discharge
            assert int(basic.protection) & 1 << 12


async def test_an_invalid_fault_is_refused_with_a_message() -> None:
    async with Simulation() as sim:
        for name, target, message in (
            ("explode", "", "unknown fault 'explode'"),
            ("drop", "unknown", "needs a known pack"),
            ("cell", FIRST, "cells are numbered from 1 to 4"),
        ):
            with pytest.raises(AssertionError, match=message):
                await sim.fault(name, target, **({"number": 9, "volts": 3.0} if name == "cell" else {}))


async def test_faults_of_the_scenario_occur_on_schedule() -> None:
    drops = {"at": 3.0, "every": 0.5, "target": FIRST, "fault": "drop"}
    async with Simulation(faults=[drops]) as sim, connected() as central:
        await asyncio.wait_for(central.lost.wait(), 10)
        assert (await sim.truth(FIRST))["counters"]["disconnections"] == 1


async def test_a_replayed_pack_answers_with_the_recorded_frame() -> None:
    async with Simulation([{"replay": "sp15s020-7s"}]), connected() as central:
        assert (await central.ask(BASIC)).encoded.hex() == (
            "dd03001b09fb000007440be100052f4b000000000000233d0307020bab0ba9fb5577"
        )


async def test_the_simulator_ends_cleanly_by_each_signal_and_by_itself() -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        async with Program("simulate", "--packs", "2") as program:
            await program.until("ready: 2 packs on hci0")
            assert await program.stop(number) == 0
        assert program.left_behind == []
    async with Program("simulate", "--seconds", "0.2", "--settings-only") as program:
        assert await program.ended() == 0


async def test_a_second_simulator_and_a_missing_bus_are_reported_in_one_line() -> None:
    async with Simulation():
        async with Program("simulate") as second:
            assert await second.ended() == 1
        assert "already served on this bus" in second.log[-1]
        assert second.left_behind == []
    nowhere = {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/nonexistent"}
    result = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "dbus_xbms", "simulate"],
        env=nowhere,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1
    assert "no connection to the system bus" in result.stderr
    assert "Traceback" not in result.stderr


async def test_losing_the_bus_ends_the_simulator_with_one_line(private_bus: str) -> None:
    async with Program("simulate") as program:
        await program.until("ready:")
        bus = await MessageBus(bus_address=private_bus).connect()
        daemon = await call_daemon(bus, "GetConnectionUnixProcessID", "org.freedesktop.DBus")
        os.kill(daemon, signal.SIGTERM)
        assert await program.ended() == 1
        with pytest.raises(EOFError):
            await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]
        bus.disconnect()
    assert "the bus has closed" in program.log[-1]
    assert program.left_behind == []


async def test_faults_of_a_bank_impose_its_current_and_separate_a_pack() -> None:
    rows = [{"cells": 4, "noise": 0, "spread": 0}] * 3
    async with Simulation(rows, banks=[{"packs": [1, 2], "load": "rest"}]) as sim:
        first, second, alone = sim.addresses
        await sim.fault("bank_current", "1", amperes=-20.0)
        assert [await _current(sim, one) for one in (first, second)] == [pytest.approx(-10.0)] * 2
        await sim.fault("breaker", second, on=False)
        assert [await _current(sim, one) for one in (first, second)] == [pytest.approx(-20.0), 0.0]
        await sim.fault("restore_bank", "1")
        assert await _current(sim, second) == pytest.approx(0.0, abs=0.5)
        with pytest.raises(AssertionError, match="not wired"):
            await sim.fault("breaker", alone)
        with pytest.raises(AssertionError, match="needs a known bank"):
            await sim.fault("bank_current", "2", amperes=1.0)


async def _current(sim: Simulation, address: str) -> float:
    return float((await sim.truth(address))["pack"]["current"])
