"""A GX for each test."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.install.gx import Gx, bundle, until


@pytest.fixture(autouse=True)
def python_of_a_gx() -> None:
    """Skip the test with an older Python."""
    if sys.version_info < (3, 12):
        pytest.skip("a GX has Python 3.12")


@pytest.fixture
def gx(tmp_path: Path) -> Iterator[Gx]:
    """A GX on which nothing is installed or running."""
    gx = Gx(tmp_path)
    yield gx
    gx.stop()


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A release that works."""
    return bundle(tmp_path, "1.0.0")


@pytest.fixture
def new(tmp_path: Path) -> Path:
    """The next release."""
    return bundle(tmp_path, "1.1.0")


@pytest.fixture
def running(gx: Gx, old: Path) -> Gx:
    """A GX on which the old release is installed, tried and running."""
    gx.place(old)
    (gx.root / "data/apps/dbus-xbms/trial").unlink()
    gx.boot()
    until(lambda: gx.running == "1.0.0")
    return gx


@pytest.fixture
def quick(gx: Gx) -> Gx:
    """A GX with a stand-in for supervision, which takes seconds: each restart has a new pid and works."""
    pid = gx.root / "run/pid"
    pid.write_text("1\n")
    (gx.root / "run/name").write_text("0.9.0\n1.0.0\n1.1.0\n")  # what `wait` accepts
    gx.script("svc", f'[ "$1" != -t ] || {{ echo $(($(cat {pid}) + 1)) >{pid}.new; mv {pid}.new {pid}; }}')
    up = f'echo "1 0" >"$1/started"; echo "$1: up (pid $(cat {pid})) 9 seconds"'
    gx.script("svstat", f'[ ! -d "$1" ] || case $1 in *.gone*) ;; *) {up} ;; esac')
    return gx
