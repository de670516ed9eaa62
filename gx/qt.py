"""Qt's own tools, of the Python package pyside6-essentials: lupdate, lrelease, rcc and qmllint."""

from __future__ import annotations

import importlib.util
import os
import subprocess
from pathlib import Path

PACKAGE = "pyside6-essentials"
FOLDERS = ("", "Qt/libexec", "Qt/bin")  # in the package, on any system


class ToolMissing(Exception):
    """A tool of Qt is not installed."""


class ToolFailed(Exception):
    """A tool of Qt refused its input."""


def installed() -> bool:
    """Return whether this Python has Qt."""
    return importlib.util.find_spec("PySide6") is not None


def tool(name: str) -> Path:
    """Return the path of a tool.

    Raises:
        ToolMissing: it is not installed for this Python.
    """
    found = importlib.util.find_spec("PySide6")
    for package in found.submodule_search_locations or () if found else ():
        for folder in FOLDERS:
            path = Path(package) / folder / name
            if path.is_file():
                return path
    raise ToolMissing(f"{name} is missing; install it with: pip install 'dbus-xbms[gx]'")


def run(name: str, *arguments: str | Path, within: Path) -> str:
    """Run a tool in a directory; return what it printed.

    Its result depends on nothing but its arguments: neither the date nor the order of a hash table.

    Raises:
        ToolFailed: with what it printed.
    """
    done = subprocess.run(
        [tool(name), *arguments],
        cwd=within,
        env={**os.environ, "QT_HASH_SEED": "0", "SOURCE_DATE_EPOCH": "0", "LC_ALL": "C.UTF-8"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ToolFailed(f"{name}: {done.stdout.strip()}")
    return done.stdout
