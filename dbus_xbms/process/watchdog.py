"""Watchdog for the whole process: ends it if its loop stands, or if it does not end when told to.

Timers of the kernel do the waiting. While all is well they never expire, so they wake nobody. They need no
loop, no thread, and nobody who reads the log.
"""

from __future__ import annotations

import asyncio
import faulthandler
import os
import signal
from collections.abc import Callable
from types import FrameType
from typing import NoReturn

LOOK_EVERY = 10.0  # s without a beat until the first look, and between looks
LOOKS = 6  # in a row without a beat; one proves nothing: after SIGSTOP it may come before the loop runs
SPIN_LIMIT = 60.0  # s of CPU without a beat; for code that lets no signal handler of Python run
END_LIMIT = 2.5  # s from SIGTERM to the end of the process
FAILURE = 1  # exit status


class Watchdog:
    """Watches the process from :meth:`start` to its end; the loop calls :meth:`beat` every few seconds."""

    def __init__(
        self, output: int, *, look_every: float = LOOK_EVERY, spin_limit: float = SPIN_LIMIT
    ) -> None:
        """Remember where to tell why the process is ended: a descriptor for which writes do not wait."""
        self._output = output
        self._look_every = look_every
        self._spin_limit = spin_limit
        self._looks = 0  # since the last beat
        self._ending = False

    def start(self) -> None:
        """Start watching."""
        signal.signal(signal.SIGALRM, self._look)
        # Prints where the process stands, then leaves the signal to its default, which ends the process.
        faulthandler.register(signal.SIGPROF, file=self._output, all_threads=True, chain=True)
        self.beat()

    def beat(self) -> None:
        """Note that the loop runs."""
        if self._ending:
            return
        self._looks = 0
        signal.setitimer(signal.ITIMER_REAL, self._look_every, self._look_every)
        signal.setitimer(signal.ITIMER_PROF, self._spin_limit)

    def on_end(self, stop: Callable[[], object]) -> None:
        """Call ``stop`` in the running loop at SIGTERM or SIGINT, and end the process if that does not."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop)
            signal.signal(number, self._told_to_end)  # in place of the loop's own, which does nothing itself

    def _told_to_end(self, _number: int, _frame: FrameType | None) -> None:
        if self._ending:
            return
        self._ending = True
        signal.signal(signal.SIGALRM, self._too_late)
        signal.setitimer(signal.ITIMER_REAL, END_LIMIT)

    def _look(self, _number: int, _frame: FrameType | None) -> None:
        self._looks += 1
        if self._looks >= LOOKS:
            self._end(
                f"ERROR {__name__}: hung for {LOOKS * self._look_every:g} s; ending, to be restarted",
                trace=True,
            )

    def _too_late(self, _number: int, _frame: FrameType | None) -> None:
        self._end(
            f"WARNING {__name__}: not ended {END_LIMIT:g} s after it was told to; ending now", trace=False
        )

    def _end(self, words: str, *, trace: bool) -> NoReturn:
        """End the process without waiting for anything; its names leave the bus with it."""
        try:
            os.write(self._output, f"{words}\n".encode())
            if trace:
                faulthandler.dump_traceback(self._output, all_threads=True)
        except OSError:  # nobody reads the log
            pass
        finally:
            os._exit(FAILURE)
