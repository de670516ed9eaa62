"""Central with the real bleak on a simulated BlueZ, with every pitfall observed on a real one."""

from __future__ import annotations

import asyncio
import gc
import logging

import pytest
from bleak import BleakScanner
from bleak.backends.bluezdbus import client as bleak_client
from bleak.backends.bluezdbus import manager as bleak_manager
from bleak.backends.bluezdbus.manager import BlueZManager, get_global_bluez_manager
from bleak.backends.bluezdbus.version import BlueZFeatures
from bleak_retry_connector import BleakClientWithServiceCache, establish_connection
from bleak_retry_connector.bleak_manager import get_global_bluez_manager_sync
from dbus_fast import BusType
from dbus_fast.aio import MessageBus

from dbus_xbms.ble.bluez.bus import BluezBus
from dbus_xbms.ble.bluez.compat import follow, make_bleak_trust_bluez_only
from dbus_xbms.ble.bluez.stack import Bluez
from dbus_xbms.protocols import LinkError
from tests.bus.calls import result_of
from tests.bus.links import JBD, SOON, both, linked, poll, reopen, running, until_lost, until_state
from tests.bus.simulation import Simulation
from tests.open_files import open_files
from tests.patience import PATIENCE

pytestmark = pytest.mark.usefixtures("private_bus")


# Pitfalls


async def test_no_notification_is_duplicated_after_a_drop() -> None:
    async with Simulation(packs=1) as sim, running() as central, linked(central, sim.addresses[0]) as link:
        for _ in range(3):
            await sim.fault("drop", sim.addresses[0])
            await until_lost(link)
            await reopen(link)
            assert (await sim.truth(sim.addresses[0]))["notify_sessions"] == 1
        assert (await poll(link)).sample.cells


async def test_a_second_client_beside_an_old_one_doubles_the_notifications() -> None:
    """Show that the simulator has the pitfall that the test above is about."""
    async with Simulation(packs=1) as sim:
        address = sim.addresses[0]
        device = await BleakScanner.find_device_by_address(address, timeout=SOON)
        assert device
        clients = []
        for _ in range(2):
            client = await establish_connection(BleakClientWithServiceCache, device, address)
            await client.start_notify(
                "0000ff01-0000-1000-8000-00805f9b34fb", lambda *_: None, bluez={"use_start_notify": True}
            )
            clients.append(client)
            if len(clients) == 1:
                await sim.fault("drop", address)
                await sim.truth_when(address, lambda truth: not truth["holder"])
        assert (await sim.truth(address))["notify_sessions"] == 2
        for client in reversed(clients):
            await client.disconnect()


@pytest.mark.parametrize("signal", ["TERM", "KILL"])
async def test_links_survive_a_restart_of_bluetoothd(signal: str) -> None:
    async with Simulation(packs=2) as sim, running() as central, both(central, sim) as (one, two):
        async with asyncio.TaskGroup() as group:
            group.create_task(sim.fault("restart_bluetoothd", signal=signal, seconds=1.0))
            await until_lost(one)
            await until_lost(two)
            assert one.status.state in ("no Bluetooth", "connection lost")
            await one.close()
        for link in (one, two):
            await reopen(link)
            assert (await poll(link)).sample.cells
        for address in sim.addresses:
            assert (await sim.truth(address))["notify_sessions"] == 1


async def test_a_request_in_flight_fails_with_the_link_when_bluetoothd_is_killed() -> None:
    async with Simulation(packs=1) as sim, running() as central, linked(central, sim.addresses[0]) as link:
        await sim.fault("mute", sim.addresses[0])
        async with asyncio.TaskGroup() as group:
            group.create_task(sim.fault("restart_bluetoothd", signal="KILL", seconds=0.5))
            async with asyncio.timeout(PATIENCE):
                with pytest.raises(LinkError, match=r"no Bluetooth|connection lost"):
                    await poll(link)


