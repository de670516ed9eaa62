"""What the packs of a bank are told of its decision. Pure."""

from __future__ import annotations

from collections.abc import Collection

from dbus_xbms.policy.bank.inrush import voltages_beside
from dbus_xbms.policy.bank.records import BankDecision, Membership


def memberships(
    decision: BankDecision, bank: str, *, managed: bool, turning_on: Collection[str] = ()
) -> dict[str, Membership]:
    """Return what each member is told, by address.

    Args:
        decision: of the bank.
        bank: its name.
        managed: the owner lets the bank control.
        turning_on: addresses of packs whose MOSFETs are being switched on.
    """
    beside = voltages_beside(decision.members, turning_on)
    return {
        member.address: Membership(
            bank=bank,
            managed=managed,
            charge=decision.charge,
            voltage=beside[member.address],
        )
        for member in decision.members
    }
