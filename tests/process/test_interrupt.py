"""Ctrl-C while a command imports, reads its input and asks: one line, status 130, no traceback."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bench.pty import on_terminal
from dbus_xbms.commands.loop import run_loop
from tests.interrupting import Ended, interrupt

STRIKE = "os.kill(os.getpid(), signal.SIGINT)"
INTERRUPTED = Ended(status=130, err=["dbus-xbms: interrupted"])
MOMENTS = sorted(random.Random(1).uniform(0.0, 0.4) for _ in range(12))  # s; imports take about 0.1 s


async def test_ctrl_c_at_any_moment_of_a_command_that_reads_its_input() -> None:
    ends = await asyncio.gather(*(interrupt("decode", after=moment) for moment in (0.0, *MOMENTS)))
    assert [end for end in ends if end != INTERRUPTED] == []


async def test_ctrl_c_pressed_twice_gives_one_line() -> None:
    ends = await asyncio.gather(*(interrupt("decode", after=0.02 * n, times=2) for n in range(5)))
    assert [end for end in ends if end != INTERRUPTED] == []


def test_ctrl_c_after_the_work_is_done_does_not_change_the_status() -> None:
    code = f"""
import atexit
from dbus_xbms.__main__ import main
atexit.register(lambda: {STRIKE})
sys.argv = ["dbus-xbms", "--version"]
sys.exit(main())
"""
    start = "import os, signal, sys, time"
    done = subprocess.run([sys.executable, "-c", start + code], capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stderr) == (0, "")


def run_in_child(code: str) -> subprocess.CompletedProcess[str]:
    start = "import asyncio, os, signal, time\nfrom dbus_xbms.process import interrupt\ninterrupt.install()\n"
    script = f"{start}from dbus_xbms.commands.loop import run_loop\n{code}"
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=30)


def test_ctrl_c_within_exec_gives_the_same_status(tmp_path: Path) -> None:
    code = "import sys\nfrom dbus_xbms.process.interrupt import ended_by_ctrl_c\n"
    struck = "sys.exit(ended_by_ctrl_c(lambda: exec('raise KeyboardInterrupt')))"
    (tmp_path / "struck.py").write_text(code + struck)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(tmp_path), *sys.path))}
    done = subprocess.run([sys.executable, "-m", "struck"], env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (130, "dbus-xbms: interrupted\n")


def test_a_coroutine_is_cancelled_and_cleans_up() -> None:
    done = run_in_child(f"""
async def work():
    try:
        {STRIKE}
        await asyncio.sleep(60)
    finally:
        await asyncio.sleep(0)
        print("clean", flush=True)
try:
    run_loop(work())
except KeyboardInterrupt:
    print("interrupted")
""")
    assert (done.stdout, done.stderr) == ("clean\ninterrupted\n", "")


def test_an_error_while_a_cancelled_command_ends_is_ignored() -> None:
    done = run_in_child(f"""
async def work():
    try:
        {STRIKE}
        await asyncio.sleep(60)
    finally:
        raise OSError("late")
try:
    run_loop(work())
except KeyboardInterrupt:
    print("interrupted")
""")
    assert (done.stdout, done.stderr) == ("interrupted\n", "")


@pytest.mark.parametrize("hang", ["await asyncio.sleep(60)", "time.sleep(60)"])
def test_a_command_that_does_not_end_is_ended(hang: str) -> None:
    done = run_in_child(f"""
async def work():
    try:
        {STRIKE}
        await asyncio.sleep(60)
    finally:
        {hang}
run_loop(work(), grace=0.2)
""")
    assert (done.returncode, done.stderr) == (130, "dbus-xbms: interrupted\n")


def test_a_second_ctrl_c_does_not_wait_for_the_cleaning_up() -> None:
    done = run_in_child(f"""
async def work():
    try:
        {STRIKE}
        await asyncio.sleep(60)
    finally:
        {STRIKE}
        await asyncio.sleep(60)
run_loop(work(), grace=60)
""")
    assert (done.returncode, done.stderr) == (130, "dbus-xbms: interrupted\n")


def test_last_acts_run_in_reverse_order() -> None:
    done = run_in_child(f"""
with interrupt.ExitAction(lambda: print("first", flush=True)):
    with interrupt.ExitAction(lambda: print("never", flush=True)):
        pass
    with interrupt.ExitAction(lambda: print("second", flush=True)):
        {STRIKE}
""")
    assert (done.returncode, done.stdout, done.stderr) == (130, "second\nfirst\n", "dbus-xbms: interrupted\n")


def test_a_blocked_loop_ends_too() -> None:
    done = run_in_child(f"""
async def work():
    {STRIKE}
    time.sleep(60)
run_loop(work(), grace=0.2)
""")
    assert (done.returncode, done.stderr) == (130, "dbus-xbms: interrupted\n")


def test_a_command_that_is_not_interrupted_returns_its_result() -> None:
    async def work() -> int:
        return 7

    before = signal.getsignal(signal.SIGINT)
    assert run_loop(work()) == 7
    assert signal.getsignal(signal.SIGINT) is before


async def test_ctrl_c_at_a_question_ends_it_and_shows_again_what_is_typed() -> None:
    async with on_terminal("probe", "A4:C1:37:01:02:03", "--password") as terminal:
        await terminal.wrote("Password: ")
        assert not terminal.echoes()
        terminal.interrupt()
        assert await terminal.ended() == 130
        assert terminal.echoes()
        assert terminal.sent.split() == ["Password:", "dbus-xbms:", "interrupted"]
