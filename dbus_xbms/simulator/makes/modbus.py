"""Modbus requests and replies, which several makes send over Bluetooth. Pure."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

READ_COILS, READ_HOLDING, READ_INPUT = 0x01, 0x03, 0x04  # functions


@dataclass(frozen=True, slots=True)
class ModbusRequest:
    """A request to read registers, or coils, of a unit."""

    unit: int
    function: int
    address: int
    count: int


def crc(block: bytes) -> bytes:
    """Return the CRC-16 of Modbus, the low byte first."""
    value = 0xFFFF
    for byte in block:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0xA001 if value & 1 else 0)
    return value.to_bytes(2, "little")


def parse(encoded: bytes) -> ModbusRequest | None:
    """Return a request; ``None`` if it is none, or damaged."""
    if len(encoded) != 8 or crc(encoded[:6]) != encoded[6:]:
        return None
    return ModbusRequest(*struct.unpack(">BBHH", encoded[:6]))


def reply(unit: int, function: int, payload: bytes) -> bytes:
    """Return the reply that carries registers or coils."""
    frame = bytes((unit, function, len(payload))) + payload
    return frame + crc(frame)


def registers(asked: ModbusRequest, blocks: Mapping[int, Sequence[float]]) -> bytes | None:
    """Return the reply from blocks of registers by their first address; ``None`` if none has all of them.

    The numbers are rounded, and wrap if they are too large.
    """
    for first, numbers in blocks.items():
        start = asked.address - first
        if start >= 0 and start + asked.count <= len(numbers):
            words = [round(number) & 0xFFFF for number in numbers[start : start + asked.count]]
            return reply(asked.unit, asked.function, struct.pack(f">{len(words)}H", *words))
    return None


def characters(text: bytes) -> list[float]:
    """Return registers with two characters each."""
    return [int.from_bytes(text[at : at + 2], "big") for at in range(0, len(text), 2)]


def words(number: float) -> tuple[int, int]:
    """Return a 32-bit number as two registers, the high one first."""
    raw = round(number)
    return raw >> 16 & 0xFFFF, raw & 0xFFFF
