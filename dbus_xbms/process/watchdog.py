"""Watchdog for the whole process: ends it if its event loop hangs, or if it does not end on SIGTERM.

It uses kernel timers, which need no loop and no thread, and never expire while the loop runs.
"""

from __future__ import annotations

import asyncio
import faulthandler
import os
import signal
from collections.abc import Callable
from types import FrameType
from typing import NoReturn

LOOK_EVERY = 15.0  # s without a beat until the first check, and between checks; a beat comes every 10 s
LOOKS = 4  # consecutive checks without a beat; after SIGSTOP one may come before the loop runs
SPIN_LIMIT = 60.0  # s of CPU time without a beat, for code in which no signal handler of Python runs
END_LIMIT = 2.5  # s from SIGTERM to the end of the process
FAILURE = 1  # exit status


class Watchdog:
    """Watches the process from :meth:`start` to its end; the loop calls :meth:`beat` every few seconds."""

    def __init__(
        self, output: int, *, look_every: float = LOOK_EVERY, spin_limit: float = SPIN_LIMIT
    ) -> None:
        """Log to ``output``, a non-blocking descriptor, why the process is ended."""
        self._output = output
        self._look_every = look_every
        self._spin_limit = spin_limit
        self._looks = 0  # checks since the last beat
        self._ending = False

    def start(self) -> None:
        """Start watching."""
        signal.signal(signal.SIGALRM, self._look)
        # Prints a traceback, then the default handler ends the process.
        faulthandler.register(signal.SIGPROF, file=self._output, all_threads=True, chain=True)
        self.beat()

    def beat(self) -> None:
        """Record that the loop runs."""
        if self._ending:
            return
        self._looks = 0
        signal.setitimer(signal.ITIMER_REAL, self._look_every, self._look_every)
        signal.setitimer(signal.ITIMER_PROF, self._spin_limit)

    def on_end(self, stop: Callable[[], object]) -> None:
        """Call ``stop`` in the running loop on SIGTERM or SIGINT, and end the process if that fails."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop)
            signal.signal(number, self._signalled)  # replaces the loop's own handler, which does nothing

    def _signalled(self, _number: int, _frame: FrameType | None) -> None:
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
        self._end(f"WARNING {__name__}: not ended {END_LIMIT:g} s after the signal; ending now", trace=False)

    def _end(self, words: str, *, trace: bool) -> NoReturn:
        """End the process at once; its names leave the bus with it."""
        try:
            os.write(self._output, f"{words}\n".encode())
            if trace:
                faulthandler.dump_traceback(self._output, all_threads=True)
        except OSError:  # the log is not read
            pass
        finally:
            os._exit(FAILURE)
