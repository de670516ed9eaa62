"""Names from packs and other programs with control characters, in the output of commands."""

from __future__ import annotations

from dataclasses import replace

from dbus_xbms.protocols import Advertised
from dbus_xbms.rpc import RpcService
from dbus_xbms.settings_store.service import LocalSettings
from dbus_xbms.venus.service import ItemService
from dbus_xbms.venus.tables.battery import BATTERY, items_for, values
from tests.bus.cli import command
from tests.bus.cli_peers import OTHER, settings
from tests.unit.commands.reports import ADDRESS, REPORT

__all__ = ["settings"]  # a fixture

MALICIOUS = "\x1b[2Jx\nA4:C1:37:00:00:09  -10  new\u202e\x9b" + "y" * 60


async def test_a_name_with_control_characters_is_one_harmless_cell_of_every_output(
    settings: LocalSettings,
) -> None:
    async def scan(seconds: float) -> list[tuple[Advertised, bool, bool]]:
        return [(Advertised(address=OTHER, name=MALICIOUS, manufacturer={}, rssi=-50), False, False)]

    found = [Advertised(address=OTHER, name=MALICIOUS, manufacturer={}, rssi=-50)]
    items = items_for(REPORT.identity)
    report = replace(REPORT, custom_name=MALICIOUS)
    service = ItemService(f"{BATTERY}.xbms_a4c137010203", items, values(items, report), lambda *_: True)
    await service.start()
    await command("add", ADDRESS)
    settings.store.entries["/Settings/Devices/xbms_a4c137010203/CustomName"].value = MALICIOUS
    commands = ("list",), ("scan", "--seconds", "1"), ("get", ADDRESS), ("watch", "--once"), ("doctor",)
    async with RpcService(scan, dict, dict, lambda: found, list):
        as_json = ("doctor", "--json"), ("get", ADDRESS, "--json"), ("list", "--json")
        naming = ("history", ADDRESS), ("bank",), ("lend", ADDRESS, "1"), ("set", ADDRESS, "HoldTime", "20")
        unknown = ("switch", MALICIOUS, "charge", "off"), ("history", MALICIOUS), ("remove", MALICIOUS)
        for arguments in (*commands, *as_json, *naming, *unknown, ("remove", ADDRESS)):
            done = await command(*arguments)
            shown = done.out + done.err
            assert shown
            assert not [c for c in shown.replace("\n", "") if not c.isprintable()], arguments
            assert not [line for line in shown.splitlines() if line.startswith("A4:C1:37:00:00:09")]
            assert "y" * 41 not in shown or arguments[0] in ("get", "switch") or "--json" in arguments
    await service.stop()
