"""Simulated BMSes with faults of the wire and of the radio in random order, in virtual time."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise

import pytest

from dbus_xbms.ble.link import Link
from dbus_xbms.model import Reading
from dbus_xbms.protocols import LinkError, ProtocolError
from dbus_xbms.protocols.jbd import Jbd
from dbus_xbms.simulator.battery import BatterySpec
from dbus_xbms.simulator.device import WireSpec
from dbus_xbms.simulator.frame_faults import FaultKind, FrameFault
from dbus_xbms.simulator.jbd_device import JbdDevice
from dbus_xbms.simulator.scenario import PackSpec
from dbus_xbms.simulator.world import make_device
from tests.air.fakes import ADDRESSES, HCI0, FakePack, FakeStack, running
from tests.air.fleet import expect_within, open_fleet
from tests.air.virtual_time import now, virtual_time

JBD = Jbd()
WIRE_FAULTS = (
    FaultKind.TEAR,
    FaultKind.CORRUPT,
    FaultKind.LATE,
    FaultKind.LOSE,
    FaultKind.ECHO,
    FaultKind.DUPLICATE,
    FaultKind.FOREIGN,
)


def simulated(wire: WireSpec | None = None, seed: int = 1) -> tuple[FakePack, JbdDevice]:
    spec = PackSpec(address=ADDRESSES[0], battery=BatterySpec(cells=16, load="rest"), wire=wire or WireSpec())
    device = make_device(spec, asyncio.get_running_loop(), seed)
    assert isinstance(device, JbdDevice)
    return FakePack(ADDRESSES[0], device=device), device


async def poll_for(seconds: float, link: Link, read: Callable[[Reading], None]) -> int:
    """Poll once per second as a pack's task does; return the number of failed polls."""
    ends, failed, is_open = now() + seconds, 0, False
    while now() < ends:
        try:
            if not is_open:
                await link.open()
                await link.run(JBD.hello(ADDRESSES[0], ""))
                is_open = True
            async with asyncio.timeout(10):
                read(await link.run(JBD.poll(None, counters=False)))
        except (LinkError, ProtocolError, TimeoutError):
            failed += 1
            await link.close()
            is_open = False
        await asyncio.sleep(1)
    await link.close()
    return failed


@pytest.mark.parametrize("kind", WIRE_FAULTS)
@pytest.mark.parametrize("seed", [1, 2, 3])
@virtual_time
async def test_no_fault_of_the_wire_causes_a_wrong_value(kind: FaultKind, seed: int) -> None:
    pack, device = simulated(seed=seed)
    device.faults.active.append(FrameFault(kind=kind, count=None, probability=0.2))
    stack = FakeStack(pack)
    readings: list[Reading] = []
    async with running(stack) as central:
        link = central.link(pack.address, JBD)
        await poll_for(300, link, readings.append)
    truth = device.truth()
    assert len(readings) > 60
    for reading in readings:
        assert reading.sample.cells == pytest.approx(truth["cells"], abs=0.005)
        assert reading.sample.voltage == pytest.approx(sum(reading.sample.cells), abs=0.2)
        assert reading.sample.soc == pytest.approx(truth["soc"], abs=1)


@virtual_time
async def test_one_torn_frame_in_a_hundred_fails_no_poll() -> None:
    pack, device = simulated()
    device.faults.active.append(FrameFault(kind=FaultKind.TEAR, count=None, probability=0.01))
    stack = FakeStack(pack)
    readings: list[Reading] = []
    async with running(stack) as central:
        failed = await poll_for(300, central.link(pack.address, JBD), readings.append)
    assert failed == 0
    assert len(readings) > 200


@virtual_time
async def test_polling_resumes_soon_after_each_drop() -> None:
    pack, _ = simulated()
    stack = FakeStack(pack)
    times: list[float] = []

    async def drop_each_minute() -> None:
        for _ in range(5):
            await asyncio.sleep(57.3)
            pack.drop()

    async with running(stack) as central, asyncio.TaskGroup() as group:
        group.create_task(drop_each_minute())
        await poll_for(300, central.link(pack.address, JBD), lambda _: times.append(now()))
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert max(gaps) < 8
    assert sum(gap > 2.5 for gap in gaps) <= 5


@pytest.mark.parametrize(
    "wire", [WireSpec(lose_first=True), WireSpec(password=""), WireSpec(foreign=True), WireSpec(mtu=247)]
)
@virtual_time
async def test_every_kind_of_module_is_read(wire: WireSpec) -> None:
    pack, _ = simulated(wire)
    readings: list[Reading] = []
    async with running(FakeStack(pack)) as central:
        assert await poll_for(60, central.link(pack.address, JBD), readings.append) == 0
    assert len(readings) > 35


@pytest.mark.parametrize("seed", range(12))
@virtual_time
async def test_all_links_are_reopened_soon_after_random_radio_faults_end(seed: int) -> None:
    chance = random.Random(seed)
    stack = FakeStack(*(FakePack(address) for address in ADDRESSES[:6]))

    def random_pack() -> FakePack:
        return chance.choice(list(stack.packs.values()))

    def drop() -> None:
        with suppress(AssertionError):
            random_pack().drop()

    events: list[Callable[[], object]] = [
        drop,
        drop,
        lambda: random_pack().go_out_of_range(),
        lambda: random_pack().come_into_range(),
        lambda: stack.set_adapters(replace(HCI0, powered=False)),
        lambda: stack.set_adapters(HCI0),
        lambda: stack.set_adapters(replace(HCI0, hci="hci1")),
        lambda: stack.set_adapters(),
        stack.stop_bluetoothd,
        lambda: setattr(stack, "scan_error", chance.choice(["", "busy"])),
        lambda: setattr(random_pack(), "resolve_takes", chance.choice([0.5, 3.0])),
        stack.remembered.clear,
    ]
    async with open_fleet(stack) as fleet:
        for _ in range(80):
            await asyncio.sleep(chance.expovariate(0.3))
            chance.choice(events)()
        stack.scan_error = ""
        stack.set_adapters(HCI0)
        for pack in stack.packs.values():
            pack.resolve_takes = 0.5
            pack.come_into_range()
        await expect_within(45, lambda: all(pack.client for pack in stack.packs.values()))
        await asyncio.sleep(60)
        assert {fleet.state(pack) for pack in stack.packs.values()} == {"connected"}
        assert fleet.central.adapters[0].links == 6
