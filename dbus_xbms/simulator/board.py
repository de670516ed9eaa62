"""The BMS behind its Bluetooth module: a simulated battery, or recorded replies of a real one. Pure."""

from __future__ import annotations

import json
import struct
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from importlib import resources
from typing import Any, Protocol

from dbus_xbms.model import Mosfets, PackSample
from dbus_xbms.protocols import Frame
from dbus_xbms.protocols.jbd.frames import parse
from dbus_xbms.protocols.jbd.registers import BASIC, CELLS, COUNTERS, HARDWARE
from dbus_xbms.protocols.jbd.tail import COARSE_FLAG, UNKNOWN, ZERO_CELSIUS
from dbus_xbms.simulator.battery import Battery
from dbus_xbms.simulator.writes import NOT_PERMITTED, WriteHandler
from dbus_xbms.simulator.writes import UNKNOWN as UNKNOWN_COMMAND

TAIL_VERSION = 0x19
HEALTH, AMBIENT = 99, 25.0  # %, °C: additional values of a Daren board
PRODUCED = (2024 - 2000) << 9 | 5 << 5 | 17  # 2024-05-17
READS_KEPT = 40  # measured payloads in truth()
COARSE = 0x80  # bit of the MOSFET byte: 100 mA and 100 mAh


class Board(Protocol):
    """A BMS as its Bluetooth module uses it: registers are read and written."""

    def read(self, register: int, now: float) -> bytes | int:
        """Return the payload of a register, or the status of a refusal."""
        ...

    def write(self, register: int, payload: bytes, now: float) -> int:
        """Carry out a write and return its status."""
        ...

    def truth(self, now: float) -> dict[str, Any]:
        """Return the true state, for tests to compare with."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardSpec:
    """How a simulated BMS communicates."""

    hardware: str = ""  # text of register 0x05; "": made from the number of cells
    software: int = 0x29  # a nibble before the dot and one after
    coarse: bool = False  # currents and charges in 100 mA and 100 mAh
    flag: str = "head"  # or tail, which then has 9 bytes or more: where coarse is reported
    tail: int = 0  # bytes after the temperatures: 0, 9 or 16
    dialect: str = "standard"  # or daren, daren_gauge, with tails of their own
    commands: str = "e1"  # or fb, both: how the MOSFETs are switched
    functions: int = 0x0006  # register 0x2D at the start: load detection and balancing


class BatteryBoard:
    """A BMS with a :class:`Battery`."""

    def __init__(self, battery: Battery, spec: BoardSpec) -> None:
        self.battery = battery
        self._spec = spec
        self._writes = WriteHandler(battery, spec.commands, spec.functions)
        cells = battery.spec.cells
        self._hardware = spec.hardware or f"JBD-SP{cells:02d}S020-L{cells}S-100A-B-U"
        self._measured: deque[tuple[float, int, str]] = deque(maxlen=READS_KEPT)  # s, register, hex

    def read(self, register: int, now: float) -> bytes | int:
        """Return the payload of a register, measured now, or the status of a refusal."""
        self.battery.advance(now)
        payload = self._payload(register)
        if register in (BASIC, CELLS) and isinstance(payload, bytes):
            self._measured.append((now, register, payload.hex()))
        return payload

    def _payload(self, register: int) -> bytes | int:
        if register == BASIC:
            return basic(self.battery, self._spec)
        if register == CELLS:
            return b"".join(struct.pack(">H", round(volts * 1000)) for volts in self.battery.cells)
        if register == HARDWARE:
            return self._hardware.encode() if self._spec.dialect == "standard" else UNKNOWN_COMMAND
        if register == COUNTERS:
            return struct.pack(">12H", *([0] * 11 if self._writes.stored else range(11)), 1)
        return self._writes.read(register)

    def write(self, register: int, payload: bytes, now: float) -> int:
        """Carry out a write, or refuse it."""
        return self._writes.write(register, payload, now)

    def truth(self, now: float) -> dict[str, Any]:
        """Return the battery's sample, the state of its BMS, and its last reads."""
        return {
            **battery_truth(self.battery, now),
            "factory": self._writes.factory,
            "functions": self._writes.functions,
            "stored": self._writes.stored,
            "hardware": self._hardware,
            "reads": list(self._measured),
        }


def battery_truth(battery: Battery, now: float) -> dict[str, Any]:
    """Return what a battery's BMS measures at ``now``, unrounded."""
    battery.advance(now)
    sample = asdict(battery.sample())
    return {
        **sample,
        "protection": battery.protection,
        "balancing": sorted(sample["balancing"]),
        "mask": battery.mask,
    }


