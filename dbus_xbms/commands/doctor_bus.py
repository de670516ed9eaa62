"""Facts for `dbus-xbms doctor` from the buses: Venus's services, the dbus-xbms service and BlueZ."""

from __future__ import annotations

import asyncio
import logging
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from dbus_fast import unpack_variants

from dbus_xbms import rpc
from dbus_xbms.authority.surroundings import CHARGERS
from dbus_xbms.ble.bluez.bus import ADAPTER, BLUEZ, DEVICE, call_bluez, system_bus
from dbus_xbms.commands.session import call_service, contacts
from dbus_xbms.commands.table import CVL
from dbus_xbms.dbus import (
    CallFailed,
    CallRefused,
    NoAnswer,
    TrustedBus,
    UnexpectedReply,
    call,
    call_daemon,
    has_owner,
)
from dbus_xbms.doctor.facts import Adapter, Bluetooth, Device, Service, SettingsFile, System
from dbus_xbms.interference.programs import BLUETOOTH, DESCRIPTIONS, SENSORS
from dbus_xbms.interference.rules import VenusPrograms
from dbus_xbms.settings_store.service import CONDITION
from dbus_xbms.venus.bus_item import get_value
from dbus_xbms.venus.localsettings import NAME as SETTINGS
from dbus_xbms.venus.tables.battery import BATTERY, OWN_BATTERY

log = logging.getLogger(__name__)

SYSTEM = "com.victronenergy.system"
DVCC, BMS_CHOSEN = "/Settings/Services/Bol", "/Settings/SystemSetup/BmsInstance"
DVCC_ON = 1  # bit
SILENT = (0, 10)  # /State: no values yet, no longer
ANSWER_LIMIT = 2.0  # s for one answer; a hung program must not hide the others
BLUEZ_LIMIT = 5.0  # s; usually a few ms
MEGA = 1e6
OBJECTS = ("/", "org.freedesktop.DBus.ObjectManager", "GetManagedObjects")


async def value(bus: TrustedBus, name: str, path: str) -> Any:
    """Return a value of a Venus service, or ``None`` if it is invalid or missing.

    Raises:
        NoAnswer: the service does not answer.
    """
    try:
        return await get_value(bus, name, path, limit=ANSWER_LIMIT)
    except (CallRefused, UnexpectedReply) as err:
        log.debug("%s%s: %s", name, path, err)
        return None


async def values(bus: TrustedBus, names: Iterable[str], path: str) -> dict[str, Any]:
    """Return the value at ``path`` of each service that has one; services that hang are left out."""
    asked = {name: value(bus, name, path) for name in names}
    answers = await asyncio.gather(*asked.values(), return_exceptions=True)
    shown = dict(zip(asked, answers, strict=True))
    return {name: v for name, v in shown.items() if v is not None and not isinstance(v, BaseException)}


async def service(bus: TrustedBus, root: Path) -> Service | None:
    """Return the state of the service, or ``None`` if it is not running."""
    if not await has_owner(bus, rpc.NAME):
        return None
    pid = await call_daemon(bus, "GetConnectionUnixProcessID", rpc.NAME)
    try:
        used = process(root, pid)
    except (OSError, ValueError, IndexError) as err:
        log.debug("process %d: %s", pid, err)
        used = Service()
    try:
        counts = await _asked(bus, "Health") or {}
        version = await _asked(bus, "Version")
        known = await contacts(bus, limit=ANSWER_LIMIT)
        banks = unpack_variants(await _asked(bus, "Banks") or [])
    except NoAnswer:
        return replace(used, answers=False)
    not_shown = {entry["number"]: entry["reason"] for entry in banks if entry.get("reason")}
    return replace(used, version=version, counts=counts, contacts=known, not_shown=not_shown)


async def _asked(bus: TrustedBus, member: str) -> Any:
    """Return the result of a method of the service, or ``None`` if an older service lacks the method."""
    try:
        return (await call_service(bus, member, limit=ANSWER_LIMIT))[0]
    except CallRefused as err:
        log.debug("%s: %s", member, err)
        return None


async def localsettings(bus: TrustedBus) -> bool:
    """Return whether localsettings answers."""
    if not await has_owner(bus, SETTINGS):
        return False
    try:
        await value(bus, SETTINGS, DVCC)
    except NoAnswer:
        return False
    return True


async def settings_file(bus: TrustedBus) -> SettingsFile | None:
    """Return the state of the settings file of `dbus-xbms settings`, or ``None`` for another store."""
    if not await has_owner(bus, SETTINGS):
        return None
    try:
        damaged, trouble = await call(bus, SETTINGS, "/", CONDITION, "GetCondition", limit=ANSWER_LIMIT)
    except CallFailed as err:  # reported by the check of localsettings
        log.debug("%s: %s", SETTINGS, err)
        return None
    return SettingsFile(damaged=tuple(damaged), trouble=trouble)


