"""Which packs belong to which bank, by their settings. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from dbus_xbms.settings import PackSettings
from dbus_xbms.settings.bank import BankSettings

Packs = Mapping[str, PackSettings]  # by address
Banks = Mapping[int, BankSettings]  # by number


def title(number: int, bank: BankSettings) -> str:
    """Return the owner's name of a bank, or ``Bank 1``."""
    return bank.custom_name or f"Bank {number}"


def named(bank: BankSettings) -> tuple[str, ...]:
    """Return the addresses that a bank names, string after string; empty for the bank of all packs."""
    return tuple(bank.members.split())


def members(number: int, banks: Banks, packs: Packs) -> tuple[str, ...]:
    """Return the addresses of the packs of a bank, string after string, as if it were confirmed.

    A bank that names its packs keeps those that were removed. The bank of all packs has the enabled ones of
    one chemistry and one cell count that have JoinBank 1 and that no other confirmed bank names. Of several
    such groups, it has the one of before the restart, else the largest; none if that is undecided. A pack
    that is watch only joins a group of others, if the bank allows it.
    """
    if chosen := named(banks[number]):
        return chosen
    if any(other < number and bank.enabled and not named(bank) for other, bank in banks.items()):
        return ()  # only one bank has all packs
    taken = {
        address
        for other, bank in banks.items()
        if other != number and bank.enabled
        for address in named(bank)
    }
    joining = {
        address: pack
        for address, pack in sorted(packs.items())
        if joins(pack) and address not in taken
        if not pack.watch_only or banks[number].allow_watch_only_members
    }
    trusted = [pack for pack in joining.values() if not pack.watch_only]
    sizes = Counter(map(_kind, trusted))
    before = Counter(_kind(pack) for pack in trusted if pack.in_bank)
    ranks = {kind: (before[kind], size) for kind, size in sizes.items()}
    best = [kind for kind, rank in ranks.items() if rank == max(ranks.values())]
    return tuple(address for address, pack in joining.items() if len(best) == 1 and _kind(pack) == best[0])


def joins(pack: PackSettings) -> bool:
    """Return whether a pack can be part of the bank of all packs, by its own settings."""
    return bool(pack.enabled and pack.join_bank and pack.chemistry and pack.cells)


def bank_of(address: str, banks: Banks, packs: Packs) -> int | None:
    """Return the number of the confirmed bank to which a pack belongs; ``None`` if there is none."""
    confirmed = sorted(number for number, bank in banks.items() if bank.enabled)
    return next((number for number in confirmed if address in members(number, banks, packs)), None)


def _kind(pack: PackSettings) -> tuple[str, int]:
    return pack.chemistry, pack.cells
