"""Faults of requests and replies: how often each occurs, and for how long. Pure."""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import Enum


class FaultKind(Enum):
    """What can go wrong with a request or its reply."""

    MUTE = "mute"  # no reply for some seconds
    LOSE = "lose"  # the request is lost
    LATE = "late"  # amount: s later than usual
    TEAR = "tear"  # amount: bytes that arrive; 0: a random number
    CORRUPT = "corrupt"  # one bit flips
    ECHO = "echo"  # the request follows the reply
    DUPLICATE = "duplicate"  # the reply comes twice
    REFUSE = "refuse"  # amount: the status; 0: 0x80
    FOREIGN = "foreign"  # a block of another protocol follows the reply
    LOST_ACKNOWLEDGE = "lost_acknowledge"  # a write is carried out, but its reply is lost
    LOST_READ_BACK = "lost_read_back"  # a read soon after a write gets no reply
    IGNORED_WRITE = "ignored_write"  # a write is acknowledged, but not carried out


@dataclass(slots=True, kw_only=True)
class FrameFault:
    """A fault that occurs at most ``count`` times (None: no limit) until ``until`` (None: no end)."""

    kind: FaultKind
    count: int | None = 1
    probability: float = 1.0
    amount: float = 0.0
    until: float | None = None


class FrameFaults:
    """The active faults."""

    def __init__(self, seed: int = 1) -> None:
        self.active: list[FrameFault] = []
        self.counts: dict[str, int] = {}  # occurrences by kind
        self._random = random.Random(seed)

    def hits(self, kind: FaultKind, now: float) -> FrameFault | None:
        """Return the fault of this kind that occurs now, or ``None``."""
        self.active = [f for f in self.active if f.count != 0 and (f.until is None or now < f.until)]
        for fault in self.active:
            if fault.kind is kind and self._random.random() < fault.probability:
                if fault.count is not None:
                    fault.count -= 1
                self.counts[kind.value] = self.counts.get(kind.value, 0) + 1
                return fault
        return None

    def muted(self, now: float) -> bool:
        """Return whether the BMS sends no reply now."""
        return self.hits(FaultKind.MUTE, now) is not None

    def clear(self) -> None:
        """End every fault."""
        self.active = []