async def interference(bus: TrustedBus) -> VenusPrograms:
    """Return other programs that use Bluetooth, as far as the bus shows them."""
    others = [name for name in await _batteries(bus) if not name.startswith(OWN_BATTERY)]
    texts = await asyncio.gather(*(values(bus, others, path) for path in DESCRIPTIONS))
    return VenusPrograms(
        bluetooth=await value(bus, SETTINGS, BLUETOOTH) == 1,
        sensors=await value(bus, SETTINGS, SENSORS) == 1,
        batteries={name: " ".join(str(shown.get(name, "")) for shown in texts) for name in others},
    )


async def system(bus: TrustedBus) -> System:
    """Return how Venus uses the batteries."""
    batteries = await _batteries(bus)
    paths = ("/DeviceInstance", CVL, "/ProductName")
    instances, limits, products = [await values(bus, batteries, path) for path in paths]
    expecting = await values(bus, await _named(bus, CHARGERS), "/Settings/BmsPresent")
    dvcc, chosen = await value(bus, SETTINGS, DVCC), await value(bus, SETTINGS, BMS_CHOSEN)
    return System(
        present=await has_owner(bus, SYSTEM),
        dvcc=bool(dvcc & DVCC_ON) if isinstance(dvcc, int) else None,
        bms=_text(await value(bus, SYSTEM, "/ActiveBmsService")),
        battery=_text(await value(bus, SYSTEM, "/Dc/Battery/BatteryService")),
        voltage=_text(await value(bus, SYSTEM, "/Dc/Battery/VoltageService")),
        limits={name: float(volts) for name, volts in limits.items() if isinstance(volts, int | float)},
        expecting=tuple(name for name, present in expecting.items() if present == 1),
        bms_chosen=chosen if isinstance(chosen, int) else None,
        instances={name: number for name, number in instances.items() if isinstance(number, int)},
        products={name: str(product) for name, product in products.items()},
    )


def _text(shown: object) -> str | None:
    return str(shown) if shown else None


async def _batteries(bus: TrustedBus) -> list[str]:
    return await _named(bus, f"{BATTERY}.")


async def _named(bus: TrustedBus, begin: str | tuple[str, ...]) -> list[str]:
    return sorted(name for name in await call_daemon(bus, "ListNames") if name.startswith(begin))


async def bluetooth(root: Path) -> Bluetooth:
    """Return the adapters and devices that BlueZ has on the system bus."""
    async with system_bus() as (bus, _):
        if not await has_owner(bus, BLUEZ):
            return Bluetooth(running=False)
        try:
            objects = unpack_variants((await call_bluez(bus, *OBJECTS, limit=BLUEZ_LIMIT))[0])
        except NoAnswer:
            return Bluetooth(running=True, hangs=True)
    devices = [(path, of[DEVICE]) for path, of in sorted(objects.items()) if DEVICE in of]
    # Of a device that two adapters know, the connected one comes last and is used.
    devices.sort(key=lambda entry: bool(entry[1].get("Connected")))
    return Bluetooth(
        running=True,
        adapters=tuple(
            _adapter(root, path.rpartition("/")[2], of[ADAPTER])
            for path, of in sorted(objects.items())
            if ADAPTER in of
        ),
        devices={seen["Address"]: _device(path, seen) for path, seen in devices},
    )


def _adapter(root: Path, hci: str, properties: Mapping[str, Any]) -> Adapter:
    return Adapter(
        hci=hci,
        address=properties.get("Address", ""),
        powered=bool(properties.get("Powered")),
        driver=driver(root, hci),
    )


def _device(path: str, properties: Mapping[str, Any]) -> Device:
    return Device(
        hci=path.split("/")[3],  # /org/bluez/hci0/dev_...
        connected=bool(properties.get("Connected")),
        rssi=properties.get("RSSI"),
    )


def process(root: Path, pid: int) -> Service:
    """Return uptime, CPU and memory of a process.

    Raises:
        OSError: there is no such process.
    """
    folder = root / "proc" / str(pid)
    fields = (folder / "stat").read_text().rpartition(")")[2].split()  # the name may contain anything
    ticks = os.sysconf("SC_CLK_TCK")
    used = (int(fields[11]) + int(fields[12])) / ticks
    uptime = float((root / "proc/uptime").read_text().split()[0]) - int(fields[19]) / ticks
    return Service(
        uptime=max(uptime, 0.0),
        cpu=100.0 * used / uptime if uptime > 0 else None,
        memory=megabytes(folder / "status", "VmRSS"),
    )


def megabytes(file: Path, name: str) -> float:
    """Return a field of a file in /proc in MB; the file has kB."""
    found = re.search(rf"^{name}:\s*(\d+) kB", file.read_text(), re.MULTILINE)
    if not found:
        raise ValueError(f"{file} has no {name}")
    return int(found[1]) * 1024 / MEGA


def driver(root: Path, hci: str) -> str | None:
    """Return the kernel's driver of an adapter, with vendor and product of a USB adapter."""
    device = root / "sys/class/bluetooth" / hci / "device"
    if not device.exists():
        return None
    usb = device.resolve().parent  # the device is one interface of the USB device
    words = [(device / "driver").resolve().name if (device / "driver").exists() else ""]
    if (usb / "idVendor").exists():
        words.append(":".join((usb / name).read_text().strip() for name in ("idVendor", "idProduct")))
    return " ".join(word for word in words if word) or None
