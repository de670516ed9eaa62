"""Describe frames as dictionaries, for people and logs; keys include the unit. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dbus_xbms.protocols import Echo, Frame, ProtocolError
from dbus_xbms.protocols.jbd.frames import (
    DD,
    FFAA,
    LEGACY,
    OK,
    PARAMETER_BLOCK,
    REFUSALS,
    Command,
    checksum,
    parse,
    parse_request,
)
from dbus_xbms.protocols.jbd.login import APP_KEY, RANDOM, ROOT_PASSWORD, USER_PASSWORD, LoginVerdict
from dbus_xbms.protocols.jbd.parameters import (
    PARAMETERS,
    TEXTS,
    describe_block,
    describe_parameter,
    describe_text,
)
from dbus_xbms.protocols.jbd.protections import ProtectionBit
from dbus_xbms.protocols.jbd.registers import (
    BASIC,
    CELLS,
    COUNTERS,
    HARDWARE,
    MOSFET_CONTROL,
    SENSORS_AT,
    Basic,
    celsius,
    date_of,
    decode_basic,
    decode_cells,
    decode_counters,
    decode_hardware,
)
from dbus_xbms.protocols.jbd.tail import COARSE_FLAG, Dialect

REGISTER_NAMES = {
    0x00: "enter factory mode",
    0x01: "leave factory mode",
    BASIC: "basic info",
    CELLS: "cell voltages",
    HARDWARE: "hardware version",
    0x06: "BMS password",
    0x0A: "control word",
    0xA0: "manufacturer",
    0xA1: "device name",
    0xA2: "barcode",
    COUNTERS: "error counters",
    MOSFET_CONTROL: "MOSFET control",
    PARAMETER_BLOCK: "parameter block",
    0xFB: "MOSFET control of newer firmware",
}
MODULE_COMMANDS = {
    0x07: "new name",
    APP_KEY: "app key",
    0x16: "new user password",
    RANDOM: "random byte",
    USER_PASSWORD: "user password",
    ROOT_PASSWORD: "root password",
}


def decode_frame(encoded: bytes) -> dict[str, object]:
    """Describe one whole frame of either direction.

    Raises:
        ProtocolError: not a frame, a broken one, or a payload that does not fit its register.
    """
    return describe(parse(encoded))


def describe(frame: Frame | Echo) -> dict[str, object]:
    """Describe a frame.

    Raises:
        ProtocolError: its payload does not fit its register.
    """
    if isinstance(frame, Echo):
        return _request(parse_request(frame.encoded))
    if frame.key.kind == FFAA:
        return _module_reply(frame)
    if frame.key.kind == LEGACY:
        return _payload(_guessed_register(frame.payload), frame.payload)
    if frame.status == OK:
        return _payload(frame.key.number, frame.payload)
    return {
        "register_hex": f"{frame.key.number:02x}",
        "status_hex": f"{frame.status:02x}",
        "checksum_valid": frame.encoded[-3:-1] == checksum(frame.encoded[2:-3]),
        "refused": REFUSALS[frame.status],
    }


def _request(command: Command) -> dict[str, object]:
    number = f"{command.key.number:02x}"
    words: dict[str, object]
    if command.key.kind == DD:
        meaning = REGISTER_NAMES.get(command.key.number, "")
        if not meaning and command.key.number in PARAMETERS:
            meaning = PARAMETERS[command.key.number].name
        words = {"register_hex": number, "request": "write" if command.write else "read", "meaning": meaning}
    else:
        words = {"command_hex": number, "request": "module", "meaning": MODULE_COMMANDS[command.key.number]}
    return words | ({"data_hex": command.payload.hex()} if command.payload else {})


def _module_reply(frame: Frame) -> dict[str, object]:
    command = frame.key.number
    words: dict[str, object] = {"command_hex": f"{command:02x}", "meaning": MODULE_COMMANDS[command]}
    if command == RANDOM:
        return words | {"random_byte_hex": frame.payload.hex()}
    verdict = frame.payload[0] if frame.payload else LoginVerdict.ACCEPTED
    return words | {"data_hex": frame.payload.hex(), "accepted": verdict != LoginVerdict.REJECTED}


def _payload(register: int, payload: bytes) -> dict[str, object]:
    if register in _DESCRIBERS:
        return _DESCRIBERS[register](payload)
    if not payload:
        return {"register_hex": f"{register:02x}", "status_hex": "00", "meaning": "accepted"}
    if register in PARAMETERS:
        return describe_parameter(PARAMETERS[register], payload)
    if register in TEXTS:
        return describe_text(TEXTS[register], payload)
    if register == PARAMETER_BLOCK:
        return describe_block(payload)
    return {"register_hex": f"{register:02x}", "status_hex": "00", "payload_hex": payload.hex()}


def _guessed_register(payload: bytes) -> int:
    """Guess the register of a reply by very old LH firmware, which sends A5 instead.

    Raises:
        ProtocolError: the payload fits no register.
    """
    if payload.isascii() and payload.decode("ascii").isprintable():
        return HARDWARE
    sensors = payload[SENSORS_AT - 1] if len(payload) >= SENSORS_AT else None
    if sensors is not None and len(payload) == SENSORS_AT + 2 * sensors:
        return BASIC
    if len(payload) % 2 == 0:
        return CELLS
    raise ProtocolError(f"a reply to A5 must be basic info, cells or hardware version, got {payload.hex()}")


def _describe_basic(payload: bytes) -> dict[str, object]:
    basic = decode_basic(payload)
    described: dict[str, object] = {
        "pack_voltage_V": basic.voltage,
        "current_A": basic.current,
        "remaining_capacity_Ah": basic.remaining,
        "nominal_capacity_Ah": basic.nominal,
        "cycle_count": basic.cycles,
        "production_date_raw_hex": f"{basic.date:04x}",
        "production_date": date_of(basic.date),
        "balance_word_cells_1_to_16_hex": f"{basic.balance_low:04x}",
        "balance_word_cells_17_to_32_hex": f"{basic.balance_high:04x}",
        "balancing_cells_1based": basic.balancing,
        "protection_bits_hex": f"{basic.protection:04x}",
        "protections_active": [bit.name.lower() for bit in ProtectionBit if basic.protection & bit],
        "software_version_raw_hex": f"{basic.software:02x}",
        "software_version": basic.firmware,
        "state_of_charge_percent": basic.soc,
        "fet_status_raw_hex": f"{basic.status:02x}",
        "charge_fet_on": basic.mosfets.charge,
        "discharge_fet_on": basic.mosfets.discharge,
        "cell_count": basic.cell_count,
        "ntc_count": basic.sensor_count,
        "temperatures_C": list(basic.temperatures),
    }
    return described | ({"extended_tail": _describe_tail(basic)} if basic.tail.encoded else {})


def _hex(digits: int) -> Callable[[int, Basic], str]:
    return lambda raw, basic: f"{raw:0{digits}x}"


def _number(raw: int, basic: Basic) -> int:
    return raw


def _charge(raw: int, basic: Basic) -> float:
    return raw / basic.per_unit


def _tenths(raw: int, basic: Basic) -> float:
    return raw / 10


def _celsius(raw: int, basic: Basic) -> float:
    return celsius(raw)


# Key, name in the dialect's fields, and how to describe the raw value.
_STANDARD_TAIL: tuple[tuple[str, str, Callable[[int, Basic], object]], ...] = (
    ("humidity_percent", "humidity", lambda raw, basic: raw & ~COARSE_FLAG),
    ("alarm_bits_hex", "alarms", _hex(4)),
    ("full_charge_capacity_Ah", "learned", _charge),
    ("actual_remaining_capacity_Ah", "remaining", _charge),
    ("balance_current_mA", "balance_current", _number),
    ("active_balance_status_hex", "active_balance", _hex(4)),
    ("protocol_version_raw_hex", "version", _hex(2)),
    ("reserved_hex", "reserved", _hex(4)),
    ("bms_status_bits_hex", "bms_status", _hex(4)),
)
_DAREN_TAIL: tuple[tuple[str, str, Callable[[int, Basic], object]], ...] = (
    ("mosfet_temperature_C", "mosfet", _celsius),
    ("ambient_temperature_C", "ambient", _celsius),
    ("state_of_health_percent", "health", _number),
    ("remaining_capacity_Ah", "remaining", _tenths),
    ("nominal_capacity_Ah", "nominal", _tenths),
    ("current_A", "current", _tenths),
)


def _describe_tail(basic: Basic) -> dict[str, object]:
    tail = basic.tail
    standard = tail.dialect is Dialect.STANDARD
    described: dict[str, object] = {
        "tail_length_bytes": len(tail.encoded),
        "tail_hex": tail.encoded.hex(),
        **({} if standard else {"dialect": tail.dialect.value}),
        **({"units_of_100mA": True} if tail.coarse else {}),
    }
    for key, name, describe_field in _STANDARD_TAIL if standard else _DAREN_TAIL:
        usable = name != "balance_current" or tail.balance_current is not None
        if name in tail.fields and usable:
            described[key] = describe_field(tail.fields[name], basic)
    return described


def _describe_cells(payload: bytes) -> dict[str, object]:
    cells = decode_cells(payload)
    return {
        "cell_count": len(cells),
        "cell_voltages_mV": list(cells),
        "min_cell_1based": cells.index(min(cells)) + 1,
        "max_cell_1based": cells.index(max(cells)) + 1,
        "delta_mV": max(cells) - min(cells),
        "sum_V": sum(cells) / 1000,
    }


def _describe_hardware(payload: bytes) -> dict[str, object]:
    return {"hardware_version": decode_hardware(payload)}


_COUNTER_KEYS = {"restarts": "system_restart_count"}


def _describe_counters(payload: bytes) -> dict[str, object]:
    counters = decode_counters(payload)
    counts = ((name, getattr(counters, name)) for name in counters.__dataclass_fields__)
    return {_COUNTER_KEYS.get(name, f"{name}_count"): count for name, count in counts if count is not None}


_DESCRIBERS: Mapping[int, Callable[[bytes], dict[str, object]]] = {
    BASIC: _describe_basic,
    CELLS: _describe_cells,
    HARDWARE: _describe_hardware,
    COUNTERS: _describe_counters,
}
