"""Commands of ``dbus-xbms``, each a process on the private bus."""

from __future__ import annotations

import asyncio
import os
from typing import NamedTuple

from tests.bus.simulation import COMMAND, start
from tests.patience import PATIENCE

AGAIN = 0.3  # s between two looks at what a command shows


class Done(NamedTuple):
    """Exit status and output of a command."""

    status: int | None
    out: str
    err: str


async def command(*arguments: str, typed: str = "") -> Done:
    """Run ``dbus-xbms`` to its end, with ``typed`` as its standard input."""
    process = await start(*arguments, command=COMMAND, environment=os.environ, typed=typed)
    assert process.stdout
    assert process.stderr
    async with asyncio.timeout(PATIENCE):
        out, err = await asyncio.gather(process.stdout.read(), process.stderr.read())
        return Done(await process.wait(), out.decode(), err.decode())


async def until_listed(*words: str) -> str:
    """Run ``list`` until its output has all ``words``, and return the output."""
    async with asyncio.timeout(PATIENCE):
        while True:
            out = (await command("list")).out
            assert "Traceback" not in out
            if all(word in out for word in words):
                return out
            await asyncio.sleep(AGAIN)
