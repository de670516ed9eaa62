"""Run a command's coroutine; Ctrl-C cancels it."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any, TypeVar

from dbus_xbms.process import interrupt

T = TypeVar("T")


def run_loop(command: Coroutine[Any, Any, T], grace: float = interrupt.GRACE) -> T:
    """Run a coroutine.

    Args:
        command: the coroutine.
        grace: s for its cleanup after Ctrl-C, before the process is ended.

    Raises:
        KeyboardInterrupt: it was cancelled by Ctrl-C.
    """
    interrupted: list[bool] = []
    handler = signal.getsignal(signal.SIGINT)

    async def cancellable() -> T:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task

        def stop() -> None:
            interrupted.append(True)
            interrupt.end_within(grace)
            loop.call_soon_threadsafe(task.cancel)

        _wake_by_ctrl_c(loop)
        with interrupt.Handler(stop):
            return await command

    try:
        with interrupt.at_once():  # there is nothing to clean up before and after the loop runs
            return asyncio.run(cancellable())
    except (asyncio.CancelledError, Exception):
        if interrupted:  # errors during the cleanup do not matter
            raise KeyboardInterrupt from None
        raise
    finally:
        signal.signal(signal.SIGINT, handler)  # the loop has replaced it


def _wake_by_ctrl_c(loop: asyncio.AbstractEventLoop) -> None:
    """Let SIGINT wake the loop but keep its handler, which must also work while the loop is blocked."""
    handler = signal.getsignal(signal.SIGINT)
    loop.add_signal_handler(signal.SIGINT, lambda: None)
    signal.signal(signal.SIGINT, handler)
