"""What the kernel's monitor shows becomes what the packs measured."""

from __future__ import annotations

import struct

from tests.rig.packs import Doubling
from tests.rig.wire import DELETED, EVENT, RECEIVED, SENT, Wire

ADDRESS, HANDLE = "A4:C1:38:00:00:01", 0x40
REQUEST = bytes.fromhex("dda50400fffc77")
CELLS = bytes.fromhex("0ce40ceb0cf20cf9")


def reply(payload: bytes = CELLS, register: int = 4) -> bytes:
    """A frame as a JBD sends it."""
    body = bytes([0, len(payload)]) + payload
    return bytes([0xDD, register]) + body + struct.pack(">H", 0x10000 - sum(body)) + b"\x77"


def acl(value: bytes, opcode: int = 0x1B, handle: int = HANDLE) -> bytes:
    """A packet with one ATT message."""
    att = bytes([opcode, 5, 0]) + value
    return struct.pack("<HHHH", handle | 2 << 12, len(att) + 4, len(att), 4) + att


def connected(wire: Wire, address: str = ADDRESS, handle: int = HANDLE) -> Wire:
    """Connect a pack."""
    peer = bytes.fromhex(address.replace(":", ""))[::-1]
    wire.feed(0.0, EVENT, bytes([0x3E, 19, 0x01, 0]) + struct.pack("<HBB", handle, 0, 0) + peer + bytes(7))
    return wire


def test_a_reply_in_several_notifications_is_a_measurement_of_its_first() -> None:
    wire = connected(Wire())
    wire.feed(1.0, SENT, acl(REQUEST, 0x52))
    wire.feed(1.1, RECEIVED, acl(reply()[:9]))
    wire.feed(1.2, RECEIVED, acl(reply()[9:]))
    traffic = wire.traffic(ADDRESS)
    assert traffic.reads == [(1.1, 4, CELLS.hex())]
    assert (traffic.notifications, traffic.garbled, traffic.writes) == (2, 0, [])


def test_a_packet_in_fragments_is_joined() -> None:
    wire, packet = connected(Wire()), acl(reply())
    wire.feed(1.0, RECEIVED, packet[:14])
    wire.feed(1.1, RECEIVED, struct.pack("<HH", HANDLE | 1 << 12, len(packet) - 14) + packet[14:])
    assert wire.traffic(ADDRESS).reads == [(1.1, 4, CELLS.hex())]


def test_corrupted_torn_and_refused_replies_are_no_measurements() -> None:
    wire = connected(Wire())
    wire.feed(1.0, RECEIVED, acl(reply()[:-2] + b"\x00\x77"))
    wire.feed(2.0, RECEIVED, acl(b"\xdd\x04\x80\x00\xff\x80\x77"))
    wire.feed(3.0, RECEIVED, acl(reply()[:9]))
    wire.feed(3.1, EVENT, struct.pack("<BBBHB", 0x05, 4, 0, HANDLE, 0x13))
    connected(wire).feed(3.2, RECEIVED, acl(reply()[9:]))
    assert wire.traffic(ADDRESS).reads == []


def test_of_replies_that_are_mixed_each_whole_one_counts() -> None:
    wire = connected(Wire())
    wire.feed(1.0, RECEIVED, acl(reply()[:9]))
    wire.feed(1.1, RECEIVED, acl(reply()))
    wire.feed(1.2, RECEIVED, acl(reply()[9:]))
    assert wire.traffic(ADDRESS).reads == [(1.1, 4, CELLS.hex())]


def test_commands_and_unreadable_requests_are_recorded() -> None:
    wire = connected(Wire())
    wire.feed(1.0, SENT, acl(bytes.fromhex("dd5ae1020001ff1c77"), 0x52))
    wire.feed(2.0, SENT, acl(REQUEST[:-1], 0x52))
    assert wire.traffic(ADDRESS).writes == [(1.0, 0xE1, "0001")]
    assert wire.traffic(ADDRESS).garbled == 1


def test_packs_are_told_apart_by_their_connections_which_end_with_the_adapter() -> None:
    wire = connected(connected(Wire()), "A4:C1:38:00:00:02", 0x41)
    wire.feed(1.0, RECEIVED, acl(reply(), handle=0x41))
    assert wire.traffic(ADDRESS).reads == []
    assert len(wire.traffic("A4:C1:38:00:00:02").reads) == 1
    assert wire.connected(ADDRESS)
    wire.feed(2.0, DELETED, b"")
    assert not wire.connected(ADDRESS)


def test_notifications_that_arrive_twice_lately_show_a_second_subscription() -> None:
    doubling = Doubling()
    for received, notifications in ((100, 50), (130, 80), (161, 110)):  # doubled before; one is under way
        doubling.add(received, notifications)
    assert doubling.sessions == 1
    doubling.add(261, 160)
    assert doubling.sessions == 1
    for received, notifications in ((1000 + 2 * n, 200 + n) for n in range(30)):
        doubling.add(received, notifications)
    assert doubling.sessions == 2
