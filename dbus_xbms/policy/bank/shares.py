"""How much of a string's current each pack in parallel carries. Pure.

The currents are measured and averaged. While little flows, and in the direction in which none flows, the
shares that the capacities give count. A measured share is never taken for much less than that: a pack that
reports too little, or is fuller than the others just now, may carry more a moment later.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from dbus_xbms.policy.bank.members import Placed
from dbus_xbms.record import record

AVERAGING_TIME = 4.0  # s; packs are polled up to 1 s apart, and loads come and go
FLOOR = 0.8  # fraction of the share by capacity
# C of the bank between which measured shares come to count: below, offsets of the measurement and equalising
# currents between the packs are as large as the shares.
MEASURED_FROM, MEASURED_FULLY = 0.02, 0.1


@record
class Share:
    """What one pack in parallel is assumed to carry of a current through its string."""

    part: float  # fraction of the current
    excess: float  # A that it carries now on top of its part, such as a current between the packs


@record
class AverageCurrent:
    """The current of one pack, averaged."""

    current: float  # A
    at: float  # s, of the newest step


def average(
    before: Mapping[str, AverageCurrent], members: Iterable[Placed], now: float
) -> dict[str, AverageCurrent]:
    """Add the newest currents of the online members to their averages, by address."""
    averages: dict[str, AverageCurrent] = {}
    for one in members:
        if one.sample is None:
            continue
        current, previous = one.sample.current, before.get(one.view.address)
        if previous:
            dt = max(0.0, now - previous.at)
            current = previous.current + (current - previous.current) * dt / (AVERAGING_TIME + dt)
        averages[one.view.address] = AverageCurrent(current=current, at=now)
    return averages


def measured(string: Sequence[Placed], averages: Mapping[str, AverageCurrent]) -> dict[int, float]:
    """Return the share of its string's current that each online member carries; none while little flows."""
    online = [one for one in string if one.online and one.view.address in averages]
    total = sum(averages[one.view.address].current for one in online)
    if abs(total) < MEASURED_FROM * sum(one.capacity for one in online) or not total:
        return {}
    return {one.number: averages[one.view.address].current / total for one in online}


def shares(
    conducting: Sequence[Placed], averages: Mapping[str, AverageCurrent], sign: int, size: float
) -> dict[int, Share]:
    """Return what each conducting member is assumed to carry, by number; the parts are at least 1 together.

    Args:
        conducting: members of one string.
        averages: of their currents, by address.
        sign: 1 for charging, -1 for discharging.
        size: Ah; capacity of the string to which :data:`MEASURED_FROM` refers.
    """
    capacity = sum(one.capacity for one in conducting)
    currents = [
        sign * averages[one.view.address].current if one.view.address in averages else 0.0
        for one in conducting
    ]
    total = max(0.0, sum(currents))
    weight = min(1.0, max(0.0, (total / size - MEASURED_FROM) / (MEASURED_FULLY - MEASURED_FROM)))
    found = {}
    for one, current in zip(conducting, currents, strict=True):
        usual = one.capacity / capacity
        measured = max(current / total, FLOOR * usual) if weight else usual
        part = usual + weight * (measured - usual)
        found[one.number] = Share(part=part, excess=max(0.0, current - part * total))
    return found
