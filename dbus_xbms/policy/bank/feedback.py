"""What the packs of a bank are told of its decision. Pure."""

from __future__ import annotations

from dbus_xbms.policy.bank.records import BankDecision, Member, Membership


def memberships(decision: BankDecision, bank: str, *, managed: bool) -> dict[str, Membership]:
    """Return what each member is told, by address.

    Args:
        decision: of the bank.
        bank: its name.
        managed: the owner lets the bank control.
    """
    return {
        member.address: Membership(
            bank=bank, managed=managed, charge=decision.charge, voltage=_beside(member, decision.members)
        )
        for member in decision.members
    }


def _beside(member: Member, members: tuple[Member, ...]) -> float | None:
    """Return the mean voltage of the packs that are connected in parallel with a member, in V."""
    known = [
        other.sample.voltage
        for other in members
        if other.online
        and other.sample
        and other.string == member.string
        and other.address != member.address
        and other.sample.mosfets
        and other.sample.mosfets.charge
        and other.sample.mosfets.discharge
    ]
    return sum(known) / len(known) if known else None
