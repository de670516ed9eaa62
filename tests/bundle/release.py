"""The files of a release, built from the tree."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from dbus_xbms import __version__
from gx import qt

ROOT = Path(__file__).parents[2]
WHEELS = ROOT / "build/wheels"
NAME = f"dbus-xbms-{__version__}"
REPOSITORY = "owner/dbus-xbms"  # as given by the workflow


def build(
    output: Path, *options: str | Path, root: Path = ROOT, command: Sequence[str] = (), **environment: str
) -> dict[str, bytes]:
    """Build all files of a release, from the tree at ``root``; return their content by name.

    ``command``: runs the build, such as ``faketime``.
    """
    if not qt.installed() and not os.environ.get("CI"):
        pytest.skip(f"needs {qt.PACKAGE}: pip install 'dbus-xbms[gx]'")
    subprocess.run(
        [*command, sys.executable, "-m", "bundle", "--output", output, "--cache", WHEELS, *options],
        cwd=root,
        env={**os.environ, "SOURCE_DATE_EPOCH": "1760000000", **environment},
        check=True,
        capture_output=True,
        timeout=80,
    )
    return {path.name: path.read_bytes() for path in output.iterdir()}


def files(folder: Path) -> dict[str, bytes]:
    """The content of every file under a folder, by its path in it."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }
