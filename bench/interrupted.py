"""Ctrl-C for scripts with subprocesses of their own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

T = TypeVar("T")


async def obeying_ctrl_c(work: Awaitable[T]) -> T:
    """Wait for ``work``; after Ctrl-C it counts as cancelled even if it fails.

    A terminal sends Ctrl-C to all its processes, and a bus that has gone then raises errors of its own.
    """
    try:
        return await work
    except Exception:
        if (task := asyncio.current_task()) and task.cancelling():
            raise asyncio.CancelledError from None
        raise
