"""MOSFET commands through a pack's whole task, in virtual time: what is published and what is sent."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from random import Random

import pytest

from dbus_xbms import supervision
from dbus_xbms.ble.central import Central
from dbus_xbms.ble.link import CLOSE_LIMIT
from dbus_xbms.model import UNFINISHED, CommandState
from dbus_xbms.pack.pack import Pack
from dbus_xbms.pack.poller import COMMAND_LIMIT
from dbus_xbms.policy.mosfets import MASK_AGE
from dbus_xbms.protocols.jbd import Jbd
from dbus_xbms.report import Report
from dbus_xbms.settings import PackSettings, Value
from dbus_xbms.simulator.device import WireSpec
from dbus_xbms.simulator.frame_faults import FaultKind, FrameFault
from dbus_xbms.simulator.jbd_device import JbdDevice
from dbus_xbms.supervision import END_LIMIT, Hung
from tests.air.fakes import ADDRESSES, FakePack, FakeStack
from tests.air.mask_recorder import MASK_CONTROL, MaskRecorder
from tests.air.simulated_pack import RecordingService, store_setting
from tests.air.virtual_time import now, virtual_time

ADDRESS = ADDRESSES[0]
OWNER = ":1.7"
CHARGE, DISCHARGE, MODE = "/Io/AllowToCharge", "/Io/AllowToDischarge", "/Settings/MosfetMode"
BALANCING_OFF = "/Settings/TurnBalancingOff"
PERMISSIONS = {"AllowMosfetControl": 1, "AllowDischargeOff": 1, "AllowParameterWrites": 1}


@dataclass
class SupervisedPack:
    """A pack that runs under supervision."""

    pack: Pack
    bms: MaskRecorder
    radio: FakePack
    device: JbdDevice
    service: RecordingService
    task: asyncio.Task[None]

    def write(self, path: str, value: Value) -> bool:
        """Write to a path of the pack."""
        return self.service.writes[0](path, value, OWNER)

    @property
    def report(self) -> Report:
        return self.service.reports[-1][1]

    @property
    def status(self) -> tuple[CommandState, str]:
        return self.report.switching.state, self.report.switching.text

    async def until(self, state: CommandState, limit: float = 20.0) -> None:
        """Wait until the published state of the commands is ``state``."""
        async with asyncio.timeout(limit):
            while self.status[0] is not state:  # noqa: ASYNC110 - virtual time
                await asyncio.sleep(0.05)

    async def outcome(self, limit: float = 60.0) -> tuple[CommandState, str]:
        """Wait until all commands have ended; return the state and text."""
        await asyncio.sleep(0.01)
        async with asyncio.timeout(limit):
            while self.status[0] in UNFINISHED:  # noqa: ASYNC110 - virtual time
                await asyncio.sleep(0.05)
        return self.status

    def fault(self, kind: FaultKind, **rest: float) -> None:
        """Add a fault of the wire; ``count`` 0 or none: for good."""
        count = int(rest.pop("count", 0)) or None
        self.device.faults.active.append(FrameFault(kind=kind, count=count, until=None, **rest))

    @property
    def sent(self) -> list[str]:
        """The masks that were sent, as hex."""
        return [payload for _, register, payload in self.device.counters.writes if register == MASK_CONTROL]


@asynccontextmanager
async def supervised(seed: int = 1, **chosen: Value) -> AsyncIterator[SupervisedPack]:
    """A supervised pack that has been polled for half a minute."""
    bms, settings = MaskRecorder(), PackSettings({**PERMISSIONS, **chosen})
    service = RecordingService(bms)
    service.hold = 100.0
    device = JbdDevice(ADDRESS, bms, WireSpec(), asyncio.get_running_loop(), seed)
    radio = FakePack(ADDRESS, device=device)
    central = Central([Jbd()], stack=FakeStack(radio))
    pack = Pack(
        ADDRESS, settings, central=central, protocol=Jbd(), service=service.present, store=store_setting
    )
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(central.run()), group.create_task(supervision.run(pack))]
        await asyncio.sleep(30)
        yield SupervisedPack(pack, bms, radio, device, service, tasks[1])
        for task in reversed(tasks):
            task.cancel()
            await asyncio.wait([task])
    assert service.wrong == []


@virtual_time
async def test_in_per_poll_mode_a_command_is_compared_with_a_poll_made_after_it() -> None:
    """If the phone app switches charging on again between two polls, "already off" would be wrong."""
    async with supervised(ConnectionMode=1) as run:
        assert run.write(CHARGE, 0)
        assert (await run.outcome())[0] is CommandState.DONE
        await asyncio.sleep(5)
        run.bms.other_master_writes(0)  # between two polls
        await asyncio.sleep(1)
        assert run.write(CHARGE, 0)
        assert await run.outcome() == (CommandState.DONE, "charge off: done")
        assert run.sent == ["0001", "0001"]
        assert run.bms.battery.mask == 1


@virtual_time
async def test_in_per_poll_mode_a_state_that_the_next_poll_shows_is_not_written() -> None:
    async with supervised(ConnectionMode=1) as run:
        await asyncio.sleep(10)  # the link is free until the next poll
        began, polls = now(), run.device.counters.requests["04"]
        assert run.write(CHARGE, 1)
        assert await run.outcome() == (CommandState.DONE, "charge on: done: already on")
        await asyncio.sleep(15)
        assert run.sent == []
        assert any(at > began for at in run.bms.measured.values())
        assert run.device.counters.requests["04"] == polls + 1  # and the link is free again


@pytest.mark.parametrize(
    ("path", "current", "permission"),
    [
        (CHARGE, 30.0, "AllowMosfetControl"),
        (DISCHARGE, -30.0, "AllowMosfetControl"),
        (DISCHARGE, -30.0, "AllowDischargeOff"),
    ],
)
@virtual_time
async def test_a_waiting_command_is_refused_when_its_permission_is_withdrawn(
    path: str, current: float, permission: str
) -> None:
    async with supervised(Control=1, Chemistry="LiFePO4") as run:
        run.bms.battery.overrides.current = current  # the command waits until it has fallen
        await asyncio.sleep(2)
        assert run.write(path, 0)
        await asyncio.sleep(2)
        assert run.status[0] is CommandState.WAITING
        run.pack.monitor.setting_stored(permission, 0)
        state, text = await run.outcome(2)
        assert state is CommandState.REFUSED
        assert "off: refused: switching is no longer allowed" in text
        assert f"set PACK {permission} 1" in text
        await asyncio.sleep(30)
        assert run.sent == []


@virtual_time
async def test_a_charge_command_does_not_undo_discharging_switched_on_by_another_program() -> None:
    async with supervised(AllowDischargeOff=0) as run:
        run.bms.other_master_writes(2)
        await asyncio.sleep(3)
        run.bms.other_master_writes(1)
        await asyncio.sleep(3)
        assert run.write(CHARGE, 0)
        assert await run.outcome() == (CommandState.DONE, "charge off: done: already off")
        run.bms.other_master_writes(0)
        await asyncio.sleep(3)
        assert run.write(CHARGE, 0)
        assert (await run.outcome())[0] is CommandState.DONE
        assert run.sent == ["0001"]


@pytest.mark.parametrize(
    ("before", "during", "on", "sent"),
    [
        (2, 1, 0, []),  # charge is off already, and discharge is on again
        (1, 2, 0, ["0003"]),  # the other program's discharge off stays
        (1, 2, 1, []),  # charge is on already
    ],
)
@virtual_time
async def test_a_charge_command_follows_what_another_program_switched_while_connected(
    before: int, during: int, on: int, sent: list[str]
) -> None:
    """The mask was read when the connection was made; another program then writes a different one."""
    async with supervised(AllowDischargeOff=0) as run:
        run.radio.drop()
        run.bms.other_master_writes(before)
        await asyncio.sleep(20)  # connected again
        run.bms.other_master_writes(during)
        await asyncio.sleep(3)
        if not during & 2:
            assert not run.write(DISCHARGE, 0)  # not permitted
        assert run.write(CHARGE, on)
        assert (await run.outcome())[0] is CommandState.DONE
        assert run.sent == sent
        assert bool(run.bms.battery.mask & 1) is not bool(on)
        assert run.bms.battery.mask & 2 == during & 2


@virtual_time
async def test_an_on_command_right_after_an_off_command_waits_and_is_done() -> None:
    async with supervised() as run:
        assert run.write(CHARGE, 0)
        await run.outcome()
        sent_at = now()
        assert run.write(CHARGE, 1)
        await asyncio.sleep(1)
        assert run.status == (CommandState.WAITING, "charge on: waiting")
        assert await run.outcome() == (CommandState.DONE, "charge on: done")
        assert 3 < now() - sent_at < 8
        assert run.sent == ["0001", "0000"]


@virtual_time
async def test_a_command_requested_while_another_is_sent_is_sent_next() -> None:
    async with supervised() as run:
        run.fault(FaultKind.LOST_ACKNOWLEDGE, count=1)  # for 2 s
        assert run.write(CHARGE, 0)
        await run.until(CommandState.SENDING)
        assert run.write(DISCHARGE, 0)
        assert await run.outcome() == (CommandState.DONE, "charge off: done; discharge off: done")
        assert run.sent == ["0001", "0003"]


@pytest.mark.parametrize("first", [CHARGE, BALANCING_OFF])
@virtual_time
async def test_a_waiting_command_fails_with_its_link_even_while_another_is_being_sent(first: str) -> None:
    async with supervised() as run:
        run.fault(FaultKind.LOST_ACKNOWLEDGE, count=1)
        assert run.write(first, 1 if first == BALANCING_OFF else 0)
        await run.until(CommandState.SENDING)
        assert run.write(DISCHARGE, 0)
        before = len(run.sent)
        run.pack.monitor.setting_stored("Password", "123456")  # reconnects
        await asyncio.sleep(30)
        assert "discharge off: failed: a setting of the link was changed" in run.status[1]
        assert len(run.sent) == before
        assert not run.bms.battery.mask & 2


@virtual_time
async def test_a_pack_that_is_removed_during_a_command_stops_within_its_limits() -> None:
    async with supervised() as run:
        assert run.write(CHARGE, 0)
        await run.until(CommandState.SENDING)
        run.fault(FaultKind.LOSE)  # no reply any more: the command takes its full time
        began = now()
        run.task.cancel()
        await asyncio.wait([run.task])
        assert run.task.cancelled()
        assert now() - began <= COMMAND_LIMIT + CLOSE_LIMIT < END_LIMIT


@virtual_time
async def test_a_pack_that_hangs_when_removed_ends_the_program() -> None:
    class Stubborn:
        address = ADDRESS
        published_at = 1e9

        async def run(self) -> None:
            try:
                await asyncio.get_running_loop().create_future()
            finally:
                await asyncio.sleep(100)

    task = asyncio.ensure_future(supervision.run(Stubborn()))
    await asyncio.sleep(1)
    task.cancel()
    with pytest.raises(Hung, match="cannot be ended"):
        await task
    await asyncio.sleep(200)


@virtual_time
async def test_a_cancelled_command_that_fails_leaves_no_unretrieved_exception() -> None:
    unretrieved: list[str] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: unretrieved.append(str(context["message"])))
    async with supervised() as run:
        assert run.write(CHARGE, 0)
        await run.until(CommandState.SENDING)
        run.fault(FaultKind.LOSE)
        run.pack.monitor.setting_stored("Password", "123456")  # cancels polling
        await asyncio.sleep(40)
    gc.collect()
    await asyncio.sleep(0)
    loop.set_exception_handler(None)
    assert unretrieved == []


@virtual_time
async def test_a_command_that_cannot_be_sent_in_time_fails() -> None:
    async with supervised() as run:
        run.fault(FaultKind.LATE, amount=2.5)  # each poll takes longer than the maximum age of a mask
        assert run.write(CHARGE, 0)
        state, text = await run.outcome(30)
        assert (state, text) == (CommandState.FAILED, "charge off: failed: could not be sent within 20 s")
        assert run.sent == []


@virtual_time
async def test_on_a_board_without_lock_bit_the_second_command_does_not_undo_the_first() -> None:
    async with supervised() as run:
        run.bms.battery.overrides.hides_lock = True
        assert run.write(DISCHARGE, 0)
        assert (await run.outcome())[0] is CommandState.DONE
        await asyncio.sleep(10)
        assert run.write(CHARGE, 0)
        assert (await run.outcome())[0] is CommandState.DONE
        assert run.sent == ["0002", "0003"]


@dataclass
class RequestedCommand:
    """A command as it was requested."""

    at: float
    target: dict[int, bool]  # bit of the mask -> on
    number: int
    ended: float | None = None


class RandomEvents:
    """Random commands, writes of another master, permissions, protections and radio faults."""

    def __init__(self, run: SupervisedPack, seed: int) -> None:
        self.run = run
        self.random = Random(seed)
        self.commands: list[RequestedCommand] = []
        self.wrong: list[str] = []
        self.outcomes: dict[str, int] = {}
        self.writes = self.other_writes = 0
        run.bms.on_mask = self._check_write

    async def trigger_for(self, seconds: float) -> None:
        """Trigger random events for ``seconds``."""
        end = now() + seconds
        while now() < end:
            await asyncio.sleep(self.random.expovariate(1.0))
            self._trigger()
            self._check_outcomes()
        self.run.device.faults.clear()
        await asyncio.sleep(60)
        self._check_outcomes()

    def _trigger(self) -> None:
        random, run = self.random, self.run
        what = random.choices(
            ("command", "other", "permission", "protection", "radio", "current"), (5, 4, 1, 2, 2, 1)
        )[0]
        if what == "command":
            self._command(*random.choice(((CHARGE, 1), (DISCHARGE, 2), (MODE, 3))))
        elif what == "other":
            self.other_writes += 1
            run.bms.other_master_writes(random.randrange(4))
        elif what == "permission":
            name = random.choice(("AllowMosfetControl", "AllowDischargeOff"))
            run.pack.monitor.setting_stored(name, int(random.random() < 0.7))
        elif what == "protection":
            run.bms.battery.overrides.protection = random.choice((0, 0, 1, 2, 1 << 10))
        elif what == "radio":
            self._radio()
        else:
            run.bms.battery.overrides.current = random.choice((0.0, 30.0, -30.0))

    def _radio(self) -> None:
        random, run = self.random, self.run
        if random.random() < 0.2:
            if run.radio.client:
                run.radio.drop()
            return
        kinds = (
            FaultKind.LOSE,
            FaultKind.LOST_ACKNOWLEDGE,
            FaultKind.IGNORED_WRITE,
            FaultKind.LOST_READ_BACK,
        )
        run.fault(random.choice(kinds), count=1)

    def _command(self, path: str, bits: int) -> None:
        value = self.random.randrange(4) if path == MODE else self.random.randrange(2)
        target = {bit: not value & bit for bit in (1, 2)} if path == MODE else {bits: bool(value)}
        if self.run.write(path, value):
            number = self.run.pack.monitor._commands.status.number
            self.commands.append(RequestedCommand(at=now(), target=target, number=number))

    def _check_write(self, mask: int) -> None:
        self.writes += 1
        before = self.run.bms.masks_since(now() - MASK_AGE - 0.5)  # what the newest poll may have read
        waiting = [command for command in self.commands if command.ended is None]
        for bit in (1, 2):
            on = not mask & bit
            requested = any(command.target.get(bit) is on for command in waiting)
            if not requested and on not in {not known & bit for known in before}:
                self.wrong.append(f"{now():.1f}: {mask} was written: bit {bit} was {before}, not requested")

    def _check_outcomes(self) -> None:
        switching = self.run.pack.monitor._commands.status
        if switching.state in UNFINISHED:
            return
        ended = [
            command
            for command in self.commands
            if command.ended is None and command.number == switching.number
        ]
        for command in self.commands:
            if command.ended is None and command.number <= switching.number:
                command.ended = now()
        if not ended:
            return
        self.outcomes[switching.state.name] = self.outcomes.get(switching.state.name, 0) + 1
        if switching.state is not CommandState.DONE:
            return
        final: dict[int, tuple[bool, float]] = {}
        for command in ended:
            final |= {bit: (on, command.at) for bit, on in command.target.items()}
        for bit, (on, at) in final.items():
            if on not in {not mask & bit for mask in self.run.bms.masks_since(at)}:
                self.wrong.append(f"{now():.1f}: bit {bit} {'on' if on else 'off'} was reported as done")


SEEDS = int(os.environ.get("SWITCHING_SEEDS", "6"))
TOTALS: dict[str, int] = {}


@pytest.mark.parametrize("seed", range(SEEDS))
@virtual_time
async def test_under_random_events_each_written_bit_was_requested_and_done_means_done(
    seed: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, "dbus_xbms")
    controls: dict[str, Value] = {"Control": 1, "Chemistry": "LiFePO4"} if seed % 3 == 0 else {}
    async with supervised(seed, ConnectionMode=seed % 2, PollInterval=10.0 * (seed % 2), **controls) as run:
        events = RandomEvents(run, seed)
        await events.trigger_for(1200)
    assert events.wrong == []
    assert events.writes > 5
    assert events.outcomes.get("DONE", 0) > 5
    counted = {"writes": events.writes, "others": events.other_writes, "commands": len(events.commands)}
    for name, count in {**counted, **events.outcomes}.items():
        TOTALS[name] = TOTALS.get(name, 0) + count
