"""Ctrl-C in scripts whose subprocesses get it too."""

from __future__ import annotations

import asyncio

import pytest

from bench.interrupted import obeying_ctrl_c


async def _fails_when_cancelled() -> None:
    try:
        await asyncio.sleep(60)
    finally:
        raise EOFError("the bus has gone")


async def test_an_error_during_a_cancellation_does_not_replace_it() -> None:
    task = asyncio.create_task(obeying_ctrl_c(_fails_when_cancelled()))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_an_error_without_a_cancellation_is_raised() -> None:
    async def fails() -> None:
        raise EOFError("the bus has gone")

    with pytest.raises(EOFError):
        await obeying_ctrl_c(fails())
