"""Encode requests and replies, and split a stream of notifications into frames. Pure.

Two framings share one pair of characteristics::

    request   DD  A5|5A  register  length  data     checksum  77     A5 reads, 5A writes
    reply     DD  register  status  length  payload  checksum  77
    module    FF AA  command  length  data  sum                      the Bluetooth module itself

Rules of the stream (evidence in docs/jbd-protocol.md): only the declared length says where a frame ends; a
frame counts only with a good checksum, except a refusal, which some firmware sends with a wrong one; other
bytes are skipped up to the next plausible header.
"""

from __future__ import annotations

from dbus_xbms.protocols import Conversation, Echo, Frame, Key, ProtocolError, Refused, Request
from dbus_xbms.record import record

START, TAIL = 0xDD, 0x77
READ, WRITE = 0xA5, 0x5A
MODULE_START = b"\xff\xaa"
DD, FFAA, LEGACY = "dd", "ffaa", "legacy"  # kinds of Key; a legacy frame is never awaited

OVERHEAD = 7  # bytes of a DD frame around its payload
LONGEST = 0xFF + OVERHEAD  # bytes; a framer keeps no more
OK = 0x00
REFUSALS = {
    0x80: "the BMS does not know this command",
    0x81: "the BMS does not permit this now (factory mode or a BMS password is missing)",
    0x82: "the BMS received a broken request",
    0x83: "wrong BMS password",
}
# A DD byte starts a reply only before one of these registers: DD also occurs inside payloads.
REGISTERS = frozenset(
    (*range(0x48), *range(0xA0, 0xA3), 0xAA, *range(0xAD, 0xD8), *range(0xE0, 0xE4), 0xF6, *range(0xFA, 0xFE))
)
PARAMETER_BLOCK = 0xFA  # the only register whose read request carries data
# Length of the data in replies of the module; a frame with another length is a request.
MODULE_REPLIES = {0x07: 0, 0x15: 1, 0x16: 1, 0x17: 1, 0x18: 1, 0x1D: 1}
LONGEST_MODULE_DATA = 15  # bytes; a module frame fits one notification


@record
class Command:
    """A parsed request, as the BMS or its module receives it."""

    key: Key
    write: bool  # a module's commands are all writes
    payload: bytes


@record
class Junk:
    """Skipped bytes; ``why``: the error, if they looked like a frame."""

    encoded: bytes
    why: str = ""


def checksum(summed: bytes) -> bytes:
    """Return the checksum (two bytes) of a DD frame, from its third byte to the end of its payload."""
    return (-sum(summed) & 0xFFFF).to_bytes(2, "big")


def read(register: int, payload: bytes = b"", *, timeout: float = 2.0, retries: int = 2) -> Request:
    """Return a request that reads a register; it may be repeated."""
    return Request(
        encoded=_encode(READ, register, payload),
        reply=Key(kind=DD, number=register),
        timeout=timeout,
        retries=retries,
    )


def write(register: int, payload: bytes) -> Request:
    """Return a request that writes a register; the link must never repeat it."""
    return Request(encoded=_encode(WRITE, register, payload), reply=Key(kind=DD, number=register), retries=0)


PASSWORD_COMMANDS = (0x16, 0x18, 0x1D)  # of the module: a new password, the user's, the vendor's


def module(command: int, payload: bytes = b"", *, timeout: float = 1.0, retries: int = 1) -> Request:
    """Return a request to the Bluetooth module itself."""
    return Request(
        encoded=module_reply(command, payload),
        reply=Key(kind=FFAA, number=command),
        timeout=timeout,
        retries=retries,
        secret=command in PASSWORD_COMMANDS,
    )


def ask(request: Request) -> Conversation[bytes]:
    """Exchange one request and return the payload of its reply.

    Raises:
        Refused: the BMS answered with a non-zero status.
        ProtocolError: the link passed a reply to another request.
    """
    frame = yield request
    if frame.key != request.reply:
        raise ProtocolError(f"expected a reply to {request.reply}, got one to {frame.key}")
    if frame.status != OK:
        words = REFUSALS.get(frame.status, "refused")
        raise Refused(f"{request.reply}: {words} (status 0x{frame.status:02x})", frame.status)
    return frame.payload


def reply(register: int, payload: bytes = b"", status: int = OK) -> bytes:
    """Encode the reply of a BMS to a request for ``register``."""
    return _encode(register, status, payload)


def module_reply(command: int, payload: bytes = b"") -> bytes:
    """Encode a module frame, a request or a reply."""
    body = bytes((command, len(payload))) + payload
    return MODULE_START + body + bytes((sum(body) & 0xFF,))


def parse_request(encoded: bytes) -> Command:
    """Parse one whole request.

    Raises:
        ProtocolError: not exactly one request.
    """
    if not isinstance(parse(encoded), Echo):
        raise ProtocolError(f"expected a request, got the reply {encoded.hex()}")
    if encoded.startswith(MODULE_START):
        return Command(key=Key(kind=FFAA, number=encoded[2]), write=True, payload=encoded[4:-1])
    key = Key(kind=DD, number=encoded[2])
    return Command(key=key, write=encoded[1] == WRITE, payload=encoded[4:-3])


def parse(encoded: bytes) -> Frame | Echo:
    """Parse one whole frame.

    Raises:
        ProtocolError: not a frame, broken, too short, or followed by other bytes.
    """
    length = _length(encoded) if encoded else None
    if length is None or length > len(encoded):
        raise ProtocolError(f"expected a whole frame, got {encoded.hex() or 'nothing'}")
    if length < len(encoded):
        raise ProtocolError(f"expected a frame of {length} bytes, got {len(encoded)}")
    if why := _fault(encoded):
        raise ProtocolError(why)
    return _classify(encoded)


