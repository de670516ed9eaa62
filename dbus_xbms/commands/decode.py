"""Decode frames from hex or from a capture to one JSON object each."""

from __future__ import annotations

import argparse
import io
import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from dbus_xbms.capture import parse_line
from dbus_xbms.commands import CommandError
from dbus_xbms.protocols import Echo, Frame, ProtocolError
from dbus_xbms.protocols.jbd.describe import decode_frame, describe
from dbus_xbms.protocols.jbd.frames import Cutter, Junk

__all__ = ["add_arguments", "decode_frame", "decode_lines", "run"]

Pieces = list[Frame | Echo | Junk]
PADDING = b"\0"
SEPARATORS = re.compile(r"[\s:,-]|0x")
HEX_DIGITS = frozenset("0123456789abcdefABCDEF")
MOSTLY = 0.7  # share of hex digits above which a text is a mistyped frame, not a file name
SHOWN = 200  # characters of a wrong line


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``dbus-xbms decode``."""
    parser.add_argument(
        "frames",
        nargs="*",
        metavar="HEX",
        help="hex of frames or notifications, or a file with hex or of --capture; default: standard input",
    )


def run(args: argparse.Namespace) -> int:
    """Print one JSON object per frame; return 1 if a frame is bad."""
    anything, bad = False, False
    for described in decode_lines(_lines(args.frames) if args.frames else _input()):
        print(json.dumps(described), flush=True)
        anything, bad = True, bad or "error" in described
    if not anything:
        print(json.dumps({"error": "nothing to decode"}))
    return 0 if anything and not bad else 1


def decode_lines(lines: Iterable[str]) -> Iterator[dict[str, object]]:
    """Describe the frames in lines of hex or of a capture, in the order in which they are completed."""
    streams: dict[tuple[str, str], _Stream] = {}
    loose = _Loose()
    for line in lines:
        captured = parse_line(line)
        if captured is None:
            yield from loose.feed(line)
            continue
        source = {"address": captured.address, "direction": captured.direction}
        if captured.hidden:
            yield {"time": captured.time, **source, "meaning": "a login, hidden"}
            continue
        stream = streams.setdefault((captured.address, captured.direction), _Stream())
        yield from ({"time": captured.time} | source | described for described in stream.feed(captured.chunk))
    yield from loose.end()
    for (address, direction), stream in streams.items():
        source = {"address": address, "direction": direction}
        yield from (source | described for described in stream.end())


class _Stream:
    """Describes the notifications of one pack in one direction."""

    def __init__(self) -> None:
        self._cutter = Cutter()
        self._skipped = b""
        self._why = ""

    def feed(self, chunk: bytes) -> Iterator[dict[str, object]]:
        """Describe the frames that a chunk completes."""
        return self._describe(self._cutter.feed(chunk))

    def end(self) -> Iterator[dict[str, object]]:
        """Describe the rest."""
        yield from self._describe(self._cutter.end())
        yield from self._skip()

    def _describe(self, pieces: Pieces) -> Iterator[dict[str, object]]:
        for piece in pieces:
            if isinstance(piece, Junk):
                self._skipped += piece.encoded
                self._why = self._why or piece.why
            else:
                yield from self._skip()
                yield _described(piece)

    def _skip(self) -> Iterator[dict[str, object]]:
        skipped, why = self._skipped, self._why
        self._skipped, self._why = b"", ""
        if why:
            yield {"error": why}
        elif skipped.strip(PADDING):
            yield {"skipped_hex": skipped.hex()}


class _Loose:
    """Describes plain hex: lines with complete frames, or with parts of a frame."""

    def __init__(self) -> None:
        self._partial = b""

    def feed(self, line: str) -> Iterator[dict[str, object]]:
        """Describe the frames that a line completes."""
        chunk = _bytes_of(line)
        if chunk is None:
            yield from self.end()
            yield {"error": f"not hex: {_mistake(line)}: {line.strip():.{SHOWN}}"}
            return
        cutter = Cutter()
        pieces = cutter.feed(self._partial + chunk)
        if self._partial and any(isinstance(piece, Junk) and piece.why for piece in pieces):
            yield from self.end()  # the line does not continue the incomplete frame
            yield from self.feed(line)
            return
        self._partial = cutter.kept
        yield from _describe_line(pieces)

    def end(self) -> Iterator[dict[str, object]]:
        """Describe the rest."""
        cutter = Cutter()
        pieces = cutter.feed(self._partial) + cutter.end()
        self._partial = b""
        yield from _describe_line(pieces)


def _describe_line(pieces: Pieces) -> Iterator[dict[str, object]]:
    """Describe the pieces of one line; bytes around frames are ignored, but a frame is required."""
    frames = [piece for piece in pieces if not isinstance(piece, Junk)]
    junk = [piece for piece in pieces if isinstance(piece, Junk)]
    yield from map(_described, frames)
    why = next((piece.why for piece in junk if piece.why), "")
    skipped = b"".join(piece.encoded for piece in junk)
    if why or (not frames and skipped.strip(PADDING)):
        yield {"error": why or f"not a frame: {skipped.hex()}"}


def _described(frame: Frame | Echo) -> dict[str, object]:
    try:
        return describe(frame)
    except ProtocolError as err:
        return {"error": str(err)}


def _bytes_of(text: str) -> bytes | None:
    """Return the bytes of a line of hex, with or without separators and 0x, or ``None``."""
    try:
        return bytes.fromhex(SEPARATORS.sub("", text))
    except ValueError:
        return None


def _mistake(text: str) -> str:
    """Return why a line is not hex."""
    digits = SEPARATORS.sub("", text)
    wrong = next((character for character in digits if character not in HEX_DIGITS), "")
    return f"it contains {wrong!r}" if wrong else f"its {len(digits)} digits are an odd number"


def _input() -> Iterable[str]:
    """Return standard input; bytes that are not text become bad lines."""
    if sys.stdin.isatty():
        print("Reading hex from the terminal; Ctrl-D ends it.", file=sys.stderr)
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    return sys.stdin


def _lines(arguments: Iterable[str]) -> Iterator[str]:
    """Yield the lines of files, and arguments that are hex.

    Raises:
        CommandError: an argument is neither hex nor a file.
    """
    for argument in arguments:
        kind = _kind(argument)
        if _bytes_of(argument) is not None or (not kind and _meant_as_hex(argument)):
            yield argument
        elif kind == "file":
            with Path(argument).open(encoding="utf-8", errors="replace") as file:
                yield from file
        else:
            why = "is a directory" if kind else "is neither a file nor hex"
            raise CommandError(f"{argument!r:.{SHOWN}} {why}")


def _kind(argument: str) -> str:
    """Return what a path is: ``file``, ``directory`` or empty."""
    try:
        path = Path(argument)
        return "directory" if path.is_dir() else "file" if path.exists() else ""  # a pipe counts as a file
    except (OSError, ValueError):  # too long for a path, or it contains a zero byte
        return ""


def _meant_as_hex(argument: str) -> bool:
    """Return whether a text is mistyped hex; a file name has a dot, a slash or other letters."""
    characters = SEPARATORS.sub("", argument)
    digits = sum(character in HEX_DIGITS for character in characters)
    return not set("./") & set(characters) and digits > MOSTLY * len(characters)
