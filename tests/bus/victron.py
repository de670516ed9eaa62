"""The programs of a real GX that handle limits: systemcalc, localsettings, and chargers on Victron's library.

Tests with them run only where VICTRON_SRC names a directory with clones of victronenergy/dbus-systemcalc-py,
localsettings and velib_python, which need a Python with dbus-python, PyGObject, lxml and psutil:
VICTRON_PYTHON, by default /usr/bin/python3. Services made with velib_python replace a solar charger and a
Multi.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest

from dbus_xbms.settings import device_id
from tests.bus.simulation import Program, Simulation
from tests.bus.venus import BATTERY, BUS_ITEM, DBUS, SETTINGS, Seen, Venus, plain
from tests.bus.venus_services import offer

NEEDS_VICTRON = [
    pytest.mark.usefixtures("private_bus"),
    pytest.mark.skipif(
        "VICTRON_SRC" not in os.environ, reason="VICTRON_SRC does not name systemcalc and localsettings"
    ),
]

SYSTEM = "com.victronenergy.system"
MULTI, SOLAR = "com.victronenergy.vebus.ttyO2", "com.victronenergy.solarcharger.ttyO1"
LIMITS = ("/Info/MaxChargeVoltage", "/Info/MaxChargeCurrent", "/Info/MaxDischargeCurrent")
NUMBERS = (*LIMITS, "/Info/BatteryLowVoltage", "/Info/ChargeRequest", "/Dc/0/Voltage", "/Soc")
REACHES_CHARGERS = 4.0  # s; systemcalc runs every 3 s
REST = {"cells": 4, "capacity": 100, "load": "rest"}

# Services that accept every write and print it as a line of JSON.
CHARGERS = """
import json, sys
from dbus.mainloop.glib import DBusGMainLoop
DBusGMainLoop(set_as_default=True)
from gi.repository import GLib
import dbus
from vedbus import VeDbusService

multi, solar = sys.argv[1:3]
volts, present, ess = json.loads(sys.argv[3])

def serve(name, connection, values, written):
    service = VeDbusService(name, dbus.SessionBus(private=True), register=False)
    service.add_mandatory_paths(name, "1", connection, 0, 0, name, 0x400, 1, 1)
    for path, value in values.items():
        service.add_path(path, value)
    for path, value in written.items():
        def note(path, value, name=name):
            print(json.dumps([name, path, value]), flush=True)
            if ess and path == "/BatteryOperationalLimits/MaxChargeVoltage":  # as an ESS that feeds in does
                services[0]["/Hub/ChargeVoltage"] = value + 0.4
            return True
        service.add_path(path, value, writeable=True, onchangecallback=note)
    service.register()
    return service

