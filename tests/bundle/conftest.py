"""The files of a release, the unpacked bundle, and a Python like that of Venus OS."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import tarfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from dbus_xbms import __version__
from gx import qt
from tests.stock_venus import make_python

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


def shared(factory: pytest.TempPathFactory, name: str, fill: Callable[[Path], None]) -> Path:
    """Return a directory that ``fill`` filled once for all processes of a run. Tests must not write to it."""
    own = factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / f"shared-{name}"
    with Path(f"{folder}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            new = Path(f"{folder}.new")
            new.mkdir()
            fill(new)
            new.rename(folder)
    return folder


@pytest.fixture(scope="session")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with all files of a release."""

    def fill(folder: Path) -> None:
        build(folder, "--repository", REPOSITORY)

    return shared(tmp_path_factory, "dist", fill)


@pytest.fixture(scope="session")
def unpacked(output: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle, unpacked."""

    def fill(folder: Path) -> None:
        with tarfile.open(output / f"{NAME}.tar.gz") as archive:
            archive.extractall(folder, filter="data")

    return shared(tmp_path_factory, "unpacked", fill) / NAME


@pytest.fixture(scope="session")
def stock_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python with only the modules of a stock Venus OS."""
    if sys.version_info < (3, 12):
        pytest.skip("a bundle needs Python 3.12, which is what Venus has")

    def fill(folder: Path) -> None:
        make_python(folder)

    return shared(tmp_path_factory, "python", fill) / "bin/python3"
