"""Check that every notification arrived once: compare the capture with what the rig sent."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from dbus_xbms.capture import RECEIVED, SENT, parse_line
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


def count(lines: Iterable[str], address: str) -> tuple[Count, bool]:
    """Count the traffic in a capture, and whether its last reply is complete."""
    requests = expected = received = wanted = got = 0
    for line in lines:
        parsed = parse_line(line)
        if parsed is None or parsed.address != address:
            continue
        if parsed.direction == SENT:
            requests += 1
            wanted, got = chunks_of(parsed.chunk), 0
            expected += wanted
        elif parsed.direction == RECEIVED:
            received += 1
            got += 1
    return Count(requests=requests, expected=expected, received=received), got >= wanted


async def settled(capture: Path, address: str, index: int) -> Count:
    """Count the traffic between two polls."""
    async with asyncio.timeout(SETTLE_LIMIT):
        while True:
            before = await machine.pack(index)
            text = await asyncio.to_thread(capture.read_text)
            counted, complete = count(text.splitlines(), address)
            after = await machine.pack(index)
            asked = (after["requests"], after["answers"])
            if complete and asked == (before["requests"], before["answers"]):
                return Count(
                    requests=counted.requests,
                    expected=counted.expected,
                    received=counted.received,
                    rig_requests=asked[0],
                    rig_answers=asked[1],
                )
            await asyncio.sleep(0.1)
