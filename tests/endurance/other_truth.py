"""Measurements of simulated packs of other makes, decoded without code of the program or its library. Pure.

A code of a problem is no protection that the program knows, so none is expected to be shown as one.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping

from tests.endurance.measured import Basic, Cells

UNCONNECTED = -200.0  # °C


def litime(at: float, frame: bytes) -> tuple[Basic, Cells]:
    """Read the only reply of a LiTime, which reports no MOSFETs; a sensor at 0 °C counts as none."""
    volts = [raw / 1000 for raw in struct.unpack_from("<16H", frame, 16)]
    while volts and not volts[-1]:
        volts.pop()
    sensors = list(struct.unpack_from("<5h", frame, 52))
    while sensors and not sensors[-1]:
        sensors.pop()
    (remaining,) = struct.unpack_from("<H", frame, 62)
    return (
        Basic(
            at=at,
            voltage=struct.unpack_from("<H", frame, 12)[0] / 1000,
            current=struct.unpack_from("<i", frame, 48)[0] / 1000,
            remaining=remaining / 100,
            protection=0,
            soc=struct.unpack_from("<H", frame, 90)[0],
            charge=None,
            discharge=None,
            temperatures=tuple(map(float, sensors)),
        ),
        _cells(at, tuple(volts)),
    )


def jikong(at: float, frame: bytes) -> tuple[Basic, Cells]:
    """Read the measurements of a JK."""
    count = int.from_bytes(frame[70:74], "little").bit_count()
    volts, amperes = struct.unpack_from("<I4xi", frame, 150)
    soc, remaining = struct.unpack_from("<BI", frame, 173)
    sensors = {0: 144, 1: 162, 2: 164, 4: 256, 5: 258}
    celsius = [
        struct.unpack_from("<h", frame, at)[0] / 10 for bit, at in sensors.items() if frame[214] >> bit & 1
    ]
    return (
        Basic(
            at=at,
            voltage=volts / 1000,
            current=amperes / 1000,
            remaining=remaining / 1000,
            protection=0,
            soc=soc,
            charge=bool(frame[198]),
            discharge=bool(frame[199]),
            temperatures=tuple(one for one in celsius if one != UNCONNECTED),
        ),
        _cells(at, tuple(raw / 1000 for raw in struct.unpack_from(f"<{count}H", frame, 6))),
    )


def _cells(at: float, volts: tuple[float, ...]) -> Cells:
    return Cells(at=at, volts=volts, omitted=0.0 in volts)


Decoder = Callable[[float, bytes], tuple[Basic, Cells]]
DECODERS: Mapping[str, Decoder] = {"litime": litime, "jikong": jikong}
MEASURED: Mapping[str, int] = {"litime": 105, "jikong": 300}  # bytes of a reply that has everything
