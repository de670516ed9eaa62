"""The file of a settings store, which is read once and replaced as a whole at each change."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EDQUOT, EISDIR, ENOSPC, ENOTDIR, EROFS
from glob import escape
from itertools import count
from pathlib import Path

UNWRITABLE = (EROFS, ENOSPC, EDQUOT)  # errors of a folder whose files may still be readable
PRIVATE = 0o600  # settings hold the passwords of Bluetooth modules


class FileInUseError(Exception):
    """Another process uses this settings file."""


def target(file: Path) -> Path:
    """Return the file that a symbolic link leads to, so that the link is kept."""
    return Path(os.path.realpath(file))  # unlike Path.resolve, it accepts links in a circle


def replace(file: Path, text: str) -> None:
    """Replace the content of a file in one step that survives a loss of power.

    Raises:
        OSError: it was not replaced.
    """
    file = target(file)
    new = file.with_name(f"{file.name}.new")
    _write(new, text.encode())
    try:
        new.replace(file)
    except OSError:
        new.unlink(missing_ok=True)
        raise
    _sync_folder(file.parent)


def copy_aside(file: Path) -> Path:
    """Copy a damaged file to an unused name; return the copy.

    Raises:
        OSError: it was not copied.
    """
    file = target(file)
    aside = next(name for name in _damaged_names(file) if not name.exists())
    _write(aside, file.read_bytes())
    _sync_folder(file.parent)
    return aside


def set_aside(file: Path) -> list[Path]:
    """Return the copies of damaged files that still exist."""
    file = target(file)
    return sorted(file.parent.glob(f"{escape(file.name)}.damaged*"))


def _damaged_names(file: Path) -> Iterator[Path]:
    return (file.with_name(f"{file.name}.damaged{number or ''}") for number in count())


def _write(file: Path, content: bytes) -> None:
    """Write a file and sync it to the disk; leave none behind if that fails."""
    stream = os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE), "wb")
    try:
        with stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError:
        file.unlink(missing_ok=True)
        raise


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def locked(file: Path) -> Iterator[bool]:
    """Lock ``file`` for this process; create its folder if needed.

    Yields whether the file can be written; a read-only file needs no lock.

    Raises:
        FileInUseError: another process has locked it.
        OSError: there is no file, and none can be created.
    """
    file = target(file)
    if file.is_dir():
        raise IsADirectoryError(EISDIR, os.strerror(EISDIR), str(file))
    _make_folder(file.parent)
    try:
        lock = os.open(file.with_name(f"{file.name}.lock"), os.O_WRONLY | os.O_CREAT, PRIVATE)
    except OSError as err:
        if err.errno not in UNWRITABLE or not file.exists():
            raise
        yield False
        return
    with os.fdopen(lock, "wb") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as err:
            raise FileInUseError(f"{file} is in use by another settings store") from err
        yield True


def _make_folder(folder: Path) -> None:
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    if not existing.is_dir():
        raise NotADirectoryError(ENOTDIR, "this is a file, but a folder is needed", str(existing))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
