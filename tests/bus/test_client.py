"""The library: `connect` with real bleak against a simulated BlueZ, and the example of its page."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import dbus_xbms
from dbus_xbms import LinkError, LoginFailed, Mute, NotReached, SettingsError, connect
from tests.bus.simulation import Program, Simulation
from tests.patience import PATIENCE

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "read_pack.py"
PACK = "A4:C1:37:00:00:01"


async def test_the_example_prints_three_readings(private_bus: str) -> None:
    async with Simulation(1, "--bluez-only") as sim:
        async with Program(PACK, command=(sys.executable, "-W", "error", str(EXAMPLE))) as example:
            assert await example.ended() == 0
        assert (await sim.truth(PACK))["counters"]["connections"] == 1
    assert len(example.output) == 3
    assert all(" V  " in line and line.count(", ") == 3 for line in example.output)
    assert not example.log


async def test_the_example_ends_with_a_message_when_the_module_needs_a_password(private_bus: str) -> None:
    async with Simulation([{"password": "123123"}], "--bluez-only"):
        async with Program(PACK, command=(sys.executable, str(EXAMPLE))) as example:
            assert await example.ended() == 1
        assert "LoginFailed" in example.log[-1]
        async with Program(PACK, "123123", command=(sys.executable, str(EXAMPLE))) as example:
            assert await example.ended() == 0


async def test_every_reading_has_the_identity_and_counters_only_on_request(private_bus: str) -> None:
    async with Simulation(1, "--bluez-only"), connect(PACK) as pack:
        first, second = await pack.read(), await pack.read(counters=True)
        assert pack.state == "connected"
    assert first.identity == second.identity is not None
    assert (first.counters, second.counters is None) == (None, False)
    assert pack.state == "disconnected"


async def test_two_packs_are_read_concurrently_and_one_again_after_both_are_closed(private_bus: str) -> None:
    async def read(address: str) -> int:
        async with connect(address) as pack:
            return len((await pack.read()).sample.cells)

    async with Simulation(2, "--bluez-only") as sim:
        assert await asyncio.gather(*map(read, sim.addresses)) == [4, 16]
        assert await read(PACK) == 4  # again, after the last client was closed


async def test_a_lost_connection_is_a_link_error_and_connecting_again_works(private_bus: str) -> None:
    async with Simulation(1, "--bluez-only") as sim:
        client = connect(PACK)
        async with client as pack:
            await pack.read()
            await sim.fault("drop", PACK)
            with pytest.raises(LinkError):
                await pack.read()
        async with client as pack:
            assert (await pack.read()).identity


async def test_errors_say_why_a_pack_cannot_be_read(private_bus: str) -> None:
    async with Simulation([{"present": False}, {"password": "1"}, {}], "--bluez-only") as sim:
        absent, locked, silent = sim.addresses
        with pytest.raises(NotReached, match="not reached in 2 s: searching"):
            async with connect(absent, timeout=2.0):
                pass
        with pytest.raises(LoginFailed):
            async with connect(locked):
                pass
        await sim.fault("mute", silent)
        with pytest.raises(Mute):
            async with connect(silent):
                pass


async def test_a_pack_is_paired_with_its_passkey_and_the_steps_are_reported(private_bus: str) -> None:
    steps: list[str] = []
    async with Simulation([{"passkey": "123456"}], "--bluez-only") as sim:
        async with connect(PACK, passkey="123456", notify=steps.append) as pack:
            assert (await pack.read()).sample.cells
        assert (await sim.truth(PACK))["paired"]
    assert steps == ["the pack needs to be paired; pairing now"]


async def test_connect_times_out_when_bluetoothd_hangs(private_bus: str) -> None:
    async with Simulation(1, "--bluez-only") as sim:
        os.kill(sim.pid, signal.SIGSTOP)
        try:
            with pytest.raises(NotReached):
                async with asyncio.timeout(PATIENCE), connect(PACK, timeout=2.0):
                    pass
        finally:
            os.kill(sim.pid, signal.SIGCONT)


@pytest.mark.parametrize(
    ("address", "options"), [("house", {}), (PACK, {"passkey": "12345x"}), (PACK, {"protocol": "ABC"})]
)
def test_a_wrong_address_passkey_or_protocol_is_refused_before_anything_is_sent(
    address: str, options: dict[str, str]
) -> None:
    with pytest.raises(SettingsError):
        connect(address, **options)  # type: ignore[arg-type]


def test_all_public_names_exist_and_importing_the_package_does_not_import_bleak() -> None:
    assert all(getattr(dbus_xbms, name) for name in dbus_xbms.__all__)
    script = "import sys, dbus_xbms; assert 'bleak' not in sys.modules and 'asyncio' not in sys.modules"
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)
    with pytest.raises(AttributeError, match="no attribute 'conect'"):
        _ = dbus_xbms.conect
