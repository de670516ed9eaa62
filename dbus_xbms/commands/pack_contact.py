"""Contact with a pack: why there is none, and the first contact after `add`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from dbus_xbms.commands.batteries import Batteries, batteries
from dbus_xbms.commands.progress import waiting
from dbus_xbms.commands.session import bank_reasons, contacts, is_running, open_bus, stopped
from dbus_xbms.commands.table import CHARGE_MODE, LIMITS, Battery
from dbus_xbms.contact import UNKNOWN, Contact, ContactState
from dbus_xbms.dbus import NoAnswer
from dbus_xbms.policy.advice.consequences import Consequence
from dbus_xbms.policy.authority import control_disabled
from dbus_xbms.policy.charge.chemistry import judges, preset
from dbus_xbms.policy.charge.preset_check import voltage_contradiction
from dbus_xbms.settings import PackSettings
from dbus_xbms.text import LINE, count, printable

NONE_ENABLED = (
    "no pack has been added; `dbus-xbms scan` lists those in range, `dbus-xbms add ADDRESS` adds one"
)


def reason_text(contact: Contact) -> str:
    """Return why a pack is not being read; for a lent pack, also when lending ends, in local time."""
    words = printable(contact.reason, LINE)
    if not contact.left:
        return words
    end = time.localtime(time.time() + contact.left)
    return f"{words} (until {time.strftime('%H:%M %Z', end).strip()})"


def contact_lines(name: str, contact: Contact) -> str:
    """Return a pack's name, why it is not being read, and on a second line what to do."""
    line = f"{name}: {reason_text(contact)}"
    return f"{line}\n  -> {printable(contact.advice, LINE)}" if contact.advice else line


async def why_absent(address: str, name: str, *, removed: bool) -> str:
    """Return why a pack is not on the bus and what to do, in one line.

    Raises:
        NoAnswer: the service does not answer.
    """
    if removed:
        return f"{name} was removed; `dbus-xbms add {address}` adds it again"
    async with open_bus() as bus:
        if not await is_running(bus):
            return f"{name} is not on the bus: {stopped()}"
        contact = (await contacts(bus)).get(address)
    if contact is None:
        return f"{name} is not on the bus; run `dbus-xbms doctor`"
    helps = f" -> {printable(contact.advice, LINE)}" if contact.advice else ""
    return f"{name} is not on the bus: {reason_text(contact)}{helps}"


async def why_bank_absent(number: int, name: str, *, confirmed: bool) -> str:
    """Return why a bank is not on the bus and what to do, in one line.

    Raises:
        NoAnswer: the service does not answer.
    """
    if not confirmed:
        return f"the bank {name} is not confirmed, or turned off; `dbus-xbms bank create` confirms it"
    async with open_bus() as bus:
        if not await is_running(bus):
            return f"the bank {name} is not on the bus: {stopped()}"
        reason = (await bank_reasons(bus)).get(number, "")
    return f"the bank {name} is not on the bus: {printable(reason, LINE) or 'run `dbus-xbms doctor`'}"


async def nothing_to_show(names: Mapping[str, str] | None = None) -> str:
    """Return why no pack is on the bus; ``names``: names of packs by address."""
    async with open_bus() as bus:
        if not await is_running(bus):
            return f"Nothing to show: {stopped()}."
        try:
            known = await contacts(bus)
        except NoAnswer as err:
            return f"Nothing to show: {err}."
    if not known:
        return f"Nothing to show: {NONE_ENABLED}."
    shown = names or {}
    lines = [
        contact_lines(shown.get(address, address), contact) for address, contact in sorted(known.items())
    ]
    return "\n".join(["Nothing to show:", *lines])


