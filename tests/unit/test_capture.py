"""The capture file: readable by decode, bounded, and never blocking the link."""

from __future__ import annotations

import fcntl
import logging
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from dbus_xbms.capture import Capture, parse_line
from dbus_xbms.commands.decode import decode_lines

ADDRESS = "A4:C1:37:00:00:01"
REQUEST = bytes.fromhex("dda50300fffd77")


def wait_until(condition: Callable[[], bool], pipe: int | None = None) -> None:
    """Wait until ``condition`` holds; meanwhile read the pipe, if any."""
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)
        if pipe is not None:
            with suppress(BlockingIOError):
                os.read(pipe, 65536)


def test_a_line_is_read_back_unchanged(tmp_path: Path) -> None:
    file = tmp_path / "capture.log"
    with Capture(file) as capture:
        capture(ADDRESS, ">", REQUEST.hex())
        capture(ADDRESS, "<", "")
    sent, received = (parse_line(line) for line in file.read_text().splitlines())
    assert sent is not None
    assert (sent.address, sent.direction, sent.chunk) == (ADDRESS, ">", REQUEST)
    assert received is not None
    assert (received.direction, received.chunk) == ("<", b"")


def test_a_capture_is_readable_by_decode(tmp_path: Path) -> None:
    file = tmp_path / "capture.log"
    with Capture(file) as capture:
        capture(ADDRESS, ">", REQUEST.hex())
    (described,) = decode_lines(file.read_text().splitlines())
    assert (described["address"], described["meaning"]) == (ADDRESS, "basic info")


def test_a_line_is_in_the_file_before_the_capture_ends(tmp_path: Path) -> None:
    file = tmp_path / "capture.log"
    with Capture(file) as capture:
        capture(ADDRESS, ">", REQUEST.hex())
        wait_until(lambda: file.read_text().endswith(f" {ADDRESS} > dda50300fffd77\n"))


@pytest.mark.parametrize(
    "line",
    [
        "",
        "dda50300fffd77",
        "2026-11-22T07:40:00.123Z A4:C1:37:00:00:01 > dda5030",
        "2026-11-22T07:40:00.123Z A4:C1:37:00:00:01 ? dda50300fffd77",
        "07:40 A4:C1:37:00:00:01 > dda50300fffd77",
    ],
)
def test_other_lines_are_not_captured_chunks(line: str) -> None:
    assert parse_line(line) is None


def test_the_documented_line_is_a_captured_chunk() -> None:
    captured = parse_line("2026-11-22T07:40:00.123Z A4:C1:37:00:00:01 > dda50300fffd77\n")
    assert captured is not None
    assert (captured.time, captured.chunk) == ("2026-11-22T07:40:00.123Z", REQUEST)


def test_a_full_file_is_rotated_and_both_files_stay_within_the_cap(tmp_path: Path) -> None:
    file = tmp_path / "capture.log"
    with Capture(file, max_bytes=200) as capture:
        for number in range(20):
            capture(ADDRESS, "<", f"{number:02x}")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["capture.log", "capture.log.1"]
    assert max(path.stat().st_size for path in tmp_path.iterdir()) <= 200
    texts = ((tmp_path / name).read_text() for name in ("capture.log.1", "capture.log"))
    lines = [parse_line(line) for text in texts for line in text.splitlines()]
    numbers = [captured.chunk[0] for captured in lines if captured]
    assert numbers == list(range(20 - len(numbers), 20))


def test_an_earlier_capture_is_kept_and_counted(tmp_path: Path) -> None:
    file = tmp_path / "capture.log"
    file.write_text("x" * 190 + "\n")
    with Capture(file, max_bytes=200) as capture:
        capture(ADDRESS, ">", REQUEST.hex())
    assert (tmp_path / "capture.log.1").read_text().startswith("xxx")


def test_a_file_that_cannot_be_opened_raises_at_once(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"capture\.log"):
        Capture(tmp_path / "missing" / "capture.log")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_ends_the_capture_with_one_warning(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING), Capture(Path("/dev/full")) as capture:
        for _ in range(3):
            capture(ADDRESS, ">", REQUEST.hex())
    assert [record.getMessage() for record in caplog.records] == [
        "capture to /dev/full stopped: No space left on device"
    ]


def test_a_hung_disk_blocks_nothing_and_dropped_chunks_are_counted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pipe that is not read takes the place of the disk: a write to it blocks forever."""
    monkeypatch.setattr("dbus_xbms.capture.MOST_WAITING", 10)
    fifo = tmp_path / "capture.log"
    os.mkfifo(fifo)
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    fcntl.fcntl(reader, fcntl.F_SETPIPE_SZ, 4096)
    filler = os.open(fifo, os.O_WRONLY | os.O_NONBLOCK)
    os.write(filler, bytes(4096))  # so that no line fits
    os.close(filler)
    monkeypatch.setattr(Capture, "_open", lambda self: (fifo.open("w", buffering=1), 0))
    with caplog.at_level(logging.INFO), Capture(fifo) as capture:
        capture(ADDRESS, "<", bytes(100).hex())
        wait_until(capture._waiting.empty)  # the thread is blocked at this line until the pipe is read
        for _ in range(200):
            capture(ADDRESS, "<", bytes(100).hex())
        capture.close()
        os.read(reader, 65536)
        wait_until(
            lambda: not any(thread.name.startswith("capture") for thread in threading.enumerate()), reader
        )
    assert [record.getMessage() for record in caplog.records] == [
        f"capture to {fifo}: the disk is too slow; chunks are dropped"
    ]
    os.close(reader)


def test_a_capture_continues_after_the_disk_recovers_and_reports_the_gap(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "capture.log"
    with caplog.at_level(logging.INFO), Capture(file) as capture:
        monkeypatch.setattr("dbus_xbms.capture.MOST_WAITING", 0)
        for _ in range(7):
            capture(ADDRESS, ">", REQUEST.hex())
        monkeypatch.undo()
        capture(ADDRESS, ">", REQUEST.hex())
    gap, chunk = file.read_text().splitlines()
    assert gap == "# 7 chunks are missing here: the disk was too slow"
    assert parse_line(chunk)
    assert [record.getMessage() for record in caplog.records] == [
        f"capture to {file}: the disk is too slow; chunks are dropped",
        f"capture to {file} continues; 7 chunks are missing",
    ]


def test_a_file_that_cannot_be_rotated_ends_the_capture_with_one_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "capture.log.1").mkdir()
    with Capture(tmp_path / "capture.log", max_bytes=100) as capture:
        for _ in range(5):
            capture(ADDRESS, ">", REQUEST.hex())
    assert len(caplog.records) == 1


def test_chunks_after_the_end_are_ignored(tmp_path: Path) -> None:
    file = tmp_path / "capture.log"
    capture = Capture(file)
    capture.close()
    capture(ADDRESS, ">", REQUEST.hex())
    capture.close()
    assert file.read_text() == ""


def test_a_capture_is_made_readable_only_by_its_owner(tmp_path: Path) -> None:
    file = tmp_path / "capture.log"
    file.touch(0o644)
    file.chmod(0o644)
    with Capture(file, max_bytes=100) as capture:
        capture(ADDRESS, ">", REQUEST.hex())
        capture(ADDRESS, ">", REQUEST.hex())
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["capture.log", "capture.log.1"]
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}


def test_a_hidden_login_is_marked_as_such() -> None:
    line = "2026-11-22T07:40:00.123Z A4:C1:37:00:00:01 > ffaa18.. (login hidden)"
    (described,) = decode_lines([line])
    assert described["meaning"] == "a login, hidden"
    assert "error" not in described
