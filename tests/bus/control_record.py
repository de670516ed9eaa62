"""A record of which battery services had a charge voltage limit, as a consumer of all signals sees it.

record = ControlRecord()
async with Venus(record.changed, record.left) as venus:
    ...
assert record.overlaps() == []
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from itertools import pairwise
from math import inf

from tests.bus.venus import BATTERY, Seen

CVL = "/Info/MaxChargeVoltage"


def controlling(seen: Seen) -> bool:
    return CVL in seen.items and seen[CVL] is not None


@dataclass(slots=True)
class Span:
    """A time in which a service had a valid CVL; s, loop time."""

    name: str
    start: float
    end: float = inf


class ControlRecord:
    """Keeps a span for each service and time, in the order in which they began."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self._open: dict[str, Span] = {}
        self._met: set[str] = set()  # owners of names

    def changed(self, seen: Seen) -> None:
        """Record a service after a change. One that appears with a CVL had it from the first moment."""
        valid = controlling(seen)
        if valid and seen.name not in self._open:
            since = seen.since if seen.owner not in self._met else _now()
            self._open[seen.name] = Span(seen.name, since)
            self.spans.append(self._open[seen.name])
        elif not valid:
            self.left(seen)
        self._met.add(seen.owner)

    def left(self, seen: Seen) -> None:
        """Record that a service has left the bus, or its CVL."""
        if span := self._open.pop(seen.name, None):
            span.end = _now()

    @property
    def holders(self) -> list[str]:
        """The last part of the names of services that had a CVL, one after the other."""
        names = [span.name.removeprefix(BATTERY) for span in self.spans]
        return [name for before, name in pairwise(["", *names]) if name != before]

    def overlaps(self) -> list[tuple[Span, Span]]:
        """Return the spans that overlap: two services had a CVL at the same time."""
        in_order = sorted(self.spans, key=lambda span: span.start)
        return [pair for pair in pairwise(in_order) if pair[1].start < pair[0].end]

    def longest_gap(self) -> float:
        """Return the longest time in s without any CVL, from the first one until now."""
        ends = [span.end for span in self.spans]
        starts = [*(span.start for span in self.spans[1:]), _now()]
        return max((start - end for start, end in zip(starts, ends, strict=True)), default=0.0)


def _now() -> float:
    return asyncio.get_running_loop().time()
