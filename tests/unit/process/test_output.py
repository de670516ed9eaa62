"""Output of the service never blocks on its reader."""

from __future__ import annotations

import fcntl
import os
import select
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from dbus_xbms.process.output import LossyStream

SMALLEST = 4096  # bytes, a pipe of one page


@dataclass
class Pipe:
    """A pipe that is read only on request."""

    reader: int
    outlet: LossyStream

    def read(self) -> str:
        """Return everything in the pipe."""
        text = b""
        while select.select([self.reader], [], [], 0)[0] and (chunk := os.read(self.reader, 65536)):
            text += chunk
        return text.decode()


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, SMALLEST)
    yield Pipe(reader, LossyStream(writer))
    os.close(reader)
    os.close(writer)


def test_a_line_that_fits_is_written_at_once(pipe: Pipe) -> None:
    pipe.outlet.write("INFO one\n")
    assert pipe.read() == "INFO one\n"


def test_writing_to_a_full_pipe_does_not_block_and_lost_lines_are_counted_later(pipe: Pipe) -> None:
    lines = [f"line {number:04}\n" for number in range(1000)]  # 10 bytes each
    for line in lines:
        pipe.outlet.write(line)
    written = pipe.read().splitlines(keepends=True)
    assert written == lines[:409]  # 4096 bytes
    pipe.outlet.write("well again\n")
    assert pipe.read() == (
        "WARNING dbus_xbms.process.output: 591 lines of the log are missing here: not read in time\n"
        "well again\n"
    )
    pipe.outlet.write("and on\n")
    assert pipe.read() == "and on\n"


def test_a_partly_written_traceback_ends_with_its_own_line(pipe: Pipe) -> None:
    pipe.outlet.write("x" * 5000 + "\nend\n")
    assert pipe.read() == "x" * 4096
    pipe.outlet.write("next\n")
    text = pipe.read()
    assert text.startswith("\nWARNING dbus_xbms.process.output: 2 lines of the log are missing")
    assert text.endswith("\nnext\n")


def test_a_closed_reader_is_no_error(pipe: Pipe) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    outlet = LossyStream(writer)
    outlet.write("lost\n")
    os.close(writer)
    assert outlet.write("also lost\n") == len("also lost\n")


def test_invalid_characters_do_not_raise(pipe: Pipe) -> None:
    pipe.outlet.write("name \ud800\n")
    assert pipe.read() == "name \\ud800\n"


def test_a_file_is_written_with_its_own_encoding(tmp_path: Path) -> None:
    file = tmp_path / "log"
    file.write_text("before\n")
    with file.open("a") as opened:
        LossyStream(opened.fileno()).write("after\n")
    assert file.read_text() == "before\nafter\n"
