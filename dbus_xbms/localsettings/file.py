"""The file of a settings store: read once, then replaced as a whole, so that it is never half written."""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from errno import EISDIR
from itertools import count
from pathlib import Path

log = logging.getLogger(__name__)

SAVE_DELAY = 2.0  # s; changes that come together are written once
RETRY_DELAY = 60.0  # s after a save that failed
PRIVATE = 0o600  # settings hold the passwords of Bluetooth modules


class FileInUseError(Exception):
    """Another process keeps its settings in this file."""


def target(file: Path) -> Path:
    """The file itself, where a symbolic link leads to it: a link stays one."""
    return Path(os.path.realpath(file))  # unlike Path.resolve, it bears links in a circle


def replace(file: Path, text: str) -> None:
    """Replace the content of a file in one step that survives a loss of power.

    Raises:
        OSError: it was not replaced.
    """
    file = target(file)
    new = file.with_name(f"{file.name}.new")
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE), "w", encoding="utf-8") as stream:  # noqa: PTH123 (mode)
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    new.replace(file)
    _sync_folder(file.parent)


def put_aside(file: Path) -> Path:
    """Give a damaged file another name, which no file has yet; returns it."""
    file = target(file)
    names = (file.with_name(f"{file.name}.damaged{number or ''}") for number in count())
    aside = next(name for name in names if not name.exists())
    file.rename(aside)
    _sync_folder(file.parent)
    return aside


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Be the only process that writes ``file``; makes its folder if needed.

    Raises:
        FileInUseError: another one does.
        OSError: the folder cannot be written, or the file is one.
    """
    file = target(file)
    if file.is_dir():
        raise IsADirectoryError(EISDIR, os.strerror(EISDIR), str(file))
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = file.with_name(f"{file.name}.lock")
    with open(os.open(lock, os.O_WRONLY | os.O_CREAT, PRIVATE), "w", encoding="utf-8") as stream:  # noqa: PTH123 (mode)
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as err:
            raise FileInUseError(f"{file} is in use by another settings store") from err
        yield


class Saver:
    """Writes a store to its file soon after it has changed, and again later if that fails."""

    def __init__(self, file: Path, content: Callable[[], str]) -> None:
        self._file = file
        self._content = content
        self._changed = False
        self._failed = False
        self._due = asyncio.Event()
        self._closing = asyncio.Event()

    def changed(self) -> None:
        """Have it saved."""
        self._changed = True
        self._due.set()

    def close(self) -> None:
        """Let :meth:`run` end, after it has saved what is left."""
        self._closing.set()
        self._due.set()

    async def run(self) -> None:
        """Save until :meth:`close`."""
        closing = False
        while not closing:
            await self._due.wait()
            closing = await self._closed_within(RETRY_DELAY if self._failed else SAVE_DELAY)
            self._due.clear()
            if self._changed:
                await self._save()

    async def _closed_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._closing.wait()
        except TimeoutError:
            return False
        return True

    async def _save(self) -> None:
        self._changed = False
        try:
            await asyncio.to_thread(
                replace, self._file, self._content()
            )  # a slow card must not delay answers
        except OSError as err:
            level = logging.DEBUG if self._failed else logging.WARNING
            log.log(level, "%s cannot be written: %s; changes are lost at the next restart", self._file, err)
            self._failed = True
            self.changed()
            return
        if self._failed:
            log.info("%s can be written again", self._file)
        self._failed = False
