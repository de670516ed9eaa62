"""What the service shows of one pack: whether its cells fit its chemistry, and its first contact."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from dbus_xbms.commands.batteries import Batteries, batteries
from dbus_xbms.commands.progress import waiting
from dbus_xbms.commands.session import contacts, is_running, open_bus
from dbus_xbms.commands.table import CHARGE_MODE, LIMITS, Battery
from dbus_xbms.contact import UNKNOWN, ContactState
from dbus_xbms.policy.advice.consequences import Consequence
from dbus_xbms.policy.authority import control_disabled
from dbus_xbms.policy.charge.chemistry import judges, preset
from dbus_xbms.policy.charge.preset_check import voltage_contradiction
from dbus_xbms.settings import PackSettings
from dbus_xbms.text import count, printable

ASK_EVERY = 1.0  # s
# What no further attempt changes: the owner has to do something.
LASTING = (
    ContactState.NEEDS_PASSWORD,
    ContactState.NEEDS_PASSKEY,
    ContactState.OTHER_MAKE,
    ContactState.READ_ELSEWHERE,
    ContactState.NO_BLUETOOTH,
    ContactState.BLUETOOTH_HANGS,
    ContactState.NO_ADAPTER,
    ContactState.ADAPTER_OFF,
    ContactState.NAME_TAKEN,
    ContactState.UNPUBLISHED,
)
CONTACT_LIMIT = 20.0  # s: a scan that the radio may be busy with, a connection, a poll, and the look around


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """The cells of a pack at one moment."""

    voltages: tuple[float, ...]  # V
    soc: float  # %

    def against(self, settings: PackSettings) -> str:
        """Why the chemistry of these settings cannot be the pack's, in words; empty if it can."""
        chosen = preset(settings)
        return (
            ""
            if chosen.refused or not self.voltages
            else voltage_contradiction(chosen, self.voltages, self.soc)
        )


async def cells_now(address: str) -> Cells | None:
    """The cells of a pack as the bus shows them now; ``None`` if it shows none.

    Raises:
        NoAnswer: the service does not answer.
    """
    async with batteries() as live:
        pack = _found(live, address)
        return _cells(pack) if pack else None


async def misfits(address: str, after: PackSettings, changed: Iterable[str]) -> list[Consequence]:
    """What the cells of a pack that is being read say against its chemistry, if that is judged anew.

    Raises:
        NoAnswer: the service does not answer.
    """
    if not any(judges(PackSettings.named(name)) for name in changed):
        return []
    async with open_bus() as bus:
        if not await is_running(bus):
            return []
    cells = await cells_now(address)
    why = cells.against(after) if cells else ""
    controls = not control_disabled(after) and bool(after.enabled)
    words = f"{why}; a pack that controls is then neither charged nor discharged"
    return [Consequence(words=words, ask=controls)] if why else []


async def first_contact(
    address: str, name: str, *, control: bool, limit: float = CONTACT_LIMIT
) -> Battery | None:
    """Wait until a pack shows values and, if it is to control, limits; what there is after ``limit`` s.

    It ends early when waiting cannot help, as with a pack that needs its password. ``None``: the pack
    is not on the bus.

    Raises:
        NoAnswer: the service does not answer.
    """
    begun = f"Waiting for {name} to answer"
    async with open_bus() as bus, batteries() as live, waiting(begun, limit):
        with suppress(TimeoutError):
            async with asyncio.timeout(limit):
                while not _is_whole(_found(live, address), control=control):
                    if (await contacts(bus)).get(address, UNKNOWN).state in LASTING:
                        break
                    with suppress(TimeoutError):
                        async with asyncio.timeout(ASK_EVERY):
                            await live.next_change()
        return _found(live, address)


def has_answered(pack: Battery | None) -> bool:
    """Whether the pack shows what it was asked for."""
    return pack is not None and pack.values.get("/Dc/0/Voltage") is not None


def described(pack: Battery, *, control: bool) -> Iterator[str]:
    """What was found: a line for the pack, and for one that is to control its limits, or why it has none."""
    cells = _cells(pack)
    number = count(len(cells.voltages), "cell") if cells else ""
    model = printable(pack.values.get("/ProductName") or "")
    parts = (model, number, pack.text("/Dc/0/Voltage"), f"SoC {pack.text('/Soc')}")
    yield f"Found: {', '.join(part for part in parts if part)}."
    if control or pack.controls:
        yield from limits_or_why(pack)


def limits_or_why(pack: Battery) -> Iterator[str]:
    """The limits that chargers get, or why there are none."""
    if pack.controls:
        yield f"Limits: {', '.join(_limit(pack, *row) for row in LIMITS)}."
    elif mode := pack.values.get(CHARGE_MODE):
        yield f"{printable(str(mode))}."


def _limit(pack: Battery, label: str, path: str, words: str) -> str:
    """A limit; of one that is 0 also why."""
    why = printable(str(pack.values.get(words) or ""))
    return f"{label} {pack.text(path)}{f' ({why})' if why and not pack.values[path] else ''}"


def _is_whole(pack: Battery | None, *, control: bool) -> bool:
    return pack is not None and has_answered(pack) and (pack.controls or not control)


def _found(live: Batteries, address: str) -> Battery | None:
    return next((pack for pack in live.packs if pack.address == address and not pack.gone), None)


def _cells(pack: Battery) -> Cells | None:
    shown = [pack.values[path] for _, path in pack.numbered("/Voltages/Cell#")]
    volts = tuple(float(value) for value in shown if isinstance(value, int | float))
    soc = pack.values.get("/Soc")
    if not volts or len(volts) < len(shown) or not isinstance(soc, int | float):
        return None
    return Cells(voltages=volts, soc=float(soc))
