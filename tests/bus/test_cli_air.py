"""The command line with packs in the air: by itself, and together with the running service."""

from __future__ import annotations

import json
from pathlib import Path

from tests.bus.simulation import Program, Simulation
from tests.bus.test_cli_packs import command

PACK = "A4:C1:37:00:00:01"


async def test_scan_without_the_service_uses_the_radio_itself(private_bus: str) -> None:
    async with Simulation(packs=2) as sim:
        done = await command("scan", "--seconds", "2")
    assert done.status == 0
    assert sorted(line.split()[0] for line in done.out.splitlines()[1:3]) == sim.addresses
    assert "add ADDRESS" in done.out


async def test_scan_works_on_a_machine_that_is_no_gx(private_bus: str) -> None:
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
    told = json.loads(done.out)
    assert told["address"] == PACK
    assert len(told["sample"]["cells"]) == told["identity"]["cell_count"] == 4
    assert told["sample"]["mosfets"] == {"charge": True, "discharge": True}
    assert told["counters"]["short_circuit"] == 0
    assert told["chunks"][0] == "> dd a5 03 00 ff fd 77"


async def test_an_owners_first_evening(private_bus: str) -> None:
    async with Simulation(packs=2), Program("run") as service:
        await service.until("no pack is enabled yet")
        assert "new" in (await command("scan", "--seconds", "2")).out
        assert "listed only" in (await command("list")).out
        assert (await command("add", PACK, "--name", "House bank")).status == 0
        await service.until("is on the bus")
        await service.until("polling")
        assert "connected" in (await command("list")).out
        assert "House bank" in (await command("watch", "--once")).out
        assert (await command("remove", "House bank", "--forget")).status == 0
        assert PACK not in (await command("list")).out
        assert await service.stop() == 0
    assert service.left_behind == []
