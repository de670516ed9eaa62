"""Check that every notification arrived once: compare the capture with what the rig sent."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path

from dbus_xbms.capture import SENT, parse_line
from tests.rig import machine

CHUNK = 20  # bytes of a notification
FRAME = 7  # bytes of a frame without payload
PAYLOADS = {0x03: 27, 0x04: 8, 0x05: 16}  # bytes that the rig's packs answer; others are refused with none
SETTLE_LIMIT = 60.0  # s


def chunks_of(request: bytes) -> int:
    """Return the notifications of the rig's reply to a request; none for bytes that are no frame."""
    if request[:2] != b"\xdd\xa5":
        return 0
    return -(-(FRAME + PAYLOADS.get(request[2], 0)) // CHUNK)


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """Traffic of one pack up to a moment."""

    requests: int = 0  # that we sent
    expected: int = 0  # notifications in answer to them
    received: int = 0  # notifications that came
    rig_requests: int = 0  # that the rig received
    rig_answers: int = 0  # that the rig sent to its end

    def __sub__(self, earlier: Count) -> Count:
        return Count(**{name: getattr(self, name) - getattr(earlier, name) for name in Count.__slots__})

    @property
    def one_to_one(self) -> bool:
        """Whether every request arrived and was answered once, and every notification came once."""
        return self.requests == self.rig_requests == self.rig_answers and self.expected == self.received


class Traffic:
    """Traffic in a capture that grows; each of its lines is read once.

    After some minutes, parsing the whole file anew takes longer than the time between two polls.
    """

    def __init__(self, capture: Path) -> None:
        self._capture = capture
        self._read = 0  # bytes
        self._counts: dict[str, Count] = {}
        self._missing: dict[str, int] = {}  # notifications until the newest reply is complete

    def count(self, address: str) -> tuple[Count, bool]:
        """Return the traffic of a pack so far, and whether its newest reply is complete."""
        with self._capture.open("rb") as file:
            file.seek(self._read)
            new = file.read()
        whole = new[: new.rfind(b"\n") + 1]
        self._read += len(whole)
        for line in whole.decode("ascii").splitlines():
            self._add(line)
        return self._counts.get(address, Count()), self._missing.get(address, 0) <= 0

    def _add(self, line: str) -> None:
        parsed = parse_line(line)
        if parsed is None:
            return
        address, before = parsed.address, self._counts.get(parsed.address, Count())
        if parsed.direction == SENT:
            self._missing[address] = wanted = chunks_of(parsed.chunk)
            after = replace(before, requests=before.requests + 1, expected=before.expected + wanted)
        else:
            self._missing[address] = self._missing.get(address, 0) - 1
            after = replace(before, received=before.received + 1)
        self._counts[address] = after


async def settled(traffic: Traffic, address: str, index: int) -> Count:
    """Count the traffic between two polls.

    Raises:
        AssertionError: no moment without a request under way was found.
    """
    try:
        async with asyncio.timeout(SETTLE_LIMIT):
            while True:
                before = await machine.pack(index)
                counted, complete = traffic.count(address)
                after = await machine.pack(index)
                asked = (after["requests"], after["answers"])
                if complete and asked == (before["requests"], before["answers"]):
                    return replace(counted, rig_requests=asked[0], rig_answers=asked[1])
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise AssertionError(f"{address}: a request under way for {SETTLE_LIMIT:g} s") from None
