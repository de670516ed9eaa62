"""A forked program is a process like any other."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bus.cli import command
from tests.bus.simulation import Program, Simulation, Start


async def outcome(program: Program) -> tuple[int | None, list[str], list[str]]:
    async with program:
        await program.ended()
    return program.status, program.output, program.log


@pytest.mark.parametrize("arguments", [("--version",), ("list",), ("frobnicate",), ("decode", "dd")])
async def test_a_fork_has_the_output_and_status_of_a_new_process(
    monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    bus = {f"DBUS_{name}_BUS_ADDRESS": "unix:path=/nonexistent/bus" for name in ("SYSTEM", "SESSION")}
    as_fork = await outcome(Program(*arguments, environment=bus))
    monkeypatch.setattr(Start, "forks", False)
    assert await outcome(Program(*arguments, environment=bus)) == as_fork


async def test_a_fork_has_the_directory_and_the_environment_of_its_start(
    private_bus: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent/bus")  # for this process alone
    bus = {"DBUS_SYSTEM_BUS_ADDRESS": private_bus}
    async with Program("simulate", environment=bus) as program:
        await program.until("ready:")
        directory = os.readlink(f"/proc/{program.pid}/cwd")  # noqa: PTH115 (Path would block, says ASYNC240)
        assert directory == str(tmp_path)


async def test_a_fork_that_is_killed_has_the_signal_as_its_status_and_is_gone(private_bus: str) -> None:
    async with Simulation(1) as sim:
        os.kill(sim.pid, 0)
        assert await sim.stop(signal.SIGKILL) == -signal.SIGKILL
        with pytest.raises(ProcessLookupError):
            os.kill(sim.pid, 0)


LEAVES_A_SOCKET_OPEN = """
import runpy, socket
from tests import fork_server

def run(*_, **__):
    cycle = [socket.socket()]
    cycle.append(cycle)
    raise SystemExit(3)

runpy.run_module = run
fork_server.run()
"""


def test_what_a_fork_leaves_open_is_reported_at_its_end() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", LEAVES_A_SOCKET_OPEN],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, "unclosed <socket" in done.stderr) == (3, True)


async def test_what_is_typed_is_its_standard_input() -> None:
    done = await command("decode", typed="dd0500044a424431fefb77\n")
    assert (done.status, "JBD1" in done.out) == (0, True)
