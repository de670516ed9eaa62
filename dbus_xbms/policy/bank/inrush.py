"""The inrush current of a pack whose voltage differs from that of the packs in parallel with it. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from dbus_xbms.model import PackSample
from dbus_xbms.policy.bank.records import Member
from dbus_xbms.policy.bank.topology import TOLERANCE


def danger(sample: PackSample | None, string: float | None) -> str:
    """Return why turning on a MOSFET of a pack is dangerous, in words; "" if it is not.

    Args:
        sample: the newest one of the pack; ``None``: it has not been read.
        string: V, of the packs in parallel with it; ``None``: there are none, or none is connected.
    """
    if sample is None or string is None:
        return ""
    most = TOLERANCE * max(len(sample.cells), 1)
    if abs(sample.voltage - string) <= most:
        return ""
    return (
        f"it has {sample.voltage:.2f} V and the packs beside it {string:.2f} V, so that a large current "
        f"would flow between them; let the voltages come within {most:.2f} V of each other first"
    )


def voltage_beside(address: str, members: Sequence[Member]) -> float | None:
    """Return the mean voltage, in V, of the packs in parallel with one; ``None`` if none is connected.

    A pack with one MOSFET off is connected in the other direction.
    """
    string = next((member.string for member in members if member.address == address), None)
    voltages = [
        member.sample.voltage
        for member in members
        if member.string == string and member.address != address and _connected(member)
        if member.sample
    ]
    return sum(voltages) / len(voltages) if voltages else None


def _connected(member: Member) -> bool:
    mosfets = member.sample.mosfets if member.sample else None
    return member.online and (mosfets is None or mosfets.charge or mosfets.discharge)
