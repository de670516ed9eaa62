"""Collects what `dbus-xbms doctor` judges: probes side by side, each with a time limit of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dbus_xbms.commands import doctor_bus, doctor_host
from dbus_xbms.commands.progress import waiting
from dbus_xbms.commands.scanning import scan, scan_limit
from dbus_xbms.commands.session import is_running, open_bus
from dbus_xbms.dbus.errors import BusError
from dbus_xbms.dbus.trusted import TrustedBus
from dbus_xbms.doctor.facts import Facts

FILE_LIMIT, PROGRAM_LIMIT, PACKS_LIMIT, BUS_LIMIT = 3.0, 5.0, 6.0, 10.0  # s


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where to look."""

    root: Path  # of the file system
    bus: TrustedBus | None = None  # Venus's, if it answers


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """Finds out one of the facts."""

    fact: str  # a field of Facts
    limit: float  # s
    find: Callable[[Place], Awaitable[Any]]


def _file(fact: str, read: Callable[[Path], Any]) -> Probe:
    return Probe(fact=fact, limit=FILE_LIMIT, find=lambda place: aside(lambda: read(place.root)))


def _bus(fact: str, ask: Callable[[TrustedBus, Path], Awaitable[Any]], limit: float = BUS_LIMIT) -> Probe:
    async def find(place: Place) -> Any:
        return await ask(place.bus, place.root) if place.bus else None

    return Probe(fact=fact, limit=limit, find=find)


PROBES = (
    _file("venus", doctor_host.venus),
    Probe(fact="boot", limit=PROGRAM_LIMIT, find=lambda place: doctor_host.boot(place.root)),
    _file("storage", doctor_host.storage),
    _file("machine", doctor_host.machine),
    _file("log", doctor_host.log),
    Probe(fact="bluetoothd", limit=PROGRAM_LIMIT, find=lambda place: doctor_host.bluetoothd(place.root)),
    Probe(fact="bluetooth", limit=BUS_LIMIT, find=lambda place: doctor_bus.bluetooth(place.root)),
    _bus("localsettings", lambda bus, root: doctor_bus.localsettings(bus)),
    _bus("settings_file", lambda bus, root: doctor_bus.settings_file(bus)),
    _bus("running", lambda bus, root: is_running(bus)),
    _bus("service", doctor_bus.service),
    _bus("packs", lambda bus, root: doctor_bus.packs(bus), PACKS_LIMIT),
    _bus("shown", lambda bus, root: doctor_bus.shown(), PACKS_LIMIT),
    _bus("interference", lambda bus, root: doctor_bus.interference(bus)),
    _bus("system", lambda bus, root: doctor_bus.system(bus)),
)


async def collect(root: Path, seconds: float = 0.0) -> Facts:
    """Find out all that can be found out; scan for so many seconds, if any."""
    async with AsyncExitStack() as stack:
        failed: dict[str, str] = {}
        bus = None
        try:
            bus = await stack.enter_async_context(open_bus())
        except (BusError, TimeoutError) as err:
            failed["bus"] = words_of(err)
        place = Place(root=root, bus=bus)
        probes = (*PROBES, _scan(seconds)) if seconds and bus else PROBES
        words = "Scanning for packs" if seconds and bus else "Checking"
        async with waiting(words, seconds or None), asyncio.TaskGroup() as group:
            found = {probe.fact: group.create_task(_found(probe, place, failed)) for probe in probes}
    facts = {fact: task.result() for fact, task in found.items()}
    return replace(Facts(program=doctor_host.program(), bus=bus is not None, failed=failed), **facts)


async def _found(probe: Probe, place: Place, failed: dict[str, str]) -> Any:
    try:
        async with asyncio.timeout(probe.limit):
            return await probe.find(place)
    except TimeoutError:
        failed[probe.fact] = "no answer in time"
    except Exception as err:  # one failing probe is reported, and the others go on
        failed[probe.fact] = words_of(err)
    return None


def _scan(seconds: float) -> Probe:
    async def find(place: Place) -> Mapping[str, int | None]:
        return {pack.address: pack.rssi for pack in await scan(seconds)}

    return Probe(fact="scan", limit=scan_limit(seconds) + BUS_LIMIT, find=find)


async def aside(work: Callable[[], Any]) -> Any:
    """Do work that may hang, like reading from a broken disk, where it holds up nobody, not even our end."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Any] = loop.create_future()

    def finish(result: Any, err: Exception | None) -> None:
        if not done.done():
            done.set_exception(err) if err else done.set_result(result)

    def run() -> None:
        try:
            result, err = work(), None
        except Exception as failure:  # told where it is waited for
            result, err = None, failure
        if not loop.is_closed():
            loop.call_soon_threadsafe(finish, result, err)

    threading.Thread(target=run, daemon=True).start()
    return await done


def words_of(err: BaseException) -> str:
    """An error in a line; of several the first."""
    while isinstance(err, BaseExceptionGroup):
        err = err.exceptions[0]
    return (str(err) or type(err).__name__).partition("\n")[0]
