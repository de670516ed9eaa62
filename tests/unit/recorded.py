"""The recorded frames of tests/data/jbd-frames*.json; each entry there names its source."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from dbus_xbms.protocols import Conversation, Frame, NoReply, Request
from dbus_xbms.protocols.jbd.frames import parse

T = TypeVar("T")
Entry = dict[str, Any]

DATA = Path(__file__).parents[1] / "data"


def _read() -> dict[str, Any]:
    """Return the sections of all files; lists are joined."""
    first, *others = (DATA / name for name in ("jbd-frames.json", "jbd-frames-2.json"))
    recorded: dict[str, Any] = json.loads(first.read_text())
    for file in others:
        for section, entries in json.loads(file.read_text()).items():
            if isinstance(entries, list):
                recorded[section] += entries
    return recorded


RECORDED = _read()

REPLIES: list[Entry] = [
    *RECORDED["basic_info_responses"],
    *RECORDED["cell_voltage_responses"],
    *RECORDED["hardware_version_responses"],
    *RECORDED["error_count_responses"],
]
LEGACY: list[Entry] = RECORDED["legacy_reply_header_a5"]["frames"]
SESSIONS: list[Entry] = RECORDED["module_authentication_sessions"]
# Sections with valid frames; the others must be rejected.
_GOOD = (
    "requests",
    "basic_info_responses",
    "cell_voltage_responses",
    "hardware_version_responses",
    "error_count_responses",
    "register_read_exchanges",
    "parameter_block_fa_exchanges",
    "write_exchanges",
    "error_status_frames",
    "module_authentication_sessions",
    "module_command_exchanges",
    "legacy_reply_header_a5",
)
_FRAME_KEYS = ("frame_hex", "request_hex", "response_hex", "response_hex_expected")


def _frames_in(entry: object) -> Iterator[bytes]:
    if isinstance(entry, dict):
        for key, value in entry.items():
            if isinstance(value, str) and key.endswith(_FRAME_KEYS):
                yield bytes.fromhex(value)
            else:
                yield from _frames_in(value)
    elif isinstance(entry, list):
        for member in entry:
            yield from _frames_in(member)


GOOD_FRAMES: list[bytes] = sorted({frame for section in _GOOD for frame in _frames_in(RECORDED[section])})
BAD_FRAMES: list[bytes] = [
    bytes.fromhex(entry["frame_hex"])
    for entry in (*RECORDED["frames_that_must_be_rejected"], *RECORDED["module_frames_invalid"][:-1])
]


def frame_of(name: str) -> bytes:
    """Return the bytes of the reply with this id."""
    return bytes.fromhex(next(entry["frame_hex"] for entry in REPLIES if entry["id"] == name))


Answer = Callable[[Request], bytes | None]


def converse(conversation: Conversation[T], answer: Answer, *, echoed: bool = False) -> tuple[T, list[str]]:
    """Run a conversation to its end; return its result and the hex of what was sent."""
    sent: list[str] = []
    try:
        request = next(conversation)
        while True:
            sent.append(request.encoded.hex())
            encoded = answer(request)
            if encoded is None:
                request = conversation.throw(NoReply(f"no reply to {request.reply}", echoed=echoed))
            else:
                frame = parse(encoded)
                assert isinstance(frame, Frame)
                request = conversation.send(frame)
    except StopIteration as done:
        return done.value, sent


BASIC_PAYLOAD = frame_of("280ah_4s_cell_overvoltage")[4:-3]
