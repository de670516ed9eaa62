"""`dbus-xbms decode`: exact output for recorded frames, errors and exit status 1 for bad ones."""

from __future__ import annotations

import argparse
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dbus_xbms import cli
from dbus_xbms.commands import decode
from dbus_xbms.commands.decode import decode_frame, decode_lines
from dbus_xbms.protocols import ProtocolError
from dbus_xbms.protocols.jbd.frames import REGISTERS, checksum, reply
from tests.unit.recorded import BAD_FRAMES, LEGACY, RECORDED, REPLIES, Entry, frame_of

EXPECTED = [
    *((entry["frame_hex"], entry["expected"]) for entry in (*REPLIES, *LEGACY)),
    *((e["response_hex"], e["expected"]) for e in RECORDED["register_read_exchanges"] if "expected" in e),
]
BASIC_HEX, CELLS_HEX = (frame_of(name).hex() for name in ("snoop_v13_full_213ah", "bs2023_8s_cells"))
LOG = "2026-11-22T07:40:00.123Z A4:C1:37:00:00:0{} {} {}"


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    decode.add_arguments(parser)
    return decode.run(parser.parse_args(arguments))


def lines(*given: str) -> list[dict[str, object]]:
    return list(decode_lines(given))


def test_a_recorded_frame_decodes_to_exactly_what_is_expected() -> None:
    for encoded, expected in EXPECTED:
        decoded = decode_frame(bytes.fromhex(encoded))
        assert decoded == expected, encoded
        assert json.dumps(decoded) == json.dumps(expected)  # also the order, and 4 or 4.0


def test_a_frame_split_over_two_lines_decodes_the_same_at_every_split() -> None:
    for entry in REPLIES:
        encoded = entry["frame_hex"]
        for at in range(2, len(encoded), 2):
            assert lines(encoded[:at], encoded[at:]) == [entry["expected"]], (entry["id"], at)


@pytest.mark.parametrize("broken", BAD_FRAMES, ids=bytes.hex)
def test_a_bad_frame_is_an_error(broken: bytes) -> None:
    with pytest.raises(ProtocolError):
        decode_frame(broken)
    assert [list(described) for described in lines(broken.hex())] == ([["error"]] if broken else [])


@pytest.mark.parametrize("entry", RECORDED["error_status_frames"], ids=lambda e: e["id"])
def test_a_refusal_is_described_and_is_no_error(entry: Entry) -> None:
    decoded = decode_frame(bytes.fromhex(entry["frame_hex"]))
    assert {key: decoded[key] for key in ("register_hex", "status_hex", "checksum_valid")} == {
        key: entry[key] for key in ("register_hex", "status_hex", "checksum_valid")
    }
    assert decoded["refused"]


@pytest.mark.parametrize("entry", RECORDED["requests"], ids=lambda e: e["meaning"])
def test_a_request_is_described_by_its_meaning(entry: Entry) -> None:
    decoded = decode_frame(bytes.fromhex(entry["request_hex"]))
    assert decoded == {key: entry[key] for key in ("register_hex", "meaning")} | {"request": "read"}


@pytest.mark.parametrize(
    ("encoded", "expected"),
    [
        (
            "dd5ae1020002ff1b77",
            {"register_hex": "e1", "request": "write", "meaning": "MOSFET control", "data_hex": "0002"},
        ),
        ("dde10000000077", {"register_hex": "e1", "status_hex": "00", "meaning": "accepted"}),
        ("ffaa1701627a", {"command_hex": "17", "meaning": "random byte", "random_byte_hex": "62"}),
        (
            "ffaa1801011a",
            {"command_hex": "18", "meaning": "user password", "data_hex": "01", "accepted": False},
        ),
        ("ffaa070007", {"command_hex": "07", "meaning": "new name", "data_hex": "", "accepted": True}),
        ("ffaa170017", {"command_hex": "17", "request": "module", "meaning": "random byte"}),
        ("ddfa00070001020fa01036ff0177", {"index": 1, "count": 2, "values": [4000, 4150]}),
        (reply(0xF6, b"\0\1").hex(), {"register_hex": "f6", "status_hex": "00", "payload_hex": "0001"}),
        (
            reply(0x2C, b"\x80\x64").hex(),
            {"name": "shunt_resistance", "raw": 32868, "value": 1.0, "unit": "mOhm"},
        ),
        (reply(0x15, b"\0\0").hex(), {"name": "manufacture_date", "raw": 0, "value": None, "unit": "date"}),
    ],
)
def test_other_frames_are_described(encoded: str, expected: Entry) -> None:
    assert decode_frame(bytes.fromhex(encoded)) == expected


