"""An event loop whose clock jumps to the next timer whenever nothing else is ready."""

from __future__ import annotations

import asyncio
import functools
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec

P = ParamSpec("P")

START = 1000.0  # s; not 0, so that a missing offset is noticed
REAL_WAIT = 5.0  # s to wait for something outside the loop when no timer is set


class Stuck(BaseException):  # not an Exception, so that no code under test catches it
    """Every task waits, and no timer is set."""


class _Selector(selectors.DefaultSelector):
    def __init__(self, start: float) -> None:
        super().__init__()
        self.now = start

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout == 0 and len(self.get_map()) == 1:
            return []  # only the loop's own pipe, which wakes it when it waits
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        if timeout is None:
            ready = super().select(REAL_WAIT)
            if not ready:
                raise Stuck("every task waits, and no timer is set")
            return ready
        self.now += timeout
        return []


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """A loop in which waiting takes no time, and ``time()`` is exact; it begins at ``start``, in s."""

    def __init__(self, start: float = START) -> None:
        self._selector_with_clock = _Selector(start)
        super().__init__(self._selector_with_clock)
        self._clock_resolution = 1e-6

    def time(self) -> float:
        return self._selector_with_clock.now

    def jump(self, seconds: float) -> None:
        """Suspend the whole process for ``seconds``."""
        self._selector_with_clock.now += seconds


def virtual_time(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Run an async test in virtual time; it fails when it leaves a task behind."""

    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        run_virtually(test(*args, **kwargs))

    return run


def run_virtually(test: Coroutine[Any, Any, None], start: float = START) -> None:
    """Run a coroutine in virtual time from ``start`` s on; it fails when it leaves a task behind."""

    async def checked() -> None:
        await test
        remaining = asyncio.all_tasks() - {asyncio.current_task()}
        assert not remaining, f"tasks left behind: {remaining}"

    with asyncio.Runner(loop_factory=lambda: VirtualTimeLoop(start), debug=False) as runner:
        runner.run(checked())


def now() -> float:
    """Return the time of the running loop, in s."""
    return asyncio.get_running_loop().time()
