"""Rate-limit log messages that other programs can cause."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Hashable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

WINDOW = 60.0  # s in which messages are counted
BURST = 10  # messages of a kind that are logged in that time; equal warnings are logged once
MOST_KINDS = 64  # counted separately; all others are counted together


@dataclass(slots=True)
class _Kind:
    """Messages of one kind within the window."""

    left: int = BURST  # messages that may still be logged
    repeats: dict[tuple[int, str], int] = field(default_factory=dict)  # by logged message: repeated how often
    suppressed: int = 0  # messages that were not logged at all ...
    newest: tuple[int, str] = (0, "")  # ... and the last of them


class CountedLog(logging.LoggerAdapter[logging.Logger]):
    """A logger that counts repeated and excessive messages instead of logging them.

    Messages are of one kind if they have the same text and first argument, usually a pack.
    """

    def __init__(self, logger: logging.Logger) -> None:
        super().__init__(logger, {})
        self._kinds: dict[Hashable, _Kind] = {}
        self._loop: asyncio.AbstractEventLoop | None = None  # runs the timers of the windows

    def log(self, level: int, msg: object, *args: object, **more: Any) -> None:
        """Log a message, or count it."""
        loop = _running_loop()
        if level < logging.INFO or more or loop is None:
            self.logger.log(level, msg, *args, **more)
            return
        if loop is not self._loop:
            self._loop = loop
            self._kinds.clear()
        kind, line = self._kind_of(msg, *args[:1]), (level, str(msg) % args)
        if level >= logging.WARNING and line in kind.repeats:
            kind.repeats[line] += 1
        elif kind.left:
            kind.left -= 1
            kind.repeats[line] = 0
            self.logger.log(level, msg, *args)
        else:
            kind.suppressed, kind.newest = kind.suppressed + 1, line

    def process(self, msg: Any, kwargs: MutableMapping[str, Any]) -> tuple[Any, MutableMapping[str, Any]]:
        """Return the message unchanged."""
        return msg, kwargs

    def _kind_of(self, *key: Hashable) -> _Kind:
        known = key if key in self._kinds or len(self._kinds) < MOST_KINDS else ()
        if known not in self._kinds:
            self._kinds[known] = _Kind()
            asyncio.get_running_loop().call_later(WINDOW, self._close, known)
        return self._kinds[known]

    def _close(self, key: Hashable) -> None:
        """Log at the end of a window what was left out in it; open another one if there was any."""
        kind = self._kinds.pop(key)
        for (level, line), times in kind.repeats.items():
            if times:
                self.logger.log(level, "%s (%s more within %g s)", line, _times(times), WINDOW)
        if kind.suppressed:
            level, line = kind.newest
            self.logger.log(
                level, "%s (the last of %d such lines within %g s)", line, kind.suppressed, WINDOW
            )
        if kind.suppressed or any(kind.repeats.values()):
            left = 0 if kind.suppressed else kind.left
            self._kinds[key] = _Kind(left=left, repeats=dict.fromkeys(kind.repeats, 0))
            asyncio.get_running_loop().call_later(WINDOW, self._close, key)


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
