"""Faults of the wire: how often each strikes, and for how long. Pure."""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import Enum


class FaultKind(Enum):
    """What can befall a request or its reply."""

    MUTE = "mute"  # no reply for some seconds
    LOSE = "lose"  # the request is lost
    LATE = "late"  # amount: s later than usual
    TEAR = "tear"  # amount: bytes that still come; 0: any number
    CORRUPT = "corrupt"  # one bit flips
    ECHO = "echo"  # the request follows the reply
    DUPLICATE = "duplicate"  # the reply comes twice
    REFUSE = "refuse"  # amount: the status; 0: 0x80
    FOREIGN = "foreign"  # a block of another protocol follows the reply
    LOST_ACKNOWLEDGE = "lost_acknowledge"  # a write is carried out, its reply is lost
    LOST_READ_BACK = "lost_read_back"  # a read soon after a write gets no reply
    UNHEEDED = "unheeded"  # a write is acknowledged, and not carried out


@dataclass(slots=True, kw_only=True)
class FrameFault:
    """Strikes ``count`` times (None: any), each with ``probability``, until ``until`` (None: for ever)."""

    kind: FaultKind
    count: int | None = 1
    probability: float = 1.0
    amount: float = 0.0
    until: float | None = None


class FrameFaults:
    """The faults that are on."""

    def __init__(self, seed: int = 1) -> None:
        self.on: list[FrameFault] = []
        self.struck: dict[str, int] = {}  # how often, by kind
        self._random = random.Random(seed)

    def strikes(self, kind: FaultKind, now: float) -> FrameFault | None:
        """The fault that strikes this time, if any does."""
        self.on = [f for f in self.on if f.count != 0 and (f.until is None or now < f.until)]
        for fault in self.on:
            if fault.kind is kind and self._random.random() < fault.probability:
                if fault.count is not None:
                    fault.count -= 1
                self.struck[kind.value] = self.struck.get(kind.value, 0) + 1
                return fault
        return None

    def muted(self, now: float) -> bool:
        """Whether the BMS keeps silent now."""
        return self.strikes(FaultKind.MUTE, now) is not None

    def clear(self) -> None:
        """End every fault of the wire."""
        self.on = []
