"""The whole program as its owner runs it: real bleak on simulated radios, real D-Bus, real processes."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import pytest

from dbus_xbms.capture import parse_line
from dbus_xbms.settings import device_id
from tests.bus.shown_packs import ONE, TWO, invalid, of_a_poll, valid
from tests.bus.simulation import Program, Simulation
from tests.bus.venus import BATTERY, Seen, Venus

pytestmark = pytest.mark.usefixtures("private_bus")


def clock() -> float:
    return asyncio.get_running_loop().time()


def polled(seen: Seen) -> list[float]:
    """Times of the signals with values of a good poll, in s of the loop's clock."""
    return [
        at
        for at, changes in seen.signals
        if any(path.startswith("/Dc/") and value is not None for path, value in changes.items())
    ]


async def test_both_packs_are_on_the_bus_with_their_values_until_sigterm() -> None:
    async with Simulation(2) as sim, Venus() as venus:
        await venus.enable(ONE, TWO)
        async with Program("run") as program:
            for address in (ONE, TWO):
                seen = await venus.until(address, valid)
                truth = (await sim.truth(address))["pack"]
                assert seen["/Dc/0/Voltage"] == pytest.approx(truth["voltage"], abs=0.3)
                assert seen["/System/NrOfCellsPerBattery"] == len(truth["cells"])
                assert seen["/State"] == 9
                assert seen["/Alarms/BmsCable"] == 0
                assert "/Info/MaxChargeVoltage" not in seen.items
            assert await program.stop(signal.SIGTERM) == 0
        assert program.left_behind == []
        assert venus.services == {}


async def test_a_dropped_link_reopens_without_an_invalid_value_on_the_bus() -> None:
    async with Simulation(2) as sim, Venus() as venus, Program("run"):
        await venus.enable(ONE, TWO)
        seen = await venus.until(ONE, valid)
        before = (await sim.truth(ONE))["counters"]["connections"]
        seen.signals.clear()
        await sim.fault("drop", ONE)
        await sim.truth_when(ONE, lambda truth: truth["counters"]["connections"] > before)
        polls = len(seen.signals)
        await venus.until(ONE, lambda s: len([1 for _, c in s.signals[polls:] if of_a_poll(c)]) >= 2)
        assert all(change.get("/Dc/0/Voltage", 0) is not None for _, change in seen.signals)
        assert venus.left == []


async def test_after_a_drop_each_notification_is_received_once(tmp_path: Path) -> None:
    capture = tmp_path / "capture"
    async with Simulation(1) as sim, Venus() as venus, Program("run", "--capture", str(capture)) as program:
        await venus.enable(ONE)
        await venus.until(ONE, valid)
        for n in range(2, 4):
            await sim.fault("drop", ONE)
            await sim.truth_when(ONE, lambda truth, n=n: truth["counters"]["connections"] >= n)  # type: ignore[misc]
            seen = await venus.until(ONE, valid)
            at = len(seen.signals)
            await venus.until(ONE, lambda s, at=at: len(s.signals) > at + 2)  # type: ignore[misc]
        await program.stop()
        sent = (await sim.truth(ONE))["counters"]["notifications"]
    chunks = [chunk for line in capture.read_text().splitlines() if (chunk := parse_line(line))]
    assert len([1 for chunk in chunks if chunk.direction == "<"]) == sent


@pytest.mark.parametrize("number", ["TERM", "KILL"])
async def test_polling_continues_after_a_restart_of_bluetoothd(number: str) -> None:
    async with Simulation(2) as sim, Venus() as venus, Program("run") as program:
        await venus.enable(ONE, TWO)
        for address in (ONE, TWO):
            await venus.until(address, valid)
        await sim.fault("restart_bluetoothd", signal=number, seconds=2.0)
        for address in (ONE, TWO):
            seen = await venus.until(address, valid)
            at = len(seen.signals)
            await venus.until(
                address,
                lambda s, at=at: len([1 for _, c in s.signals[at:] if of_a_poll(c)]) >= 3,  # type: ignore[misc]
            )
            assert all(change.get("/Dc/0/Voltage", 0) is not None for _, change in seen.signals)
        assert await program.stop() == 0
    assert program.left_behind == []


