"""Scan for packs: by the service if it is running, else with the adapter directly."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from dbus_xbms.ble.central import Central
from dbus_xbms.ble.discovery import longest_discovery
from dbus_xbms.ble.scan_results import SHORTEST_SCAN
from dbus_xbms.commands import CommandError
from dbus_xbms.commands.bluetoothd import check_bluetoothd
from dbus_xbms.commands.known import added_packs
from dbus_xbms.commands.progress import waiting
from dbus_xbms.commands.session import call_service, is_running, open_bus
from dbus_xbms.dbus import ANSWER_LIMIT, BusError, CallRefused, NoAnswer, TrustedBus, ping
from dbus_xbms.known.naming import Candidate
from dbus_xbms.protocols import Advertised
from dbus_xbms.protocols.registry import FAMILIES, recognise
from dbus_xbms.settings import PackSettings
from dbus_xbms.text import printable
from dbus_xbms.venus.localsettings import NAME as LOCALSETTINGS

log = logging.getLogger(__name__)

MAKE_SCAN = 4.0  # s; a module advertises every 1 to 2 s
PROGRESS_INTERVAL = 1.0  # s between two reports of the packs found so far


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One pack in range."""

    address: str
    name: str  # as advertised
    rssi: int | None  # dBm
    state: str  # added, removed, new
    given: str = ""  # the name that the owner chose
    protocol: str = ""  # recognised by the advertisement; "": unknown
    make: str = ""  # for people
    watch_only: bool = False

    @property
    def row(self) -> tuple[str, str, str, str, str]:
        """The cells of its line in the table."""
        rssi = "--" if self.rssi is None else str(self.rssi)
        make = f"{self.make} (watch only)" if self.watch_only else self.make
        return printable(self.address), rssi, self.state, printable(make), printable(self.given or self.name)

    @property
    def candidate(self) -> Candidate:
        """The pack with its names."""
        return Candidate(address=self.address, given=self.given, others=(self.name,), note="not added")

    @property
    def as_json(self) -> dict[str, str | int | bool | None]:
        """Its JSON object; see docs/command-line.md."""
        return {
            "address": self.address,
            "name": self.given or self.name,
            "advertised_name": self.name,
            "rssi": self.rssi,
            "state": self.state,
            "protocol": self.protocol,
            "make": self.make,
            "watch_only": self.watch_only,
        }


HEADER = ("Address", "RSSI", "Pack is", "Make", "Name")  # of rows
Progress = Callable[[list[Found]], object]  # takes all packs found so far
SoFar = Callable[[], Awaitable[list[Found]]]


def scan_limit(seconds: float) -> float:
    """Return the longest time in s that the service takes to answer a scan."""
    return longest_discovery(max(SHORTEST_SCAN, seconds)) + ANSWER_LIMIT


async def scan(seconds: float, progress: Progress | None = None) -> list[Found]:
    """Return the packs in range; ``progress`` is called every second with those found so far.

    Raises:
        NoAnswer: bluetoothd, localsettings or the service does not answer.
    """
    await check_bluetoothd()
    async with open_bus() as bus:
        await ping(bus, LOCALSETTINGS)
        packs = await added_packs()
        if not await is_running(bus):
            return await _scan_here(seconds, packs, progress)

        async def so_far() -> list[Found]:
            return _named(await _found(bus, "FoundSoFar"), packs)

        return _named(await _with_progress(scan_by_service(bus, seconds), so_far, progress), packs)


async def scan_by_service(bus: TrustedBus, seconds: float) -> list[Found]:
    """Scan through the running service."""
    await call_service(bus, "Version")  # fails at once if the service hangs
    return await _found(bus, "Scan", "d", seconds, limit=scan_limit(seconds))


async def recently_found(bus: TrustedBus) -> list[Found]:
    """Return the strongest packs found by scans of the service within a day."""
    return await _found(bus, "RecentlyFound")


