"""Commands with packs in range, with and without the running service."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import Any

from dbus_xbms.commands.batteries import Batteries
from dbus_xbms.commands.session import open_bus
from tests.bus.cli import command, until_listed
from tests.bus.simulation import Program, Simulation
from tests.bus.venus import Venus

PACK = "A4:C1:37:00:00:01"


async def test_scan_without_the_service_uses_the_radio_itself(private_bus: str) -> None:
    async with Simulation(packs=2) as sim:
        done = await command("scan", "--seconds", "2")
    assert done.status == 0
    assert sorted(line.split()[0] for line in done.out.splitlines()[1:3]) == sim.addresses
    assert "To add one: dbus-xbms add ADDRESS" in done.out


async def test_scan_works_without_venus_os(private_bus: str) -> None:
    async with Simulation(1, "--bluez-only") as sim:
        done = await command("scan", "--seconds", "2")
    assert done.out.splitlines()[1].split()[:3:2] == [sim.addresses[0], "new"]


async def test_scan_says_what_to_do_when_nothing_is_in_range(private_bus: str) -> None:
    async with Simulation(packs=1) as sim:
        await sim.fault("vanish", PACK)
        done = await command("scan", "--seconds", "1")
    assert done.status == 1
    assert "close its app" in done.err


async def test_probe_prints_the_pack_and_every_byte_and_writes_a_capture_that_decode_reads(
    private_bus: str, tmp_path: Path
) -> None:
    capture = tmp_path / "frames.txt"
    async with Simulation(packs=1) as sim:
        done = await command("probe", PACK, "--capture", str(capture))
        assert (await sim.truth(PACK))["counters"]["connections"] == 1
    assert done.status == 0
    assert "> dd a5 03 00 ff fd 77" in done.out
    assert "hardware                  JBD-" in done.out
    decoded = await command("decode", str(capture))
    assert decoded.status == 0
    assert all("error" not in json.loads(line) for line in decoded.out.splitlines())


async def test_probe_json_is_one_object_with_sample_identity_and_chunks(private_bus: str) -> None:
    async with Simulation(packs=1):
        done = await command("probe", PACK.replace(":", "").lower(), "--json")
    assert done.status == 0
    document = json.loads(done.out)
    assert document["address"] == PACK
    assert len(document["sample"]["cells"]) == document["identity"]["cell_count"] == 4
    assert document["sample"]["mosfets"] == {"charge": True, "discharge": True}
    assert document["counters"]["short_circuit"] == 0
    assert document["chunks"][0] == "> dd a5 03 00 ff fd 77"


async def test_probe_pairs_with_the_given_passkey(private_bus: str) -> None:
    async with Simulation([{"passkey": "123456"}]) as sim:
        unpaired = await command("probe", PACK)
        assert unpaired.status == 1
        assert "needs to be paired with its passkey" in unpaired.err
        assert "--passkey 123456" in unpaired.err
        assert "dbus-xbms set" not in unpaired.err  # a pack can be probed before it is added
        wrong = await command("probe", PACK, "--passkey", "654321")
        assert "refuses its passkey" in wrong.err
        done = await command("probe", PACK, "--passkey", "123456")
        assert (await sim.truth(PACK))["paired"]
    assert done.status == 0
    assert "hardware                  JBD-" in done.out


async def test_probe_refuses_a_passkey_that_is_not_digits(private_bus: str) -> None:
    done = await command("probe", PACK, "--passkey", "12345x")
    assert (done.status, "Passkey must be up to six digits" in done.err) == (2, True)


async def test_probe_says_how_to_give_the_password(private_bus: str) -> None:
    async with Simulation([{"password": "123123"}]):
        done = await command("probe", PACK)
    assert done.status == 1
    assert "needs its password; give the password that the phone app asks for: --password" in done.err


async def test_probe_says_that_a_module_connects_but_never_answers(private_bus: str) -> None:
    async with Simulation(1) as sim:
        await sim.fault("mute", PACK)
        done = await command("probe", PACK)
    assert done.status == 1
    assert "it connects, but never answers" in done.err
    assert "close it on every phone" in done.err
    assert "--password or --passkey" in done.err


async def test_probe_says_that_the_characteristics_are_missing(private_bus: str) -> None:
    async with Simulation([{"write": "none"}]):
        done = await command("probe", PACK)
    assert done.status == 1
    assert "service ff00 is there, but not its characteristics ff01 and ff02: another make of BMS" in done.err


async def test_scan_names_a_bluetoothd_that_hangs(private_bus: str) -> None:
    async with Simulation(1, "--bluez-only") as sim:
        os.kill(sim.pid, signal.SIGSTOP)
        try:
            done = await command("scan", "--seconds", "4")
        finally:
            os.kill(sim.pid, signal.SIGCONT)
    assert done.status == 1
    assert "bluetoothd has not answered for 5 s: restart it with" in done.err
    assert "CancelledError" not in done.err


async def test_the_bus_shows_that_a_connected_pack_does_not_answer(
    private_bus: str,
) -> None:
    async with Simulation(1) as sim, Venus() as venus, Program("run"):
        await venus.enable(PACK)
        await venus.until(PACK, lambda seen: seen["/Dc/0/Voltage"] is not None)
        await sim.fault("mute", PACK)
        await sim.fault("drop", PACK)
        state = "reached, but does not answer"
        await venus.until(PACK, lambda seen: state in seen["/Bluetooth/State"])
        await sim.fault("clear", PACK)
        seen = await venus.until(PACK, lambda seen: seen["/Bluetooth/State"] == "connected")
        assert seen["/Dc/0/Voltage"] is not None
        assert seen["/ConnectionInformation"] == "connected"


async def test_list_and_doctor_distinguish_mute_foreign_and_absent_packs(private_bus: str) -> None:
    rows: list[dict[str, Any]] = [
        {"name": "mute"},
        {"name": "other", "write": "none"},
        {"name": "away", "present": False},
    ]
    async with Simulation(rows) as sim, Venus() as venus, Program("run"):
        mute, other, away = sim.addresses
        await sim.fault("mute", mute)
        await venus.enable(mute, other, away)
        out = await until_listed("it connects, but never answers", "service ff00 is there", "not heard yet")
        lines = {line.split()[0]: line for line in out.splitlines() if line.startswith("A4:")}
        assert "connects but never answers" in lines[mute]
        assert "another make of BMS" in lines[other]
        assert "not heard" in lines[away]
        assert ": it connects, but never answers\n  -> an app may hold it (close it on every phone)" in out
        assert ": service ff00 is there, but not its characteristics ff01 and ff02" in out
        assert ": not heard yet, after " in out
        found = json.loads((await command("doctor", "--json")).out)["findings"]
        text_of = {one["topic"]: f"{one['words']} {one['advice']}" for one in found}
        assert "it connects, but never answers" in text_of[f"pack {mute}"]
        assert "close it on every phone" in text_of[f"pack {mute}"]
        assert "another make of BMS" in text_of[f"pack {other}"]
        assert "not heard yet" in text_of[f"pack {away}"]


async def test_scan_add_list_watch_and_remove_work_in_sequence(private_bus: str) -> None:
    async with Simulation(packs=2), Program("run") as service:
        await service.until("no pack is enabled yet")
        assert "new" in (await command("scan", "--seconds", "2")).out
        assert "not added" in (await command("list")).out
        assert (await command("add", PACK, "--name", "House bank")).status == 0
        await service.until("is on the bus")
        await service.until("polling")
        assert "connected" in (await command("list")).out
        assert "House bank" in (await command("watch", "--once")).out
        assert (await command("remove", "House bank", "--forget")).status == 0
        assert "No pack has been added yet" in (await command("list")).out
        assert await service.stop() == 0
    assert service.left_behind == []


async def test_a_pack_that_leaves_the_bus_before_it_is_read_is_not_shown(private_bus: str) -> None:
    async with open_bus() as bus:
        live = Batteries(bus)
        await live._read("com.victronenergy.battery.xbms_a4c137000001")
        assert live.packs == []
