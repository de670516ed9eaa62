"""Recorded frames damaged at random: bit flips, cuts, splices, wrong lengths; half with a good checksum."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from dbus_xbms.protocols import ProtocolError
from dbus_xbms.protocols.jbd.frames import (
    MODULE_START,
    OVERHEAD,
    REFUSALS,
    START,
    checksum,
    module_reply,
    parse,
    reply,
)
from tests.unit.recorded import BAD_FRAMES, GOOD_FRAMES

CORPUS: Sequence[bytes] = (*GOOD_FRAMES, *BAD_FRAMES)
TELLING = (0x00, 0x01, 0x03, 0x04, 0x5A, 0x77, 0x7F, 0x80, 0xA5, 0xAA, 0xDD, 0xFF)
LENGTH_AT, PAYLOAD_AT = 3, 4
LONGEST_CHUNK = 244  # bytes, the longest notification of Bluetooth LE as BlueZ asks for it

Damage = Callable[[Random, bytearray], None]


def _place(rng: Random, frame: bytes | bytearray) -> int:
    return rng.randrange(len(frame)) if frame else 0


def _flip(rng: Random, frame: bytearray) -> None:
    if frame:
        frame[_place(rng, frame)] ^= 1 << rng.randrange(8)


def _put(rng: Random, frame: bytearray) -> None:
    if frame:
        frame[_place(rng, frame)] = rng.choice(TELLING)


def _word(rng: Random, frame: bytearray) -> None:
    at = _place(rng, frame)
    frame[at : at + 2] = rng.choice((b"\0\0", b"\x7f\xff", b"\x80\0", b"\xff\xff", rng.randbytes(2)))


def _cut(rng: Random, frame: bytearray) -> None:
    del frame[_place(rng, frame) :]


def _remove(rng: Random, frame: bytearray) -> None:
    at = _place(rng, frame)
    del frame[at : at + rng.randint(1, 4)]


def _insert(rng: Random, frame: bytearray) -> None:
    at = _place(rng, frame)
    frame[at:at] = rng.randbytes(rng.randint(1, 8))


def _repeat(rng: Random, frame: bytearray) -> None:
    at, end = sorted((_place(rng, frame), _place(rng, frame)))
    frame[at:at] = frame[at:end]


def _splice(rng: Random, frame: bytearray) -> None:
    other = rng.choice(CORPUS)
    frame[_place(rng, frame) :] = other[_place(rng, other) :]


def _lie(rng: Random, frame: bytearray) -> None:
    if len(frame) > LENGTH_AT:
        frame[LENGTH_AT] = rng.choice((0, 1, len(frame) - OVERHEAD + 1 & 0xFF, 0xFF, rng.randrange(256)))


DAMAGES: tuple[Damage, ...] = (_flip, _flip, _put, _word, _cut, _remove, _insert, _repeat, _splice, _lie)


def damaged(rng: Random, original: bytes) -> bytes:
    """Return ``original`` with a few damages, or none."""
    frame = bytearray(original)
    for _ in range(rng.choice((0, 0, 1, 1, 2, 3, 6))):
        rng.choice(DAMAGES)(rng, frame)
    return bytes(frame)


def repaired(frame: bytes) -> bytes:
    """Return the frame with length, checksum and last byte corrected, so that the framer accepts it."""
    if frame.startswith(MODULE_START):
        return module_reply(frame[2] if len(frame) > 2 else 0, frame[PAYLOAD_AT:-1][:15])
    if len(frame) < OVERHEAD or frame[0] != START:
        return frame
    payload = frame[PAYLOAD_AT:-3][:0xFF]
    summed = bytes((frame[2], len(payload))) + payload
    return frame[:2] + summed + checksum(summed) + b"\x77"


def mutant(rng: Random) -> bytes:
    """Return a damaged frame; half of them have a good checksum."""
    frame = damaged(rng, rng.choice(CORPUS))
    return repaired(frame) if rng.random() < 0.5 else frame


def chunks(rng: Random, stream: bytes) -> list[bytes]:
    """Return the stream as notifications, split anywhere."""
    longest = rng.choice((1, 3, 20, 20, LONGEST_CHUNK))
    found = []
    while stream:
        taken = rng.randint(1, longest)
        found.append(stream[:taken])
        stream = stream[taken:]
    return found


def _payloads() -> dict[tuple[str, int], list[bytes]]:
    """Payloads of recorded replies, by kind and number."""
    known: dict[tuple[str, int], list[bytes]] = {}
    for frame in CORPUS:
        try:
            parsed = parse(frame)
        except ProtocolError:
            continue
        if key := getattr(parsed, "key", None):
            known.setdefault((key.kind, key.number), []).append(parsed.payload)  # type: ignore[union-attr]
    return known


PAYLOADS = _payloads()


def payload(rng: Random, kind: str, number: int) -> bytes:
    """Return a damaged payload of a register or module command, or a payload of another one."""
    known = PAYLOADS.get((kind, number)) if rng.random() < 0.97 else None
    if not known:
        known = PAYLOADS[rng.choice([*PAYLOADS])]
    return damaged(rng, rng.choice(known))[:0xFF]


def answer(rng: Random, kind: str, number: int) -> bytes:
    """Return a frame that answers a request, with a good checksum and a payload that may be damaged."""
    body = payload(rng, kind, number)
    if kind != "dd":
        return module_reply(number, body[:15])
    status = rng.choice([*REFUSALS]) if rng.random() < 0.05 else 0
    return reply(number, b"" if status else body, status)
