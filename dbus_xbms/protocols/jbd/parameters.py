"""The settings registers 0x10 to 0xA2 by name and unit, for display. Pure.

Most can be read only in factory mode, which is entered only to switch balancing; captures of the vendor's
"""

from __future__ import annotations

from collections.abc import Callable

from dbus_xbms.protocols import ProtocolError
from dbus_xbms.protocols.jbd.registers import celsius, date_of
from dbus_xbms.record import record


@record
class Parameter:
    """One row: a register of two bytes; ``shown`` turns its unsigned raw value into one of ``unit``."""

    register: int
    name: str
    unit: str
    shown: Callable[[int], object] = int


def _tenths(raw: int) -> float:
    return raw / 10


def _hundredths(raw: int) -> float:
    return raw / 100


def _signed_hundredths(raw: int) -> float:
    return (raw - (raw >> 15 << 16)) / 100


def _hex(raw: int) -> str:
    return f"0x{raw:04x}"


def _two_bytes(raw: int) -> list[int]:
    return [raw >> 8, raw & 0xFF]


def _shunt(raw: int) -> float:
    """Convert a resistance; bit 15 selects the finer unit, 0.01 mOhm instead of 0.1."""
    return (raw & 0x7FFF) / (100 if raw >> 15 else 10)


_ROWS: tuple[tuple[int, str, str, Callable[[int], object]], ...] = (
    (0x10, "design_capacity", "Ah", _hundredths),
    (0x11, "cycle_capacity", "Ah", _hundredths),
    (0x12, "full_voltage_per_cell", "mV", int),
    (0x13, "empty_voltage_per_cell", "mV", int),
    (0x14, "self_discharge_rate", "%", _tenths),
    (0x15, "manufacture_date", "date", date_of),
    (0x16, "serial_number", "", int),
    (0x17, "cycle_count", "", int),
    (0x18, "charge_overtemperature", "C", celsius),
    (0x19, "charge_overtemperature_release", "C", celsius),
    (0x1A, "charge_undertemperature", "C", celsius),
    (0x1B, "charge_undertemperature_release", "C", celsius),
    (0x1C, "discharge_overtemperature", "C", celsius),
    (0x1D, "discharge_overtemperature_release", "C", celsius),
    (0x1E, "discharge_undertemperature", "C", celsius),
    (0x1F, "discharge_undertemperature_release", "C", celsius),
    (0x20, "pack_overvoltage", "V", _hundredths),
    (0x21, "pack_overvoltage_release", "V", _hundredths),
    (0x22, "pack_undervoltage", "V", _hundredths),
    (0x23, "pack_undervoltage_release", "V", _hundredths),
    (0x24, "cell_overvoltage", "mV", int),
    (0x25, "cell_overvoltage_release", "mV", int),
    (0x26, "cell_undervoltage", "mV", int),
    (0x27, "cell_undervoltage_release", "mV", int),
    (0x28, "charge_overcurrent", "A", _signed_hundredths),
    (0x29, "discharge_overcurrent", "A", _signed_hundredths),  # negative
    (0x2A, "balance_start_voltage", "mV", int),
    (0x2B, "balance_delta", "mV", int),
    (0x2C, "shunt_resistance", "mOhm", _shunt),
    (0x2D, "function_config_bits", "bits", _hex),
    (0x2E, "ntc_enable_bits", "bits", _hex),
    (0x2F, "cell_count", "", int),
    (0x30, "fet_control_time", "s", int),
    (0x31, "led_time", "s", int),
    (0x32, "cell_voltage_at_80_percent", "mV", int),
    (0x33, "cell_voltage_at_60_percent", "mV", int),
    (0x34, "cell_voltage_at_40_percent", "mV", int),
    (0x35, "cell_voltage_at_20_percent", "mV", int),
    (0x36, "hardware_cell_overvoltage", "mV", int),
    (0x37, "hardware_cell_undervoltage", "mV", int),
    (0x38, "short_circuit_and_second_overcurrent_bits", "bits", _hex),
    (0x39, "hardware_voltage_delays_and_short_release", "bits", _hex),
    (0x3A, "charge_temp_delays_under_over", "s", _two_bytes),
    (0x3B, "discharge_temp_delays_under_over", "s", _two_bytes),
    (0x3C, "pack_voltage_delays_under_over", "s", _two_bytes),
    (0x3D, "cell_voltage_delays_under_over", "s", _two_bytes),
    (0x3E, "charge_overcurrent_delay_and_release", "s", _two_bytes),
    (0x3F, "discharge_overcurrent_delay_and_release", "s", _two_bytes),
    (0x40, "gps_cutoff_voltage", "mV", int),
    (0x41, "gps_cutoff_delay", "s", int),
    (0x42, "cell_voltage_at_90_percent", "mV", int),
    (0x43, "cell_voltage_at_70_percent", "mV", int),
    (0x44, "cell_voltage_at_50_percent", "mV", int),
    (0x45, "cell_voltage_at_30_percent", "mV", int),
    (0x46, "cell_voltage_at_10_percent", "mV", int),
    (0x47, "cell_voltage_at_100_percent", "mV", int),
)
PARAMETERS = {
    register: Parameter(register=register, name=name, unit=unit, shown=shown)
    for register, name, unit, shown in _ROWS
}
TEXTS = {0xA0: "manufacturer_name", 0xA1: "device_name", 0xA2: "barcode"}

# Texts in the 0xFA block: index of the first of 16 words, which contain a length byte, ASCII and stale bytes.
BLOCK_TEXTS = {56: "manufacturer_name", 72: "bms_code", 88: "barcode"}
BLOCK_TEXT_WORDS = 16


def describe_parameter(parameter: Parameter, payload: bytes) -> dict[str, object]:
    """Return a register's name, raw value, value and unit.

    Raises:
        ProtocolError: not two bytes.
    """
    if len(payload) != 2:
        raise ProtocolError(f"{parameter.name}: expected 2 bytes, got {len(payload)}")
    raw = int.from_bytes(payload, "big")
    return {"name": parameter.name, "raw": raw, "value": parameter.shown(raw), "unit": parameter.unit}


def describe_text(name: str, payload: bytes) -> dict[str, object]:
    """Return a text register: a length byte, then ASCII.

    Raises:
        ProtocolError: shorter than its length byte says.
    """
    if not payload or payload[0] > len(payload) - 1:
        raise ProtocolError(f"{name}: expected a length byte and as many letters, got {payload.hex()}")
    return {"name": name, "length_byte": payload[0], "value": _letters(payload)}


def describe_block(payload: bytes) -> dict[str, object]:
    """Return the index, count and raw words of a 0xFA parameter block.

    Raises:
        ProtocolError: the count does not fit the length.
    """
    if len(payload) < 3 or len(payload) != 3 + 2 * payload[2]:
        raise ProtocolError(
            f"parameter block: expected index, count and 2 bytes for each, got {payload.hex()}"
        )
    index, count, body = int.from_bytes(payload[:2], "big"), payload[2], payload[3:]
    words = [int.from_bytes(body[at : at + 2], "big") for at in range(0, len(body), 2)]
    described: dict[str, object] = {"index": index, "count": count, "values": words}
    if index in BLOCK_TEXTS and count == BLOCK_TEXT_WORDS:
        described |= {"name": BLOCK_TEXTS[index], "value": _letters(body)}
    return described


def _letters(prefixed: bytes) -> str:
    return prefixed[1 : 1 + prefixed[0]].decode("ascii", "replace")
