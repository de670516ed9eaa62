"""A simulated pack of another make. Pure."""

from __future__ import annotations

from collections import deque
from functools import partial
from typing import Any

from dbus_xbms.simulator.battery import Battery
from dbus_xbms.simulator.board import READS_KEPT, battery_truth
from dbus_xbms.simulator.device import Clock, Device, WireSpec
from dbus_xbms.simulator.frame_faults import FaultKind
from dbus_xbms.simulator.makes.make import Make

REPEATED_FOR = "repeated"  # in the counters


class OtherDevice(Device):
    """A battery behind a BMS and module of another make, which only reads; faults of writes do not occur."""

    def __init__(
        self, address: str, battery: Battery, make: Make, spec: WireSpec, clock: Clock, seed: int = 1
    ) -> None:
        super().__init__(address, spec, clock, seed)
        self._battery = battery
        self._make = make
        self._repeating = 0  # number of the connection on which the BMS repeats itself; 0: none
        self._reads: deque[tuple[float, str, str]] = deque(maxlen=READS_KEPT)  # s, request, reply in hex

    @property
    def battery(self) -> Battery:
        """The simulated battery."""
        return self._battery

    def truth(self) -> dict[str, Any]:
        """Return the battery's sample, and the last requests with their replies."""
        return {**battery_truth(self._battery, self._clock.time()), "reads": list(self._reads)}

    def write(self, encoded: bytes) -> None:
        """Answer a request."""
        now = self._clock.time()
        self._battery.advance(now)
        frame = self._make.answer(encoded, self._battery)
        if frame is None:
            self.counters.garbled += 1
            return
        self.counters.requests[encoded.hex()] += 1
        lost = (FaultKind.LOSE, FaultKind.REFUSE)
        if any(self.faults.hits(kind, now) for kind in lost) or self.faults.muted(now):
            return
        self._reads.append((now, encoded.hex(), frame.hex()))
        self._answer(encoded, frame, now)
        self._repeat(encoded)

    def _repeat(self, encoded: bytes) -> None:
        """Begin to repeat a reply, once per connection, if the BMS does that."""
        every, request = self._make.repeats
        if every and encoded == request and self._repeating != self._connection:
            self._repeating = self._connection
            self._clock.call_later(every, partial(self._repeated, self._connection))

    def _repeated(self, connection: int) -> None:
        if connection != self._connection:
            return
        every, request = self._make.repeats
        now = self._clock.time()
        self._battery.advance(now)
        frame = self._make.answer(request, self._battery)
        if frame is not None and not self.faults.muted(now):
            self.counters.requests[REPEATED_FOR] += 1
            self._reads.append((now, request.hex(), frame.hex()))
            self._answer(request, frame, now)
        self._clock.call_later(every, partial(self._repeated, connection))