ASK_EVERY = 1.0  # s
# States that no further attempt can change: the owner has to act.
FINAL = (
    ContactState.NEEDS_PASSWORD,
    ContactState.NEEDS_PASSKEY,
    ContactState.OTHER_MAKE,
    ContactState.READ_ELSEWHERE,
    ContactState.NO_BLUETOOTH,
    ContactState.BLUETOOTH_HANGS,
    ContactState.NO_ADAPTER,
    ContactState.ADAPTER_OFF,
    ContactState.LIBRARY_MISSING,
    ContactState.NAME_TAKEN,
    ContactState.UNPUBLISHED,
)
CONTACT_LIMIT = 20.0  # s for a scan on a busy radio, a connection, a poll and the decision on control


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """Cell voltages and SoC of a pack."""

    voltages: tuple[float, ...]  # V
    soc: float  # %

    def against(self, settings: PackSettings) -> str:
        """Return why the cells contradict the chemistry of these settings, or empty."""
        chosen = preset(settings)
        return (
            ""
            if chosen.refused or not self.voltages
            else voltage_contradiction(chosen, self.voltages, self.soc)
        )


async def cells_now(address: str) -> Cells | None:
    """Return the cells that the bus shows for a pack, or ``None``.

    Raises:
        NoAnswer: the service does not answer.
    """
    async with batteries() as live:
        pack = _found(live, address)
        return _cells(pack) if pack else None


async def chemistry_conflicts(address: str, after: PackSettings, changed: Iterable[str]) -> list[Consequence]:
    """Return a consequence if, after a change, the chemistry of a pack contradicts its cells.

    The cells are checked only if the service runs and one of the ``changed`` settings affects the chemistry.

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
    words = f"{why}; if it controls, charging and discharging stop"
    return [Consequence(words=words, ask=controls)] if why else []


async def first_contact(
    address: str, name: str, *, control: bool, limit: float = CONTACT_LIMIT
) -> Battery | None:
    """Wait up to ``limit`` s until a pack shows values and, with ``control``, limits; return what it shows.

    Return early if waiting cannot help, for example if the password is wrong; ``None`` if the pack is not on
    the bus.

    Raises:
        NoAnswer: the service does not answer.
    """
    doing = f"Waiting for {name} to answer"
    async with open_bus() as bus, batteries() as live, waiting(doing, limit):
        with suppress(TimeoutError):
            async with asyncio.timeout(limit):
                while not _is_complete(_found(live, address), control=control):
                    if (await contacts(bus)).get(address, UNKNOWN).state in FINAL:
                        break
                    with suppress(TimeoutError):
                        async with asyncio.timeout(ASK_EVERY):
                            await live.next_change()
        return _found(live, address)


def has_answered(pack: Battery | None) -> bool:
    """Return whether the pack shows measurements."""
    return pack is not None and pack.values.get("/Dc/0/Voltage") is not None


def described(pack: Battery, *, control: bool) -> Iterator[str]:
    """Yield what was found, and with ``control`` the limits, or why there are none."""
    cells = _cells(pack)
    number = count(len(cells.voltages), "cell") if cells else ""
    model = printable(pack.values.get("/ProductName") or "")
    parts = (model, number, pack.text("/Dc/0/Voltage"), f"SoC {pack.text('/Soc')}")
    yield f"Found: {', '.join(part for part in parts if part)}."
    if control or pack.controls:
        yield from limits_or_why(pack)


def limits_or_why(pack: Battery) -> Iterator[str]:
    """Yield the limits for chargers, or why there are none."""
    if pack.controls:
        yield f"Limits: {', '.join(_limit(pack, *row) for row in LIMITS)}."
    elif mode := pack.values.get(CHARGE_MODE):
        yield f"{printable(str(mode), LINE)}."


def _limit(pack: Battery, label: str, path: str, words: str) -> str:
    """Return a limit, with its reason if it is 0."""
    why = printable(str(pack.values.get(words) or ""), LINE)
    return f"{label} {pack.text(path)}{f' ({why})' if why and not pack.values[path] else ''}"


def _is_complete(pack: Battery | None, *, control: bool) -> bool:
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
