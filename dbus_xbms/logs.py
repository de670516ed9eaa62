"""Say a thing once, then count: what others do as often as they like must not fill the log."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Hashable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

WINDOW = 60.0  # s in which lines are counted
BURST = 10  # lines of a kind that are written in that time; equal warnings are written once
MOST_KINDS = 64  # that are told apart at a time; all others are counted together


@dataclass(slots=True)
class _Kind:
    """What was said with one text of one pack."""

    left: int = BURST
    unsaid: dict[tuple[int, str], int] = field(default_factory=dict)  # by what was written: how often again
    others: int = 0  # that were not written at all ...
    newest: tuple[int, str] = (0, "")  # ... and the last of them


class CountedLog(logging.LoggerAdapter[logging.Logger]):
    """A log that anybody may cause lines in, many and equal ones: what it leaves out it counts.

    Two lines are of one kind if they have their text and their first argument, mostly a pack, in common.
    """

    def __init__(self, logger: logging.Logger) -> None:
        super().__init__(logger, {})
        self._kinds: dict[Hashable, _Kind] = {}
        self._loop: asyncio.AbstractEventLoop | None = None  # whose timers close the windows

    def log(self, level: int, msg: object, *args: object, **more: Any) -> None:
        """Write a line, or count it."""
        loop = _running_loop()
        if level < logging.INFO or more or loop is None:
            self.logger.log(level, msg, *args, **more)
            return
        if loop is not self._loop:
            self._loop = loop
            self._kinds.clear()
        kind, line = self._kind_of(msg, *args[:1]), (level, str(msg) % args)
        if level >= logging.WARNING and line in kind.unsaid:
            kind.unsaid[line] += 1
        elif kind.left:
            kind.left -= 1
            kind.unsaid[line] = 0
            self.logger.log(level, msg, *args)
        else:
            kind.others, kind.newest = kind.others + 1, line

    def process(self, msg: Any, kwargs: MutableMapping[str, Any]) -> tuple[Any, MutableMapping[str, Any]]:
        """Add nothing to a line."""
        return msg, kwargs

    def _kind_of(self, *key: Hashable) -> _Kind:
        known = key if key in self._kinds or len(self._kinds) < MOST_KINDS else ()
        if known not in self._kinds:
            self._kinds[known] = _Kind()
            asyncio.get_running_loop().call_later(WINDOW, self._close, known)
        return self._kinds[known]

    def _close(self, key: Hashable) -> None:
        """Tell at the end of a window what was left out in it; a kind that goes on is counted further."""
        kind = self._kinds.pop(key)
        for (level, line), times in kind.unsaid.items():
            if times:
                self.logger.log(level, "%s (%s more within %g s)", line, _times(times), WINDOW)
        if kind.others:
            level, line = kind.newest
            self.logger.log(level, "%s (the last of %d such lines within %g s)", line, kind.others, WINDOW)
        if kind.others or any(kind.unsaid.values()):
            left = 0 if kind.others else kind.left
            self._kinds[key] = _Kind(left=left, unsaid=dict.fromkeys(kind.unsaid, 0))
            asyncio.get_running_loop().call_later(WINDOW, self._close, key)


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
