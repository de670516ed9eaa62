"""Malformed stored settings count as defaults, are reported, and affect only their pack."""

from __future__ import annotations

import re
from typing import Any

import pytest
from dbus_fast import Variant

from dbus_xbms.settings import SWITCH_INSTANCE, PackSettings, pack_path, switch_path
from tests.bus.simulation import Program, Simulation
from tests.bus.venus import SETTINGS, Seen, Venus

pytestmark = pytest.mark.usefixtures("private_bus")

MALFORMED, GOOD = "A4:C1:37:00:00:01", "A4:C1:37:00:00:02"
KEPT = {"Enabled", "SeparateSwitchDevice", "ClassAndVrmInstance", SWITCH_INSTANCE.name}


def running(seen: Seen) -> bool:
    return seen["/Dc/0/Voltage"] is not None


async def store(venus: Venus, values: dict[str, Any]) -> None:
    """Store settings as another program may: of any type, out of any range."""
    rows = [
        {"path": Variant("s", path), "default": Variant("s" if isinstance(value, str) else "d", value)}
        for path, value in values.items()
    ]
    await venus.call(SETTINGS, "/", "com.victronenergy.Settings", "AddSettings", "aa{sv}", rows)


@pytest.mark.parametrize("instance", ["switch:12345678901", "switch:１", "switch:", "battery:1"])
async def test_a_malformed_instance_of_a_switch_device_affects_no_pack(instance: str) -> None:
    packs = [{"address": MALFORMED}, {"address": GOOD}]
    async with Simulation(packs), Venus() as venus:
        await store(venus, {switch_path(MALFORMED): "switch:1"})
        assert await venus.write(SETTINGS, switch_path(MALFORMED), instance) in (0, -1)
        await venus.enable(MALFORMED, GOOD, SeparateSwitchDevice=1)
        async with Program("run") as program:
            for address in (MALFORMED, GOOD):
                await venus.until(address, running)
        assert program.left_behind == []


async def test_every_setting_of_a_wrong_type_counts_as_its_default_and_is_reported() -> None:
    packs = [{"address": MALFORMED}, {"address": GOOD}]
    malformed = {
        pack_path(MALFORMED, row.name): 0.5 if isinstance(row.default, str) else "１２"
        for row in PackSettings.rows
        if row.name not in KEPT
    }
    async with Simulation(packs), Venus() as venus:
        await store(venus, malformed)
        await venus.enable(MALFORMED, GOOD)
        async with Program("run") as program:
            await venus.until(MALFORMED, running)
            await venus.until(GOOD, running)
            log = "\n".join(program.output)
            for path in malformed:
                assert re.search(rf"WARNING .*{path}.* default", log), path
            async with Program("doctor") as doctor:
                await doctor.ended()
        assert program.left_behind == []
        assert any("HoldTime must be a number" in line for line in doctor.output)


async def test_set_replaces_a_setting_of_a_wrong_type() -> None:
    async with Simulation([{"address": MALFORMED}]), Venus() as venus:
        await store(venus, {pack_path(MALFORMED, "HoldTime"): "long"})
        await venus.enable(MALFORMED)
        async with Program("set", MALFORMED, "HoldTime", "45") as program:
            await program.ended()
        assert await venus.setting(MALFORMED, "HoldTime") == 45.0
