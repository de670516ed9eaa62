"""A text stream that never blocks, for the service's stdout and stderr.

Under daemontools both are a pipe to multilog, which stops reading while it cannot write, as on a full
disk. Once the pipe holds 64 kB, an ordinary write to it blocks.
"""

from __future__ import annotations

import io
import os
import select
import stat

LOST = "WARNING {name}: {lost} lines of the log are missing here: not read in time\n"


class LossyStream(io.TextIOBase):
    """Writes to a file descriptor; text that does not fit is dropped, and its lines reported later."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = _non_blocking(descriptor)
        self._lost = 0  # lines
        self._torn = False  # the last line was written in part

    def write(self, text: str, /) -> int:
        """Write a text, or drop it."""
        if self._lost and self._put(LOST.format(name=__name__, lost=self._lost)):
            self._lost = 0
        if self._lost or not self._put(text):
            self._lost += max(1, text.count("\n"))
        return len(text)

    def writable(self) -> bool:
        """Return True."""
        return True

    def isatty(self) -> bool:
        """Return whether this is a terminal."""
        return os.isatty(self._descriptor)

    def fileno(self) -> int:
        """Return the descriptor; a write to it does not block either."""
        return self._descriptor

    def _put(self, text: str) -> bool:
        """Write a text in pieces that a pipe accepts whole or not at all; False if one did not fit."""
        data = (b"\n" if self._torn else b"") + text.encode("utf-8", "backslashreplace")
        for start in range(0, len(data), select.PIPE_BUF):
            piece = data[start : start + select.PIPE_BUF]
            try:
                written = os.write(self._descriptor, piece)
            except OSError:  # the reader is slow or gone, or the disk is full
                written = 0
            if written < len(piece):
                self._torn = self._torn or bool(start or written)
                return False
        self._torn = False
        return True


def _non_blocking(descriptor: int) -> int:
    """Return a descriptor of the same file on which a write fails instead of blocking.

    A pipe is changed for all processes that share it, so the run script's ``echo`` cannot hang either. A
    terminal is shared with the shell, so it is opened again. Writes to a regular file wait for its disk.
    """
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode):
        os.set_blocking(descriptor, False)
    elif os.isatty(descriptor):
        try:
            return os.open(f"/proc/self/fd/{descriptor}", os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
        except OSError:  # it belongs to another user
            return descriptor
    return descriptor
