"""Run commands as processes and send them Ctrl-C at chosen moments."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

# Python names each module that it has imported: this tells when it has come to the program.
COMMAND = (sys.executable, "-X", "importtime", "-m", "dbus_xbms")
FROM_HERE = "dbus_xbms.process.interrupt"
IMPORTED = "import time:"
LIMIT = 30.0  # s for the process to end; a loaded machine takes its time


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """Result of an interrupted command."""

    status: int
    err: list[str]


async def interrupt(
    *arguments: str, after: float, times: int = 1, environment: Mapping[str, str] | None = None
) -> Ended:
    """Run a command and send it Ctrl-C, ``after`` s after Python has begun to import the program."""
    process = await asyncio.create_subprocess_exec(
        *(*COMMAND, *arguments),
        stdin=asyncio.subprocess.PIPE,  # which stays open and empty
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, **(environment or {})},
    )
    assert process.stderr
    async with asyncio.timeout(LIMIT):
        try:
            while FROM_HERE not in (await process.stderr.readline()).decode():
                assert process.returncode is None
            await process.stderr.readline()  # of the next import: the program is in its first lines
            sending = asyncio.create_task(_send(process, after, times))
            err = (await process.stderr.read()).decode().splitlines()
            await sending
            status = await process.wait()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    return Ended(status=status, err=[line for line in err if not line.startswith(IMPORTED)])


async def _send(process: asyncio.subprocess.Process, after: float, times: int) -> None:
    for _ in range(times):
        await asyncio.sleep(after)
        if process.returncode is None:
            with suppress(ProcessLookupError):
                # Not process.send_signal: it may reap the process, and asyncio then reports status 255.
                os.kill(process.pid, signal.SIGINT)
