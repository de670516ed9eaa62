"""The inrush current of a pack whose voltage differs from that of the packs in parallel with it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import groupby
from operator import attrgetter

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


def voltages_beside(members: Iterable[Member], turning_on: Collection[str] = ()) -> dict[str, float | None]:
    """Return for each pack the mean voltage of those in parallel with it, in V; ``None``: none is connected.

    A pack with one MOSFET off is connected in the other direction. One that is watch only, or that counts as
    apart, is asked only if there is no other: it may have been switched on a moment ago. ``turning_on``:
    addresses of packs that are being switched on, so that two that are off are not connected at the same
    moment.
    """
    found: dict[str, float | None] = {}
    for _, string in groupby(members, key=attrgetter("string")):
        packs = list(string)
        connected = [one for one in packs if _is_connected(one, turning_on)]
        online = [one for one in connected if one.online]
        trusted = [one for one in online if not one.watch_only]
        tiers = [_voltages(tier) for tier in (trusted, online, connected)]
        found |= {one.address: _mean_of_others(one.address, tiers) for one in packs}
    return found


def _is_connected(one: Member, turning_on: Collection[str]) -> bool:
    sample = one.decision.sample
    if one.state not in IN_CONTACT or sample is None:
        return False
    return one.address in turning_on or sample.is_connected


def _voltages(members: Iterable[Member]) -> dict[str, float]:
    return {one.address: one.decision.sample.voltage for one in members if one.decision.sample}


def _mean_of_others(address: str, tiers: Iterable[dict[str, float]]) -> float | None:
    """The mean voltage of the others in the first tier that has any."""
    for tier in tiers:
        if others := [volts for other, volts in tier.items() if other != address]:
            return sum(others) / len(others)
    return None
