"""A scan stores nothing, and unused packs that scans of earlier versions stored are removed."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from dbus_fast import Variant

from dbus_xbms.settings import PackSettings, pack_path, service_path
from tests.bus.simulation import Program, Simulation
from tests.bus.test_cli_packs import command
from tests.bus.venus import BUS_ITEM, SETTINGS, Venus, plain
from tests.patience import PATIENCE

pytestmark = pytest.mark.usefixtures("private_bus")

KINDS: dict[type, str] = {int: "i", float: "d", str: "s"}
OLD_DEFAULTS = {"Chemistry": "LiFePO4", "Control": -1, "MaxChargeCurrent": 0.0, "Gone": 7}
FIRST = "A4:C1:37:00:00:01"


async def devices(venus: Venus) -> set[str]:
    """The devices in localsettings."""
    stored = plain(await venus.call(SETTINGS, "/Settings/Devices", BUS_ITEM, "GetValue"))
    return {path.split("/")[0] for path in stored}


async def add(venus: Venus, address: str, **chosen: Any) -> None:
    """Store a pack as a scan of an earlier version did, then the settings that an owner chose."""
    defaults = {row.name: row.default for row in PackSettings.rows} | OLD_DEFAULTS
    rows = [
        {"path": Variant("s", pack_path(address, name)), "default": Variant(KINDS[type(value)], value)}
        for name, value in defaults.items()
    ]
    await venus.call(SETTINGS, "/", "com.victronenergy.Settings", "AddSettings", "aa{sv}", rows)
    for name, value in chosen.items():
        assert await venus.write(SETTINGS, pack_path(address, name), value) == 0


async def test_a_scan_stores_nothing_and_add_by_an_advertised_name_works() -> None:
    async with Simulation(packs=8), Venus() as venus, Program("run") as service:
        await service.until("no pack is enabled yet")
        found = (await command("scan", "--seconds", "2")).out
        assert FIRST in found
        assert not {name for name in await devices(venus) if name.startswith("xbms_")}
        listed = (await command("list")).out
        assert FIRST in listed
        name = next(line.split()[-1] for line in found.splitlines() if FIRST in line)
        assert (await command("add", name)).status == 0
        assert {one for one in await devices(venus) if one.startswith("xbms_")} == {"xbms_a4c137000001"}
        assert await venus.setting(FIRST, "AdvertisedName") == name
        assert await venus.setting(FIRST, "ClassAndVrmInstance") == "battery:600"


async def test_only_unused_packs_stored_by_an_earlier_version_are_removed_and_only_once() -> None:
    kept: dict[str, dict[str, Any]] = {
        "A4:C1:37:00:01:01": {"AdvertisedName": "a", "Enabled": 1},
        "A4:C1:37:00:01:02": {"AdvertisedName": "a", "CustomName": "House"},
        "A4:C1:37:00:01:03": {"AdvertisedName": "a", "Hardware": "JBD-SP04"},
        "A4:C1:37:00:01:04": {"AdvertisedName": "a", "HoldTime": 45.0},
        "A4:C1:37:00:01:05": {"AdvertisedName": "a", "Chemistry": "NMC"},
        "A4:C1:37:00:01:06": {},  # added by its address, and removed before it was ever reached
        "A4:C1:37:00:01:07": {"AdvertisedName": "a", "Password": "123456"},
    }
    async with Simulation(packs=1), Venus() as venus:
        await add(venus, "A4:C1:37:00:02:01", AdvertisedName="neighbour")
        for address, chosen in kept.items():
            await add(venus, address, **chosen)
        async with Program("run") as service:
            await service.until("A4:C1:37:00:02:01: a scan of an earlier version had stored it; removed")
            async with asyncio.timeout(PATIENCE):
                done = service_path("StrangersForgotten")
                while plain(await venus.call(SETTINGS, done, BUS_ITEM, "GetValue")) != 1:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
        assert await devices(venus) == {"xbms_" + address.replace(":", "").lower() for address in kept}
        await add(venus, "A4:C1:37:00:02:02", AdvertisedName="added and removed since")
        async with Program("run") as service:
            await service.until("bluetoothd is running")
            await command("scan", "--seconds", "1")
        assert "xbms_a4c137000202" in await devices(venus)
