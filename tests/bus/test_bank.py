"""A bank of four packs by the whole program on a bus: packs leave and return, programs end, owners decide."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from dbus_xbms.settings import bank_id, device_id
from tests.bus.control_record import CVL, ControlRecord
from tests.bus.simulation import Program, Simulation
from tests.bus.test_cli_doctor import venus_service
from tests.bus.venus import BATTERY, CONTROL, Seen, Venus, plain
from tests.endurance.bus_loss import Supervision

pytestmark = pytest.mark.usefixtures("private_bus")

BANK = BATTERY + bank_id(1)
CCL, DCL = "/Info/MaxChargeCurrent", "/Info/MaxDischargeCurrent"
MODE = "/Info/ChargeMode"
ONLINE, OFFLINE = "/System/NrOfModulesOnline", "/System/NrOfModulesOffline"
BLOCKING = "/System/NrOfModulesBlockingCharge"
CABLE = "/Alarms/BmsCable"
PACK: dict[str, Any] = {"cells": 4, "capacity": 100.0, "soc": 60.0}
CHARGE, DISCHARGE = 30.0, 50.0  # A of each pack: 0.3 C and 0.5 C of 100 Ah
MEMBER: dict[str, float | str] = {"Chemistry": "LiFePO4", "HoldTime": 6.0, "StopAfter": 60.0}
QUICK = {"HoldTime": 6.0}
LIMITS_SHRINK = 3.0  # s after the end of the hold, at most
LONGEST_GAP = 10.0  # s without control, at most
ADDRESSES = [f"A4:C1:37:00:00:{number:02X}" for number in range(1, 5)]
ONE, TWO, THREE, FOUR = ADDRESSES


@dataclass
class Running:
    """The packs, the bus as Venus OS sees it, and who controlled when."""

    sim: Simulation
    venus: Venus
    record: ControlRecord = field(default_factory=ControlRecord)

    def shown(self, address: str) -> Seen:
        """The service of a pack, which must be on the bus."""
        return self.venus.services[BATTERY + device_id(address)]

    def judge(self) -> None:
        """Check the whole record: at most one service controlled, and never none for long."""
        assert self.record.overlaps() == []
        assert self.record.longest_gap() < LONGEST_GAP


def wired(packs: int = 4, **more: Any) -> dict[str, Any]:
    """A scenario's wiring of its packs, in parallel unless ``series`` is given."""
    return {"banks": [{"packs": list(range(1, packs + 1)), "load": "rest", **more}]}


@asynccontextmanager
async def boat(packs: int = 4, *, wiring: dict[str, Any] | None = None) -> AsyncIterator[Running]:
    """Packs that are wired together, settings, and a witness; the service does not run yet."""
    record = ControlRecord()
    simulation = Simulation([PACK] * packs, **(wired(packs) if wiring is None else wiring))
    async with simulation as sim, Venus(record.changed, record.left) as venus:
        yield Running(sim, venus, record)


async def house(running: Running, **chosen: float | str) -> Seen:
    """Add all packs, confirm the bank House of them, and wait until it controls with all of them."""
    venus = running.venus
    await venus.enable(*running.sim.addresses, **MEMBER)
    await venus.confirm_bank(Name="House", **chosen)
    return await venus.until_bank(complete(len(running.sim.addresses)))


def controlling(seen: Seen) -> bool:
    return CVL in seen.items and seen[CVL] is not None


def complete(packs: int) -> Callable[[Seen], bool]:
    """Return a condition: so many packs are online, and their limits are the highest."""

    def condition(seen: Seen) -> bool:
        highest = (packs * CHARGE, packs * DISCHARGE)
        return controlling(seen) and seen[ONLINE] == packs and (seen[CCL], seen[DCL]) == highest

    return condition


def fresh(seen: Seen) -> bool:
    return seen["/Dc/0/Voltage"] is not None


def says(words: str) -> Callable[[Seen], bool]:
    """Return a condition: the pack does not control, for a reason with these words."""
    return lambda seen: fresh(seen) and CVL not in seen.items and words in str(seen[MODE])