services = [
    serve(multi, "VE.Bus", {
        "/State": 3, "/Mode": 3, "/Dc/0/Voltage": volts, "/Dc/0/Current": 0, "/Ac/Out/L1/P": 0,
        "/VebusMainState": 9, "/BatterySense/Voltage": None,
        "/Hub4/AssistantId": 5 if ess else None, "/Devices/0/Assistants": [5] if ess else None,
        "/Ac/ActiveIn/Connected": int(ess),
        "/Hub/ChargeVoltage": None,
        "/FirmwareSubVersion": 0, "/Ac/ActiveIn/ActiveInput": 240, "/Dc/0/MaxChargeCurrent": 70,
    }, {
        "/BatteryOperationalLimits/MaxChargeVoltage": None,
        "/BatteryOperationalLimits/MaxChargeCurrent": None,
        "/BatteryOperationalLimits/MaxDischargeCurrent": None,
        "/BatteryOperationalLimits/BatteryLowVoltage": None,
        "/Hub4/DisableCharge": None, "/Hub4/DoNotFeedInOvervoltage": None,
    }),
    serve(solar, "VE.Direct", {
        "/State": 3, "/Dc/0/Voltage": volts, "/Dc/0/Current": 0, "/Settings/BmsPresent": present,
        "/Settings/ChargeCurrentLimit": 70, "/N2kDeviceInstance": 0,
    }, {
        "/Link/NetworkMode": 0, "/Link/ChargeVoltage": None, "/Link/ChargeCurrent": None,
        "/Link/VoltageSense": None, "/Link/BatteryCurrent": None, "/Link/NetworkStatus": 4,
    }),
]
services[0]["/FirmwareVersion"] = 0x500
services[1]["/FirmwareVersion"] = 0x160
print("ready", flush=True)
GLib.MainLoop().run()
"""


class Victron:
    """One of Victron's programs, or a replacement on their library; its lines of output are kept."""

    def __init__(self, *arguments: str, sources: str = "") -> None:
        self.arguments = arguments
        self.sources = sources
        self.lines: list[str] = []
        self._process: asyncio.subprocess.Process | None = None
        self._readers = asyncio.TaskGroup()

    async def __aenter__(self) -> Self:
        source = Path(os.environ["VICTRON_SRC"])
        self._process = await asyncio.create_subprocess_exec(
            os.environ.get("VICTRON_PYTHON", "/usr/bin/python3"),
            *("-u", *self.arguments),
            cwd=source / self.sources,
            env={**os.environ, "PYTHONPATH": str(source / "velib_python")},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        await self._readers.__aenter__()
        assert self._process.stdout
        self._readers.create_task(self._collect(self._process.stdout))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, err: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process
        if self.alive:
            self._process.kill()
        await self._readers.__aexit__(None, None, None)
        await self._process.wait()
        if err is not None:
            print(f"--- {self.sources or 'chargers'}", *self.lines[-100:], sep="\n")

    @property
    def alive(self) -> bool:
        assert self._process
        return self._process.returncode is None

    async def _collect(self, stream: asyncio.StreamReader) -> None:
        async for line in stream:
            if b"Added new setting" not in line:
                self.lines.append(line.decode("utf-8", "replace").rstrip("\n"))


class Gx:
    """The programs of a GX that handle limits, and dbus-xbms."""

    def __init__(self, venus: Venus, sim: Simulation, chargers: Victron, program: Program) -> None:
        self.venus = venus
        self.program = program
        self.sim = sim
        self._chargers = chargers

    async def read(self, service: str, paths: Iterable[str]) -> dict[str, Any]:
        """The values of some paths; ``None`` for invalid."""
        return {path: plain(await self.venus.call(service, path, BUS_ITEM, "GetValue")) for path in paths}

    async def until(self, service: str, expected: dict[str, Any], timeout: float = REACHES_CHARGERS) -> None:
        """Wait until each path shows the expected value, or one for which the expected predicate holds."""
        latest = asyncio.get_running_loop().time() + timeout
        while not as_expected(got := await self.read(service, expected), expected):
            assert asyncio.get_running_loop().time() < latest, (service, got, expected)
            await asyncio.sleep(0.1)  # then read again

    async def stays(self, service: str, expected: dict[str, Any]) -> None:
        """Check that paths show the expected values for as long as a change could take."""
        for _ in range(int(2 * REACHES_CHARGERS / 0.5)):
            assert as_expected(got := await self.read(service, expected), expected), got
            await asyncio.sleep(0.5)

    @property
    def writes(self) -> list[tuple[str, str, Any]]:
        """Service, path and value of all writes to the chargers, except sensed values."""
        writes = [tuple(json.loads(line)) for line in self._chargers.lines if line.startswith("[")]
        return [write for write in writes if "Sense" not in write[1]]


def as_expected(got: dict[str, Any], expected: dict[str, Any]) -> bool:
    """Whether each path shows the expected value, or one for which the expected predicate holds."""
    return all(
        wanted(got[path]) if callable(wanted) else got[path] == (wanted and pytest.approx(wanted))
        for path, wanted in expected.items()
    )


class Managed:
    """Check every signal of controlling packs: limits stay valid from the first sample on."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        self.started: set[str] = set()

    def __call__(self, seen: Seen) -> None:
        numbers = {path: seen[path] for path in NUMBERS if path in seen.items}
        self.faults += [f"{p}: {v!r}" for p, v in numbers.items() if isinstance(v, str)]
        limits = [numbers[path] for path in LIMITS if path in numbers]
        if limits and None not in limits:
            self.started.add(seen.owner)
        if seen.owner in self.started and None in limits:
            self.faults.append(f"{seen.name}: {limits}")


@asynccontextmanager
async def gx(
    tmp_path: Path, *rows: dict[str, Any], volts: float = 13.2, bms_present: int = 1, ess: bool = False
) -> AsyncIterator[Gx]:
    """A GX with DVCC on, a Multi, a solar charger, and packs that are not added yet."""
    managed = Managed()
    keep = ("--path", str(tmp_path), "--no-delay")
    localsettings = Victron("localsettings.py", *keep, sources="localsettings")
    chargers = Victron("-c", CHARGERS, MULTI, SOLAR, json.dumps([volts, bms_present, ess]))
    systemcalc = Victron("dbus_systemcalc.py", sources="dbus-systemcalc-py")
    sim = Simulation(list(rows) or [REST], "--bluez-only")
    async with Venus(managed) as venus, localsettings:
        await owned(venus, SETTINGS)
        await offer(venus, CGwacs_OvervoltageFeedIn=int(ess))
        async with systemcalc:
            await owned(venus, SYSTEM)  # it must read the settings before a charger appears
            async with chargers, sim, Program("run") as program:
                await owned(venus, MULTI, SOLAR)
                assert await venus.write(SETTINGS, "/Settings/Services/Bol", 1) == 0
                yield Gx(venus, sim, chargers, program)
                assert systemcalc.alive
    assert managed.faults == []


async def owned(venus: Venus, *names: str) -> None:
    """Wait until names on the bus have an owner."""
    latest = asyncio.get_running_loop().time() + 20.0
    for name in names:
        while not await venus.call(DBUS, "/org/freedesktop/DBus", DBUS, "NameHasOwner", "s", name):
            assert asyncio.get_running_loop().time() < latest, name
            await asyncio.sleep(0.1)  # then ask the bus again


async def added(gx: Gx, *addresses: str, **chosen: float | str) -> None:
    """Add packs and wait until they are on the bus with their values."""
    await gx.venus.enable(*addresses, **chosen)
    for address in addresses:
        await gx.venus.until(address, lambda seen: seen["/Soc"] is not None)


def service(address: str) -> str:
    return BATTERY + device_id(address)


def limits(gx: Gx, address: str) -> tuple[float, float, float]:
    seen = gx.venus.services[service(address)]
    cvl, ccl, dcl = (seen[path] for path in LIMITS)
    return cvl, ccl, dcl


def reached(cvl: Any, ccl: Any, dcl: Any) -> dict[str, Any]:
    """The limits that the Multi receives."""
    return {
        "/BatteryOperationalLimits/MaxChargeVoltage": cvl,
        "/BatteryOperationalLimits/MaxChargeCurrent": ccl,
        "/BatteryOperationalLimits/MaxDischargeCurrent": dcl,
    }


def controlled_by(address: str | None, cvl: Any) -> dict[str, Any]:
    """The values of systemcalc while a pack, or none, controls."""
    return {"/ActiveBmsService": address and service(address), "/Dc/Battery/ChargeVoltage": cvl}
