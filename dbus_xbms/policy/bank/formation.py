"""Which banks are formed of which packs, and why others are not. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from dbus_xbms.policy.bank import topology
from dbus_xbms.policy.bank.membership import members, named, title
from dbus_xbms.policy.bank.topology import Candidate
from dbus_xbms.record import record
from dbus_xbms.settings import BankSettings, PackSettings, SettingsError

NOT_CONFIRMED = "not confirmed, or turned off; to confirm it: dbus-xbms bank create"
DISABLED = "turned off"


@record
class Formation:
    """The packs of a bank, string after string, and why it is not formed."""

    members: tuple[str, ...] = ()  # addresses
    refusal: str = ""  # why it is not formed, in words; "" if it is
    outside: tuple[
        str, ...
    ] = ()  # packs that are in no bank, each with the reason, such as "Stern: JoinBank 0"

    @property
    def formed(self) -> bool:
        """Whether the bank is formed."""
        return not self.refusal


@record
class BankStatus:
    """A bank as the owner may ask about it."""

    number: int
    name: str  # the owner's, or ``Bank 1``
    enabled: bool  # the owner has confirmed it
    formation: Formation
    controls: bool = False
    trouble: str = ""  # why it is not on the bus although it is formed, in words


def form(banks: Mapping[int, BankSettings], packs: Mapping[str, PackSettings]) -> dict[int, Formation]:
    """Return the formation of each bank by the settings of all banks and of all enabled packs."""
    formations: dict[int, Formation] = {}
    taken: dict[str, str] = {}  # address -> title of the bank
    for number, bank in sorted(banks.items()):
        chosen = members(number, banks, packs)
        why = _refusal(bank, chosen, packs, taken)
        if not why:
            taken |= dict.fromkeys(chosen, title(number, bank))
        formations[number] = Formation(members=chosen, refusal=why)
    for number, formation in formations.items():
        if not named(banks[number]):
            outside = _outside(banks[number], formation.members, packs, taken)
            formations[number] = Formation(
                members=formation.members, refusal=formation.refusal, outside=outside
            )
    return formations


def _refusal(
    bank: BankSettings,
    chosen: tuple[str, ...],
    packs: Mapping[str, PackSettings],
    taken: Mapping[str, str],
) -> str:
    if not bank.enabled:
        return DISABLED if named(bank) else NOT_CONFIRMED
    for address in chosen:
        if address in taken:
            return f"{pack_name(address, packs)} is part of the bank {taken[address]}"
    candidates = [candidate(address, packs.get(address)) for address in chosen]
    try:
        return topology.refusal(topology.parse(bank.topology, len(chosen)), candidates)
    except SettingsError as err:
        return str(err)


def candidate(address: str, pack: PackSettings | None) -> Candidate:
    """Return what the settings of a pack say of it; ``None``: it has none, or is disabled."""
    if pack is None:
        return Candidate(address=address, name=address)
    return Candidate(
        address=address,
        name=pack.custom_name or address,
        chemistry=pack.chemistry,
        cells=pack.cells,
        joins=bool(pack.join_bank and not pack.watch_only),
    )


def pack_name(address: str, packs: Mapping[str, PackSettings]) -> str:
    """Return the owner's name of a pack, or its address."""
    return candidate(address, packs.get(address)).name


def _outside(
    bank: BankSettings,
    inside: tuple[str, ...],
    packs: Mapping[str, PackSettings],
    taken: Mapping[str, str],
) -> tuple[str, ...]:
    """Return the enabled packs that are not in the bank of all packs, each with the reason."""
    others = {address: pack for address, pack in sorted(packs.items()) if address not in inside}
    return tuple(
        f"{pack_name(address, packs)}: {_why_outside(bank, pack, taken.get(address, ''))}"
        for address, pack in others.items()
    )


def _why_outside(bank: BankSettings, pack: PackSettings, other: str) -> str:
    if other:
        return f"part of the bank {other}"
    if not pack.join_bank:
        return "JoinBank 0"
    if pack.watch_only and not bank.allow_watch_only_members:
        return "watch only"
    if not pack.cells:
        return "never read"
    if not pack.chemistry:
        return "no Chemistry chosen"
    return f"{pack.chemistry} with {pack.cells} cells"