async def test_a_silent_pack_is_held_then_invalid_then_removed_and_a_good_poll_restores_it() -> None:
    async with Simulation(2) as sim, Venus() as venus, Program("run"):
        await venus.enable(ONE, HoldTime=5.0, RemoveAfter=10.0)
        await venus.enable(TWO)
        seen = await venus.until(ONE, valid)
        await venus.until(TWO, valid)
        await venus.until(ONE, lambda s: bool(polled(s)))
        await sim.fault("mute", ONE)
        await venus.until(ONE, invalid)
        assert clock() - polled(seen)[-1] > 4.0  # HoldTime; the signal of the last poll may have been late
        assert seen["/Alarms/BmsCable"] == 1
        assert seen["/State"] == 18
        assert seen["/System/NrOfModulesOffline"] == 1
        assert (
            await venus.call(seen.owner, "/Dc/0/Voltage", "com.victronenergy.BusItem", "GetValue")
        ).signature == "ai"
        await venus.until_gone(ONE)
        assert clock() - polled(seen)[-1] > 9.0  # RemoveAfter
        await sim.fault("clear", ONE)
        back = await venus.until(ONE, valid)
        assert back["/Alarms/BmsCable"] == 0
        assert back["/State"] == 9
        assert [name for name in venus.left if name.endswith("02")] == []


async def test_torn_late_and_duplicate_frames_never_reach_the_bus() -> None:
    wrong: list[tuple[str, object]] = []

    def check(seen: Seen) -> None:
        cells = [seen[f"/Voltages/Cell{n}"] for n in range(1, 5)]
        bad = [volts for volts in cells if volts is not None and not 3.2 < volts < 3.4]
        if bad or seen["/Soc"] not in (None, *map(float, range(55, 70))):
            wrong.append((seen.name, [cells, seen["/Soc"]]))

    async with Simulation(1) as sim, Venus(check) as venus, Program("run"):
        await venus.enable(ONE, PollInterval=0.2)
        await venus.until(ONE, valid)
        for fault in ("tear", "late", "duplicate", "corrupt", "echo", "foreign"):
            seen = await venus.until(ONE, valid)
            await sim.fault(fault, ONE, count=2)
            at = len(seen.signals)
            await venus.until(ONE, lambda s, at=at: len(s.signals) > at + 3)  # type: ignore[misc]
        assert wrong == []
        assert venus.left == []


async def test_in_per_poll_mode_the_pack_is_free_between_polls_and_its_values_stay() -> None:
    async with Simulation(1) as sim, Venus() as venus, Program("run"):
        await venus.enable(ONE, ConnectionMode=1, PollInterval=3.0)
        seen = await venus.until(ONE, valid)
        await sim.truth_when(ONE, lambda truth: truth["holder"] is None)
        assert valid(seen)
        await sim.truth_when(ONE, lambda truth: truth["counters"]["connections"] >= 3)
        assert all(change.get("/Dc/0/Voltage", 0) is not None for _, change in seen.signals)


async def test_the_name_is_synchronised_between_the_bus_and_the_settings() -> None:
    async with Simulation(1), Venus() as venus, Program("run"):
        await venus.enable(ONE)
        seen = await venus.until(ONE, valid)
        assert await venus.write(seen.name, "/CustomName", "House bank") == 0
        await venus.until(ONE, lambda s: s["/CustomName"] == "House bank")
        await venus.until_setting(ONE, "CustomName", "House bank")
        await venus.set(ONE, "CustomName", "Starter")
        await venus.until(ONE, lambda s: s["/CustomName"] == "Starter")
        assert venus.left == []


async def test_a_changed_instance_takes_effect_without_a_restart() -> None:
    async with Simulation(1), Venus() as venus, Program("run"):
        await venus.enable(ONE)
        assert (await venus.until(ONE, valid))["/DeviceInstance"] == 600
        await venus.set(ONE, "ClassAndVrmInstance", "battery:7")
        seen = await venus.until(ONE, lambda s: s["/DeviceInstance"] == 7)
        assert valid(seen)
        assert venus.left == [seen.name]


async def test_a_disabled_pack_leaves_the_bus_and_an_enabled_one_appears() -> None:
    async with Simulation(2) as sim, Venus() as venus, Program("run"):
        await venus.enable(ONE)
        await venus.until(ONE, valid)
        await venus.set(ONE, "Enabled", 0)
        await venus.until_gone(ONE)
        await sim.truth_when(ONE, lambda truth: truth["holder"] is None)
        await venus.enable(TWO)
        await venus.until(TWO, valid)
        await venus.set(ONE, "Enabled", 1)
        assert (await venus.until(ONE, valid))["/State"] == 9