async def test_an_absent_pack_delays_a_present_one_by_less_than_seven_seconds() -> None:
    async with Simulation(packs=2) as sim, running() as central:
        absent, present = sim.addresses
        async with linked(central, absent), linked(central, present):
            pass  # BlueZ knows both now
        await sim.fault("vanish", absent)
        link = central.link(absent, JBD)
        started = asyncio.get_running_loop().time()

        async def expect_no_answer() -> None:
            with pytest.raises(LinkError, match="no answer"):
                await link.open()

        async with asyncio.TaskGroup() as group:
            group.create_task(expect_no_answer())
            await until_state(link, "connecting")
            async with linked(central, present):
                assert asyncio.get_running_loop().time() - started < 4 + 3


async def test_a_pack_that_advertises_again_is_found() -> None:
    async with Simulation(packs=1) as sim, running() as central, linked(central, sim.addresses[0]) as link:
        await sim.fault("vanish", sim.addresses[0])
        await until_lost(link)
        link._request.failures = 1  # the 20 s of the direct attempt are tested in virtual time
        async with asyncio.TaskGroup() as group:
            group.create_task(reopen(link))
            await until_state(link, "searching")
            await sim.fault("appear", sim.addresses[0])
        assert (await poll(link)).sample.cells
        assert (await sim.counters())["hci0"]["discovering"] is False


async def test_a_link_opens_after_failed_connection_attempts() -> None:
    async with Simulation(packs=1) as sim, running() as central, linked(central, sim.addresses[0]) as link:
        await link.close()
        await sim.fault("fail_connects", sim.addresses[0], count=2)
        await reopen(link)
        assert (await poll(link)).sample.cells


async def test_a_silent_loss_of_the_link_is_noticed_by_a_request_and_the_link_reopens() -> None:
    timing = {"supervision": 1.0}
    async with (
        Simulation(1, timing=timing) as sim,
        running() as central,
        linked(central, sim.addresses[0]) as link,
    ):
        await sim.fault("link_loss", sim.addresses[0])
        with pytest.raises(LinkError, match="connection lost"):
            await poll(link)
        await reopen(link)
        assert (await poll(link)).sample.cells


async def test_a_scan_refused_as_in_progress_is_retried_until_it_succeeds() -> None:
    async with Simulation(packs=1) as sim, running() as central:
        await sim.fault("busy", "hci0", seconds=1.0)
        link = central.link(sim.addresses[0], JBD)
        with pytest.raises(LinkError, match="Bluetooth is busy with another program"):
            await link.open()
        await reopen(link)
        await link.close()


# Use of the radio


async def test_packs_connect_one_at_a_time_and_scanning_stops() -> None:
    async with Simulation(packs=6) as sim, running() as central:
        links = [central.link(address, JBD) for address in sim.addresses]
        async with asyncio.TaskGroup() as group:
            for link in links:
                group.create_task(reopen(link))
        counters = (await sim.counters())["hci0"]
        assert counters["connecting_most"] == 1
        assert counters["discovering"] is False
        assert central.adapters[0].links == 6
        async with asyncio.TaskGroup() as group:
            for link in links:
                group.create_task(link.close())
        assert central.adapters[0].links == 0


async def test_packs_connect_while_a_refusing_one_is_tried_again_and_again() -> None:
    async with Simulation(packs=4) as sim, running() as central:
        refusing, *others = (central.link(address, JBD) for address in sim.addresses)
        await sim.fault("fail_connects", sim.addresses[0], count=40)
        attempt = asyncio.ensure_future(reopen(refusing))
        await sim.truth_when(sim.addresses[0], lambda t: t["counters"]["failed"] >= 2)
        async with asyncio.TaskGroup() as group:
            for link in others:
                group.create_task(reopen(link))
        assert not attempt.done()  # 40 refusals take 16 s and more
        assert (await sim.counters())["hci0"]["connecting_most"] == 1
        await sim.fault("fail_connects", sim.addresses[0], count=0)
        await attempt
        for link in (refusing, *others):
            await link.close()


async def test_a_known_pack_reconnects_without_a_scan() -> None:
    async with Simulation(packs=1) as sim, running() as central:
        async with linked(central, sim.addresses[0]):
            before = (await sim.counters())["hci0"]["discoveries"]
        async with linked(central, sim.addresses[0]):
            assert (await sim.counters())["hci0"]["discoveries"] == before


