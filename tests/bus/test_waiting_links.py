"""Links that wait for an adapter, for bluetoothd or for the system bus."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from dbus_xbms.commands.demo import BUS_CONFIG
from dbus_xbms.model import CONNECTED
from tests.bus.links import JBD, linked, poll, reopen, running, until_lost, until_state
from tests.bus.simulation import Simulation

pytestmark = pytest.mark.usefixtures("private_bus")


async def test_a_link_waits_for_an_adapter_that_is_off() -> None:
    async with Simulation(packs=1) as sim, running() as central, linked(central, sim.addresses[0]) as link:
        await sim.fault("power", "hci0", on=False)
        await until_lost(link)
        await link.close()
        async with asyncio.TaskGroup() as group:
            group.create_task(reopen(link))
            await until_state(link, "adapter off")
            assert not central.adapters[0].powered
            await sim.fault("power", "hci0", on=True)
        assert (await poll(link)).sample.cells


async def test_a_link_waits_for_an_unplugged_adapter_and_recognises_it_under_another_number() -> None:
    async with Simulation(packs=1) as sim, running() as central, linked(central, sim.addresses[0]) as link:
        home = central.adapters[0].address
        await sim.fault("unplug", "hci0")
        await until_lost(link)
        assert not central.adapters
        await link.close()
        again = central.link(sim.addresses[0], JBD, adapter=home)
        async with asyncio.TaskGroup() as group:
            group.create_task(reopen(again))
            await until_state(again, "no adapter")
            await sim.fault("plug", home, name="hci3")
        assert [(one.hci, one.links) for one in central.adapters] == [("hci3", 1)]
        await again.close()


async def test_a_link_waits_for_bluetoothd_to_start() -> None:
    async with running() as central:
        link = central.link("A4:C1:37:00:00:01", JBD)
        opening = asyncio.ensure_future(link.open())
        await until_state(link, "no Bluetooth")
        async with Simulation(packs=1):
            await opening
            assert link.status.state == CONNECTED
            await link.close()


async def test_a_link_waits_for_the_system_bus(
    private_bus: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={tmp_path}/missing")
    async with running() as central:
        link = central.link("A4:C1:37:00:00:01", JBD)
        opening = asyncio.ensure_future(link.open())
        await until_state(link, "no Bluetooth")
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", private_bus)
        async with Simulation(packs=1):
            await opening
            assert central.adapters[0].links == 1
            await link.close()


@asynccontextmanager
async def own_bus(directory: Path) -> AsyncIterator[str]:
    """A dbus-daemon that the test can end, always at the same address."""
    config = directory / "own.conf"
    config.write_text(BUS_CONFIG.replace("unix:dir={folder}", f"unix:path={directory}/own"))
    daemon = await asyncio.create_subprocess_exec(
        *("dbus-daemon", f"--config-file={config}", "--nofork", "--print-address"),
        stdout=asyncio.subprocess.PIPE,
    )
    assert daemon.stdout
    try:
        yield (await daemon.stdout.readline()).decode().strip()
    finally:
        daemon.terminate()
        await daemon.communicate()


async def test_a_link_reopens_after_the_system_bus_restarts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for which in ("SYSTEM", "SESSION"):
        monkeypatch.setenv(f"DBUS_{which}_BUS_ADDRESS", f"unix:path={tmp_path}/own")
    async with running() as central:
        link = central.link("A4:C1:37:00:00:01", JBD)
        async with own_bus(tmp_path), Simulation(packs=1) as sim:
            await reopen(link)
            await sim.stop()
        await until_lost(link)
        async with own_bus(tmp_path), Simulation(packs=1):
            await reopen(link)
            await link.run(JBD.hello("A4:C1:37:00:00:01", ""))
            assert (await poll(link)).sample.cells
            await link.close()
