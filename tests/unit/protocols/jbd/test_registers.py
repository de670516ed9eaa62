"""Payloads: every field at its place, unusual but valid readings accepted, impossible ones refused."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbus_xbms.model import Mosfets
from dbus_xbms.protocols import ProtocolError
from dbus_xbms.protocols.jbd.protections import ProtectionBit
from dbus_xbms.protocols.jbd.registers import (
    BASIC_FIELDS,
    MOST_CELLS,
    Basic,
    date_of,
    decode_basic,
    decode_cells,
    decode_counters,
    decode_hardware,
)
from dbus_xbms.protocols.jbd.tail import STANDARD_FIELDS


def head(**raw: int) -> bytes:
    """Return a basic info payload without sensors and tail; other fields are zero."""
    payload = bytearray(23)
    for field in BASIC_FIELDS:
        struct.pack_into(field.fmt, payload, field.at, raw.pop(field.name, 0))
    assert not raw
    return bytes(payload)


def basic(rest: bytes = b"", /, **raw: int) -> Basic:
    return decode_basic(head(**raw) + rest)


@pytest.mark.parametrize(
    ("raw", "field", "value"),
    [
        ({"voltage": 1323}, "voltage", 13.23),
        ({"current": -1070}, "current", -10.7),
        ({"current": 32767}, "current", 327.67),
        ({"remaining": 65535}, "remaining", 655.35),  # unsigned
        ({"nominal": 31400}, "nominal", 314.0),
        ({"cycles": 65535}, "cycles", 65535),
        ({"software": 0x2A}, "firmware", "2.a"),
        ({"soc": 100}, "soc", 100),
        ({"cell_count": 32}, "cell_count", 32),
        ({"status": 0b01}, "mosfets", Mosfets(charge=True, discharge=False)),
        ({"status": 0b10}, "mosfets", Mosfets(charge=False, discharge=True)),
        ({"status": 0b0111_1111}, "mosfets", Mosfets(charge=True, discharge=True)),  # bits, not the number 3
        ({"protection": 0x8001}, "protection", ProtectionBit.CELL_OVERVOLTAGE | ProtectionBit.VENDOR_BIT_15),
        ({"balance_low": 0x8001}, "balancing", [1, 16]),
        ({"balance_high": 0x8001}, "balancing", [17, 32]),
    ],
)
def test_each_field_is_where_the_table_says(raw: dict[str, int], field: str, value: object) -> None:
    assert getattr(basic(**raw), field) == value


def test_the_unit_bit_makes_currents_and_charges_ten_times_as_large() -> None:
    coarse = basic(b"\0\0\0\x27\x10\x13\x88\0\0", current=-500, remaining=5000, nominal=10000, status=0x83)
    assert (coarse.current, coarse.remaining, coarse.nominal) == (-50.0, 500.0, 1000.0)
    assert coarse.learned == 1000.0
    assert coarse.mosfets == Mosfets(charge=True, discharge=True)


def test_an_all_zero_payload_is_a_valid_reading() -> None:
    empty = basic()
    assert (empty.voltage, empty.soc, empty.remaining, empty.temperatures) == (0.0, 0, 0.0, ())
    assert date_of(empty.date) is None


@pytest.mark.parametrize("count", range(9))
def test_up_to_eight_sensors_are_read_in_order(count: int) -> None:
    raws = [2731 - 300 + 10 * n for n in range(count)]
    probes = b"".join(raw.to_bytes(2, "big") for raw in raws)
    assert basic(probes, sensor_count=count).temperatures == tuple(-30.0 + n for n in range(count))


def test_sensors_missing_from_the_payload_are_not_read_from_other_bytes() -> None:
    claimed = basic(bytes.fromhex("0b7e0b"), sensor_count=3)
    assert claimed.temperatures == (21.1,)
    assert claimed.tail.encoded == b""


def test_more_than_eight_sensors_are_refused() -> None:
    with pytest.raises(ProtocolError, match="temperature sensors: expected at most 8, got 9"):
        basic(bytes(18), sensor_count=9)


@pytest.mark.parametrize("length", range(23))
def test_the_error_for_a_short_payload_names_what_is_missing(length: int) -> None:
    missing = next(field for field in BASIC_FIELDS if field.end > length)
    with pytest.raises(
        ProtocolError, match=f"^{missing.name}: needs . bytes? at {missing.at}|^{missing.name}"
    ):
        decode_basic(bytes(length))


@pytest.mark.parametrize("length", range(17))
def test_only_complete_tail_fields_are_read(length: int) -> None:
    tail = bytes(range(length))
    fields = basic(tail).tail.fields
    assert list(fields) == [field.name for field in STANDARD_FIELDS if field.end <= length]
    assert fields.get("balance_current", 0x0708) == 0x0708


def test_the_tail_starts_after_the_sensors() -> None:
    vatrer = basic(bytes.fromhex("0b920b850b86000000277427630000"), sensor_count=3)
    assert vatrer.tail.fields == {
        "humidity": 0,
        "alarms": 0,
        "learned": 10100,
        "remaining": 10083,
        "balance_current": 0,
    }


@pytest.mark.parametrize("raw", [0, 0x2C00, 0x2C60, 0x2C7C | 0x1E0, 0x2C5F])
def test_an_invalid_date_is_absent(raw: int) -> None:
    assert date_of(raw) is None


@given(st.lists(st.integers(0, 0xFFFF), min_size=1, max_size=MOST_CELLS))
def test_one_to_thirty_two_cells_are_read_as_they_are(cells: list[int]) -> None:
    assert decode_cells(struct.pack(f">{len(cells)}H", *cells)) == tuple(cells)


@pytest.mark.parametrize("length", [0, 1, 29, 66])
def test_cells_of_an_impossible_length_are_refused(length: int) -> None:
    with pytest.raises(ProtocolError, match=f"expected 2 bytes for each of 1 to 32, got {length}"):
        decode_cells(bytes(length))


def test_the_hardware_text_is_stripped_of_padding() -> None:
    assert decode_hardware(b"DP04S007\0\0") == "DP04S007"
    assert decode_hardware(b" LH-SP15\r\n") == "LH-SP15"
    assert decode_hardware(b"") == ""


def test_the_twelfth_counter_may_be_missing() -> None:
    eleven = decode_counters(struct.pack(">11H", *range(1, 12)))
    assert (eleven.short_circuit, eleven.pack_undervoltage, eleven.restarts) == (1, 11, None)
    assert decode_counters(struct.pack(">12H", *range(1, 13))).restarts == 12


@pytest.mark.parametrize("length", [0, 20, 23, 26])
def test_counters_of_another_length_are_refused(length: int) -> None:
    with pytest.raises(ProtocolError, match="expected 22 or 24 bytes"):
        decode_counters(bytes(length))
