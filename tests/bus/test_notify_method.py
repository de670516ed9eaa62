"""Notifications over the socket of AcquireNotify: the simulated BlueZ, real bleak, the whole program."""

from __future__ import annotations

import asyncio
import gc
import sys
from pathlib import Path

import pytest
from bleak.exc import BleakDBusError, BleakError

from dbus_xbms.model import Notify
from dbus_xbms.protocols.jbd.registers import BASIC
from tests.bus.central import FIRST, Central, connected, find
from tests.bus.links import JBD, poll, running, until_lost
from tests.bus.shown_packs import of_a_poll, valid
from tests.bus.simulation import Program, Simulation
from tests.bus.venus import Venus
from tests.open_files import open_files

pytestmark = pytest.mark.usefixtures("private_bus")


# The simulated BlueZ behaves like the real one


async def test_a_socket_and_signals_exclude_each_other() -> None:
    async with Simulation(1) as sim:
        device = await find()
        for first, error in ((True, "Notify acquired"), (False, "InProgress")):
            async with connected(acquire=first):
                with pytest.raises(BleakDBusError, match=error):
                    await Central().connect(device, acquire=True)
            await sim.truth_when(FIRST, lambda truth: truth["notify_sessions"] == 0)


async def test_a_socket_ends_with_its_link_and_with_its_client() -> None:
    async with Simulation(1) as sim:
        async with connected(acquire=True) as central:
            assert (await sim.truth(FIRST))["acquired"]
            await sim.fault("drop", FIRST)
            await asyncio.wait_for(central.lost.wait(), 3)
            assert not (await sim.truth(FIRST))["acquired"]
        async with connected(acquire=True) as central:
            assert (await central.ask(BASIC)).status == 0


@pytest.mark.parametrize("old", [False, True])
async def test_a_bluez_before_5_84_locks_a_pack_whose_subscription_fails(old: bool) -> None:
    async with Simulation(1, old_bluez=old) as sim:
        device = await find()
        await sim.fault("refuse_socket", FIRST)
        central = Central()
        with pytest.raises((BleakError, TimeoutError)):
            await asyncio.wait_for(central.connect(device, acquire=True), 5)
        assert central.client
        await central.client.disconnect()
        await sim.fault("clear", FIRST)
        if old:
            with pytest.raises(BleakDBusError, match="Notify acquired"):
                await central.connect(device)
        else:
            client = await central.connect(device)
            assert (await central.ask(BASIC)).status == 0
            await client.disconnect()


# A link


async def test_twenty_reconnections_over_sockets_leave_no_file_open() -> None:
    async with (
        Simulation(1, timing={"disconnect": 0.01, "connect": 0.05, "resolve": 0.05}) as sim,
        running() as central,
    ):
        link = central.link(FIRST, JBD)
        await link.open(Notify.AUTO)
        gc.collect()
        files = open_files()
        for n in range(20):
            if n % 2:
                await sim.fault("drop", FIRST)
                await until_lost(link)
            await link.open(Notify.AUTO)
            assert link.acquired
            assert (await sim.truth(FIRST))["notify_sessions"] == 1
        assert (await poll(link)).sample.cells
        gc.collect()
        assert open_files() == files
        await link.close()


@pytest.mark.parametrize("signal", ["TERM", "KILL"])
async def test_sockets_end_with_bluetoothd(signal: str) -> None:
    async with Simulation(1) as sim, running() as central:
        link = central.link(FIRST, JBD)
        await link.open(Notify.AUTO)
        async with asyncio.TaskGroup() as group:
            group.create_task(sim.fault("restart_bluetoothd", signal=signal, seconds=0.5))
            await until_lost(link)
        await link.close()
        await link.open(Notify.AUTO)
        assert (await poll(link)).sample.cells
        await link.close()


# The program


async def polled_twice(venus: Venus, timeout: float = 30.0) -> None:
    """Wait for two polls from now on."""
    seen = await venus.until(FIRST, valid, timeout)
    at = len(seen.signals)
    await venus.until(FIRST, lambda s: len([1 for _, c in s.signals[at:] if of_a_poll(c)]) >= 2, timeout)


async def test_the_program_reads_a_pack_over_a_socket_also_after_a_drop() -> None:
    async with Simulation(1) as sim, Venus() as venus, Program("run") as program:
        await venus.enable(FIRST)
        for n in (1, 2):
            await polled_twice(venus)
            truth = await sim.truth(FIRST)
            assert (truth["acquired"], truth["notify_sessions"]) == (True, 1)
            assert truth["counters"]["connections"] == n
            await sim.fault("drop", FIRST)
            await sim.truth_when(FIRST, lambda truth, n=n: truth["counters"]["connections"] > n)  # type: ignore[misc]
        assert await program.stop() == 0
        assert not (await sim.truth(FIRST))["acquired"]
    assert program.left_behind == []


@pytest.mark.parametrize(("method", "old"), [(1, False), (0, True)])
async def test_no_socket_is_used_when_switched_off_or_on_an_old_bluez(method: int, old: bool) -> None:
    async with Simulation(1, old_bluez=old) as sim, Venus() as venus, Program("run"):
        await venus.enable(FIRST, NotifyMethod=method)
        await polled_twice(venus)
        truth = await sim.truth(FIRST)
        assert (truth["acquired"], truth["notify_sessions"]) == (False, 1)


# Gives up sooner: each failed connection takes many seconds.
FEWER_TRIES = """
import sys
from dbus_xbms import cli
from dbus_xbms.ble import notify_method
notify_method.TRIES = 2
sys.exit(cli.main())
"""
COMMAND = (sys.executable, "-W", "error", "-c", FEWER_TRIES)


@pytest.mark.parametrize("fault", ["refuse_socket", "leak_socket"])
async def test_a_failing_socket_is_given_up_for_good_until_the_setting_is_cleared(
    fault: str, tmp_path: Path
) -> None:
    async with Simulation(1, "--settings-file", str(tmp_path / "settings")) as sim, Venus() as venus:
        await sim.fault(fault, FIRST)
        await venus.enable(FIRST)
        async with Program("run", command=COMMAND) as program:
            await polled_twice(venus, 60)
            await venus.until_setting(FIRST, "AcquireFailed", 1, 10)
            assert "over a socket do not work" in await program.until("over a socket")
            connections = (await sim.truth(FIRST))["counters"]["connections"]
            await polled_twice(venus)  # storing the failure does not cause a reconnection
            assert (await sim.truth(FIRST))["counters"]["connections"] == connections
        async with Program("run"):
            await polled_twice(venus)
            assert (await sim.truth(FIRST))["counters"]["connections"] == connections + 1
            await sim.fault("clear", FIRST)
            await venus.set(FIRST, "AcquireFailed", 0)
            await sim.truth_when(FIRST, lambda truth: truth["acquired"])
            await polled_twice(venus)
            assert await venus.setting(FIRST, "AcquireFailed") == 0


async def test_a_socket_closed_during_a_connection_is_noticed_and_opened_again() -> None:
    async with Simulation(1) as sim, Venus() as venus, Program("run"):
        await venus.enable(FIRST)
        await polled_twice(venus)
        await sim.fault("close_socket", FIRST)
        await sim.truth_when(FIRST, lambda truth: truth["counters"]["connections"] == 2, 20)
        await polled_twice(venus)
        assert (await sim.truth(FIRST))["acquired"]
        assert await venus.setting(FIRST, "AcquireFailed") == 0
