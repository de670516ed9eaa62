"""What adding a pack stores, from the command line and from the GX. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from dbus_xbms.known.naming import Candidate, bank_candidates, name_refusal
from dbus_xbms.known.stored import Stored
from dbus_xbms.record import record
from dbus_xbms.schema import LONGEST_TEXT
from dbus_xbms.settings import BankSettings, PackSettings, Value
from dbus_xbms.settings.bank import ALL_PACKS


@record
class Advertisement:
    """What a pack to add advertises; an empty text is unknown."""

    name: str = ""
    protocol: str = ""  # of the family that it looks like


def to_store(
    advertised: Advertisement, before: PackSettings | None, given: Mapping[str, Value]
) -> dict[str, Value]:
    """Return all values to store, by setting. A pack that was removed controls only if that is chosen again.

    Args:
        advertised: by the pack.
        before: its stored settings; ``None`` if it has none.
        given: values that the owner has chosen.
    """
    is_added = before is not None and before.enabled
    chosen: dict[str, Value] = {} if is_added else {PackSettings.control.name: 0}
    chosen |= given
    if advertised.name:
        chosen[PackSettings.advertised_name.name] = advertised.name[:LONGEST_TEXT]
    if advertised.protocol and before is None:  # otherwise the owner may have chosen it
        chosen[PackSettings.protocol.name] = advertised.protocol
    return chosen | {PackSettings.enabled.name: 1}


def default_name(address: str, advertised: str, stored: Stored) -> str:
    """Return the advertised name as the owner's name of a new pack; empty if it cannot be one.

    Anyone can advertise any name: one that another pack or bank has, or that means something to the
    program, is not used.
    """
    name = advertised.strip()
    return "" if name_refusal(name, address, given_names(stored)) else name


def not_joining(banks: Mapping[int, BankSettings]) -> dict[str, Value]:
    """Return the setting that keeps a new pack out of the bank of all packs, if there is one.

    Whether the pack is wired in parallel with it, only the owner knows.
    """
    joins = any(bank.enabled and bank.members == ALL_PACKS for bank in banks.values())
    return {PackSettings.join_bank.name: 0} if joins else {}


def given_names(stored: Stored) -> Iterable[Candidate]:
    """Return the packs and banks with the names that their owner gave them."""
    packs = (Candidate(address=address, given=pack.custom_name) for address, pack in stored.packs.items())
    return [*packs, *bank_candidates(stored.banks)]
