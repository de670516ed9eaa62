"""A scan stores nothing."""

from __future__ import annotations

import pytest

from tests.bus.cli import command
from tests.bus.simulation import Program, Simulation
from tests.bus.venus import BUS_ITEM, SETTINGS, Venus, plain

pytestmark = pytest.mark.usefixtures("private_bus")

FIRST = "A4:C1:37:00:00:01"


async def devices(venus: Venus) -> set[str]:
    """The devices in localsettings."""
    stored = plain(await venus.call(SETTINGS, "/Settings/Devices", BUS_ITEM, "GetValue"))
    return {path.split("/")[0] for path in stored}


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
