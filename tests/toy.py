"""A family of BMSes for tests: it pushes lines of text, has no MOSFETs, and cannot be switched.

A line: "$13280,-5000,72,3320 3320 3320 3320,21*5c": mV, mA, %, mV of each cell, °C, and the sum of its bytes.
"""

from __future__ import annotations

from dbus_xbms.model import NOTHING_TRIPPED, BmsTraits, PackIdentity, PackSample, Reading
from dbus_xbms.protocols import (
    Advertised,
    Conversation,
    ConversationFamily,
    Echo,
    Frame,
    GattLayout,
    Key,
    ProtocolError,
    expect,
)

UUID = "0000{}-0000-1000-8000-00805f9b34fb".format
CAPACITY = 100.0  # Ah
LINE = Key(kind="line", number=0)
LONGEST = 200  # bytes


class ToyFramer:
    """Cuts a stream of bytes into lines whose sum is right."""

    def __init__(self) -> None:
        self._begun = b""

    def feed(self, chunk: bytes) -> list[Frame | Echo]:
        *lines, self._begun = (self._begun + chunk).split(b"\n")
        self._begun = self._begun[-LONGEST:]
        return [
            Frame(key=LINE, status=0, payload=text[1:], encoded=line)
            for line in lines
            for text, _, total in (line.rpartition(b"*"),)
            if text.startswith(b"$") and total == b"%02x" % (sum(text) & 0xFF)
        ]

    def reset(self) -> None:
        self._begun = b""


class Toy(ConversationFamily):
    """The family."""

    name = make = "Toy"
    layouts = (GattLayout(service=UUID("fff0"), notify=UUID("fff1")),)
    traits = BmsTraits(first_sensor_at_mosfets=False)

    def certainty(self, seen: Advertised) -> int:
        return int(seen.name.startswith("TOY-"))

    def framer(self) -> ToyFramer:
        return ToyFramer()

    def poll(self, known: PackIdentity | None, *, counters: bool) -> Conversation[Reading]:
        frame = yield expect(LINE, 3.0)
        try:
            voltage, current, soc, cells, celsius = frame.payload.decode().split(",")
            sample = PackSample(
                voltage=int(voltage) / 1000,
                current=int(current) / 1000,
                soc=float(soc),
                remaining=CAPACITY * float(soc) / 100,
                nominal=CAPACITY,
                cycles=0,
                protection=NOTHING_TRIPPED,
                cells=tuple(int(cell) / 1000 for cell in cells.split()),
                temperatures=(float(celsius),),
            )
        except ValueError as err:
            raise ProtocolError(f"a line of five numbers was expected, got {frame.payload!r}") from err
        identity = PackIdentity(cell_count=len(sample.cells), ntc_count=1, nominal=CAPACITY)
        return Reading(sample=sample, identity=identity)
