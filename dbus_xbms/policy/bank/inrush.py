"""The inrush current of a pack whose voltage differs from that of the packs in parallel with it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from dbus_xbms.model import PackSample
from dbus_xbms.policy.bank.records import Member, MemberState
from dbus_xbms.policy.bank.topology import tolerance

IN_CONTACT = (MemberState.ONLINE, MemberState.APART)


def danger(sample: PackSample | None, string: float | None) -> str:
    """Return why turning on a MOSFET of a pack is dangerous, in words; "" if it is not.

    Args:
        sample: the newest one of the pack; ``None``: it has not been read.
        string: V, of the packs in parallel with it; ``None``: there are none, or none is connected.
    """
    if sample is None or string is None:
        return ""
    most = tolerance(len(sample.cells))
    if abs(sample.voltage - string) <= most:
        return ""
    return (
        f"it has {sample.voltage:.2f} V and the packs beside it {string:.2f} V, so that a large current "
        f"would flow between them; let the voltages come within {most:.2f} V of each other first"
    )


def voltage_beside(address: str, members: Sequence[Member], turning_on: Collection[str] = ()) -> float | None:
    """Return the mean voltage, in V, of the packs in parallel with one; ``None`` if none is connected.

    A pack with one MOSFET off is connected in the other direction. One that is watch only, or that counts as
    apart, is asked only if there is no other: it may have been switched on a moment ago. ``turning_on``:
    addresses of packs that are being switched on, so that two that are off are not connected at the same
    moment.
    """
    string = next((member.string for member in members if member.address == address), None)
    beside = [
        (member, sample.voltage)
        for member in members
        if member.string == string and member.address != address and member.state in IN_CONTACT
        if (sample := member.decision.sample) and (member.address in turning_on or sample.is_connected)
    ]
    online = [(member, volts) for member, volts in beside if member.online]
    trusted = [(member, volts) for member, volts in online if not member.watch_only]
    voltages = [volts for _, volts in trusted or online or beside]
    return sum(voltages) / len(voltages) if voltages else None
