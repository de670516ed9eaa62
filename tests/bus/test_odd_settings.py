"""Odd stored settings: each pack's fail alone, with their defaults and a word to the owner."""

from __future__ import annotations

import re
from typing import Any

import pytest
from dbus_fast import Variant

from dbus_xbms.settings import SWITCH_INSTANCE, PackSettings, pack_path, switch_path
from tests.bus.simulation import Program, Simulation
from tests.bus.venus import SETTINGS, Seen, Venus

pytestmark = pytest.mark.usefixtures("private_bus")

ODD, WELL = "A4:C1:37:00:00:01", "A4:C1:37:00:00:02"
KEPT = {"Enabled", "SeparateSwitchDevice", "ClassAndVrmInstance", SWITCH_INSTANCE.name}


def running(seen: Seen) -> bool:
    return seen["/Dc/0/Voltage"] is not None


async def store(venus: Venus, values: dict[str, Any]) -> None:
    """Store settings as another program would: of any type, within no range."""
    rows = [
        {"path": Variant("s", path), "default": Variant("s" if isinstance(value, str) else "d", value)}
        for path, value in values.items()
    ]
    await venus.call(SETTINGS, "/", "com.victronenergy.Settings", "AddSettings", "aa{sv}", rows)


@pytest.mark.parametrize("instance", ["switch:12345678901", "switch:１", "switch:", "battery:1"])
async def test_a_malformed_instance_of_a_switch_device_affects_no_pack(instance: str) -> None:
    packs = [{"address": ODD}, {"address": WELL}]
    async with Simulation(packs), Venus() as venus:
        await store(venus, {switch_path(ODD): "switch:1"})
        assert await venus.write(SETTINGS, switch_path(ODD), instance) in (0, -1)
        await venus.enable(ODD, WELL, SeparateSwitchDevice=1)
        async with Program("run") as program:
            for address in (ODD, WELL):
                await venus.until(address, running)
        assert program.left_behind == []


async def test_every_setting_of_a_wrong_type_counts_as_its_default_and_is_reported() -> None:
    packs = [{"address": ODD}, {"address": WELL}]
    odd = {
        pack_path(ODD, row.name): 0.5 if isinstance(row.default, str) else "１２"
        for row in PackSettings.rows
        if row.name not in KEPT
    }
    async with Simulation(packs), Venus() as venus:
        await store(venus, odd)
        await venus.enable(ODD, WELL)
        async with Program("run") as program:
            await venus.until(ODD, running)
            await venus.until(WELL, running)
            said = "\n".join(program.output)
            for path in odd:
                assert re.search(rf"WARNING .*{path}.* default", said), path
            async with Program("doctor") as doctor:
                await doctor.ended()
        assert program.left_behind == []
        assert any("HoldTime takes a number" in line for line in doctor.output)


async def test_set_replaces_a_setting_of_a_wrong_type() -> None:
    async with Simulation([{"address": ODD}]), Venus() as venus:
        await store(venus, {pack_path(ODD, "HoldTime"): "long"})
        await venus.enable(ODD)
        async with Program("set", ODD, "HoldTime", "45") as program:
            await program.ended()
        assert await venus.setting(ODD, "HoldTime") == 45.0