def first_signal(seen: Seen, condition: Callable[[dict[str, Any]], bool]) -> float:
    """Return when a service first sent a signal for whose values the condition holds."""
    return next(at for at, values in seen.signals if condition(values))


# Silence and return


async def test_a_pack_that_falls_silent_shrinks_the_limits_within_3_s_and_its_return_restores_them() -> None:
    async with boat() as running, Program("run"):
        await running.venus.enable(FOUR, **MEMBER, CustomName="Stern")
        bank = await house(running)
        await running.sim.fault("vanish", FOUR)
        await running.venus.until(FOUR, lambda s: s["/Dc/0/Voltage"] is None)
        await running.venus.until_bank(lambda s: (s[ONLINE], s[OFFLINE]) == (3, 1))
        await running.venus.until_bank(lambda s: (s[CCL], s[DCL]) == (3 * CHARGE, 3 * DISCHARGE))
        hold_ended = first_signal(running.shown(FOUR), lambda values: values.get("/Dc/0/Voltage", 0) is None)
        shrunk = first_signal(bank, lambda values: values.get(DCL) == 3 * DISCHARGE)
        assert shrunk - hold_ended < LIMITS_SHRINK
        alarmed = await running.venus.until_bank(lambda s: s[CABLE] == 1)
        assert "Stern" in plain(alarmed.items[CABLE]["Text"])
        assert all(fresh(running.shown(address)) for address in (ONE, TWO, THREE))
        assert fresh(alarmed)
        await running.sim.fault("appear", FOUR)
        back = await running.venus.until_bank(complete(4))
        assert back is bank  # it never left the bus
        assert (back[CABLE], back[OFFLINE]) == (0, 0)
        running.judge()


async def test_limits_never_rise_while_packs_fall_silent_and_end_at_0_with_the_last() -> None:
    async with boat(2) as running, Program("run"):
        bank = await house(running)
        await running.venus.set(ONE, "StopAfter", 9.0)
        await running.venus.set(TWO, "StopAfter", 9.0)
        before = len(bank.signals)
        await running.sim.fault("vanish", ONE)
        await running.venus.until_bank(lambda s: s[ONLINE] == 1)
        await running.sim.fault("vanish", TWO)
        stopped = await running.venus.until_bank(lambda s: s[ONLINE] == 0 and s[DCL] == 0)
        assert stopped[CCL] == 0
        assert stopped["/Dc/0/Voltage"] is None
        for path in (CCL, DCL):
            amperes = [values[path] for _, values in bank.signals[before:] if path in values]
            assert amperes == sorted(amperes, reverse=True), path
        await running.sim.fault("appear", ONE)
        await running.sim.fault("appear", TWO)
        assert await running.venus.until_bank(complete(2)) is bank
        running.judge()


# Programs end


async def connections(sim: Simulation) -> dict[str, int]:
    """Return how often each pack was connected."""
    return {one: (await sim.truth(one))["counters"]["connections"] for one in sim.addresses}


def has_connected_since(count: int) -> Callable[[dict[str, Any]], bool]:
    return lambda truth: truth["counters"]["connections"] > count


@pytest.mark.parametrize(
    ("fault", "parameters"),
    [
        ("restart_settings", {}),
        ("restart_bluetoothd", {"signal": "TERM"}),
        ("restart_bluetoothd", {"signal": "KILL"}),
    ],
    ids=["localsettings", "bluetoothd ended", "bluetoothd killed"],
)
async def test_a_restart_of_another_program_leaves_one_controlling_bms(
    fault: str, parameters: dict[str, str]
) -> None:
    async with boat() as running, Program("run") as program:
        bank = await house(running)
        before = await connections(running.sim)
        await running.sim.fault(fault, **parameters)
        if fault == "restart_bluetoothd":
            for address, count in before.items():
                await running.sim.truth_when(address, has_connected_since(count))
        else:
            await running.venus.set_bank("MaxChargeCurrent", 100.0)  # is heard again
            await running.venus.until_bank(lambda s: s[CCL] == 100.0)
        await running.venus.until_bank(lambda s: s[ONLINE] == 4)
        assert running.record.holders == [bank_id(1)]
        assert running.venus.services[BANK] is bank
        running.judge()
    assert program.left_behind == []


