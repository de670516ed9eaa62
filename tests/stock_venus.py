"""Modules that the Python of a stock Venus image lacks, and a Python without them."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

# Parts of the standard library that a stock Venus image (3.60 to 3.77) leaves out.
NOT_ON_VENUS = {
    "unittest", "sqlite3", "statistics", "tomllib", "venv", "ensurepip", "compileall", "py_compile",
    "difflib", "doctest", "pdb", "curses", "dbm", "mailbox", "plistlib", "syslog", "pydoc", "sched",
    "graphlib", "tracemalloc", "resource", "zoneinfo",
}  # fmt: skip

# The image has an older dbus-fast, too; nothing of ours may ever import it.
FOREIGN = "raise ImportError('this is the dbus-fast of the image')\n"


def make_python(folder: Path) -> Path:
    """Make a Python like this one in ``folder``, with the standard library of a stock Venus, and return it.

    It is a file of its own and needs no options or environment, so that scripts can run it by its path.
    """
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    source, library = Path(sys.base_prefix) / "lib" / version, folder / "lib" / version
    _link(source, library, lambda name: name not in NOT_ON_VENUS | {"site-packages", "lib-dynload"})
    _link(source / "lib-dynload", library / "lib-dynload", lambda name: name not in NOT_ON_VENUS)
    foreign = library / "site-packages" / "dbus_fast"
    foreign.mkdir(parents=True)
    (foreign / "__init__.py").write_text(FOREIGN)
    for shared in source.parent.glob("libpython*"):  # if it is not a part of the program
        (folder / "lib" / shared.name).symlink_to(shared)
    python = folder / "bin" / "python3"
    python.parent.mkdir()
    shutil.copy(Path(sys.base_prefix) / "bin" / version, python)  # a link would lead to its own library
    return python


def _link(source: Path, target: Path, wanted: Callable[[str], bool]) -> None:
    target.mkdir(parents=True)
    for path in source.iterdir():
        if wanted(path.name.partition(".")[0]):
            (target / path.name).symlink_to(path)
