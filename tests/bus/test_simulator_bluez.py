"""Unmodified bleak and bleak-retry-connector work on the simulated BlueZ."""

from __future__ import annotations

import asyncio

import pytest
from bleak import BleakClient, BleakScanner
from bleak.exc import BleakError
from dbus_fast import BusType, PropertyAccess
from dbus_fast.aio import MessageBus

from dbus_xbms.protocols.jbd.registers import BASIC, CELLS, decode_basic, decode_cells
from tests.bus.central import FIRST, SERVICE, Central, connected, find, scan
from tests.bus.simulation import Simulation

pytestmark = pytest.mark.usefixtures("private_bus")


async def test_a_scan_shows_every_pack_with_its_service_and_signal() -> None:
    async with Simulation(packs=3) as sim:
        seen = {address: advert for address, (_, advert) in (await scan(3)).items()}
        assert sorted(seen) == sim.addresses
        assert seen[FIRST].service_uuids == [SERVICE]
        assert seen[FIRST].local_name == "JBD-SP04S020A"
        assert seen[FIRST].manufacturer_data == {0x0001: bytes.fromhex("0037c1a4")}
        assert -70 < seen[FIRST].rssi < -50


async def test_a_scan_for_another_service_shows_nothing() -> None:
    async with Simulation():
        scanner = BleakScanner(service_uuids=["0000fff0-0000-1000-8000-00805f9b34fb"])
        await scanner.start()
        await asyncio.sleep(1.0)
        await scanner.stop()
        assert scanner.discovered_devices == []


@pytest.mark.parametrize("acquire", [False, True])
async def test_a_poll_returns_the_true_state_of_the_pack(acquire: bool) -> None:
    async with Simulation() as sim, connected(acquire=acquire) as central:
        basic = decode_basic((await central.ask(BASIC)).payload)
        cells = decode_cells((await central.ask(CELLS)).payload)
        truth = (await sim.truth(FIRST))["pack"]
        assert basic.voltage == pytest.approx(truth["voltage"], abs=0.05)
        assert basic.soc == round(truth["soc"])
        assert [millivolts / 1000 for millivolts in cells] == pytest.approx(truth["cells"], abs=0.02)
        assert (await sim.truth(FIRST))["counters"]["requests"] == {"03": 1, "04": 1}


@pytest.mark.parametrize(
    ("layout", "write", "response"),
    [("fff0", "both", False), ("ff06", "request", True), ("ff00", "both", True)],
)
async def test_every_gatt_layout_and_write_type_answers(layout: str, write: str, response: bool) -> None:
    short = {"fff0": ("fff1", "fff2"), "ff06": ("ff07", "ff08"), "ff00": ("ff01", "ff02")}[layout]
    notify_uuid, write_uuid = (f"0000{one}-0000-1000-8000-00805f9b34fb" for one in short)
    async with Simulation([{"layout": layout, "write": write}]):
        central = Central()
        client = await central.connect(await find(), notify=notify_uuid)
        assert (await central.ask(BASIC, write=write_uuid, response=response)).status == 0
        await client.disconnect()


async def test_a_pack_without_write_with_response_refuses_it() -> None:
    async with Simulation(), connected() as central:
        with pytest.raises(BleakError):
            await central.ask(BASIC, response=True)


async def test_a_connected_pack_does_not_advertise_until_it_is_disconnected() -> None:
    async with Simulation() as sim:
        async with connected():
            truth = await sim.truth(FIRST)
            assert (truth["advertising"], truth["holder"]) == (False, "00:1A:7D:DA:71:01")
        assert (await sim.truth_when(FIRST, lambda t: bool(t["advertising"])))["holder"] is None


async def test_a_remote_drop_is_signalled_and_the_pack_can_be_reached_again() -> None:
    async with Simulation() as sim:
        device, central = await find(), Central()
        first = await central.connect(device)
        await sim.fault("drop", FIRST)
        await asyncio.wait_for(central.lost.wait(), 3)
        await first.disconnect()
        second = await central.connect(device)
        assert (await central.ask(BASIC)).status == 0
        await second.disconnect()
        assert (await sim.truth(FIRST))["counters"]["connections"] == 2


