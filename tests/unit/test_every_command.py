"""Every command with valid and invalid arguments, without D-Bus: a helpful message, never a traceback."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from dbus_xbms.commands.catalogue import COMMANDS
from tests.every_command import ALL, CASES
from tests.unit.exit_status import status_of

STATUSES = (0, 1, 2)
LONGEST = 2000  # characters of a message


@pytest.fixture(autouse=True)
def _no_bus_and_no_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    for bus in ("SESSION", "SYSTEM"):
        monkeypatch.setenv(f"DBUS_{bus}_BUS_ADDRESS", "unix:path=/nonexistent/bus")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    handler = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, handler)


def test_every_command_is_covered() -> None:
    assert {row.name for row in COMMANDS} <= CASES.keys()


@pytest.mark.parametrize(
    "arguments", ALL, ids=lambda arguments: " ".join(arguments)[:50].encode("unicode_escape").decode()
)
def test_without_a_bus_a_command_ends_with_a_status_and_a_message(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    status = status_of(*arguments)
    said = capsys.readouterr()
    assert status in STATUSES
    assert "Traceback" not in said.out + said.err
    assert bool(said.err) >= (status != 0 and arguments[0] not in ("doctor", "decode"))
    last = said.err.splitlines()[-1] if said.err else ""
    assert len(last) < LONGEST
    assert not [c for c in said.err.replace("\n", "") if not c.isprintable()]
    if status == 2:
        assert last.startswith("dbus-xbms")
