"""Say a thing once, then count: what others do as often as they like must not fill the log."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Hashable
from dataclasses import dataclass

WINDOW = 60.0  # s in which the lines of one kind are counted
MOST_KINDS = 64  # that are told apart at a time; all others are counted together


@dataclass(slots=True)
class _Kind:
    left: int  # lines that may still be written in this window
    level: int
    line: str = ""  # the newest that was not written
    unsaid: int = 0


class Repeats:
    """Writes at most ``burst`` lines of a kind a minute, and then how many more there were."""

    def __init__(self, log: logging.Logger, *, burst: int = 1) -> None:
        self._log = log
        self._burst = burst
        self._kinds: dict[Hashable, _Kind] = {}

    def say(self, key: Hashable, level: int, text: str, *args: object) -> None:
        """Write a line of the kind ``key``, or count it."""
        if key not in self._kinds and len(self._kinds) >= MOST_KINDS:
            key = None
        kind = self._kinds.get(key)
        if kind is None:
            kind = self._kinds[key] = _Kind(left=self._burst, level=level)
            asyncio.get_running_loop().call_later(WINDOW, self._close, key)
        if kind.left > 0:
            kind.left -= 1
            self._log.log(level, text, *args)
        else:
            kind.line, kind.level = text % args, level
            kind.unsaid += 1

    def _close(self, key: Hashable) -> None:
        kind = self._kinds[key]
        if not kind.unsaid:
            del self._kinds[key]
            return
        times = "once more" if kind.unsaid == 1 else f"{kind.unsaid} times more"
        self._log.log(kind.level, "%s (%s within %g s)", kind.line, times, WINDOW)
        kind.unsaid = 0  # it goes on: a line a minute from here on
        kind.left = 0
        asyncio.get_running_loop().call_later(WINDOW, self._close, key)
