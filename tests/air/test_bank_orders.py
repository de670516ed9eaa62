"""Switching and lending a whole bank: real packs on simulated BMSes, in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from dbus_xbms.bank.orders import BUSY, BankPack, Orders
from dbus_xbms.ble.central import Central
from dbus_xbms.model import UNFINISHED, CommandState, MosfetTarget, Phase, SwitchStatus
from dbus_xbms.pack.pack import Pack
from dbus_xbms.policy.bank.orders import OTHERS_REFUSED, SKIPPED, STAYS_ON
from dbus_xbms.policy.bank.records import Membership
from dbus_xbms.protocols.jbd import Jbd
from dbus_xbms.report import Balance, ChangeSetting, ClearHistory, ForceOn, Lend, Request
from dbus_xbms.settings import PackSettings, Value
from dbus_xbms.simulator.device import WireSpec
from dbus_xbms.simulator.jbd_device import JbdDevice
from tests.air.fakes import ADDRESSES, FakePack, FakeStack
from tests.air.mask_recorder import MASK_CONTROL, MaskRecorder
from tests.air.simulated_pack import RecordingService, store_setting
from tests.air.virtual_time import virtual_time

OWNER = ":1.7"
NAMES = ("Bow", "Stern")
ALLOWED: dict[str, Value] = {
    "AllowMosfetControl": 1,
    "AllowDischargeOff": 1,
    "AllowParameterWrites": 1,
    "AllowLending": 1,
}
CHARGE_OFF, CHARGE_ON = MosfetTarget(charge=False), MosfetTarget(charge=True)
DISCHARGE_OFF = MosfetTarget(discharge=False)
BOTH_OFF, BOTH_ON = MosfetTarget(charge=False, discharge=False), MosfetTarget(charge=True, discharge=True)


@dataclass
class House:
    """Two packs in parallel, and the orders of their bank."""

    packs: dict[str, Pack] = field(default_factory=dict)  # by name
    boards: dict[str, MaskRecorder] = field(default_factory=dict)
    devices: dict[str, JbdDevice] = field(default_factory=dict)
    radios: dict[str, FakePack] = field(default_factory=dict)
    orders: Orders = field(default_factory=lambda: Orders("House"))
    crashed: set[str] = field(default_factory=set)  # names of packs whose tasks do not run

    @property
    def members(self) -> list[BankPack]:
        return [
            BankPack(address=pack.address, name=name, pack=None if name in self.crashed else pack.monitor)
            for name, pack in self.packs.items()
        ]

    def request(self, request: Request) -> bool:
        return self.orders.request(request, OWNER, self.members)

    @property
    def status(self) -> SwitchStatus:
        return self.orders.status(self.members)

    async def run(self, seconds: float) -> None:
        """Let time pass, with a report of the bank each second."""
        for _ in range(round(seconds)):
            await asyncio.sleep(1)
            self.orders.step(self.members)

    async def outcome(self) -> tuple[CommandState, str]:
        """Wait until all commands have ended."""
        async with asyncio.timeout(60):
            while self.status.state in UNFINISHED:
                await self.run(1)
        return self.status.state, self.status.text

    def sent(self, name: str) -> list[str]:
        """The masks that were sent to a pack, as hex."""
        writes = self.devices[name].counters.writes
        return [payload for _, register, payload in writes if register == MASK_CONTROL]

    def lent(self) -> list[str]:
        """Names of the packs that are lent now."""
        return [name for name, pack in self.packs.items() if pack.monitor.switching.lent_for]


@asynccontextmanager
async def house(*, stern: Mapping[str, Value] | None = None) -> AsyncIterator[House]:
    """Two packs that have been read for ten seconds; ``stern`` has other settings of the second one."""
    house = House()
    for name, address in zip(NAMES, ADDRESSES, strict=False):
        board = house.boards[name] = MaskRecorder()
        device = house.devices[name] = JbdDevice(address, board, WireSpec(), asyncio.get_running_loop())
        house.radios[name] = FakePack(address, device=device)
    central = Central([Jbd()], stack=FakeStack(*house.radios.values()))
    for name, address, chosen in zip(NAMES, ADDRESSES, ({}, stern or {}), strict=False):
        settings = PackSettings({**ALLOWED, **chosen})
        present = RecordingService(house.boards[name]).present
        house.packs[name] = Pack(
            address, settings, central=central, protocol=Jbd(), service=present, store=store_setting
        )
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(central.run())]
        tasks += [group.create_task(pack.run()) for pack in house.packs.values()]
        await asyncio.sleep(10)
        yield house
        for task in reversed(tasks):
            task.cancel()
            await asyncio.wait([task])


def beside(volts: float) -> Membership:
    """What a pack is told whose string has that voltage."""
    return Membership(bank="House", voltage=volts)


LITE = BankPack(address="A4:C1:37:0F:0F:0F", name="Lite", watch_only=True, pack=None)


# Switching


@virtual_time
async def test_a_bank_with_a_watch_only_pack_is_not_turned_off_because_that_pack_would_go_on() -> None:
    async with house() as bank:
        for request in (CHARGE_OFF, BOTH_OFF, MosfetTarget(charge=False, discharge=True)):
            assert not bank.orders.request(request, OWNER, [*bank.members, LITE])
            assert bank.orders.outcomes[2] == f"Lite: refused: {STAYS_ON}"
            assert bank.orders.outcomes[0] == f"Bow: refused: {OTHERS_REFUSED}"
        await bank.run(5)
        assert [bank.sent(name) for name in NAMES] == [[], []]


@virtual_time
async def test_turning_on_and_balancing_skip_a_watch_only_pack_and_the_outcome_says_so() -> None:
    async with house() as bank:
        assert bank.request(CHARGE_OFF)
        await bank.outcome()
        for request in (CHARGE_ON, ForceOn(CHARGE_ON)):
            assert bank.orders.request(request, OWNER, [*bank.members, LITE])
            state, text = await bank.outcome()
            assert state is CommandState.DONE
            assert f"Lite: {SKIPPED}" in text
            assert [words.startswith("Bow: done") for words in bank.orders.outcomes] == [True, False, False]
            assert bank.orders.outcomes[2] == f"Lite: {SKIPPED}"
        assert bank.orders.request(Balance(False), OWNER, [*bank.members, LITE])
        assert bank.orders.outcomes[2] == f"Lite: {SKIPPED}"


@virtual_time
async def test_a_command_is_carried_out_by_all_packs_and_reported_once_all_have_followed() -> None:
    async with house() as bank:
        assert bank.request(CHARGE_OFF)
        assert bank.status.state is CommandState.WAITING
        assert await bank.outcome() == (CommandState.DONE, "charge off: done")
        assert bank.orders.outcomes == ("Bow: done", "Stern: done")
        assert [bank.sent(name) for name in NAMES] == [["0001"], ["0001"]]
        assert bank.status.commanded == MosfetTarget(charge=False, discharge=True)
        assert bank.status.number == 1


@virtual_time
async def test_discharging_is_turned_off_only_with_the_permission_of_every_pack() -> None:
    async with house(stern={"AllowDischargeOff": 0}) as bank:
        assert not bank.request(DISCHARGE_OFF)
        state, text = await bank.outcome()
        assert state is CommandState.REFUSED
        assert "set Stern AllowDischargeOff 1" in text
        await bank.run(30)
        assert [bank.sent(name) for name in NAMES] == [[], []]


@virtual_time
async def test_nothing_is_turned_off_while_one_pack_is_silent() -> None:
    async with house() as bank:
        bank.radios["Stern"].in_range = False
        bank.radios["Stern"].drop()
        await bank.run(5)
        assert not bank.request(BOTH_OFF)
        assert bank.orders.outcomes[1].startswith("Stern: refused: no contact with the pack")
        await bank.run(30)
        assert bank.sent("Bow") == []


@virtual_time
async def test_turning_on_is_done_by_the_packs_that_can_and_the_others_are_named() -> None:
    async with house() as bank:
        bank.request(CHARGE_OFF)
        await bank.outcome()
        bank.crashed.add("Stern")
        await bank.run(10)
        assert bank.request(CHARGE_ON)
        state, text = await bank.outcome()
        assert state is CommandState.REFUSED
        assert text == "charge on: Bow: done; Stern: refused: the pack is not being read"
        assert (bank.sent("Bow"), bank.sent("Stern")) == (["0001", "0000"], ["0001"])


@virtual_time
async def test_a_pack_that_does_not_follow_is_reported_beside_those_that_did() -> None:
    async with house() as bank:
        assert bank.request(CHARGE_OFF)
        bank.radios["Stern"].in_range = False
        bank.radios["Stern"].drop()
        state, text = await bank.outcome()
        assert state is CommandState.FAILED
        assert text.startswith("charge off: Bow: done; Stern: failed: ")


@virtual_time
async def test_a_task_that_is_restarted_during_a_command_fails_it() -> None:
    async with house() as bank:
        assert bank.request(CHARGE_OFF)
        bank.crashed.add("Stern")
        assert (await bank.outcome())[0] is CommandState.FAILED
        assert "Stern: failed: the pack's task was restarted" in bank.status.text


@virtual_time
async def test_balancing_is_switched_at_the_packs_that_allow_it() -> None:
    async with house(stern={"AllowParameterWrites": 0}) as bank:
        assert bank.request(Balance(on=False))
        assert bank.status.text.startswith("balancing off: Bow: waiting; Stern: refused: ")
        assert "set Stern AllowParameterWrites 1" in bank.status.text


# Voltages that differ


@virtual_time
async def test_a_pack_is_not_turned_on_beside_packs_of_another_voltage_unless_forced() -> None:
    async with house() as bank:
        bank.request(BOTH_OFF)
        await bank.outcome()
        await bank.run(10)
        stern = bank.packs["Stern"].monitor
        sample = stern.latest and stern.latest.decision.sample
        assert sample
        stern.role.set_membership(beside(sample.voltage + 1.3))
        assert bank.request(BOTH_ON)
        state, text = await bank.outcome()
        assert state is CommandState.REFUSED
        assert f"it has {sample.voltage:.2f} V and the packs beside it" in text
        assert "switch Stern both on --force" in text
        assert (bank.sent("Bow"), bank.sent("Stern")) == (["0003", "0000"], ["0003"])
        assert bank.request(ForceOn(BOTH_ON))
        assert (await bank.outcome())[0] is CommandState.DONE
        assert bank.sent("Stern") == ["0003", "0000"]


@virtual_time
async def test_voltages_that_have_come_apart_since_a_command_was_accepted_refuse_it() -> None:
    async with house() as bank:
        bank.request(CHARGE_OFF)
        await bank.outcome()
        await bank.run(10)
        assert bank.request(CHARGE_ON)
        bank.packs["Stern"].monitor.role.set_membership(beside(99.0))
        assert (await bank.outcome())[0] is CommandState.REFUSED
        assert bank.sent("Stern") == ["0001"]


@virtual_time
async def test_a_bank_that_is_off_is_not_turned_on_as_a_whole_if_its_packs_differ_in_voltage() -> None:
    async with house() as bank:
        bank.request(BOTH_OFF)
        await bank.outcome()
        bank.boards["Stern"].battery.overrides.cells = dict.fromkeys(range(1, 17), 3.6)
        await bank.run(10)
        assert not bank.request(BOTH_ON)
        assert "switch on one of them by itself" in bank.status.text
        await bank.run(30)
        assert [bank.sent(name) for name in NAMES] == [["0003"], ["0003"]]


# Lending


@virtual_time
async def test_packs_are_lent_one_after_the_other() -> None:
    async with house() as bank:
        assert bank.request(Lend(2))
        await bank.run(60)
        assert (bank.lent(), bank.orders.lent) == (["Bow"], "Bow")
        assert bank.orders.outcomes == ("Bow: lent", "Stern: waiting")
        assert 50 < bank.status.lent_for < 70
        await bank.run(90)
        assert (bank.lent(), bank.orders.lent) == (["Stern"], "Stern")
        await bank.run(120)
        assert (bank.lent(), bank.orders.lent) == ([], "")
        assert bank.status.text == "lending for 2 min each: back"


@virtual_time
async def test_a_pack_that_is_taken_back_early_makes_room_for_the_next_one() -> None:
    async with house() as bank:
        bank.request(Lend(60))
        await bank.run(30)
        bank.packs["Bow"].monitor.request(Lend(0), OWNER)
        await bank.run(20)
        assert bank.lent() == ["Stern"]


@virtual_time
async def test_zero_takes_the_lent_pack_back_and_lends_no_other() -> None:
    async with house() as bank:
        bank.request(Lend(60))
        await bank.run(30)
        assert bank.request(Lend(0))
        await bank.run(30)
        assert bank.lent() == []
        assert bank.orders.outcomes == ("Bow: back", "Stern: not lent: lending was ended")
        assert bank.packs["Bow"].monitor.latest
        assert bank.packs["Bow"].monitor.latest.decision.phase is Phase.FRESH


@virtual_time
async def test_a_pack_that_may_not_be_lent_is_passed_over_with_its_reason() -> None:
    async with house(stern={"AllowLending": 0}) as bank:
        assert bank.request(Lend(1))
        await bank.run(120)
        assert "set Stern AllowLending 1" in bank.orders.outcomes[1]
        assert bank.orders.outcomes[0] == "Bow: back"


@virtual_time
async def test_a_bank_that_is_being_lent_is_not_lent_again() -> None:
    async with house() as bank:
        bank.request(Lend(5))
        assert not bank.request(Lend(5))
        assert bank.status.text.endswith(f"refused: {BUSY}")
        await bank.run(5)
        assert bank.lent() == ["Bow"]


@virtual_time
async def test_lending_is_refused_if_no_pack_allows_it() -> None:
    async with house(stern={"AllowLending": 0}) as bank:
        bank.packs["Bow"].monitor.settings.put("AllowLending", 0)
        assert not bank.request(Lend(5))
        assert bank.status.state is CommandState.REFUSED
        assert "AllowLending 1" in bank.status.text


# Other requests


@virtual_time
async def test_a_setting_is_changed_at_all_packs_or_at_none() -> None:
    async with house() as bank:
        assert bank.request(ChangeSetting("LowSocWarning", 20))
        assert [pack.monitor.settings.low_soc_warning for pack in bank.packs.values()] == [20, 20]
        bank.packs["Stern"].monitor.settings.put("Chemistry", "LiFePO4")
        assert not bank.request(ChangeSetting("CellFull", 3.9))
        assert bank.packs["Bow"].monitor.settings.cell_full != 3.9
        assert "refused" in bank.status.text


@virtual_time
async def test_the_history_is_cleared_at_all_packs_that_run() -> None:
    async with house() as bank:
        bank.crashed.add("Stern")
        assert bank.request(ClearHistory())


@virtual_time
async def test_without_any_pack_that_runs_every_request_is_refused() -> None:
    async with house() as bank:
        bank.crashed |= set(NAMES)
        for request in (CHARGE_OFF, BOTH_ON, Balance(on=True), Lend(5), ClearHistory()):
            assert not bank.request(request)


@pytest.mark.parametrize("name", ["Bow; rm -rf /", "PACK", "ЖЖ\x1b[2J"])
def test_a_strange_name_is_only_text(name: str) -> None:
    orders = Orders("House")
    assert not orders.request(CHARGE_OFF, OWNER, [BankPack(address="x", name=name, pack=None)])
    assert orders.outcomes == (f"{name}: refused: the pack is not being read",)
