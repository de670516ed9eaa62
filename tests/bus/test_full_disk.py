"""The run scripts under real daemontools, on a file system without space for the log."""

from __future__ import annotations

import array
import asyncio
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from tests.bus.shown_packs import ONE, valid
from tests.bus.simulation import Simulation
from tests.bus.venus import Venus
from tests.patience import PATIENCE

PROJECT = Path(__file__).parents[2]
NEEDED = ("svscan", "supervise", "multilog", "softlimit", "svc")
SMALLEST = 4096  # bytes, a pipe of one page
PROGRAM = '#!/bin/sh\nexec {python} -m dbus_xbms --log-level DEBUG "$@"\n'

pytestmark = [
    pytest.mark.usefixtures("private_bus"),
    pytest.mark.skipif(not all(map(shutil.which, NEEDED)), reason="needs daemontools"),
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to mount a small file system"),
]


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    """A GX with the real run scripts and an almost full /var/log."""
    shutil.copytree(PROJECT / "service/dbus-xbms", tmp_path / "service/dbus-xbms")
    program = tmp_path / "data/apps/dbus-xbms/current/bin/dbus-xbms"
    program.parent.mkdir(parents=True)
    program.write_text(PROGRAM.format(python=sys.executable))
    program.chmod(0o755)
    logs = tmp_path / "var/log"
    logs.mkdir(parents=True)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", logs], check=False)
    if done.returncode:
        pytest.skip("mounting is not permitted")
    try:
        (logs / "filler").write_bytes(bytes(44 * 1024))
        yield tmp_path
    finally:
        subprocess.run(["umount", "--lazy", logs], check=True)


@contextmanager
def daemontools(root: Path) -> Iterator[None]:
    """Run svscan on the service, in a session of its own."""
    environment = {**os.environ, "XBMS_ROOT": str(root)}
    scan = subprocess.Popen(
        ["svscan", root / "service"], env=environment, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        yield
    finally:
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):
                if int(stat.read_text().rpartition(")")[2].split()[3]) == scan.pid:
                    os.kill(int(stat.parent.name), signal.SIGKILL)
        scan.wait()


async def until(condition: Callable[[], bool], seconds: float = PATIENCE) -> None:
    async with asyncio.timeout(seconds):
        while True:
            if condition():
                return
            await asyncio.sleep(0.05)


def end(root: Path) -> None:
    """Send SIGTERM, as `doctor` advises."""
    subprocess.run(["svc", "-t", root / "service/dbus-xbms"], check=True)


def pid_of(root: Path) -> int:
    """The process id of the service; 0 if it is not up."""
    line = subprocess.run(["svstat", root / "service/dbus-xbms"], capture_output=True, text=True).stdout
    return int(line.partition("(pid ")[2].partition(")")[0]) if ": up (pid " in line else 0


@contextmanager
def pipe_to_the_log(pid: int) -> Iterator[Callable[[], bool]]:
    """Shrink the pipe between service and log; yield a function that returns whether it is full."""
    reader = os.open(f"/proc/{pid}/fd/1", os.O_RDONLY)
    fcntl.fcntl(reader, fcntl.F_SETPIPE_SZ, SMALLEST)

    def full() -> bool:
        queued = array.array("i", [0])
        fcntl.ioctl(reader, termios.FIONREAD, queued)
        return queued[0] > SMALLEST - 200

    try:
        yield full
    finally:
        os.close(reader)


def logged(root: Path) -> str:
    return "".join(file.read_text() for file in (root / "var/log/dbus-xbms").glob("[@c]*"))


async def test_the_service_runs_and_restarts_with_a_full_log_and_logs_again_when_there_is_room(
    root: Path,
) -> None:
    async with Simulation(1), Venus() as venus, AsyncExitStack() as stack:
        stack.enter_context(daemontools(root))
        await venus.enable(ONE, PollInterval=0.3)
        seen = await venus.until(ONE, valid)
        old = pid_of(root)
        with pipe_to_the_log(old) as full:
            await until(full)
            at = len(seen.signals)
            await venus.until(ONE, lambda s: len(s.signals) > at + 5)
            await until(full)
            end(root)
            await venus.until_gone(ONE)
            await venus.until(ONE, valid)
            assert pid_of(root) not in (0, old)
            await until(full)
            (root / "var/log/filler").unlink()
            await until(lambda: "lines of the log are missing here" in logged(root))
