"""Write the settings to their file: at once or after a delay, and again if that fails.

Writing blocks the event loop: the process has nothing else to do, and a change is confirmed only once it
is saved.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from pathlib import Path

from dbus_xbms.settings_store import file as files

log = logging.getLogger(__name__)

SAVE_DELAY = 2.0  # s; settings that the service changes at the same time are written together
RETRY_DELAY = 60.0  # s after a save that failed


class SavingFailedError(Exception):
    """The settings could not be saved."""


class Saver:
    """Writes ``content`` to a file; a ``damaged`` file is copied aside first."""

    def __init__(self, file: Path, content: Callable[[], str], *, damaged: bool = False) -> None:
        self.broken = asyncio.Event()  # set by an error in this program
        self.trouble = ""  # why the last save failed
        self._file = file
        self._content = content
        self._damaged = damaged
        self._unsaved = False
        self._timer: asyncio.TimerHandle | None = None

    def now(self) -> None:
        """Write the file; if that fails, try again later.

        Raises:
            OSError: it was not written.
        """
        try:
            if self._damaged:
                log.warning("the damaged file was copied to %s", files.copy_aside(self._file))
                self._damaged = False
            files.replace(self._file, self._content())
        except OSError as err:
            self._failed(err)
            raise
        except Exception as err:
            self.trouble = str(err) or type(err).__name__
            self.broken.set()
            raise
        if self.trouble:
            log.info("%s can be written again", self._file)
        self.trouble = ""
        self._unsaved = False

    def _failed(self, err: OSError) -> None:
        log.log(
            logging.DEBUG if self.trouble else logging.WARNING,
            "%s cannot be written: %s; settings cannot be changed",
            self._file,
            reason_of(err),
        )
        self.trouble = reason_of(err)
        self.soon(RETRY_DELAY)

    def soon(self, delay: float | None = None) -> None:
        """Write the file after ``delay`` s (2); if that fails, try again later."""
        self._unsaved = True
        if self._timer is None:
            delay = SAVE_DELAY if delay is None else delay
            self._timer = asyncio.get_running_loop().call_later(delay, self._when_due)

    def flush(self) -> None:
        """Write the changes that :meth:`soon` has delayed."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self._unsaved:
            return
        with contextlib.suppress(OSError):  # logged, and tried again later
            self.now()

    def _when_due(self) -> None:
        self._timer = None
        try:
            self.flush()
        except Exception:
            log.exception("settings cannot be saved because of an error in this program")

    def close(self) -> None:
        """Write unsaved settings.

        Raises:
            SavingFailedError: they cannot be written, or an error in this program prevented an earlier save.
        """
        try:
            if not self.broken.is_set():
                self.flush()
        finally:
            if self._timer is not None:
                self._timer.cancel()
        if self._unsaved or self.broken.is_set():
            raise SavingFailedError(f"{self._file} cannot be written: {self.trouble}")


def reason_of(err: OSError) -> str:
    """Return why a file could not be written."""
    return f"{err.strerror} ({err.filename})" if err.filename else err.strerror or str(err)