async def test_a_client_left_behind_after_a_drop_doubles_every_notification() -> None:
    async with Simulation() as sim:
        device, central = await find(), Central()
        old = await central.connect(device)
        await sim.fault("drop", FIRST)
        await asyncio.wait_for(central.lost.wait(), 3)
        new = await central.connect(device)
        assert (await sim.truth(FIRST))["notify_sessions"] == 2
        await central.ask(CELLS)
        assert (await central.ask(CELLS)).key.number == CELLS  # the second copy of the first answer
        await new.disconnect()
        await old.disconnect()
        assert (await sim.truth_when(FIRST, lambda t: t["notify_sessions"] == 0))["holder"] is None


async def test_a_lost_link_is_noticed_after_the_supervision_timeout() -> None:
    async with Simulation(timing={"supervision": 0.5}) as sim, connected() as central:
        await sim.fault("link_loss", FIRST)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(central.ask(BASIC), 0.3)
        await asyncio.wait_for(central.lost.wait(), 3)


async def test_connecting_to_an_absent_pack_times_out() -> None:
    async with Simulation(timing={"connect_timeout": 0.5}) as sim:
        device = await find()
        await sim.fault("vanish", FIRST)
        client = BleakClient(device, timeout=1.5)
        with pytest.raises((TimeoutError, BleakError)):
            await client.connect()
        assert (await sim.truth(FIRST))["counters"]["failed"] == 1


async def test_a_connection_under_way_succeeds_when_the_pack_appears() -> None:
    async with Simulation() as sim:
        device = await find()
        await sim.fault("vanish", FIRST, seconds=1.0)
        async with BleakClient(device, timeout=10) as client:
            assert client.is_connected


async def test_failed_connects_succeed_when_retried() -> None:
    async with Simulation() as sim:
        device, central = await find(), Central()
        await sim.fault("fail_connects", FIRST, count=2)
        client = await central.connect(device, attempts=4)
        assert (await sim.truth(FIRST))["counters"] == (await sim.truth(FIRST))["counters"] | {
            "failed": 2,
            "connections": 1,
        }
        await client.disconnect()


async def test_a_pack_held_by_a_phone_does_not_advertise_until_it_is_released() -> None:
    async with Simulation() as sim, connected() as central:
        await sim.fault("phone", FIRST)
        await asyncio.wait_for(central.lost.wait(), 3)
        truth = await sim.truth(FIRST)
        assert (truth["advertising"], truth["holder"]) == (False, "phone")
        await sim.fault("phone", FIRST, on=False)
        assert (await sim.truth(FIRST))["advertising"]


async def test_a_device_never_connected_to_is_forgotten_but_a_known_one_stays() -> None:
    async with Simulation(timing={"forget": 1.0}) as sim:
        device, other = await find(), await find(sim.addresses[1])
        async with BleakClient(device):
            pass
        await asyncio.sleep(1.5)
        async with BleakClient(device) as client:
            assert client.is_connected
        with pytest.raises(BleakError, match="not found"):
            await BleakClient(other).connect()


async def test_two_connects_at_a_time_are_counted() -> None:
    async with Simulation() as sim:
        devices = [await find(address) for address in sim.addresses]
        clients = [BleakClient(device) for device in devices]
        await asyncio.gather(*(client.connect() for client in clients))
        assert (await sim.counters())["hci0"]["connecting_most"] == 2
        await asyncio.gather(*(client.disconnect() for client in clients))


async def test_thirty_two_packs_answer() -> None:
    async with Simulation(packs=32) as sim:
        found = await scan(32)
        assert sorted(found) == sim.addresses
        last, _ = found[sim.addresses[-1]]
        async with BleakClient(last) as client:
            assert client.is_connected
            assert len(list(client.services)) == 2


async def test_objects_can_be_introspected() -> None:
    async with Simulation(), connected():
        bus = await MessageBus(bus_type=BusType.SYSTEM).connect()
        root = await bus.introspect("org.bluez", "/")
        device = await bus.introspect("org.bluez", f"/org/bluez/hci0/dev_{FIRST.replace(':', '_')}")
        bus.disconnect()
    assert [node.name for node in root.nodes] == ["org"]
    interface = next(one for one in device.interfaces if one.name == "org.bluez.Device1")
    access = {one.name: one.access for one in interface.properties}
    assert (access["Connected"], access["Trusted"]) == (PropertyAccess.READ, PropertyAccess.READWRITE)
    assert {one.name for one in interface.methods} >= {"Connect", "Disconnect", "Pair"}
    assert [node.name for node in device.nodes] == ["service000a", "service0010"]
