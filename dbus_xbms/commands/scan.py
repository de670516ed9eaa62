"""Show which packs are in range. The running service does it, or this command when there is none."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from dbus_xbms.ble.air import Air
from dbus_xbms.commands import CommandError
from dbus_xbms.commands.arguments import seconds_up_to
from dbus_xbms.commands.bluetoothd import check_bluetoothd
from dbus_xbms.commands.known import known_packs
from dbus_xbms.commands.session import (
    CallFailed,
    ask_service,
    complete,
    is_on_bus,
    is_running,
    open_bus,
    ping,
)
from dbus_xbms.commands.table import columns
from dbus_xbms.printable import printable
from dbus_xbms.protocols.jbd import Jbd
from dbus_xbms.remote import LONGEST_SCAN
from dbus_xbms.settings import Settings
from dbus_xbms.trusted_bus import TrustedBus
from dbus_xbms.venus.localsettings import NAME as LOCALSETTINGS
from dbus_xbms.venus.peers import ANSWER_LIMIT

SCAN_EXTRA = 15.0  # s that a scan may take besides listening: the radio has to be free
SECONDS = 10.0  # a module advertises every second or two, and some scans miss it


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One pack in range."""

    address: str
    name: str
    rssi: int | None
    state: str  # ours, removed, new

    @property
    def row(self) -> tuple[str, str, str, str]:
        """Its line of the table."""
        rssi = "--" if self.rssi is None else str(self.rssi)
        return printable(self.address), rssi, self.state, printable(self.name)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``dbus-xbms scan``."""
    parser.add_argument(
        "--seconds",
        type=seconds_up_to(LONGEST_SCAN),
        default=SECONDS,
        metavar="N",
        help=f"scan for N seconds, up to {LONGEST_SCAN:g} ({SECONDS:g})",
    )


def run(args: argparse.Namespace) -> int:
    """Print one line per pack, the strongest first."""
    found = complete(scan(args.seconds))
    if not found:
        raise CommandError("no pack in range; a phone that is connected to a pack hides it: close its app")
    found.sort(key=lambda pack: pack.rssi or -1000, reverse=True)
    print(columns([("Address", "RSSI", "Pack is", "Name"), *(pack.row for pack in found)]))
    if any(pack.state != "ours" for pack in found):
        print("\nMake one yours with: dbus-xbms add ADDRESS")
    return 0


async def scan(seconds: float) -> list[Found]:
    """What is in range; the running service looks, or this process when there is none.

    Raises:
        NoAnswer: bluetoothd, localsettings or the service does not answer.
    """
    await check_bluetoothd()
    async with open_bus() as bus:
        await ping(bus, LOCALSETTINGS)
        if await is_running(bus):
            return await scan_by_service(bus, seconds)
        on_a_gx = await is_on_bus(bus, LOCALSETTINGS)
    if not on_a_gx:
        return await _scan_here(seconds, {})
    async with known_packs() as known:
        packs = known.packs
    return await _scan_here(seconds, packs)


async def scan_by_service(bus: TrustedBus, seconds: float) -> list[Found]:
    """Let the running service scan."""
    await ask_service(bus, "Version")  # tells at once if it does not answer at all
    return await _found(bus, "Scan", "d", seconds, limit=seconds + SCAN_EXTRA)


async def heard_by_service(bus: TrustedBus) -> list[Found]:
    """What scans of the running service have heard within a day, the strongest of it."""
    return await _found(bus, "Heard")


async def _found(
    bus: TrustedBus, member: str, signature: str = "", *body: float, limit: float = ANSWER_LIMIT
) -> list[Found]:
    try:
        reply = await ask_service(bus, member, signature, body, limit=limit)
    except CallFailed as err:
        raise CommandError(err.words) from err
    entries = [{key: variant.value for key, variant in entry.items()} for entry in reply[0]]
    return [
        Found(
            address=entry["address"],
            name=entry.get("name", ""),
            rssi=entry.get("rssi"),
            state=_state(entry.get("known", False), entry.get("enabled", False)),
        )
        for entry in entries
    ]


async def _scan_here(seconds: float, packs: Mapping[str, Settings]) -> list[Found]:
    ours = {address for address, pack in packs.items() if pack.number("Enabled")}
    air = Air([Jbd()])
    async with asyncio.TaskGroup() as group:
        running = group.create_task(air.run())
        seen = await air.discover(seconds)
        running.cancel()
    return [
        Found(
            address=pack.address,
            name=pack.name,
            rssi=pack.rssi,
            state=_state(pack.address in packs, pack.address in ours),
        )
        for pack in seen
    ]


def _state(known: bool, enabled: bool) -> str:
    return "ours" if enabled else "removed" if known else "new"
