"""What `dbus-xbms doctor` asks on the buses: Venus's services, our own, BlueZ."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from dbus_fast import unpack_variants

from dbus_xbms import rpc
from dbus_xbms.authority.surroundings import CHARGERS
from dbus_xbms.ble.bluez.bus import ADAPTER, BLUEZ, DEVICE, call_bluez, system_bus
from dbus_xbms.commands import doctor_host
from dbus_xbms.commands.batteries import batteries
from dbus_xbms.commands.known import known_packs
from dbus_xbms.commands.session import call_service, contacts
from dbus_xbms.commands.table import CHARGE_MODE, CVL, Battery
from dbus_xbms.dbus.call import call, call_daemon, has_owner
from dbus_xbms.dbus.errors import CallFailed, CallRefused, NoAnswer, UnexpectedReply
from dbus_xbms.dbus.trusted import TrustedBus
from dbus_xbms.doctor.facts import Adapter, Bluetooth, Device, Pack, Service, SettingsFile, Shown, System
from dbus_xbms.interference.programs import BLUETOOTH, DESCRIPTIONS, OURS, SENSORS
from dbus_xbms.interference.rules import VenusPrograms
from dbus_xbms.settings import name_of
from dbus_xbms.settings_store.service import CONDITION
from dbus_xbms.venus.bus_item import get_value
from dbus_xbms.venus.localsettings import NAME as SETTINGS
from dbus_xbms.venus.tables.battery import BATTERY

log = logging.getLogger(__name__)

SYSTEM = "com.victronenergy.system"
DVCC, BMS_CHOSEN = "/Settings/Services/Bol", "/Settings/SystemSetup/BmsInstance"
DVCC_ON = 1  # bit
SILENT = (0, 10)  # /State: not heard yet, not heard any more
ANSWER_LIMIT = 2.0  # s for one answer; a program that hangs must not hide what others say
BLUEZ_LIMIT = 5.0  # s; it answers in some ms
OBJECTS = ("/", "org.freedesktop.DBus.ObjectManager", "GetManagedObjects")


async def value(bus: TrustedBus, name: str, path: str) -> Any:
    """A value that a Venus service shows; ``None`` if it is invalid, or nobody shows it.

    Raises:
        NoAnswer: there is none.
    """
    try:
        return await get_value(bus, name, path, limit=ANSWER_LIMIT)
    except (CallRefused, UnexpectedReply) as err:
        log.debug("%s%s: %s", name, path, err)
        return None


async def values(bus: TrustedBus, names: Iterable[str], path: str) -> dict[str, Any]:
    """The value of each service that shows one; who hangs shows none."""
    asked = {name: value(bus, name, path) for name in names}
    answers = await asyncio.gather(*asked.values(), return_exceptions=True)
    shown = dict(zip(asked, answers, strict=True))
    return {name: it for name, it in shown.items() if it is not None and not isinstance(it, BaseException)}


async def service(bus: TrustedBus, root: Path) -> Service | None:
    """The running service; ``None`` when it does not run."""
    if not await has_owner(bus, rpc.NAME):
        return None
    pid = await call_daemon(bus, "GetConnectionUnixProcessID", rpc.NAME)
    try:
        used = doctor_host.process(root, pid)
    except (OSError, ValueError, IndexError) as err:
        log.debug("process %d: %s", pid, err)
        used = Service()
    try:
        counts = await _asked(bus, "Health") or {}
        version = await _asked(bus, "Version")
        known = await contacts(bus, limit=ANSWER_LIMIT)
    except NoAnswer:
        return replace(used, answers=False)
    return replace(used, version=version, counts=counts, contacts=known)


async def _asked(bus: TrustedBus, member: str) -> Any:
    """What the service says of itself; ``None`` if it is one that does not know the question."""
    try:
        return (await call_service(bus, member, limit=ANSWER_LIMIT))[0]
    except CallRefused as err:
        log.debug("%s: %s", member, err)
        return None


async def localsettings(bus: TrustedBus) -> bool:
    """Whether localsettings is there and answers."""
    if not await has_owner(bus, SETTINGS):
        return False
    try:
        await value(bus, SETTINGS, DVCC)
    except NoAnswer:
        return False
    return True


async def settings_file(bus: TrustedBus) -> SettingsFile | None:
    """How the file of our own settings store is; ``None`` for that of Venus OS."""
    if not await has_owner(bus, SETTINGS):
        return None
    try:
        damaged, trouble = await call(bus, SETTINGS, "/", CONDITION, "GetCondition", limit=ANSWER_LIMIT)
    except CallFailed as err:  # said by the check of localsettings
        log.debug("%s: %s", SETTINGS, err)
        return None
    return SettingsFile(damaged=tuple(damaged), trouble=trouble)


async def packs(bus: TrustedBus) -> Mapping[str, Pack] | None:
    """The packs in localsettings; ``None`` when that is not there."""
    if not await has_owner(bus, SETTINGS):
        return None
    async with known_packs() as known:
        return {
            address: Pack(
                address=address,
                name=name_of(pack),
                names=(pack.custom_name, pack.advertised_name),
                enabled=pack.enabled == 1,
                adapter=pack.adapter,
                wants_control=bool(pack.control),
                unusable=tuple(known.unusable.get(address, {}).values()),
            )
            for address, pack in known.packs.items()
        }


async def shown() -> Mapping[str, Shown]:
    """The packs of ours that are on the bus, by address."""
    async with batteries() as live:
        return {pack.address: _shown(pack) for pack in live.packs if not pack.gone}


def _shown(pack: Battery) -> Shown:
    raised = [
        (path.removeprefix("/Alarms/"), level)
        for path, level in sorted(pack.values.items())
        if path.startswith("/Alarms/")
    ]
    rssi = pack.values.get("/Bluetooth/Rssi")
    return Shown(
        service=pack.service,
        silent=pack.values.get("/State") in SILENT,
        words=str(pack.values.get("/Bluetooth/State") or ""),
        rssi=rssi if isinstance(rssi, int) else None,
        reconnects=_count(pack, "/Bluetooth/Reconnects"),
        failed_polls=_count(pack, "/Bluetooth/FailedPollsLastHour"),
        alarms=tuple(name for name, level in raised if level == 2),
        warnings=tuple(name for name, level in raised if level == 1),
        interference=str(pack.values.get("/Bluetooth/Interference") or ""),
        controls=pack.controls,
        no_control="" if pack.controls else str(pack.values.get(CHARGE_MODE) or ""),
    )


def _count(pack: Battery, path: str) -> int:
    shown = pack.values.get(path)
    return int(shown) if isinstance(shown, int | float) else 0


async def interference(bus: TrustedBus) -> VenusPrograms:
    """Other programs that use Bluetooth, as far as the bus tells of them."""
    foreign = [name for name in await _batteries(bus) if not name.startswith(OURS)]
    told = await asyncio.gather(*(values(bus, foreign, path) for path in DESCRIPTIONS))
    return VenusPrograms(
        bluetooth=await value(bus, SETTINGS, BLUETOOTH) == 1,
        sensors=await value(bus, SETTINGS, SENSORS) == 1,
        batteries={name: " ".join(str(shown.get(name, "")) for shown in told) for name in foreign},
    )


async def system(bus: TrustedBus) -> System:
    """What Venus makes of the batteries."""
    batteries = await _batteries(bus)
    instances, limits = [await values(bus, batteries, path) for path in ("/DeviceInstance", CVL)]
    expecting = await values(bus, await _named(bus, CHARGERS), "/Settings/BmsPresent")
    dvcc, chosen = await value(bus, SETTINGS, DVCC), await value(bus, SETTINGS, BMS_CHOSEN)
    return System(
        there=await has_owner(bus, SYSTEM),
        dvcc=bool(dvcc & DVCC_ON) if isinstance(dvcc, int) else None,
        bms=_text(await value(bus, SYSTEM, "/ActiveBmsService")),
        battery=_text(await value(bus, SYSTEM, "/Dc/Battery/BatteryService")),
        voltage=_text(await value(bus, SYSTEM, "/Dc/Battery/VoltageService")),
        limits={name: float(volts) for name, volts in limits.items() if isinstance(volts, int | float)},
        expecting=tuple(name for name, present in expecting.items() if present == 1),
        bms_chosen=chosen if isinstance(chosen, int) else None,
        instances={name: number for name, number in instances.items() if isinstance(number, int)},
    )


def _text(shown: object) -> str | None:
    return str(shown) if shown else None


async def _batteries(bus: TrustedBus) -> list[str]:
    return await _named(bus, f"{BATTERY}.")


async def _named(bus: TrustedBus, begin: str | tuple[str, ...]) -> list[str]:
    return sorted(name for name in await call_daemon(bus, "ListNames") if name.startswith(begin))


async def bluetooth(root: Path) -> Bluetooth:
    """What BlueZ has, on the system bus."""
    async with system_bus() as (bus, _):
        if not await has_owner(bus, BLUEZ):
            return Bluetooth(running=False)
        try:
            objects = unpack_variants((await call_bluez(bus, *OBJECTS, limit=BLUEZ_LIMIT))[0])
        except NoAnswer:
            return Bluetooth(running=True, hangs=True)
    devices = [(path, of[DEVICE]) for path, of in sorted(objects.items()) if DEVICE in of]
    devices.sort(key=lambda entry: bool(entry[1].get("Connected")))  # on two adapters: the one with the link
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
        driver=doctor_host.driver(root, hci),
    )


def _device(path: str, properties: Mapping[str, Any]) -> Device:
    return Device(
        hci=path.split("/")[3],  # /org/bluez/hci0/dev_...
        connected=bool(properties.get("Connected")),
        rssi=properties.get("RSSI"),
    )
