"""A change of a bank: check it with settings and live voltages, have it confirmed, and store it."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

from dbus_xbms.commands import CommandError
from dbus_xbms.commands.bank_words import about, how_to_allow, how_to_wire, no_packs, pack_name
from dbus_xbms.commands.batteries import batteries, wait_until_gone
from dbus_xbms.commands.known import Known, path_of_bank
from dbus_xbms.commands.questions import confirm, refuse_second_controller
from dbus_xbms.commands.saying import say
from dbus_xbms.commands.session import is_running, open_bus
from dbus_xbms.commands.table import MOSFET_PATHS, Battery
from dbus_xbms.dbus import BusError
from dbus_xbms.known.naming import bank_candidates, name_refusal
from dbus_xbms.known.stored import StoredBank
from dbus_xbms.policy.advice.consequences import Consequence, of_change
from dbus_xbms.policy.advice.controllers import Configuration
from dbus_xbms.policy.bank import topology, watch_only
from dbus_xbms.policy.bank.membership import members
from dbus_xbms.policy.bank.topology import Candidate
from dbus_xbms.settings import BankSettings as B
from dbus_xbms.settings import PackSettings, SettingsError, Value, bank_id, pack_path

log = logging.getLogger(__name__)

# Settings that say which packs act as one battery, and how they are wired.
FORMING = (B.enabled.name, B.members.name, B.topology.name, B.allow_watch_only_members.name)
# Only ends control by a bank that it concerns: possible whatever the voltages are.
FORBIDDING = (B.allow_watch_only_members.name, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class BankChange:
    """New values of the settings of a bank and of packs."""

    number: int
    bank: Mapping[str, Value] = field(default_factory=dict)  # by setting
    packs: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)  # by address and setting
    deletes: bool = False  # the bank and its settings

    @property
    def forms(self) -> bool:
        """Whether it says which packs act as one battery."""
        return bool(self.packs) or any(
            name in FORMING for name, value in self.bank.items() if (name, value) != FORBIDDING
        )

    def after(self, now: Configuration) -> Configuration:
        """Return all settings after the change."""
        packs = {
            **now.packs,
            **{address: PackSettings({**now.packs[address], **new}) for address, new in self.packs.items()},
        }
        banks = dict(now.banks)
        if self.deletes:
            banks.pop(self.number, None)
        elif self.bank:
            banks[self.number] = StoredBank({**banks.get(self.number, StoredBank()), **self.bank})
        return Configuration(packs=packs, banks=banks)


async def confirm_change(known: Known, change: BankChange, question: str, *, yes: bool) -> None:
    """Check a change and have the owner confirm its consequences.

    Raises:
        SettingsError: a value is not allowed.
        CommandError: the packs cannot act as one battery so, another battery controls, or the owner does not
            confirm.
        NoAnswer: the service does not answer, so the voltages are unknown.
    """
    live = await live_packs() if change.forms else {}

    async def changes() -> list[Consequence]:
        return consequences(change, known, live)

    await confirm(known, changes, question, yes=yes)


def consequences(change: BankChange, known: Known, live: Mapping[str, Battery]) -> list[Consequence]:
    """Return the effects of a change; see :func:`confirm_change` for the errors."""
    before, number = known.configuration, change.number
    after = change.after(before)
    found = of_change(before, after, explicit=True)
    if not change.deletes:
        _check_name(change, known)
    if change.deletes or not after.banks[number].enabled:
        return found
    newly = number not in before.formations or not before.formations[number].formed
    if change.forms:
        _check_new_members(number, before, after)
    if change.forms:
        _check_wiring(number, after, live, "--topology series" if newly else "Topology series")
    refuse_second_controller(before, after, bank_id(number))
    if not change.forms:
        return found
    packs = [wired(address, after, live) for address in after.formations[number].members]
    return [*about(number, after, packs, ask=newly, checked=bool(live)), *found]


def _check_new_members(number: int, before: Configuration, after: Configuration) -> None:
    """Check that no pack joins a bank that is watch only, unless the owner has allowed that."""
    had = before.formations[number].members if number in before.formations else ()
    for address in after.formations[number].members:
        if address not in had and address in after.packs:
            refuse_watch_only(address, after, number)


def refuse_watch_only(address: str, configuration: Configuration, number: int) -> None:
    """Check that a pack may be part of a bank although it is watch only.

    Raises:
        CommandError: it may not; the message says what to do.
    """
    bank, pack = configuration.banks[number], configuration.packs[address]
    name = pack_name(address, configuration)
    if why := watch_only.refusal(bank, pack, name):
        raise CommandError(how_to_allow(why, bank, name, configuration.title(number)))


def _check_name(change: BankChange, known: Known) -> None:
    name = str(change.bank.get(B.custom_name.name, ""))
    others = [*known.candidates, *bank_candidates(known.banks)]
    if why := name_refusal(name, f"bank{change.number}", others):
        raise SettingsError(why)


def _check_wiring(number: int, after: Configuration, live: Mapping[str, Battery], in_series: str) -> None:
    """Check that the packs of a bank can be wired as its settings say, by their settings and voltages.

    ``in_series``: how to say that they are wired in series.
    """
    chosen = members(number, after.banks, after.packs)
    if removed := [address for address in chosen if address not in after.enabled]:
        raise CommandError(
            f"{pack_name(removed[0], after)} is not added; `dbus-xbms add {removed[0]}` adds it"
        )
    if len(chosen) < 2 and not after.banks[number].members:
        raise CommandError(no_packs(after))
    if why := after.formations[number].refusal:
        raise CommandError(f"these packs cannot be one battery: {why}")
    packs = [wired(address, after, live) for address in chosen]
    wanted = topology.parse(after.banks[number].topology, len(packs))
    if why := topology.refusal(wanted, packs):
        raise CommandError(f"these packs cannot be one battery: {why}. {how_to_wire(wanted, in_series)}")


def wired(address: str, configuration: Configuration, live: Mapping[str, Battery]) -> Candidate:
    """Return what is known of a pack that may be part of a bank."""
    pack, shown = configuration.packs[address], live.get(address)
    volts = shown.values.get("/Dc/0/Voltage") if shown else None
    mosfets = [shown.values.get(path) for _, path, *_ in MOSFET_PATHS] if shown else []
    return Candidate(
        address=address,
        name=pack_name(address, configuration),
        chemistry=pack.chemistry,
        cells=pack.cells,
        voltage=float(volts) if isinstance(volts, int | float) else None,
        mosfets_on=None if None in mosfets or not mosfets else all(mosfets),
        joins=bool(pack.join_bank and not pack.watch_only),
    )


async def live_packs() -> dict[str, Battery]:
    """Return the packs on the bus by address; empty if the service is stopped.

    Raises:
        NoAnswer: the service does not answer.
    """
    async with open_bus() as bus:
        if not await is_running(bus):
            return {}
    async with batteries() as live:
        return {pack.address: pack for pack in live.packs if not pack.gone}


async def store_change(known: Known, change: BankChange) -> None:
    """Store a confirmed change. A bank is confirmed last, and turned off first.

    If storing fails, a new bank is forgotten.
    """
    number = change.number
    is_new = number not in known.banks
    try:
        if change.deletes:
            await _delete(known, number)
            return
        if change.bank:
            await known.add_bank(number)
        for address, values in change.packs.items():
            for name, value in values.items():
                await known.set(pack_path(address, name), value)
        last = sorted(change.bank, key=lambda name: name == B.enabled.name)
        for name in last if change.bank.get(B.enabled.name, 1) else reversed(last):
            await known.set(path_of_bank(number, name), change.bank[name])
    except BaseException:
        if is_new:
            await _forgotten(known, number)
        raise


async def _delete(known: Known, number: int) -> None:
    await known.set(path_of_bank(number, B.enabled.name), 0)
    await wait_until_gone(bank_id(number))  # the service stores settings of a bank until then
    await known.forget_bank(number)


async def _forgotten(known: Known, number: int) -> None:
    try:
        await known.forget_bank(number)
    except (BusError, SettingsError) as err:
        log.debug("the settings of bank %d are not erased: %s", number, err)
        say(f"Some settings may be stored: `dbus-xbms bank delete {number}` erases them.", sys.stderr)