async def test_a_killed_service_controls_as_the_same_bank_after_its_restart() -> None:
    supervision = Supervision()
    async with boat() as running, supervision.running():
        bank = await house(running)
        os.kill(supervision.lives[-1].pid, signal.SIGKILL)
        await running.venus.until_bank_gone()
        back = await running.venus.until_bank(complete(4))
        assert back["/DeviceInstance"] == bank["/DeviceInstance"]
        assert running.record.holders == [bank_id(1)]
        running.judge()


async def test_a_killed_service_does_not_let_a_pack_with_control_1_control_after_its_restart() -> None:
    supervision = Supervision()
    async with boat(2) as running, supervision.running():
        await running.venus.enable(ONE, **CONTROL)
        await running.venus.until(ONE, controlling)
        await house(running)
        await running.sim.fault("vanish", TWO)  # the bank starts with one of its packs only
        os.kill(supervision.lives[-1].pid, signal.SIGKILL)
        await running.venus.until_bank_gone()
        await running.venus.until_bank(lambda s: controlling(s) and s[ONLINE] == 1)
        await running.venus.until(ONE, says("part of the bank House"))
        assert running.record.holders == [device_id(ONE), bank_id(1)]
        running.judge()


async def test_a_bank_that_was_confirmed_while_the_service_was_stopped_takes_over_at_its_start() -> None:
    async with boat(2) as running:
        async with Program("run"):
            await running.venus.enable(ONE, **CONTROL)
            await running.venus.enable(TWO, **MEMBER)
            await running.venus.until(ONE, controlling)
            await running.venus.until(TWO, fresh)
        await running.venus.confirm_bank(Name="House")
        async with Program("run"):
            await running.venus.until_bank(complete(2))
            await running.venus.until(ONE, says("part of the bank House"))
            assert running.record.holders == [device_id(ONE), bank_id(1)]
            running.judge()


# Owners decide


async def test_a_bank_is_proposed_once_and_forms_when_it_is_confirmed_as_over_mqtt() -> None:
    async with boat(2) as running, Program("run") as program:
        await running.venus.enable(*running.sim.addresses, **MEMBER)
        await program.until("dbus-xbms bank create")
        assert BANK not in running.venus.services
        assert await running.venus.set_bank("Enabled", 1) == 0  # the setting is there to be written
        bank = await running.venus.until_bank(complete(2))
        assert bank["/ProductId"] == 0xBA59
        assert bank["/DeviceInstance"] >= 590
        proposals = [line for line in program.output + program.log if "bank create" in line]
        assert len(proposals) == 1


async def test_a_pack_that_controls_hands_over_to_the_bank_that_is_confirmed_and_takes_over_after_it() -> (
    None
):
    async with boat(2) as running, Program("run"):
        await running.venus.enable(ONE, **CONTROL, HoldTime=6.0)
        await running.venus.until(ONE, controlling)
        await house(running)
        await running.venus.until(ONE, says("Not controlling: part of the bank House"))
        await running.venus.until(TWO, says("Not controlling: part of the bank House"))
        await running.venus.set_bank("Enabled", 0)
        await running.venus.until_bank_gone()
        await running.venus.until(ONE, controlling)
        assert running.record.holders == [device_id(ONE), bank_id(1), device_id(ONE)]
        running.judge()


async def test_a_bank_without_control_is_only_shown() -> None:
    async with boat(2) as running, Program("run"):
        await running.venus.enable(*running.sim.addresses, **MEMBER)
        await running.venus.confirm_bank(Control=0)
        bank = await running.venus.until_bank(lambda s: s[ONLINE] == 2 and fresh(s))
        assert not [path for path in (CVL, CCL, DCL) if path in bank.items]
        await running.venus.set_bank("Control", 1)
        await running.venus.until_bank(complete(2))
        running.judge()