async def found_lately() -> list[Found]:
    """Return the packs found by the service's scans; none if it is not running or does not answer."""
    async with open_bus() as bus:
        try:
            return await recently_found(bus) if await is_running(bus) else []
        except (NoAnswer, CommandError) as err:
            log.debug("%s", err)
            return []


async def found_or_scanned(addresses: Collection[str]) -> list[Found]:
    """Return the packs found by the service's scans, so that their makes are known.

    It scans for some seconds if one of these packs is not among them; none if it does not run or answer.
    """
    recent = await found_lately()
    if not set(addresses).difference(pack.address for pack in recent):
        return recent
    async with open_bus() as bus, waiting("Scanning, to see the make of the pack", MAKE_SCAN):
        try:
            return [*recent, *(await scan_by_service(bus, MAKE_SCAN) if await is_running(bus) else [])]
        except (NoAnswer, CommandError) as err:
            log.debug("%s", err)
            return recent


async def _with_progress(
    scanning: Coroutine[Any, Any, list[Found]], so_far: SoFar, progress: Progress | None
) -> list[Found]:
    """Wait for a scan, and report the packs found so far meanwhile."""
    if progress is None:
        return await scanning
    reporting = asyncio.create_task(_report(so_far, progress), name="scan progress")
    try:
        found = await scanning
    finally:
        reporting.cancel()
        await asyncio.wait([reporting])
        failed = None if reporting.cancelled() else reporting.exception()
    if failed:
        raise failed
    return found


async def _report(so_far: SoFar, progress: Progress) -> None:
    try:
        while True:
            await asyncio.sleep(PROGRESS_INTERVAL)
            progress(await so_far())
    except (CommandError, BusError) as err:  # the scan itself raises the error
        log.debug("cannot read the packs found so far: %s", err)


async def _found(
    bus: TrustedBus, member: str, signature: str = "", *body: float, limit: float = ANSWER_LIMIT
) -> list[Found]:
    try:
        reply = await call_service(bus, member, signature, body, limit=limit)
    except CallRefused as err:
        raise CommandError(err.words) from err
    entries = [{key: variant.value for key, variant in entry.items()} for entry in reply[0]]
    return [
        Found(
            address=entry["address"],
            name=entry.get("name", ""),
            rssi=entry.get("rssi"),
            state=_state(known=entry.get("known", False), enabled=entry.get("enabled", False)),
            protocol=entry.get("protocol", ""),
            make=entry.get("make", ""),
            watch_only=entry.get("watch_only", False),
        )
        for entry in entries
    ]


async def _scan_here(
    seconds: float, packs: Mapping[str, PackSettings], progress: Progress | None
) -> list[Found]:
    air = Central([*FAMILIES.values()])

    async def so_far() -> list[Found]:
        return _named(map(_of, air.found_so_far()), packs)

    async with asyncio.TaskGroup() as group:
        running = group.create_task(air.run())
        seen = await _with_progress(_discover(air, seconds), so_far, progress)
        running.cancel()
    return _named(seen, packs)


async def _discover(air: Central, seconds: float) -> list[Found]:
    return [_of(seen) for seen in await air.discover(seconds)]


def _of(seen: Advertised) -> Found:
    family = recognise(seen)
    return Found(
        address=seen.address,
        name=seen.name,
        rssi=seen.rssi,
        state="new",
        protocol=family.name if family else "",
        make=family.make_of(seen) if family else "",
        watch_only=family.watch_only if family else False,
    )


def _named(found: Iterable[Found], packs: Mapping[str, PackSettings]) -> list[Found]:
    """Return each pack with the owner's name for it and whether it was added."""
    return [
        replace(one, given=pack.custom_name, state=_state(known=True, enabled=bool(pack.enabled)))
        if (pack := packs.get(one.address))
        else one
        for one in found
    ]


def _state(*, known: bool, enabled: bool) -> str:
    return "added" if enabled else "removed" if known else "new"
