"""A simulated BMS with its module: takes written bytes, sends notifications; its clock is injected. Pure."""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

from dbus_xbms.simulator.battery import Battery
from dbus_xbms.simulator.frame_faults import FaultKind, FrameFaults

CHUNK_GAP = 0.003  # s between the notifications of one frame; 0.2 to 6 ms in captures
WRITES_KEPT = 1000  # in the reported state
# What UP16S packs push between replies (a capture of a JBD UP16S015).
FOREIGN_BLOCK = bytes.fromhex(
    "02510000ffff0036152d0094005000640be30d400d390be70be20003032903e80001000200000000"
    "00000307030b03010302000000005aa600000000000000a1"
)


class Timer(Protocol):
    """Handle of a scheduled call."""

    def cancel(self) -> None:
        """Cancel the call."""
        ...


class Clock(Protocol):
    """Clock with scheduled calls; an asyncio event loop is one."""

    def time(self) -> float:
        """Return the time in s."""
        ...

    def call_later(self, delay: float, callback: Callable[[], object], /) -> Timer:
        """Call ``callback`` after ``delay`` s."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class WireSpec:
    """How a Bluetooth module behaves."""

    mtu: int = 23  # a notification carries 3 bytes less
    quickest: float = 0.03  # s from a request to the first notification
    slowest: float = 0.15
    lose_first: bool = False  # the first request of a connection is lost: it only wakes the BMS
    password: str | None = None  # silent until the login; "": a module with a login but no password set
    needs_root: bool = False  # still silent after the user password
    passkey: str | None = None  # six digits; until paired, the module echoes every request
    foreign: bool = False  # pushes UP16S blocks between its replies


@dataclass(slots=True, kw_only=True)
class WireCounters:
    """Traffic since the start."""

    # of a JBD "03", "04", ... reads, "we1" writes, "m15" module; of other makes the bytes in hex
    requests: Counter[str] = field(default_factory=Counter)
    notifications: int = 0  # sent by the module, received or not
    garbled: int = 0  # writes that are not requests
    # time in s, register and payload of every write to a register, carried out or not
    writes: deque[tuple[float, int, str]] = field(default_factory=lambda: deque(maxlen=WRITES_KEPT))


class Device(ABC):
    """One BMS with its module, and at most one central connected to it."""

    def __init__(self, address: str, spec: WireSpec, clock: Clock, seed: int = 1) -> None:
        self.address = address
        self.spec = spec
        self.faults = FrameFaults(seed)
        self.counters = WireCounters()
        self.paired = False
        self._clock = clock
        self._random = random.Random(seed)
        self._notify: Callable[[bytes], None] | None = None
        self._connected_at: float | None = None
        self._held = 0.0  # s, sum of past connections
        self._connection = 0  # number of the connection; notifications of earlier ones are not sent
        self._free_at = 0.0  # s, time at which the last scheduled notification is sent

    @property
    @abstractmethod
    def battery(self) -> Battery | None:
        """The simulated battery; ``None`` if the BMS replays a recording."""

    @abstractmethod
    def write(self, encoded: bytes) -> None:
        """Handle what a central wrote."""

    @abstractmethod
    def truth(self) -> dict[str, Any]:
        """Return the true state of the pack, for tests to compare with."""

    def connect(self, notify: Callable[[bytes], None]) -> None:
        """Connect a central; ``notify`` is called with each notification."""
        self._notify = notify
        self._connected_at = self._clock.time()
        self._connection += 1
        self._free_at = 0.0

    def disconnect(self) -> None:
        """End the connection; notifications not sent yet are lost."""
        self._held, self._connected_at, self._notify = self.held, None, None
        self._connection += 1

    @property
    def held(self) -> float:
        """Time in s since the start during which a central was connected."""
        running = 0.0 if self._connected_at is None else self._clock.time() - self._connected_at
        return self._held + running

    def _answer(self, request: bytes, frame: bytes, now: float) -> None:
        """Send a reply, with the faults that occur now."""
        if (fault := self.faults.hits(FaultKind.TEAR, now)) is not None:
            frame = frame[: int(fault.amount) or self._random.randrange(1, len(frame))]
        if self.faults.hits(FaultKind.CORRUPT, now):
            at = self._random.randrange(4, len(frame)) if len(frame) > 4 else 0
            frame = frame[:at] + bytes((frame[at] ^ 1 << self._random.randrange(8),)) + frame[at + 1 :]
        if self.faults.hits(FaultKind.ECHO, now):
            frame = frame + request
        late = self.faults.hits(FaultKind.LATE, now)
        self._send(frame, late.amount if late else 0.0)
        if self.faults.hits(FaultKind.DUPLICATE, now):
            self._send(frame)
        if self.spec.foreign or self.faults.hits(FaultKind.FOREIGN, now):
            self._send(FOREIGN_BLOCK)

    def _send(self, frame: bytes, late: float = 0.0) -> None:
        """Send a frame after all earlier ones: BMS and module share one serial line."""
        now = self._clock.time()
        delay = late + self._random.uniform(self.spec.quickest, self.spec.slowest)
        at = max(now + delay, self._free_at)
        size = self.spec.mtu - 3
        for start in range(0, len(frame), size):
            chunk = frame[start : start + size]
            self._clock.call_later(at - now, partial(self._emit, chunk, self._connection))
            at += CHUNK_GAP
        self._free_at = at

    def _emit(self, chunk: bytes, connection: int) -> None:
        if self._notify is not None and connection == self._connection:
            self.counters.notifications += 1
            self._notify(chunk)
