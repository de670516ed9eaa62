"""How much of a string's current each pack in parallel carries. Pure.

The currents are measured and averaged. While little flows, and in the direction in which none flows, the
shares that the capacities give count, and more for a pack that carried more while much flowed. A measured
share is never taken for much less than its part of the capacity: a pack that reports too little, or is fuller
than the others just now, may carry more a moment later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from dbus_xbms.model import Mosfet
from dbus_xbms.policy.bank.members import Placed, by_string
from dbus_xbms.record import record

AVERAGING_TIME = 2.0  # s; packs are polled at the same moment, and loads come and go
FLOOR = 0.8  # fraction of the share by capacity
# C of the bank between which measured shares come to count: below, offsets of the measurement and equalising
# currents between the packs are as large as the shares.
MEASURED_FROM, MEASURED_FULLY = 0.02, 0.1
LEARNING_TIME = 60.0  # s with much current in which a pack's load is learned


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
    # Its share while much current flowed, as a multiple of its part of the capacity.
    charge_load: float = 1.0
    discharge_load: float = 1.0

    def load(self, sign: int) -> float:
        """Return its load in the direction of a sign: 1 for charging, -1 for discharging."""
        return self.charge_load if sign > 0 else self.discharge_load


def average(
    before: Mapping[str, AverageCurrent], members: Sequence[Placed], now: float
) -> dict[str, AverageCurrent]:
    """Add the newest currents of the online members to their averages, by address.

    A member without contact keeps its last one.
    """
    averages: dict[str, AverageCurrent] = {}
    passed: dict[str, float] = {}  # s, by address
    for one in members:
        address, previous = one.view.address, before.get(one.view.address)
        if one.sample is None:
            if previous:
                averages[address] = previous
            continue
        previous = previous or AverageCurrent(current=one.sample.current, at=now)
        dt = passed[address] = max(0.0, now - previous.at)
        current = previous.current + (one.sample.current - previous.current) * dt / (AVERAGING_TIME + dt)
        averages[address] = replace(previous, current=current, at=now)
    for string in by_string(members):
        averages |= _learned([one for one in string if one.sample], averages, passed)
    return averages


def _learned(
    string: Sequence[Placed], averages: Mapping[str, AverageCurrent], passed: Mapping[str, float]
) -> dict[str, AverageCurrent]:
    """Learn the loads of the packs of a string while much current flows, by address."""
    charged = sum(averages[one.view.address].current for one in string) > 0
    carrying = [one for one in string if one.conducts(Mosfet.CHARGE if charged else Mosfet.DISCHARGE)]
    capacity = sum(one.capacity for one in carrying)
    total = sum(averages[one.view.address].current for one in carrying)
    if not capacity or abs(total) < MEASURED_FULLY * capacity:
        return {}
    found = {}
    for one in carrying:
        average = averages[one.view.address]
        dt = min(passed[one.view.address], AVERAGING_TIME)  # before that, something else may have flowed
        before = average.load(1 if charged else -1)
        load = average.current / total * capacity / one.capacity
        load = before + (load - before) * dt / (LEARNING_TIME + dt)
        found[one.view.address] = (
            replace(average, charge_load=load) if charged else replace(average, discharge_load=load)
        )
    return found


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
        known = averages.get(one.view.address)
        expected = min(1.0, usual * max(1.0, known.load(sign))) if known else usual
        measured = max(current / total, FLOOR * usual) if weight else usual
        part = expected + weight * (measured - expected)
        found[one.number] = Share(part=part, excess=max(0.0, current - part * total))
    return found
