"""Supervision of hung and faulty tasks, in virtual time."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from bleak.backends.device import BLEDevice

from dbus_xbms import supervision
from dbus_xbms.ble.central import Central
from dbus_xbms.model import Phase
from dbus_xbms.pack.pack import Pack
from dbus_xbms.pack.poller import Progress
from dbus_xbms.protocols.jbd import Jbd
from dbus_xbms.serve import leaves
from dbus_xbms.settings import PackSettings, Value
from dbus_xbms.simulator.device import WireSpec
from dbus_xbms.simulator.jbd_device import JbdDevice
from dbus_xbms.supervision import HANGS_AFTER, STANDSTILL, Hung
from tests.air.fakes import ADDRESSES, HCI0, HCI1, FakeClient, FakePack, FakeStack
from tests.air.simulated_pack import RecordingBoard, RecordingService, SimulatedPack, every, store_setting
from tests.air.virtual_time import VirtualTimeLoop, now, virtual_time


class Hanging:
    """A pack whose task publishes once and then hangs, if ``stubborn`` even when it is cancelled."""

    address = "A4:C1:37:00:00:01"

    def __init__(self, *, stubborn: bool = False) -> None:
        self.published_at = now()
        self.ended_at: float | None = None
        self._stubborn = stubborn
        self.progress = Progress(ended_at=now(), interval=1.0, possible=True)

    async def run(self) -> None:
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            self.ended_at = now()
            if self._stubborn:
                await asyncio.sleep(100)


async def watch(pack: Hanging) -> None:
    await supervision.run(pack)


@virtual_time
async def test_a_hung_pack_is_cancelled_before_its_values_expire() -> None:
    pack, began = Hanging(), now()
    await watch(pack)
    assert pack.ended_at is not None
    assert pack.ended_at - began <= HANGS_AFTER + 5.0


@virtual_time
async def test_a_pack_that_cannot_be_cancelled_ends_the_program() -> None:
    with pytest.raises(Hung, match="ending, to be restarted"):
        await watch(Hanging(stubborn=True))
    await asyncio.sleep(200)


@virtual_time
async def test_a_pack_that_publishes_now_and_then_keeps_running() -> None:
    pack = Hanging()
    task = asyncio.ensure_future(watch(pack))
    for _ in range(20):
        await asyncio.sleep(30)
        pack.published_at = now()
    assert not task.done()
    task.cancel()
    await asyncio.wait([task])
    assert pack.ended_at is not None


@pytest.mark.parametrize("wakes_at", [1119.5, 1111.0, 1125.0])
@virtual_time
async def test_a_pack_is_not_taken_for_hung_right_after_the_machine_was_suspended(wakes_at: float) -> None:
    pack, loop = Hanging(), asyncio.get_running_loop()
    assert isinstance(loop, VirtualTimeLoop)
    task = asyncio.ensure_future(watch(pack))
    await asyncio.sleep(6.0)
    loop.jump(wakes_at - now())
    await asyncio.sleep(2.0)
    for _ in range(10):
        pack.published_at = now()
        await asyncio.sleep(10.0)
    assert not task.done()
    task.cancel()
    await asyncio.wait([task])


class Faulty(PackSettings):
    """Settings that make the decision raise while ``broken``, as a bug would."""

    broken = False

    def __getattribute__(self, name: str) -> Any:
        if name == "hold_time" and self.broken:
            raise ZeroDivisionError("a fault in the decision")
        return super().__getattribute__(name)


@virtual_time
async def test_a_fault_in_the_decision_sets_the_limits_to_zero_until_it_is_over() -> None:
    simulated = SimulatedPack(1)
    simulated.settings = settings = Faulty({"Control": 1, "Chemistry": "LiFePO4"})
    simulated.service = service = RecordingService(simulated.board)
    began = now()

    def disturb(_: SimulatedPack) -> None:
        settings.broken = 60 < now() - began < 90

    await simulated.run(150, every(1, disturb))
    during = [r for at, r in service.reports if 62 < at - began < 90]
    after = [r for at, r in service.reports if at - began > 95]
    assert during
    assert {r.decision.phase for r in during} == {Phase.LOST}
    assert {(r.decision.limits.ccl, r.decision.limits.dcl) for r in during if r.decision.limits} == {
        (0.0, 0.0)
    }
    assert all(r.decision.limits and r.decision.sample is None for r in during)
    assert after[-1].decision.phase is Phase.FRESH
    assert after[-1].decision.limits is not None


class Fleet:
    """Packs on a fake stack, and the watchdog for their progress."""

    def __init__(self, count: int = 3, **chosen: Value) -> None:
        loop = asyncio.get_running_loop()
        self.radios = [FakePack(address) for address in ADDRESSES[:count]]
        for radio in self.radios:
            radio.device = JbdDevice(radio.address, RecordingBoard(), WireSpec(), loop)
        self.stack = FakeStack(*self.radios)
        self.settings = PackSettings(chosen)
        self._over = False

    async def gives_up_after(self, seconds: float, disturb: Callable[[], object]) -> float | None:
        """Call ``disturb`` after 100 s; return how many s later the watchdog gives up, or None."""
        central, service, start = Central([Jbd()], stack=self.stack), SimulatedPack(1).service, now() + 100
        packs = [
            Pack(
                radio.address,
                self.settings,
                central=central,
                protocol=Jbd(),
                service=service.present,
                store=store_setting,
            )
            for radio in self.radios
        ]
        tasks = [asyncio.ensure_future(central.run()), *(asyncio.ensure_future(pack.run()) for pack in packs)]
        asyncio.get_running_loop().call_at(start, disturb)
        try:
            async with asyncio.timeout_at(start + seconds):
                await supervision.watch_progress(lambda: packs)
        except TimeoutError:
            return None
        except Hung:
            return now() - start
        finally:
            self._over = True
            while not all(task.done() for task in tasks):
                for task in reversed(tasks):
                    task.cancel()
                await asyncio.wait(tasks, timeout=1)

    def hang(self, count: int = 99) -> None:
        """Break the links of the first ``count`` packs; connecting to them then hangs, even if cancelled."""
        hanging, connect = self.radios[:count], self.stack.connect

        async def connect_or_hang(device: BLEDevice, **options: Any) -> FakeClient:
            if device.address not in [radio.address for radio in hanging]:
                return await connect(device, **options)
            while True:
                try:
                    await asyncio.sleep(1)
                except asyncio.CancelledError:
                    if self._over:
                        raise

        self.stack.connect = connect_or_hang  # type: ignore[method-assign]
        for radio in hanging:
            radio.drop()

    def go_out_of_range(self) -> None:
        for radio in self.radios:
            radio.go_out_of_range()


@virtual_time
async def test_the_program_ends_when_all_packs_hang_for_five_minutes_although_an_adapter_is_on() -> None:
    fleet = Fleet()
    after = await fleet.gives_up_after(1000, fleet.hang)
    assert after == pytest.approx(STANDSTILL, abs=15)


@virtual_time
async def test_packs_with_a_long_poll_interval_are_no_fault() -> None:
    fleet = Fleet(PollInterval=600.0)
    assert await fleet.gives_up_after(3000, lambda: None) is None
    fleet = Fleet(PollInterval=600.0, ConnectionMode=1)
    assert await fleet.gives_up_after(3000, lambda: None) is None


@virtual_time
async def test_one_pack_that_is_still_polled_keeps_the_program_running() -> None:
    fleet = Fleet()
    assert await fleet.gives_up_after(1000, lambda: fleet.hang(2)) is None


@virtual_time
async def test_packs_out_of_range_for_an_hour_are_no_fault() -> None:
    fleet = Fleet()
    assert await fleet.gives_up_after(3700, fleet.go_out_of_range) is None


@virtual_time
async def test_bluetoothd_or_an_adapter_missing_for_an_hour_is_no_fault() -> None:
    fleet = Fleet()
    assert await fleet.gives_up_after(3700, fleet.stack.stop_bluetoothd) is None
    fleet = Fleet()
    assert await fleet.gives_up_after(3700, fleet.stack.set_adapters) is None
    fleet = Fleet()
    off = replace(HCI0, powered=False)
    assert await fleet.gives_up_after(3700, lambda: fleet.stack.set_adapters(off)) is None


@virtual_time
async def test_a_pack_whose_chosen_adapter_is_missing_is_no_fault() -> None:
    fleet = Fleet(Adapter=HCI1.address)
    assert await fleet.gives_up_after(3700, lambda: None) is None


@virtual_time
async def test_refused_scans_for_an_hour_are_no_fault() -> None:
    fleet = Fleet()

    def refuse() -> None:
        fleet.go_out_of_range()
        fleet.stack.scan_error = "org.bluez.Error.InProgress"

    assert await fleet.gives_up_after(3700, refuse) is None


@virtual_time
async def test_a_machine_suspended_for_ten_minutes_is_no_fault() -> None:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualTimeLoop)
    fleet = Fleet(PollInterval=30.0)
    assert await fleet.gives_up_after(1000, lambda: loop.jump(600)) is None


@virtual_time
async def test_having_no_packs_is_no_fault() -> None:
    assert await Fleet(0).gives_up_after(3700, lambda: None) is None


@virtual_time
async def test_the_time_without_an_adapter_does_not_count_as_hung() -> None:
    fleet = Fleet()

    def adapter_returns_but_all_hang() -> None:
        fleet.hang()
        fleet.stack.set_adapters()
        asyncio.get_running_loop().call_later(1000, fleet.stack.set_adapters, HCI0)

    after = await fleet.gives_up_after(2000, adapter_returns_but_all_hang)
    assert after == pytest.approx(1000 + STANDSTILL, abs=15)


def test_errors_are_found_in_nested_exception_groups() -> None:
    one, other = Hung("one"), Hung("other")
    assert list(leaves(ExceptionGroup("", [ExceptionGroup("", [one]), other]))) == [one, other]


def test_the_process_exits_even_if_its_tasks_do_not_end() -> None:
    script = """
import asyncio
from dbus_xbms import supervision
supervision.LAST_LIMIT = 0.1

async def hang():
    supervision.end_at_last(supervision.Hung("why"))
    while True:
        try:
            await asyncio.sleep(100)
        except asyncio.CancelledError:
            pass

asyncio.run(hang())
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=30)
    assert done.returncode == 1
    assert done.stderr == "why; its tasks did not end either\n"
