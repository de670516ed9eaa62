"""The selector of the service's event loop: it can let messages gather, so that the machine wakes once."""

from __future__ import annotations

import time
from collections.abc import Callable
from selectors import EpollSelector, SelectorKey

GATHER = 0.25  # s; a BMS answers within 0.1 to 0.2 s


class GatheringSelector(EpollSelector):
    """A selector that looks every 0.25 s instead of at each event while ``gathers`` returns True.

    Whoever calls this process meanwhile waits that much longer.
    """

    def __init__(self) -> None:
        super().__init__()
        self.gathers: Callable[[], bool] = lambda: False

    def select(self, timeout: float | None = None) -> list[tuple[SelectorKey, int]]:
        """Wait at most ``timeout`` s; return what is ready."""
        if (timeout is None or timeout > 0) and self.gathers():
            if ready := super().select(0):
                return ready
            time.sleep(GATHER if timeout is None else min(timeout, GATHER))
            timeout = 0
        return super().select(timeout)