class JbdFramer:
    """Splits notifications into frames. It keeps less than :data:`LONGEST` bytes and never raises."""

    def __init__(self) -> None:
        self._cutter = Cutter()

    def feed(self, chunk: bytes) -> list[Frame | Echo]:
        """Add one notification and return the frames that it completed."""
        return [piece for piece in self._cutter.feed(chunk) if not isinstance(piece, Junk)]

    def reset(self) -> None:
        """Drop an incomplete frame."""
        self._cutter = Cutter()


class Cutter:
    """Splits a stream of bytes into frames and the junk between them, in order and without losing a byte."""

    def __init__(self) -> None:
        self.kept = b""  # of an incomplete frame

    def feed(self, chunk: bytes) -> list[Frame | Echo | Junk]:
        """Add bytes and return the pieces that are complete."""
        return self._cut(self.kept + chunk, ended=False)

    def end(self) -> list[Frame | Echo | Junk]:
        """Return the remaining pieces: no more bytes will come."""
        return self._cut(self.kept, ended=True)

    def _cut(self, stream: bytes, *, ended: bool) -> list[Frame | Echo | Junk]:
        pieces: list[Frame | Echo | Junk] = []
        while stream:
            length = _length(stream)
            if length is None:
                taken = _next_start(stream)
                pieces.append(Junk(encoded=stream[:taken]))
            elif length <= len(stream) and not (why := _fault(stream[:length])):
                taken = length
                pieces.append(_classify(stream[:length]))
            elif length <= len(stream):
                taken = 1
                pieces.append(Junk(encoded=stream[:1], why=why))
            elif ended or _whole_frame_inside(stream):
                taken = 1
                why = f"torn: expected {length} bytes, got {len(stream)}: {stream.hex()}"
                pieces.append(Junk(encoded=stream[:1], why=why))
            else:
                break
            stream = stream[taken:]
        self.kept = stream
        return pieces


def _encode(first: int, second: int, payload: bytes) -> bytes:
    summed = bytes((second, len(payload))) + payload
    return bytes((START, first)) + summed + checksum(summed) + bytes((TAIL,))


def _length(stream: bytes) -> int | None:
    """Return the minimum length of the frame that begins here, or ``None`` if none does."""
    if stream[0] == START:
        return _dd_length(stream)
    if MODULE_START.startswith(stream[:2]):
        return _module_length(stream)
    return None


def _dd_length(stream: bytes) -> int | None:
    if len(stream) < 4:
        plausible = len(stream) == 1 or stream[1] in REGISTERS or stream[1] in (READ, WRITE)
        return OVERHEAD if plausible else None
    first, second, declared = stream[1:4]
    if first == READ:  # only reading a parameter block takes data; a legacy reply has OK here
        plausible = second in REGISTERS if not declared else second in (PARAMETER_BLOCK, OK)
    elif first == WRITE:
        plausible = second in REGISTERS
    else:
        plausible = first in REGISTERS and (second == OK or (second in REFUSALS and not declared))
    return OVERHEAD + declared if plausible else None


def _module_length(stream: bytes) -> int | None:
    if len(stream) > 2 and stream[2] not in MODULE_REPLIES:
        return None
    if len(stream) < 4:
        return len(MODULE_START) + 3
    declared = stream[3]
    return None if declared > LONGEST_MODULE_DATA else len(MODULE_START) + 3 + declared


def _fault(frame: bytes) -> str:
    """Return what is wrong with a frame of the declared length, or an empty text."""
    if frame[0] != START:
        good = sum(frame[2:-1]) & 0xFF
        return "" if frame[-1] == good else f"sum is {frame[-1]:02x}, expected {good:02x}: {frame.hex()}"
    if frame[-1] != TAIL:
        return f"last byte is {frame[-1]:02x}, expected {TAIL:02x}: {frame.hex()}"
    if frame[2] in REFUSALS:  # only of a reply without payload, see _dd_length()
        return ""  # some firmware sends refusals with a wrong checksum
    right = checksum(frame[2:-3])
    return (
        ""
        if frame[-3:-1] == right
        else f"checksum is {frame[-3:-1].hex()}, expected {right.hex()}: {frame.hex()}"
    )


def _classify(frame: bytes) -> Frame | Echo:
    """Return a valid frame as a reply or as an echo of a request."""
    if frame[0] != START:
        command, payload = frame[2], frame[4:-1]
        if len(payload) != MODULE_REPLIES[command]:
            return Echo(encoded=frame)
        return Frame(key=Key(kind=FFAA, number=command), status=OK, payload=payload, encoded=frame)
    payload = frame[4:-3]
    if frame[1] not in (READ, WRITE):
        return Frame(key=Key(kind=DD, number=frame[1]), status=frame[2], payload=payload, encoded=frame)
    if frame[1] == READ and payload and frame[2] == OK:
        return Frame(key=Key(kind=LEGACY, number=0), status=OK, payload=payload, encoded=frame)
    return Echo(encoded=frame)


def _next_start(stream: bytes) -> int:
    """Return the distance to the next byte that may start a frame, at least 1."""
    starts = (stream.find(first, 1) for first in (START, MODULE_START[0]))
    return min((at for at in starts if at > 0), default=len(stream))


def _whole_frame_inside(stream: bytes) -> bool:
    """Return whether an incomplete frame contains a valid one with a payload: the outer one is torn."""
    at = stream.find(START, 1)
    while at > 0:
        length = _dd_length(stream[at:]) or 0
        if OVERHEAD < length <= len(stream) - at and not _fault(stream[at : at + length]):
            return True
        at = stream.find(START, at + 1)
    return False
