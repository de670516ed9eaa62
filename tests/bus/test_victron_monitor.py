"""A pack's service as velib_python's DbusMonitor sees it, which most programs of Venus are built on.

Runs only where VICTRON_SRC names a directory with a clone of victronenergy/velib_python, which
needs a Python with dbus-python and PyGObject: VICTRON_PYTHON, by default /usr/bin/python3.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dbus_xbms.model import Phase
from dbus_xbms.settings import Value
from dbus_xbms.venus.service import ItemService
from dbus_xbms.venus.tables.battery import items_for, values
from tests.bus.venus import show
from tests.patience import PATIENCE
from tests.unit.samples import changed
from tests.unit.venus.tables.battery_reports import IDENTITY, REPORT, SAMPLE, SILENT

pytestmark = pytest.mark.skipif(
    "VICTRON_SRC" not in os.environ, reason="VICTRON_SRC does not name velib_python"
)

NAME = "com.victronenergy.battery.xbms_a4c137010203"

# For each line on its standard input the monitor prints, as JSON, what it knows of the service.
MONITOR = """
import json, sys
from dbus.mainloop.glib import DBusGMainLoop
DBusGMainLoop(set_as_default=True)
from gi.repository import GLib
import dbus
from dbusmonitor import DbusMonitor, unwrap_dbus_value

name, legacy, paths = sys.argv[1], sys.argv[2] == "legacy", sys.argv[3:]
options = {"code": None, "whenToLog": "always", "accessLevel": None}
tree = {"com.victronenergy.battery": {path: options for path in paths}}
changed = []

class Monitor(DbusMonitor):
    def scan_dbus_service_inner(self, name):
        if legacy:
            return self.scan_dbus_service_legacy(name)
        return super().scan_dbus_service_inner(name)

def note(service, path, options, changes, instance):
    changed.append(path)

monitor = Monitor(tree, valueChangedCallback=note)

def answer(channel, condition):
    line = sys.stdin.readline()
    if not line:
        loop.quit()
        return False
    code = None
    if line.startswith("set "):
        _, path, value = line.split(" ", 2)
        code = monitor.set_value(name, path, json.loads(value))
    service = monitor.servicesByName.get(name)
    seen = {path: [item.value, str(item.text)] for path, item in service.paths.items()} if service else None
    instance = service.deviceInstance if service else None
    print(json.dumps({"seen": seen, "instance": instance, "changed": changed, "code": code}), flush=True)
    changed.clear()
    return True

GLib.io_add_watch(sys.stdin.fileno(), GLib.IO_IN | GLib.IO_HUP, answer)
loop = GLib.MainLoop()
loop.run()
"""


class Monitor:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def ask(self, line: str = "") -> Any:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{line}\n".encode())
        return json.loads(await self._process.stdout.readline())


@asynccontextmanager
async def monitoring(scan: str) -> AsyncIterator[Monitor]:
    process = await asyncio.create_subprocess_exec(
        os.environ.get("VICTRON_PYTHON", "/usr/bin/python3"),
        *("-c", MONITOR, NAME, scan, *(item.path for item in items_for(IDENTITY))),
        env={**os.environ, "PYTHONPATH": str(Path(os.environ["VICTRON_SRC"]) / "velib_python")},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(PATIENCE):
            yield Monitor(process)
    finally:
        assert process.stdin
        process.stdin.close()
        await process.wait()


@pytest.fixture
async def service(private_bus: str) -> AsyncIterator[ItemService]:
    items = items_for(IDENTITY)
    service = ItemService(NAME, items, values(items, REPORT), lambda path, value, sender: True)
    await service.start()
    yield service
    await service.stop()


def expected(service: ItemService, shown: dict[str, Value | None]) -> dict[str, list[Value | None]]:
    return {item.path: [shown[item.path], item.show(shown[item.path])] for item in service.items}


@pytest.mark.parametrize("scan", ["items", "legacy"])
async def test_velib_sees_every_value_and_text_as_the_service_shows_it(
    service: ItemService, scan: str
) -> None:
    async with monitoring(scan) as monitor:
        answer = await monitor.ask()
    assert answer["instance"] == 3
    assert answer["seen"] == expected(service, values(service.items, REPORT))


async def test_velib_follows_changes_and_nothing_else(service: ItemService) -> None:
    async with monitoring("items") as monitor:
        await monitor.ask()
        before = values(service.items, REPORT)
        for current in (5.0, 6.0, 7.0):
            report = changed(REPORT, sample=replace(SAMPLE, current=current))
            show(service, values(service.items, report))
        after = values(service.items, report)
        while (answer := await monitor.ask())["seen"]["/Dc/0/Current"][0] != 7.0:
            pass
        seen, paths = answer["seen"], set(answer["changed"])
        assert seen == expected(service, after)
        assert paths <= {path for path in after if after[path] != before[path]}


async def test_velib_sees_measurements_become_invalid(service: ItemService) -> None:
    async with monitoring("items") as monitor:
        await monitor.ask()
        lost = values(service.items, changed(SILENT, phase=Phase.LOST))
        show(service, lost)
        while (answer := await monitor.ask())["seen"]["/State"][0] != 18:
            pass
        assert {path: shown[0] for path, shown in answer["seen"].items()} == lost


async def test_velib_drops_the_service_when_it_leaves_and_finds_it_when_it_returns(private_bus: str) -> None:
    items = items_for(IDENTITY)
    async with monitoring("items") as monitor:
        assert (await monitor.ask())["seen"] is None
        for instance in (3, 4):  # before and after the owner changes it
            shown = values(items, replace(REPORT, instance=instance))
            service = ItemService(NAME, items, shown, lambda path, value, sender: True)
            await service.start()
            while (answer := await monitor.ask())["instance"] is None:
                pass
            assert answer["instance"] == instance
            await service.stop()
            while (await monitor.ask())["instance"] is not None:
                pass


async def test_velib_writes_and_gets_a_code(service: ItemService) -> None:
    async with monitoring("items") as monitor:
        assert (await monitor.ask('set /CustomName "Bow"'))["code"] == 0
        assert (await monitor.ask("set /Battery/Request/Id 1"))["code"] == 0
        assert (await monitor.ask("set /Battery/Request/Id 2"))["code"] == 2
        assert (await monitor.ask("set /Dc/0/Voltage 12.5"))["code"] == 1
