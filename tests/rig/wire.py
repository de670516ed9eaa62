"""The traffic of the virtual packs as the kernel's Bluetooth monitor shows it. Pure.

Independent of the program and of ``bluetoothd``: every reply that arrived, every request that was sent.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

DELETED, EVENT, SENT, RECEIVED = 1, 3, 4, 5  # opcodes of the monitor
DISCONNECTED, LE_META = 0x05, 0x3E  # HCI events
CONNECTED = (0x01, 0x0A)  # LE meta events: connection complete, enhanced connection complete
ATT = 4  # L2CAP channel
WRITES, NOTIFICATION = (0x12, 0x52), 0x1B  # ATT opcodes
START, READ, WRITE, END = 0xDD, 0xA5, 0x5A, 0x77
HEAD, OVERHEAD = 4, 7  # bytes of a reply before its payload, and around it


def frame_ok(frame: bytes | bytearray) -> bool:
    """Return whether the end and the checksum of a frame are right."""
    return frame[-1] == END and (0x10000 - sum(frame[2:-3])) & 0xFFFF == int.from_bytes(frame[-3:-1], "big")


@dataclass(slots=True)
class Traffic:
    """All that one pack and this machine said to each other."""

    reads: list[tuple[float, int, str]] = field(default_factory=list)  # s, register, payload of a good reply
    writes: list[tuple[float, int, str]] = field(default_factory=list)  # s, register, payload of a command
    garbled: int = 0  # requests that no JBD can read
    notifications: int = 0
    _replies: list[tuple[float, bytearray]] = field(default_factory=list)  # begun

    def sent(self, at: float, request: bytes) -> None:
        """Record a request."""
        length = request[3] + OVERHEAD if len(request) > HEAD else 0
        if len(request) != length or request[1] not in (READ, WRITE) or not frame_ok(request):
            self.garbled += 1
        elif request[1] == WRITE:
            self.writes.append((at, request[2], request[HEAD:-3].hex()))

    def received(self, at: float, chunk: bytes) -> None:
        """Record a notification. Replies may be mixed: each may belong to every reply that has begun."""
        self.notifications += 1
        if chunk[:1] == bytes([START]):
            self._replies.append((at, bytearray()))
        unfinished = []
        for begun, reply in self._replies:
            reply += chunk
            length = reply[3] + OVERHEAD if len(reply) >= HEAD else OVERHEAD
            if len(reply) < length:
                unfinished.append((begun, reply))
            elif len(reply) == length and not reply[2] and frame_ok(reply):
                self.reads.append((begun, reply[1], reply[HEAD:-3].hex()))
        self._replies = unfinished

    def cut(self) -> None:
        """Forget replies that the end of the connection has cut off."""
        self._replies.clear()


class Wire:
    """Follows connections and reassembles what they carry."""

    def __init__(self) -> None:
        self.packs: dict[str, Traffic] = {}  # by address
        self._links: dict[int, str] = {}  # by handle
        self._parts: dict[tuple[int, int], bytearray] = {}  # by direction and handle

    def traffic(self, address: str) -> Traffic:
        """Return the traffic of a pack so far."""
        return self.packs.setdefault(address, Traffic())

    def connected(self, address: str) -> bool:
        """Return whether the pack is connected to this machine."""
        return address in self._links.values()

    def feed(self, at: float, opcode: int, packet: bytes) -> None:
        """Take one packet of the monitor."""
        if opcode == EVENT:
            self._event(packet)
        elif opcode in (SENT, RECEIVED):
            self._acl(at, opcode, packet)
        elif opcode == DELETED:  # the adapter is gone
            for handle in list(self._links):
                self._ended(handle)

    def _event(self, packet: bytes) -> None:
        code, parameters = packet[0], packet[2:]
        if code == LE_META and parameters[0] in CONNECTED and not parameters[1]:
            (handle,) = struct.unpack_from("<H", parameters, 2)
            self._links[handle & 0xFFF] = parameters[6:12][::-1].hex(":").upper()
        elif code == DISCONNECTED and not parameters[0]:
            self._ended(struct.unpack_from("<H", parameters, 1)[0] & 0xFFF)

    def _ended(self, handle: int) -> None:
        if address := self._links.pop(handle, None):
            self.traffic(address).cut()
        for direction in (SENT, RECEIVED):
            self._parts.pop((direction, handle), None)

    def _acl(self, at: float, direction: int, packet: bytes) -> None:
        (head,) = struct.unpack_from("<H", packet)
        key = (direction, head & 0xFFF)
        if head >> 12 & 3 != 1:  # not a continuation
            self._parts[key] = bytearray()
        part = self._parts.setdefault(key, bytearray())
        part += packet[4:]
        if len(part) >= HEAD and len(part) >= HEAD + int.from_bytes(part[:2], "little"):
            self._att(at, direction, key[1], bytes(self._parts.pop(key)))

    def _att(self, at: float, direction: int, handle: int, frame: bytes) -> None:
        address, channel = self._links.get(handle), int.from_bytes(frame[2:4], "little")
        if address is None or channel != ATT or len(frame) < HEAD + 3:
            return
        opcode, value = frame[4], frame[7:]
        if direction == SENT and opcode in WRITES and value[:1] == bytes([START]):
            self.traffic(address).sent(at, value)
        elif direction == RECEIVED and opcode == NOTIFICATION:
            self.traffic(address).received(at, value)