async def test_discovery_lists_packs_in_range_and_connected_packs() -> None:
    async with Simulation(packs=3) as sim, running() as central, linked(central, sim.addresses[1]):
        found = await central.discover(2.0)
        assert sorted(one.address for one in found) == sim.addresses
        assert found[-1].address == sim.addresses[1]
        assert found[-1].rssi is None
        assert all(one.name for one in found)


async def test_a_connection_left_over_from_a_crash_is_taken_over() -> None:
    async with Simulation(packs=1) as sim:
        address = sim.addresses[0]
        async with running() as central, linked(central, address):
            pass
        bus = await MessageBus(bus_type=BusType.SYSTEM).connect()
        device = f"/org/bluez/hci0/dev_{address.replace(':', '_')}"
        await result_of(bus, "org.bluez", device, "org.bluez.Device1", "Connect")
        bus.disconnect()
        await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]
        async with running() as central, linked(central, address) as link:
            assert (await poll(link)).sample.cells


async def test_nothing_is_left_behind(caplog: pytest.LogCaptureFixture) -> None:
    async with Simulation(packs=2) as sim:
        gc.collect()
        files = open_files()
        for _ in range(3):
            async with running() as central, linked(central, sim.addresses[0]) as link:
                await sim.fault("drop", sim.addresses[0])
                await until_lost(link)
                await reopen(link)
                await central.discover(0.3)
        gc.collect()
        assert open_files() == files
        assert asyncio.all_tasks() == {asyncio.current_task()} | readers_of(sim)
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def readers_of(sim: Simulation) -> set[asyncio.Task[None]]:
    return set(sim._readers._tasks)


# Private names of the libraries


async def test_alone_in_its_process_bleak_hears_only_of_the_devices_that_are_followed() -> None:
    """The bus daemon knows the match rules of bleak's connection by their effect only."""
    make_bleak_trust_bluez_only(alone=True)
    try:
        async with Simulation(packs=2) as sim:
            followed, other = (f"/org/bluez/hci0/dev_{a.replace(':', '_')}" for a in sim.addresses)
            manager = await get_global_bluez_manager()
            heard, enough = asyncio.Queue[str | None](), 5  # advertisements, one a second
            assert manager._bus
            manager._bus.add_message_handler(
                lambda message: heard.put_nowait(message.path) if "dev_" in (message.path or "") else None
            )
            await follow(followed)
            stack = Bluez(alone=True)
            async with asyncio.timeout(SOON):
                async with stack.scan("hci0", lambda device, advertisement: None):
                    assert {await heard.get() for _ in range(enough)} == {followed}
                async with (
                    stack.following_all("hci0"),
                    stack.scan("hci0", lambda device, advertisement: None),
                ):
                    while await heard.get() != other:
                        pass
            await stack.leave()
    finally:
        make_bleak_trust_bluez_only(alone=False)


async def test_the_private_names_that_the_program_uses_exist() -> None:
    async with Simulation(packs=1):
        for module in (bleak_manager, bleak_client):
            assert issubclass(vars(module)["MessageBus"], MessageBus)
        make_bleak_trust_bluez_only(alone=False)
        manager = await get_global_bluez_manager()
        assert get_global_bluez_manager_sync() is manager
        assert isinstance(manager, BlueZManager)
        assert isinstance(manager._bus, BluezBus)
        assert isinstance(manager._bus_watcher_task, asyncio.Task)
        assert logging.getLogger(BlueZManager.__module__).name == "bleak.backends.bluezdbus.manager"
        assert isinstance(BlueZFeatures.checked_bluez_version, bool)
        watcher, bus = manager._bus_watcher_task, manager._bus
        bus.disconnect()
        await asyncio.wait([watcher], timeout=SOON)
        assert not manager._properties
        assert await get_global_bluez_manager() is manager
        assert manager._bus is not bus
        await asyncio.sleep(0)
        assert manager._bus
        assert manager._bus_watcher_task
        manager._bus.disconnect()
        await asyncio.wait([manager._bus_watcher_task], timeout=SOON)
