"""Looks for packs: lets the running service do it, or uses the radio when there is none."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from dbus_xbms.ble.central import Central
from dbus_xbms.ble.discovery import longest_discovery
from dbus_xbms.ble.scan_results import SHORTEST_SCAN
from dbus_xbms.commands import CommandError
from dbus_xbms.commands.bluetoothd import check_bluetoothd
from dbus_xbms.commands.known import added_packs
from dbus_xbms.commands.naming import Candidate
from dbus_xbms.commands.session import call_service, is_running, open_bus
from dbus_xbms.dbus.call import ping
from dbus_xbms.dbus.errors import ANSWER_LIMIT, BusError, CallRefused
from dbus_xbms.dbus.trusted import TrustedBus
from dbus_xbms.protocols import Advertised
from dbus_xbms.protocols.registry import FAMILIES, recognise
from dbus_xbms.settings import PackSettings
from dbus_xbms.text import printable
from dbus_xbms.venus.localsettings import NAME as LOCALSETTINGS

log = logging.getLogger(__name__)

LOOK_EVERY = 1.0  # s; how often a terminal is told what was heard so far


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One pack in range."""

    address: str
    name: str  # that it advertises
    rssi: int | None  # dBm
    state: str  # added, removed, new
    given: str = ""  # its owner's name for it
    protocol: str = ""  # that its advertisement shows; "": unknown

    @property
    def row(self) -> tuple[str, str, str, str]:
        """Its line of the table."""
        rssi = "--" if self.rssi is None else str(self.rssi)
        return printable(self.address), rssi, self.state, printable(self.given or self.name)

    @property
    def candidate(self) -> Candidate:
        """The pack as its finder may name it."""
        return Candidate(address=self.address, given=self.given, others=(self.name,), note="not added")

    @property
    def as_json(self) -> dict[str, str | int | None]:
        """Its object in JSON: see docs/command-line.md."""
        return {
            "address": self.address,
            "name": self.given or self.name,
            "advertised_name": self.name,
            "rssi": self.rssi,
            "state": self.state,
        }


Tell = Callable[[list[Found]], object]  # takes all that was heard so far
Heard = Callable[[], Awaitable[list[Found]]]


def scan_limit(seconds: float) -> float:
    """How long the service may take to answer a scan, in s; the words of one that fails arrive before."""
    return longest_discovery(max(SHORTEST_SCAN, seconds)) + ANSWER_LIMIT


async def scan(seconds: float, tell: Tell | None = None) -> list[Found]:
    """What is in range; the running service looks, or this process when there is none.

    Raises:
        NoAnswer: bluetoothd, localsettings or the service does not answer.
    """
    await check_bluetoothd()
    async with open_bus() as bus:
        await ping(bus, LOCALSETTINGS)
        packs = await added_packs()
        if not await is_running(bus):
            return await _scan_here(seconds, packs, tell)

        async def heard() -> list[Found]:
            return _named(await _found(bus, "Hearing"), packs)

        return _named(await _telling(scan_by_service(bus, seconds), heard, tell), packs)


async def scan_by_service(bus: TrustedBus, seconds: float) -> list[Found]:
    """Let the running service scan."""
    await call_service(bus, "Version")  # tells at once if it does not answer at all
    return await _found(bus, "Scan", "d", seconds, limit=scan_limit(seconds))


async def heard_by_service(bus: TrustedBus) -> list[Found]:
    """What scans of the running service have heard within a day, the strongest of it."""
    return await _found(bus, "Heard")


async def _telling(
    scanning: Coroutine[Any, Any, list[Found]], heard: Heard, tell: Tell | None
) -> list[Found]:
    """Wait for a scan, and tell meanwhile what it has heard so far."""
    if tell is None:
        return await scanning
    telling = asyncio.create_task(_tell(heard, tell), name="what was heard")
    try:
        found = await scanning
    finally:
        telling.cancel()
        await asyncio.wait([telling])
        failed = None if telling.cancelled() else telling.exception()
    if failed:
        raise failed
    return found


async def _tell(heard: Heard, tell: Tell) -> None:
    try:
        while True:
            await asyncio.sleep(LOOK_EVERY)
            tell(await heard())
    except (CommandError, BusError) as err:  # the scan itself will say what is wrong
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
        )
        for entry in entries
    ]


async def _scan_here(seconds: float, packs: Mapping[str, PackSettings], tell: Tell | None) -> list[Found]:
    air = Central([*FAMILIES.values()])

    async def heard() -> list[Found]:
        return _named(map(_of, air.found_so_far()), packs)

    async with asyncio.TaskGroup() as group:
        running = group.create_task(air.run())
        seen = await _telling(_discover(air, seconds), heard, tell)
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
    )


def _named(found: Iterable[Found], packs: Mapping[str, PackSettings]) -> list[Found]:
    """Each with its owner's name for it, and with whether it was added."""
    return [
        replace(one, given=pack.custom_name, state=_state(known=True, enabled=bool(pack.enabled)))
        if (pack := packs.get(one.address))
        else one
        for one in found
    ]


def _state(*, known: bool, enabled: bool) -> str:
    return "added" if enabled else "removed" if known else "new"