def test_a_text_parameter_is_shown_as_text() -> None:
    block = next(e for e in RECORDED["parameter_block_fa_exchanges"] if e["id"] == "fa_read_manufacturer")
    decoded = decode_frame(bytes.fromhex(block["response_hex"]))
    assert (decoded["index"], decoded["name"], decoded["value"]) == (56, "manufacturer_name", "DGJBD")


@pytest.mark.parametrize(
    "broken",
    [
        reply(0x03, bytes(22)),
        reply(0x04, bytes(3)),
        reply(0xAA, bytes(4)),
        reply(0x24, bytes(1)),
        reply(0xA0, b"\5DG"),
        reply(0xFA, bytes.fromhex("00010211")),
        bytes.fromhex("dda50003") + b"\1\2\xff" + checksum(bytes.fromhex("00030102ff")) + b"\x77",
    ],
    ids=bytes.hex,
)
def test_a_valid_frame_with_an_impossible_payload_is_an_error(broken: bytes) -> None:
    with pytest.raises(ProtocolError):
        decode_frame(broken)
    (described,) = lines(broken.hex())
    assert list(described) == ["error"]


def test_an_acknowledgement_of_any_register_is_described_or_an_error() -> None:
    for register in sorted(REGISTERS):
        (described,) = lines(reply(register).hex())
        assert described.get("status_hex") == "00" or {"error", "hardware_version"} & described.keys()


@pytest.mark.parametrize(
    "line",
    [
        "DD A5 03 00 FF FD 77",
        "dd:a5:03:00:ff:fd:77",
        "0xdd,0xa5,0x03,0x00,0xff,0xfd,0x77",
        "  dda50300fffd77\n",
        "dda50300fffd77 0000",
    ],
)
def test_hex_is_accepted_in_many_forms(line: str) -> None:
    assert [described["meaning"] for described in lines(line)] == ["basic info"]