async def test_a_setting_changed_while_a_pack_is_being_enabled_is_not_lost() -> None:
    async with Simulation(1), Venus() as venus, Program("run"):
        await venus.enable(ONE, CustomName="at first")
        await venus.until(ONE, valid)
        for name in ("bow", "stern", "port", "starboard"):
            await venus.set(ONE, "Enabled", 0)
            await venus.set(ONE, "Enabled", 1)
            await venus.set(ONE, "CustomName", name)
            await venus.until(ONE, lambda s, name=name: s["/CustomName"] == name and valid(s))  # type: ignore[misc]
        assert (await venus.until(ONE, valid))["/CustomName"] == "starboard"


async def test_there_is_at_most_one_signal_per_poll_and_none_when_nothing_changes() -> None:
    still = {"load": "rest", "soc": 50.0, "noise": 0.0}
    async with Simulation([still]) as sim, Venus() as venus, Program("run"):
        await venus.enable(ONE, PollInterval=0.3)
        seen = await venus.until(ONE, valid)
        polls = (await sim.truth(ONE))["counters"]["requests"]["03"]
        at = len(seen.signals)
        await sim.truth_when(ONE, lambda t: t["counters"]["requests"]["03"] >= polls + 10)
        assert len(seen.signals) - at <= 2  # a slow row may still have been due
        await sim.fault("current", ONE, amperes="-20")
        await venus.until(ONE, lambda s: (s["/Dc/0/Current"] or 0) < -19)
        polls, at = (await sim.truth(ONE))["counters"]["requests"]["03"], len(seen.signals)
        truth = await sim.truth_when(ONE, lambda t: t["counters"]["requests"]["03"] >= polls + 10)
        assert len(seen.signals) - at <= truth["counters"]["requests"]["03"] - polls + 1


async def test_a_pack_that_cannot_be_reached_delays_no_other_pack() -> None:
    async with Simulation(3) as sim, Venus() as venus:
        await venus.enable(ONE, TWO, "A4:C1:37:00:00:03")
        await sim.fault("vanish", ONE)
        async with Program("run"):
            for address in (TWO, "A4:C1:37:00:00:03"):
                await venus.until(address, valid)
            assert not any(valid(seen) for seen in venus.services.values() if device_id(ONE) in seen.name)
            await sim.fault("appear", ONE)
            await venus.until(ONE, valid)


async def test_the_program_waits_for_localsettings_and_survives_its_restart() -> None:
    async with Venus() as venus, Program("run") as program:
        await program.until("waiting for localsettings")
        async with Simulation(1) as sim:
            await venus.enable(ONE)
            seen = await venus.until(ONE, valid)
            await sim.fault("restart_settings", seconds=1.0)
            at = len(seen.signals)
            await venus.until(ONE, lambda s: len(s.signals) > at + 2)
            await venus.set(ONE, "CustomName", "After")
            await venus.until(ONE, lambda s: s["/CustomName"] == "After")
            assert venus.left == []
        assert await program.stop() == 0
    assert program.left_behind == []


async def test_a_second_instance_refuses_to_run_beside_the_first() -> None:
    async with Simulation(1), Program("run") as first:
        await first.until("no pack is enabled")
        async with Program("run") as second:
            assert await second.ended() == 1
            assert second.lines("already running")
        assert second.left_behind == []


async def test_a_known_pack_is_on_the_bus_with_invalid_values_before_it_answers() -> None:
    async with Simulation(1) as sim, Venus() as venus:
        await venus.enable(ONE)
        async with Program("run"):
            await venus.until(ONE, valid)
        await sim.fault("mute", ONE)
        async with Program("run"):
            seen = await venus.until(ONE, lambda s: True)
            assert seen["/Dc/0/Voltage"] is None
            assert seen["/Soc"] is None
            assert seen["/State"] == 0
            assert seen["/HardwareVersion"].startswith("JBD-")
            assert seen["/System/NrOfCellsPerBattery"] == 4
            assert seen.name == BATTERY + "xbms_a4c137000001"
