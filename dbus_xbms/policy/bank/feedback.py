"""What the packs of a bank are told of its decision. Pure."""

from __future__ import annotations

from dbus_xbms.policy.bank.inrush import voltage_beside
from dbus_xbms.policy.bank.records import BankDecision, Membership


def memberships(decision: BankDecision, bank: str, *, managed: bool) -> dict[str, Membership]:
    """Return what each member is told, by address.

    Args:
        decision: of the bank.
        bank: its name.
        managed: the owner lets the bank control.
    """
    return {
        member.address: Membership(
            bank=bank,
            managed=managed,
            charge=decision.charge,
            voltage=voltage_beside(member.address, decision.members),
        )
        for member in decision.members
    }
