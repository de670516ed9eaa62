"""A full /data: removal needs no free space and restores rc.local."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.install.gx import Gx, bundle, snapshot

SIZE = 256  # kB

pytestmark = pytest.mark.skipif(os.getuid() != 0, reason="only root can mount a small file system")


def _fill(data: Path) -> None:
    with suppress(OSError), (data / "filler").open("wb", buffering=0) as filler:
        while True:
            filler.write(bytes(512))
    assert os.statvfs(data).f_bavail == 0


@pytest.fixture
def full(gx: Gx, old: Path) -> Iterator[Gx]:
    """A GX with a release in place and an rc.local of the owner's, whose /data is full."""
    data = gx.root / "data"
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}k", "tmpfs", data], check=True)
    try:
        (data / "rc.local").write_text("#!/bin/sh\necho owner\n" + "# more of the owner's\n" * 300)
        (data / "rc.local").chmod(0o755)
        gx.script("df", "echo Filesystem; echo tmpfs 1000000 1 900000 1% /data")
        gx.place(old)
        _fill(data)
        yield gx
    finally:
        subprocess.run(["umount", data], check=True)


def test_removal_needs_no_free_space(full: Gx, old: Path) -> None:
    done = full.install(full.root / "data/apps/dbus-xbms/current", "--uninstall")
    assert done.returncode == 0, done.stdout
    assert not (full.root / "data/apps").exists()
    rc_local = full.root / "data/rc.local"
    assert rc_local.read_text() == "#!/bin/sh\necho owner\n" + "# more of the owner's\n" * 300
    assert rc_local.stat().st_mode & 0o777 == 0o755


def test_an_upgrade_on_a_full_disk_is_refused_and_changes_nothing(full: Gx, tmp_path: Path) -> None:
    full.script("df", "echo Filesystem; echo tmpfs 256 256 0 100% /data")
    before = snapshot(full.root, "run")
    done = full.install(bundle(tmp_path, "1.1.0"), "--no-start")
    assert done.returncode == 1
    assert "are free on /data" in done.stdout or "/data is not writable" in done.stdout
    assert snapshot(full.root, "run") == before