def test_hex_split_by_the_shell_is_one_frame(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("dd", "a5", "03", "00", "ff", "fd", "77") == 0
    assert json.loads(capsys.readouterr().out)["meaning"] == "basic info"


def test_a_truncated_line_does_not_affect_the_next() -> None:
    torn, whole = lines(BASIC_HEX[:40], CELLS_HEX)
    assert "torn" in str(torn["error"])
    assert whole["cell_count"] == 8


def test_each_bad_line_is_a_separate_error() -> None:
    described = lines(*(broken.hex() for broken in BAD_FRAMES), CELLS_HEX)
    assert [next(iter(one)) for one in described] == ["error"] * (len(BAD_FRAMES) - 1) + ["cell_count"]


def test_input_that_is_not_hex_is_an_error() -> None:
    assert lines("hello", CELLS_HEX)[0] == {"error": "not hex: it contains 'h': hello"}


@pytest.mark.parametrize("stream", RECORDED["notification_streams"], ids=lambda s: s["id"])
def test_captured_notifications_are_reassembled(stream: Entry) -> None:
    described = lines(*(LOG.format(1, "<", chunk) for chunk in stream["notifications_hex"]))
    frames = [one for one in described if "skipped_hex" not in one and "random_byte_hex" not in one]
    about = {"time": "2026-11-22T07:40:00.123Z", "address": "A4:C1:37:00:00:01", "direction": "<"}
    expected = [about | decode_frame(bytes.fromhex(one)) for one in stream["expected_valid_frames_hex"]]
    assert frames == expected


def test_packs_and_directions_are_separated() -> None:
    described = lines(
        LOG.format(1, ">", "dda50300fffd77"),
        LOG.format(1, "<", BASIC_HEX[:40]),
        LOG.format(2, "<", CELLS_HEX[:40]),
        LOG.format(2, ">", "dda50400fffc77"),
        LOG.format(1, "<", BASIC_HEX[40:]),
        LOG.format(2, "<", CELLS_HEX[40:]),
    )
    rows = [(str(one["address"])[-1], one["direction"], list(one)[3]) for one in described]
    assert rows == [
        ("1", ">", "register_hex"),
        ("2", ">", "register_hex"),
        ("1", "<", "pack_voltage_V"),
        ("2", "<", "cell_count"),
    ]


def test_foreign_bytes_in_a_capture_are_shown_and_are_no_error() -> None:
    described = lines(LOG.format(1, "<", "02510000"), LOG.format(1, "<", CELLS_HEX))
    assert described[0]["skipped_hex"] == "02510000"
    assert described[1]["cell_count"] == 8


def test_a_torn_frame_in_a_capture_is_an_error_of_its_pack() -> None:
    described = lines(LOG.format(1, "<", BASIC_HEX[:40]), LOG.format(2, "<", CELLS_HEX))
    assert described[0]["cell_count"] == 8
    assert (described[1]["address"], "torn" in str(described[1]["error"])) == ("A4:C1:37:00:00:01", True)


def test_good_frames_exit_with_0_and_a_bad_one_with_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(CELLS_HEX, BASIC_HEX) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2
    assert run(CELLS_HEX, CELLS_HEX[:-2] + "78", BASIC_HEX) == 1
    first, bad, last = map(json.loads, capsys.readouterr().out.splitlines())
    assert ("error" in first, "error" in bad, "error" in last) == (False, True, False)


def test_empty_input_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("") == 1
    assert json.loads(capsys.readouterr().out) == {"error": "nothing to decode"}


def test_a_file_can_be_given(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "boat.log"
    file.write_text(LOG.format(1, "<", CELLS_HEX[:40]) + "\n" + LOG.format(1, "<", CELLS_HEX[40:]) + "\n")
    assert run(str(file)) == 0
    assert json.loads(capsys.readouterr().out)["cell_count"] == 8


Output = tuple[int, str, str]  # exit status, output, errors


@pytest.fixture
def decode_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Output]:
    """Run `dbus-xbms decode` with arguments and bytes on its standard input."""

    def run_decode(*arguments: str, given: bytes = b"") -> Output:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given), encoding="utf-8"))
        status = cli.main(["decode", *arguments])
        return status, *capsys.readouterr()

    return run_decode


@pytest.mark.parametrize(("last", "expected"), [(BASIC_HEX, 0), (BASIC_HEX[:-2], 1)])
def test_without_arguments_standard_input_is_read(
    last: str, expected: int, decode_command: Callable[..., Output]
) -> None:
    status, out, err = decode_command(given=f"{CELLS_HEX}\n\n{last}\n".encode())
    assert (status, err) == (expected, "")
    assert len(out.splitlines()) == 2


@pytest.mark.parametrize(
    "name", ["frames.txt", "capture", "/nonexistent/frames", "no such capture", "x" * 300]
)
def test_a_missing_file_is_distinguished_from_bad_hex(
    name: str, decode_command: Callable[..., Output]
) -> None:
    status, out, err = decode_command(name)
    assert (status, out) == (1, "")
    assert err == f"dbus-xbms: {name!r:.200} is neither a file nor hex\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("dd a5 03 00 ff fd 7z", "not hex: it contains 'z': dd a5 03 00 ff fd 7z"),
        ("dda50300fffd7", "not hex: its 13 digits are an odd number: dda50300fffd7"),
    ],
)
def test_the_error_for_bad_hex_names_the_defect(
    text: str, words: str, decode_command: Callable[..., Output]
) -> None:
    status, out, err = decode_command(text)
    assert (status, json.loads(out), err) == (1, {"error": words}, "")


def test_the_error_for_a_directory_says_so(tmp_path: Path, decode_command: Callable[..., Output]) -> None:
    assert decode_command(str(tmp_path)) == (1, "", f"dbus-xbms: {str(tmp_path)!r} is a directory\n")


def test_binary_input_is_a_bad_line(decode_command: Callable[..., Output]) -> None:
    status, out, err = decode_command(given=b"\xff\xfe\n" + BASIC_HEX.encode() + b"\n")
    assert (status, err) == (1, "")
    bad, good = map(json.loads, out.splitlines())
    assert bad["error"].startswith("not hex: it contains")
    assert "error" not in good
