"""A private dbus-daemon for each test: system bus (BlueZ) and session bus (Venus) of its children."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import forked
from tests.bus.daemon import private_daemon
from tests.bus.simulation import Start

# Coverage is counted in the processes of these tests only; the others run the same lines again.
COUNTED_PROCESSES = (
    *("test_cli_add.py", "test_cli_bank.py", "test_cli_demo.py", "test_cli_doctor.py", "test_cli_probe.py"),
    *("test_cli_scan.py", "test_program.py", "test_shunt.py", "test_simulator_faults.py"),
)
# These start Python for each process, which takes 0.3 s of computing, twice as much with coverage. All others
# fork processes that have imported the program before (tests/forked.py).
NEW_PROCESSES = ("test_program.py",)


@pytest.fixture(autouse=True, scope="session")
def fork_servers() -> Iterator[None]:
    yield
    forked.end_servers()


@pytest.fixture(autouse=True)
def quick_processes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fork processes, without coverage, except in the tests that are listed above."""
    if request.path.name not in COUNTED_PROCESSES:
        monkeypatch.delenv(forked.COUNTED, raising=False)
    monkeypatch.setattr(Start, "forks", request.path.name not in NEW_PROCESSES)


@pytest.fixture
def private_bus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Run a dbus-daemon, set DBUS_*_BUS_ADDRESS to its address, and return the address."""
    with private_daemon(tmp_path) as address:
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        yield address
