"""The files of a release, the unpacked bundle, and a Python like that of Venus OS."""

from __future__ import annotations

import fcntl
import os
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.bundle.release import NAME, REPOSITORY, build
from tests.stock_venus import make_python


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
