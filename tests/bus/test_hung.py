"""The program runs and ends although its log is blocked, another program hangs or its loop is blocked."""

from __future__ import annotations

import array
import asyncio
import fcntl
import os
import signal
import sys
import termios
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.bus.peers import peers
from tests.bus.shown_packs import ONE, valid
from tests.bus.simulation import COMMAND, Program, Simulation
from tests.bus.venus import Seen, Venus
from tests.patience import PATIENCE

pytestmark = pytest.mark.usefixtures("private_bus")

SMALLEST = 4096  # bytes, a pipe of one page


class Unread:
    """The program with its output in a pipe that is not read."""

    def __init__(self, reader: int, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self._reader = reader

    @property
    def full(self) -> bool:
        """Whether another line does not fit."""
        queued = array.array("i", [0])
        fcntl.ioctl(self._reader, termios.FIONREAD, queued)
        return queued[0] > SMALLEST - 200

    async def until_full(self) -> None:
        """Wait until the pipe is full."""
        async with asyncio.timeout(PATIENCE):
            while True:
                if self.full:
                    return
                await asyncio.sleep(0.05)

    def read(self) -> str:
        """Read all that is in the pipe."""
        return os.read(self._reader, 65536).decode()


@asynccontextmanager
async def unread(*arguments: str) -> AsyncIterator[Unread]:
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, SMALLEST)
    process = await asyncio.create_subprocess_exec(*COMMAND, *arguments, stdout=writer, stderr=writer)
    os.close(writer)
    try:
        yield Unread(reader, process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        os.close(reader)


def more_than(seen: Seen, signals: int) -> bool:
    return len(seen.signals) > signals


async def test_with_an_unread_log_polling_continues_and_sigterm_ends_the_program() -> None:
    async with Simulation(1), Venus() as venus, unread("--log-level", "DEBUG", "run") as program:
        await venus.enable(ONE, PollInterval=0.3)
        seen = await venus.until(ONE, valid)
        await program.until_full()
        at = len(seen.signals)
        await venus.until(ONE, lambda s: more_than(s, at + 5))
        program.read()
        await program.until_full()
        assert "lines of the log are missing here: not read in time\n" in program.read()
        await program.until_full()
        program.process.send_signal(signal.SIGTERM)
        assert await program.process.wait() == 0
        await venus.until_gone(ONE)


BLOCKS = """
import os, sys
from dbus_xbms import cli
from dbus_xbms.venus.battery import BatteryService

update = BatteryService.update

def block(self, report, now):
    if update(self, report, now):
        print("loop blocked")
        reader, writer = os.pipe()
        os.write(writer, bytes(65536))
        os.write(writer, b"x")
    return False

BatteryService.update = block
sys.exit(cli.main(["run"]))
"""


NOT_ENDED = "WARNING dbus_xbms.process.watchdog: not ended 2.5 s after the signal; ending now"


async def assert_ended_by_watchdog(program: Program, venus: Venus) -> None:
    assert await program.stop() == 1
    await venus.until_gone(ONE)
    assert NOT_ENDED in program.log


async def test_a_program_with_a_blocked_loop_leaves_the_bus_after_sigterm() -> None:
    async with (
        Simulation(1),
        Venus() as venus,
        Program(command=(sys.executable, "-W", "error", "-c", BLOCKS)) as program,
    ):
        await venus.enable(ONE)
        await program.until("loop blocked")
        await assert_ended_by_watchdog(program, venus)


NEVER_ENDS = """
import asyncio, sys
from dbus_xbms import cli
from dbus_xbms.pack.persistence import SettingsWriter

async def save(self):
    await asyncio.sleep(1000)

SettingsWriter.flush = save
sys.exit(cli.main(["run"]))
"""


async def test_the_program_ends_even_if_saving_settings_hangs() -> None:
    async with (
        Simulation(1),
        Venus() as venus,
        Program(command=(sys.executable, "-W", "error", "-c", NEVER_ENDS)) as program,
    ):
        await venus.enable(ONE)
        await venus.until(ONE, valid)
        await assert_ended_by_watchdog(program, venus)


BLOCKS_AFTER_THREE_BEATS = """
import sys, time
from dbus_xbms import cli
from dbus_xbms.process import watchdog

class Blocking(watchdog.Watchdog):
    beats = 0

    def __init__(self, output):
        super().__init__(output, look_every=3.0)

    def beat(self):
        super().beat()
        self.beats += 1
        if self.beats == 1 + 3:  # the first one starts it
            print("loop blocked")
            time.sleep(1000)

watchdog.Watchdog = Blocking
sys.exit(cli.main(["run"]))
"""


async def test_a_program_with_a_blocked_loop_is_ended_and_its_limits_leave_the_bus() -> None:
    """With this interval, a loop without a beat is ended after 12 s; the loop beats every 10 s."""
    async with (
        Simulation(1),
        Venus() as venus,
        Program(command=(sys.executable, "-W", "error", "-c", BLOCKS_AFTER_THREE_BEATS)) as program,
    ):
        await venus.enable(ONE)
        await program.until("loop blocked")
        assert await program.ended() == 1
        await venus.until_gone(ONE)
        assert "ERROR dbus_xbms.process.watchdog: hung for 12 s; ending, to be restarted" in program.log
        assert any("in watch_progress" in line for line in program.log)


@pytest.mark.parametrize("hung", ["bluetoothd", "localsettings"])
async def test_the_program_ends_even_if_bluetoothd_or_localsettings_hangs(
    hung: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with peers(tmp_path, monkeypatch) as system:
        with system.stopped(hung):
            service = system.processes["service"]
            assert await service.stop() == 0
            await system.venus.until_gone(ONE)
    assert [line for line in service.log if "not ended" in line] == []  # as its watchdog would log
