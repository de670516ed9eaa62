"""Run the checks of `doctor` from time to time, in a child process that yields to everything else."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Callable
from contextlib import suppress

from dbus_xbms.logs import CountedLog
from dbus_xbms.program import findings
from dbus_xbms.program.usage import available_memory
from dbus_xbms.program_report import CheckFinding

log = CountedLog(logging.getLogger(__name__))

# As this process was started: a release brings its own modules.
COMMAND = (
    *(sys.executable, *(["-S"] if sys.flags.no_site else []), "-P"),
    *("-m", "dbus_xbms", "doctor", "--json"),
)
FIRST_AFTER = 120.0  # s from the start, when a GX has booted and the packs are connected
EVERY = 600.0  # s
TIME_LIMIT = 90.0  # s; at the lowest priority, a busy GX takes that long
LEAST_MEMORY = 80.0  # MB available; the checks take half of that for some seconds
NICE = 19
LONGEST_OUTPUT = 200_000  # bytes


class Checks:
    """The findings of `doctor`, checked every ten minutes and on request.

    ``changed`` is called when checks begin and when they have ended.
    """

    def __init__(self, changed: Callable[[], object], command: tuple[str, ...] = COMMAND) -> None:
        self.findings: tuple[CheckFinding, ...] | None = None  # worst first; None: not checked yet
        self.running = False
        self._changed = changed
        self._command = command
        self._requested = asyncio.Event()

    def request(self) -> None:
        """Run the checks now; if they are running, this changes nothing."""
        if not self.running:
            self._requested.set()

    async def run(self) -> None:
        """Run the checks until cancelled."""
        wait = FIRST_AFTER
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._requested.wait()
            asked = self._requested.is_set()
            wait = EVERY
            memory = available_memory()
            if memory is not None and memory < LEAST_MEMORY:
                log.debug("checks skipped: only %.0f MB of memory available", memory)
                if asked:
                    self._end(findings.failed(f"not run: only {memory:.0f} MB of memory are available"))
                continue
            await self._check()

    async def _check(self) -> None:
        self.running = True
        self._changed()
        try:
            found = findings.parse(await self._output())
        except (OSError, TimeoutError, ValueError) as err:
            words = "they took too long" if isinstance(err, TimeoutError) else str(err)
            log.warning("the checks of `doctor` failed: %s", words)
            found = findings.failed(f"not finished: {words}")
        finally:
            self.running = False
        self._end(found)

    def _end(self, found: tuple[CheckFinding, ...]) -> None:
        self._requested.clear()
        self.findings = found
        self._changed()

    async def _output(self) -> str:
        """Return what the child process prints.

        Raises:
            OSError: it cannot be started.
            TimeoutError: it does not end in time.
        """
        process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            with suppress(OSError):  # it has ended, or the system does not allow it
                os.setpriority(os.PRIO_PROCESS, process.pid, NICE)
            assert process.stdout
            async with asyncio.timeout(TIME_LIMIT):
                output = await process.stdout.read(LONGEST_OUTPUT)
                while more := await process.stdout.read(LONGEST_OUTPUT):
                    output = (output + more)[:LONGEST_OUTPUT]
                await process.wait()
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        return output.decode("utf-8", "replace")
