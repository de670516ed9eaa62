"""Facts for `dbus-xbms doctor` about packs and banks: in the settings and on the bus."""

from __future__ import annotations

from collections.abc import Mapping

from dbus_xbms.commands.batteries import batteries
from dbus_xbms.commands.known import Known, known_packs
from dbus_xbms.commands.members import members
from dbus_xbms.commands.table import CHARGE_MODE, MOSFET_PATHS, Battery
from dbus_xbms.dbus import TrustedBus, has_owner
from dbus_xbms.doctor.facts import Bank, Pack, Shown, ShownBank, ShownMember
from dbus_xbms.policy.advice.bank_meaning import strings_of
from dbus_xbms.policy.bank import watch_only
from dbus_xbms.policy.bank.formation import form
from dbus_xbms.settings import bank_path, family_of, make_of, name_of
from dbus_xbms.venus.localsettings import NAME as SETTINGS

DRIFT = "states of charge differ"  # told from the difference itself
SILENT = (0, 18)  # /State: no values yet, no longer


async def packs(bus: TrustedBus) -> Mapping[str, Pack] | None:
    """Return the packs in localsettings by address, or ``None`` if localsettings is not on the bus."""
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
                chemistry=pack.chemistry,
                cells=pack.cells,
                joins=bool(pack.join_bank and not pack.watch_only),
                make=make_of(pack),
                watch_only=pack.watch_only,
                missing=family_of(pack).missing(),
                unusable=known.unusable_of(address),
            )
            for address, pack in known.packs.items()
        }


async def banks(bus: TrustedBus) -> Mapping[int, Bank] | None:
    """Return the banks in localsettings by number, or ``None`` if localsettings is not on the bus."""
    if not await has_owner(bus, SETTINGS):
        return None
    async with known_packs() as known:
        return {number: _bank(number, known) for number in known.banks}


def _bank(number: int, known: Known) -> Bank:
    settings, enabled = known.banks[number], known.configuration.enabled
    formation = form(known.banks, enabled)[number]
    added = [address for address in formation.members if address in enabled]
    own = bank_path(number, "")
    return Bank(
        number=number,
        name=known.configuration.title(number),
        enabled=bool(settings.enabled),
        wants_control=bool(settings.control),
        members=formation.members,
        unknown=tuple(address for address in formation.members if address not in enabled),
        refusal=formation.refusal,
        no_chemistry=tuple(address for address in added if not enabled[address].chemistry),
        watched=tuple(name_of(enabled[one]) or one for one in added if enabled[one].watch_only),
        watch_only=next(watch_only.refusals(settings, strings_of(number, known.configuration)), ""),
        unusable=tuple(why for path, why in known.unusable.items() if path.startswith(own)),
    )


async def shown() -> Mapping[str, Shown]:
    """Return the packs on the bus, by address."""
    async with batteries() as live:
        return {pack.address: _shown(pack) for pack in live.packs if not pack.gone}


async def shown_banks() -> Mapping[int, ShownBank]:
    """Return the banks on the bus, by number."""
    async with batteries() as live:
        return {bank.bank: _shown_bank(bank) for bank in live.banks if not bank.gone}


def _raised(battery: Battery, level: int) -> tuple[str, ...]:
    """Return the alarms of a level."""
    shown = sorted(battery.values.items())
    return tuple(
        path.removeprefix("/Alarms/")
        for path, raised in shown
        if path.startswith("/Alarms/") and raised == level
    )


def _text(battery: Battery, path: str) -> str:
    return str(battery.values.get(path) or "")


def _number(battery: Battery, path: str) -> float | None:
    value = battery.values.get(path)
    return float(value) if isinstance(value, int | float) else None


def _shown(pack: Battery) -> Shown:
    rssi = pack.values.get("/Bluetooth/Rssi")
    mosfets = [pack.values.get(path) for _, path, *_ in MOSFET_PATHS]
    return Shown(
        service=pack.service,
        silent=pack.values.get("/State") in SILENT,
        words=_text(pack, "/Bluetooth/State"),
        rssi=rssi if isinstance(rssi, int) else None,
        reconnects=_count(pack, "/Bluetooth/Reconnects"),
        failed_polls=_count(pack, "/Bluetooth/FailedPollsLastHour"),
        alarms=_raised(pack, 2),
        warnings=_raised(pack, 1),
        interference=_text(pack, "/Bluetooth/Interference"),
        controls=pack.controls,
        no_control="" if pack.controls else _text(pack, CHARGE_MODE),
        voltage=_number(pack, "/Dc/0/Voltage"),
        mosfets_on=None if None in mosfets else all(on == 1 for on in mosfets),
    )


def _shown_bank(bank: Battery) -> ShownBank:
    parts = members(bank)
    told = {f"{member.name}: {member.trouble}" for member in parts}  # each has a finding of its own
    advice = _text(bank, "/Diagnostics/Advice").split("; ")
    return ShownBank(
        service=bank.service,
        members=tuple(
            ShownMember(
                name=member.name, state=str(member.value("State") or ""), why=str(member.value("Why") or "")
            )
            for member in parts
        ),
        alarms=_raised(bank, 2),
        warnings=_raised(bank, 1),
        controls=bank.controls,
        no_control="" if bank.controls else _text(bank, CHARGE_MODE),
        soc_spread=_number(bank, "/System/SocSpread"),
        advice=tuple(words for words in advice if words and words not in told and DRIFT not in words),
    )


def _count(pack: Battery, path: str) -> int:
    shown = pack.values.get(path)
    return int(shown) if isinstance(shown, int | float) else 0
