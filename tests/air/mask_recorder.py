"""A BMS that records its MOSFET mask, in virtual time."""

from __future__ import annotations

from collections.abc import Callable

from tests.air.simulated_pack import RecordingBoard
from tests.air.virtual_time import now

MASK_CONTROL = 0xE1


class MaskRecorder(RecordingBoard):
    """A BMS that records its mask and checks every write to it."""

    def __init__(self) -> None:
        super().__init__()
        self.masks: list[tuple[float, int]] = [(0.0, 0)]  # (time in s, mask in effect)
        self.on_mask: Callable[[int], None] = lambda mask: None
        self.battery.overrides.current = 0.0

    def read(self, register: int, now: float) -> bytes | int:
        payload = super().read(register, now)
        self.record_mask()
        return payload

    def write(self, register: int, payload: bytes, now: float) -> int:
        if register == MASK_CONTROL:
            self.record_mask()
            self.on_mask(payload[1])
        return super().write(register, payload, now)

    def record_mask(self) -> None:
        """Record the mask if it has changed."""
        self.battery.advance(now())
        if self.battery.mask != self.masks[-1][1]:
            self.masks.append((now(), self.battery.mask))

    def other_master_writes(self, mask: int) -> None:
        """Write the mask as another program would."""
        self.record_mask()
        self.battery.command(mask, now())

    def masks_since(self, since: float) -> set[int]:
        """Return the masks in effect since that time, including the one at that time."""
        self.record_mask()
        at_first = [mask for at, mask in self.masks if at <= since][-1:]
        return {*at_first, *(mask for at, mask in self.masks if at > since)}
