"""A process whose loop is blocked is ended; one that was suspended is not."""

from __future__ import annotations

import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from dbus_xbms.process.watchdog import END_LIMIT, LOOKS
from tests.patience import PATIENCE

LOOK_EVERY = 0.3  # s in place of 10
SCRIPT = """
import asyncio, os, sys, time
from collections import deque
from itertools import repeat
from dbus_xbms.process.watchdog import Watchdog

async def main():
    dog.on_end({stop})
    print("ready", flush=True)
    beats = 0
    while True:
        await asyncio.sleep({look_every} / 3)
        dog.beat()
        beats += 1
        {then}

os.set_blocking(2, False)
dog = Watchdog(2, look_every={look_every}, spin_limit=1.0)
dog.start()
asyncio.run(main())
"""
SLEEPS = "time.sleep(60)"
WRITES = "r, w = os.pipe(); os.write(w, bytes(65536)); os.write(w, b'x')"
HOLDS_THE_LOCK = "deque(repeat(0), 0)"  # never returns, and lets no signal handler of Python run
WELL = "pass"


@contextmanager
def process(then: str, stop: str = "asyncio.current_task().cancel") -> Iterator[subprocess.Popen[bytes]]:
    """Start a process whose loop beats and runs ``then``; SIGTERM calls ``stop``."""
    script = SCRIPT.format(look_every=LOOK_EVERY, then=then, stop=stop)
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as started:
        assert started.stdout
        assert started.stdout.readline() == b"ready\n"
        try:
            yield started
        finally:
            started.kill()


@pytest.mark.parametrize("then", [SLEEPS, WRITES])
def test_a_blocked_loop_ends_the_process_and_the_log_says_where(then: str) -> None:
    with process(then) as started:
        assert started.wait(PATIENCE) == 1
        assert started.stderr
        text = started.stderr.read().decode()
    assert "ERROR dbus_xbms.process.watchdog: hung for 1.2 s; ending, to be restarted" in text
    assert "in main" in text  # the traceback


def test_a_loop_blocked_in_code_that_holds_the_interpreter_lock_ends_too() -> None:
    with process(HOLDS_THE_LOCK) as started:
        assert started.wait(PATIENCE) == -signal.SIGPROF
        assert started.stderr
        assert "in main" in started.stderr.read().decode()


def test_a_process_ends_although_nobody_reads_its_output() -> None:
    with process("os.write(2, bytes(65536)) if beats == 1 else time.sleep(60)") as started:
        assert started.wait(PATIENCE) == 1


def test_a_loop_that_runs_is_left_alone() -> None:
    with process(WELL) as started:
        time.sleep(10 * LOOK_EVERY)
        assert started.poll() is None


def test_a_process_that_is_suspended_repeatedly_goes_on() -> None:
    with process(WELL) as started:
        for times in (10, *[1.5] * LOOKS):
            started.send_signal(signal.SIGSTOP)
            time.sleep(times * LOOK_EVERY)
            started.send_signal(signal.SIGCONT)
            time.sleep(LOOK_EVERY)
        assert started.poll() is None


def test_a_process_that_ignores_sigterm_ends_however_often_it_is_sent() -> None:
    with process(WELL, stop="lambda: None") as started:
        while started.poll() is None:  # each of them would put off the end if it counted
            started.send_signal(signal.SIGTERM)
            time.sleep(END_LIMIT / 5)
        assert started.returncode == 1
        assert started.stderr
        assert "not ended 2.5 s after the signal" in started.stderr.read().decode()


@pytest.mark.parametrize(("then", "number"), [(SLEEPS, signal.SIGINT), (WRITES, signal.SIGTERM)])
def test_a_process_with_a_blocked_loop_ends_at_sigterm(then: str, number: int) -> None:
    with process(then) as started:
        assert started.stdout
        select.select([started.stdout], [], [], LOOK_EVERY)
        started.send_signal(number)
        assert started.wait(PATIENCE) == 1


def test_a_loop_that_runs_ends_by_itself_at_sigterm() -> None:
    with process(WELL) as started:
        started.send_signal(signal.SIGTERM)
        started.wait(PATIENCE)
        assert started.stderr
        assert "not ended" not in started.stderr.read().decode()