async def test_packs_join_and_leave_a_bank_that_keeps_its_place_on_the_bus() -> None:
    async with boat(3) as running, Program("run"):
        await running.venus.enable(ONE, TWO, **MEMBER)
        await running.venus.confirm_bank(Name="House")
        await running.venus.until_bank(complete(2))
        await running.venus.enable(THREE, **MEMBER)
        await running.venus.until_bank(complete(3))
        await running.venus.set(TWO, "JoinBank", 0)
        await running.venus.until_bank(complete(2))
        await running.venus.until(TWO, says("Control is 0"))
        await running.venus.set(TWO, "JoinBank", 1)
        await running.venus.until_bank(complete(3))
        await running.venus.set(THREE, "Enabled", 0)
        await running.venus.until_gone(THREE)
        await running.venus.until_bank(complete(2))
        assert running.record.holders == [bank_id(1)]
        running.judge()


async def test_members_that_are_named_are_the_bank_and_the_others_are_not() -> None:
    async with boat(3) as running, Program("run"):
        await running.venus.enable(*running.sim.addresses, **MEMBER)
        await running.venus.confirm_bank(Name="House", Members=f"{ONE} {THREE}")
        bank = await running.venus.until_bank(complete(2))
        assert [bank[f"/Members/{n}/Address"] for n in (1, 2)] == [ONE, THREE]
        await running.venus.until(TWO, says("Control is 0"))
        running.judge()


async def test_a_topology_that_does_not_fit_is_told_and_ends_the_bank_only_if_it_stays() -> None:
    async with boat(2) as running, Program("run") as program:
        bank = await house(running)
        await running.venus.set_bank("Topology", "2s2p")
        await program.until("House: ends in 5 s unless that is changed: 2s2p needs 4 packs, not 2")
        await running.venus.set_bank("Topology", "parallel")
        await running.venus.set_bank("MaxChargeCurrent", 50.0)  # the bank goes on
        assert await running.venus.until_bank(lambda s: s[CCL] == 50.0) is bank
        running.judge()
        await running.venus.set_bank("Topology", "3s1p")
        await running.venus.until_bank_gone()
        await running.venus.until(ONE, says("Control is 0"))


async def test_a_bank_gives_way_to_another_bms_and_its_packs_do_not_take_over() -> None:
    pylontech = f"{BATTERY}socketcan_can0"
    async with boat(2) as running, Program("run"):
        await house(running)
        await running.venus.set(ONE, "Control", 1)  # refused: the bank controls
        async with venus_service(pylontech, {CVL: 14.0, "/DeviceInstance": 512}):
            await running.venus.until_bank(says("battery.socketcan_can0 has a charge voltage limit"))
            await running.venus.until(ONE, says("part of the bank House"))
        await running.venus.until_bank(says("within the last 10 min"))
        assert running.record.holders == [bank_id(1)]  # of the services of this program


async def test_an_owner_who_changes_everything_at_once_never_has_two_controlling_services() -> None:
    async with boat(3) as running, Program("run") as program:
        await running.venus.enable(ONE, **CONTROL, **QUICK)
        await running.venus.enable(TWO, **CONTROL, **QUICK)
        await running.venus.enable(THREE, **MEMBER)
        await running.venus.confirm_bank(Name="House")
        await running.venus.until_bank(lambda s: controlling(s) and s[ONLINE] == 3)
        for name, value in (
            *(("Enabled", 0), ("Enabled", 1), ("Control", 0), ("Control", 1)),
            *(("Members", f"{ONE} {THREE}"), ("Members", f"{TWO} {THREE}"), ("Members", "")),
            *(("Enabled", 0), ("Control", 0), ("Enabled", 1), ("Control", 1)),
        ):
            await running.venus.set_bank(name, value)
            await running.venus.set(THREE, "JoinBank", int(name != "Control"))
            await asyncio.sleep(0.7)  # some changes follow before the last one has taken effect
        await running.venus.set(THREE, "JoinBank", 1)
        await running.venus.until_bank(lambda s: controlling(s) and s[ONLINE] == 3)
        for address in (ONE, TWO):
            await running.venus.until(address, says("part of the bank House"))
        assert running.record.overlaps() == []
    assert program.left_behind == []