def basic(battery: Battery, spec: BoardSpec) -> bytes:
    """Return the payload of register 0x03; values too large for their fields wrap, as on a real BMS."""
    sample = battery.sample()
    unit = 10 if spec.coarse else 100
    bits = sum(1 << (cell - 1) for cell in sample.balancing or ())
    daren = spec.dialect != "standard"
    gauge = [_u16((number or 0) * unit) for number in (sample.current, sample.remaining, sample.nominal)]
    probes = sample.temperatures[1:] if daren else sample.temperatures
    head = struct.pack(
        ">9H5B",
        _u16(sample.voltage * 100),
        *([UNKNOWN] * 3 if spec.dialect == "daren_gauge" else gauge),
        _u16(sample.cycles or 0),
        0 if daren else PRODUCED,
        bits & 0xFFFF,
        bits >> 16,
        battery.protection,
        0 if daren else spec.software,
        round(sample.soc or 0),
        _mosfets(battery.mosfets) | (COARSE if spec.coarse and spec.flag == "head" else 0),
        len(sample.cells),
        len(probes),
    )
    tail = _daren_tail(sample, spec) if daren else _tail(sample, spec, unit)
    return head + b"".join(_kelvin(celsius) for celsius in probes) + tail


def _tail(sample: PackSample, spec: BoardSpec, unit: int) -> bytes:
    humidity = COARSE_FLAG if spec.coarse and spec.flag == "tail" else 0
    learned, balance = _u16((sample.learned or 0) * unit), _u16((sample.balance_current or 0) * 1000)
    alarms = 0x8000 if spec.tail == 16 else 0  # that family never clears its top bit
    remaining = _u16((sample.remaining or 0) * unit)
    tail = struct.pack(">BHHHHHBHH", humidity, alarms, learned, remaining, balance, 0, TAIL_VERSION, 0, 0)
    return tail[: spec.tail]


def _daren_tail(sample: PackSample, spec: BoardSpec) -> bytes:
    """Return the MOSFET sensor (the first one), the ambient sensor, the health and, if any, the gauge."""
    mosfet = sample.temperatures[0] if sample.temperatures else AMBIENT
    tail = _kelvin(mosfet) + _kelvin(AMBIENT) + struct.pack(">B3x", HEALTH)
    if spec.dialect == "daren":
        return tail
    gauge = (_u16((sample.remaining or 0) * 10), _u16((sample.nominal or 0) * 10), round(sample.current * 10))
    return tail + struct.pack(">HHi", *gauge)


def _kelvin(celsius: float) -> bytes:
    return struct.pack(">H", _u16(celsius * 10 + ZERO_CELSIUS))


def _u16(number: float) -> int:
    return round(number) & 0xFFFF


def _mosfets(mosfets: Mosfets) -> int:
    return mosfets.charge | mosfets.discharge << 1


@dataclass(slots=True, kw_only=True)
class Recording:
    """Recorded replies of one real device; several replies to one register are used in turn."""

    name: str
    device: str
    replies: Mapping[int, tuple[bytes, ...]]  # payloads by register
    _reads: dict[int, int] = field(default_factory=dict)

    def read(self, register: int, now: float) -> bytes | int:
        """Return the next recorded payload of a register."""
        payloads = self.replies.get(register)
        if payloads is None:
            return NOT_PERMITTED
        turn = self._reads.get(register, 0)
        self._reads[register] = turn + 1
        return payloads[turn % len(payloads)]

    def write(self, register: int, payload: bytes, now: float) -> int:
        """Refuse: a recording does not change."""
        return NOT_PERMITTED

    def truth(self, now: float) -> dict[str, Any]:
        """Return the recorded payloads in hex."""
        return {
            "recording": self.name,
            "device": self.device,
            "payloads": {f"{register:02x}": [p.hex() for p in ps] for register, ps in self.replies.items()},
        }


def recordings() -> dict[str, Recording]:
    """Return all recordings that ship with the simulator, by name."""
    text = resources.files(__package__).joinpath("recordings.json").read_text(encoding="utf-8")
    return {row["name"]: _recording(row) for row in json.loads(text)["devices"]}


def _recording(row: Mapping[str, Any]) -> Recording:
    replies: dict[int, tuple[bytes, ...]] = {}
    for encoded in row["frames"]:
        frame = parse(bytes.fromhex(encoded))
        assert isinstance(frame, Frame)
        register = frame.key.number
        replies[register] = (*replies.get(register, ()), frame.payload)
    return Recording(name=row["name"], device=row["device"], replies=replies)
