"""``com.victronenergy.xbms``: the program as a service, from which pages of the GX add packs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from dbus_xbms.dbus import BusLost, Server
from dbus_xbms.program.changes import Changes
from dbus_xbms.program.discovered import SETTLED_AFTER
from dbus_xbms.program.service import RETRY_AFTER, ProgramService
from dbus_xbms.settings import device_id
from dbus_xbms.venus.tables.program import NAME
from tests.air.program_fakes import FakeScans, FakeStore
from tests.bus.cli import command
from tests.bus.simulation import Program, Simulation
from tests.bus.venus import BATTERY, BUS_ITEM, DBUS, Venus, plain
from tests.patience import PATIENCE
from tests.unit.program.running_parts import parts

pytestmark = pytest.mark.usefixtures("private_bus")

FIRST, SECOND = "A4:C1:37:00:00:01", "A4:C1:37:00:00:02"


async def shown(venus: Venus) -> dict[str, Any]:
    """Return the valid values of the service by path."""
    items = await venus.call(NAME, "/", BUS_ITEM, "GetItems")
    values = {path: plain(entry["Value"]) for path, entry in items.items()}
    return {path: value for path, value in values.items() if value is not None}


async def until(venus: Venus, condition: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """Read the service until ``condition`` holds, and return its values."""
    values: dict[str, Any] = {}
    try:
        async with asyncio.timeout(PATIENCE):
            while not condition(values := await shown(venus)):  # noqa: ASYNC110 (as a page reads it)
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise AssertionError(f"the condition never holds: {values}") from None
    return values


def row_of(values: dict[str, Any], group: str, address: str) -> str:
    """Return the path of the row with an address, such as ``/Packs/0``; empty if there is none."""
    found = [path for path, value in values.items() if path.startswith(f"/{group}/") and value == address]
    return found[0].removesuffix("/Address") if found else ""


async def scanned(venus: Venus, *addresses: str) -> dict[str, Any]:
    """Scan until packs are found, and end the scan."""
    assert await venus.write(NAME, "/Scan", 1) == 0
    await until(venus, lambda values: all(row_of(values, "Discovered", one) for one in addresses))
    assert await venus.write(NAME, "/Scan", 0) == 0
    return await until(venus, lambda values: values["/Scan"] == 0)


async def test_adding_a_discovered_pack_starts_its_service_with_chemistry_and_name() -> None:
    async with Simulation(packs=2), Venus() as venus, Program("run") as program:
        await program.until(f"{NAME} is on the bus")
        row = row_of(await scanned(venus, FIRST, SECOND), "Discovered", FIRST)
        assert await venus.write(NAME, f"{row}/Add", FIRST) == 0
        battery = await venus.until(FIRST, lambda seen: seen["/Soc"] is not None)
        values = await until(venus, lambda values: "/Packs/0/Service" in values)
        assert values["/Packs/0/State"] == "connected"
        assert values["/Packs/0/Address"] == FIRST
        assert values["/Packs/0/Service"] == BATTERY + device_id(FIRST)
        assert values["/Packs/0/Instance"] == battery["/DeviceInstance"]
        assert values[f"{row_of(values, 'Discovered', FIRST)}/Known"] == 1
        assert await venus.setting(FIRST, "Control") == 0
        assert "/Packs/1/Address" not in values

        assert await venus.set(FIRST, "Chemistry", "LiFePO4") == 0
        assert await venus.set(FIRST, "CustomName", "Bow") == 0
        await venus.until(FIRST, lambda seen: seen["/CustomName"] == "Bow")
        await until(venus, lambda values: values["/Packs/0/Name"] == "Bow")
        assert await venus.setting(FIRST, "Chemistry") == "LiFePO4"

        assert await venus.write(NAME, "/Packs/0/Enabled", 0) == 0
        await venus.until_gone(FIRST)
        values = await until(venus, lambda values: values["/Packs/0/State"] == "off")
        assert "/Packs/0/Service" not in values
        assert await venus.write(NAME, "/Packs/0/Enabled", 1) == 0
        await venus.until(FIRST, lambda seen: seen["/Soc"] is not None)
    assert program.left_behind == []


async def test_a_pack_that_is_forgotten_leaves_its_row_and_can_be_added_again() -> None:
    async with Simulation(packs=1), Venus() as venus, Program("run") as program:
        await program.until(f"{NAME} is on the bus")
        await scanned(venus, FIRST)
        await asyncio.sleep(SETTLED_AFTER)
        assert await venus.write(NAME, "/Discovered/0/Add", 1) == 0  # as Node-RED may write it
        await venus.until(FIRST, lambda seen: seen["/Soc"] is not None)
        assert (await command("remove", FIRST, "--forget", "--yes")).status == 0
        await venus.until_gone(FIRST)
        values = await until(venus, lambda values: "/Packs/0/Address" not in values)
        assert values["/Discovered/0/Known"] == 0
        assert await venus.write(NAME, "/Discovered/0/Add", FIRST) == 0
        await venus.until(FIRST, lambda seen: seen["/Soc"] is not None)
    assert program.left_behind == []


async def test_what_cannot_be_done_is_refused_with_a_reason() -> None:
    async with Simulation(packs=1), Venus() as venus, Program("run") as program:
        await program.until(f"{NAME} is on the bus")
        assert await venus.write(NAME, "/Restart", 1) != 0
        assert "supervisor" in await program.until("/Restart: ")
        assert "supervisor" in (await until(venus, lambda values: values["/Message"]))["/Message"]
        assert await venus.write(NAME, "/Discovered/5/Add", 1) != 0
        assert await venus.write(NAME, "/Packs/0/Enabled", 1) != 0
        assert await venus.write(NAME, "/Scan", 30) != 0
        assert await venus.write(NAME, "/Uptime", 0) != 0


async def test_another_program_with_its_name_does_not_affect_packs() -> None:
    other = Server(NAME, lambda path: None, lambda path: ())
    async with Simulation(packs=1), Venus() as venus:
        await other.open()
        await venus.enable(FIRST)
        async with Program("run") as program:
            assert "is already on the bus" in await program.until(NAME)
            await venus.until(FIRST, lambda seen: seen["/Soc"] is not None)
        await other.close()


class ClosingStore(FakeStore):
    """localsettings, with a connection that closes before the service has left the bus."""

    def __init__(self) -> None:
        super().__init__()
        self.closed = asyncio.Event()

    async def stored(self, groups: Iterable[str]) -> dict[str, object]:
        await self.closed.wait()
        raise BusLost


async def test_it_ends_when_told_to_although_localsettings_is_lost_at_that_moment() -> None:
    store = ClosingStore()
    service = ProgramService(parts(), FakeScans(), Changes(store, lambda path, value: None))
    async with Venus() as venus, asyncio.timeout(PATIENCE):
        running = asyncio.create_task(service.run())
        while not await venus.call(DBUS, "/org/freedesktop/DBus", DBUS, "NameHasOwner", "s", NAME):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        running.cancel()
        asyncio.get_running_loop().call_soon(store.closed.set)
        await asyncio.wait([running], timeout=RETRY_AFTER / 2)
        assert running.cancelled()


async def test_what_doctor_finds_is_shown_on_request() -> None:
    async with Simulation(packs=1), Venus() as venus, Program("run") as program:
        await program.until(f"{NAME} is on the bus")
        assert "/Findings/Count" not in await shown(venus)
        assert await venus.write(NAME, "/Findings/Refresh", 1) == 0
        values = await until(venus, lambda values: "/Findings/Count" in values)
        assert values["/Findings/Refresh"] == 0
        texts = [values[f"/Findings/{n}/Text"] for n in range(values["/Findings/Count"])]
        assert any(text.startswith("packs: ") for text in texts), texts
        assert not any("dbus-xbms" in text for text in texts)
    assert program.left_behind == []


async def test_at_rest_it_sends_nothing_more_often_than_every_15_s() -> None:
    async with Simulation(packs=2), Venus() as venus, Program("run") as program:
        await venus.enable(FIRST, SECOND)
        await program.until(f"{NAME} is on the bus")
        await until(venus, lambda values: values.get("/Packs/1/State") == "connected")
        heard = await venus.signals(NAME, seconds=20)
        assert len(heard) <= 2, heard