# Series


async def test_two_packs_in_series_are_a_bank_of_twice_the_voltage_and_the_least_current() -> None:
    async with boat(2, wiring=wired(2, series=2)) as running, Program("run"):
        await running.venus.enable(ONE, **MEMBER)
        await running.venus.enable(TWO, **MEMBER, MaxDischargeCurrent=20.0)
        await running.venus.confirm_bank(Members=f"{ONE} {TWO}", Topology="series")
        bank = await running.venus.until_bank(lambda s: controlling(s) and s[ONLINE] == 2)
        volts = [running.shown(address)["/Dc/0/Voltage"] for address in (ONE, TWO)]
        assert bank["/Dc/0/Voltage"] == pytest.approx(sum(volts), abs=0.1)
        assert bank["/Dc/0/MidVoltage"] == pytest.approx(volts[0], abs=0.05)
        assert 25 < bank[CVL] <= 2 * 13.8
        assert (bank[CCL], bank[DCL]) == (CHARGE, 20.0)
        assert (bank["/System/BatteriesSeries"], bank["/System/BatteriesParallel"]) == (2, 1)


async def test_2s2p_adds_up_currents_in_parallel_and_voltages_in_series() -> None:
    async with boat(4, wiring=wired(4, series=2)) as running, Program("run"):
        await running.venus.enable(*running.sim.addresses, **MEMBER)
        await running.venus.confirm_bank(Members=" ".join(ADDRESSES), Topology="2s2p")
        bank = await running.venus.until_bank(
            lambda s: controlling(s) and (s[ONLINE], s[CCL], s[DCL]) == (4, 2 * CHARGE, 2 * DISCHARGE)
        )
        volts = running.shown(ONE)["/Dc/0/Voltage"] + running.shown(THREE)["/Dc/0/Voltage"]
        assert bank["/Dc/0/Voltage"] == pytest.approx(volts, abs=0.1)
        assert (bank["/System/BatteriesSeries"], bank["/System/BatteriesParallel"]) == (2, 2)
        assert bank["/Capacity"] == pytest.approx(120, abs=5)
        await running.sim.fault("vanish", TWO)  # its string goes on with the other pack
        await running.venus.until_bank(lambda s: (s[ONLINE], s[CCL], s[DCL]) == (3, CHARGE, DISCHARGE))


# MOSFETs


async def test_a_pack_whose_charging_is_off_leaves_charging_to_the_others() -> None:
    async with boat(2) as running, Program("run"):
        await running.venus.enable(*running.sim.addresses, **MEMBER, AllowMosfetControl=1)
        await running.venus.confirm_bank(Name="House")
        await running.venus.until_bank(complete(2))
        await running.sim.fault("mask", ONE, mask=1)
        await running.venus.until_bank(lambda s: (s[BLOCKING], s[CCL], s[DCL]) == (1, CHARGE, 2 * DISCHARGE))
        await running.sim.fault("mask", ONE, mask=0)
        await running.venus.until_bank(complete(2))


# Signals


async def test_a_bank_of_16_packs_sends_at_most_one_signal_a_second() -> None:
    async with boat(16, wiring=wired(16, load="discharge")) as running, Program("run"):
        await running.venus.enable(*running.sim.addresses, **MEMBER)
        await running.venus.confirm_bank()
        bank = await running.venus.until_bank(lambda s: controlling(s) and s[ONLINE] == 16)
        start = len(bank.signals)
        seconds = 10
        await asyncio.sleep(seconds)
        assert seconds / 2 <= len(bank.signals[start:]) <= seconds + 1
        running.judge()
