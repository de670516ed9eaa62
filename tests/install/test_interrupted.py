"""install.sh killed at every step: a whole release runs and boots, and a second try completes the work."""

from __future__ import annotations

import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from tests.install.gx import BOOT_LINE, Gx, Tree, bundle, snapshot, until

APP = "data/apps/dbus-xbms"
STEPS = [
    "awk",
    "chmod",
    "cp",
    "ln",
    "mkdir",
    "mv",
    "rm",
    "rmdir",
    "svc",
    "sync",
]  # the tools that change something
# Counts the calls, kills the script or all its processes at one of them, and runs the real tool. Starts no
# other program for that, because the tests make thousands of calls.
SHIM = """
read -r n <{steps}
echo $((n += 1)) >{steps}
case " $n {name} $1 " in *" {at} "*) kill -9 {killed}$({tools}/cat {pid}) ;; esac
exec {tools}/{name} "$@"
"""
VOLATILE = ("run", "var/log", "service/dbus-xbms/started")
SCRIPT, ALL = "", "-"  # what is killed: only install.sh, or all that it has started too


class Cutter:
    """Run install.sh and kill it at one of its steps."""

    def __init__(self, gx: Gx, directory: Path) -> None:
        self._gx = gx
        self._shims = directory / "shims"
        self._pid = directory / "pid"
        self._steps = directory / "steps"

    def run(self, tree: Path, *options: str, at: int | str, killed: str) -> bool:
        """Return whether it got to step ``at``, a number or a command; ``killed`` is SCRIPT or ALL."""
        shutil.rmtree(self._shims, ignore_errors=True)
        self._shims.mkdir()
        self._steps.write_text("0\n")
        for name in STEPS:
            shim = self._shims / name
            places = {"tools": self._gx.tools, "steps": self._steps, "pid": self._pid}
            shim.write_text("#!/bin/sh" + SHIM.format(name=name, at=at, killed=killed, **places))
            shim.chmod(0o755)
        path = f"{self._shims}:{self._gx.tools}"
        command = ["/bin/sh", str(tree / "install.sh"), "--root", str(self._gx.root), *options]
        process = subprocess.Popen(
            ["/bin/sh", "-c", f'echo $$ >{self._pid}; exec "$@"', "sh", *command],
            env={**self._gx.environment, "PATH": path},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        status = process.wait(60)
        assert status in (0, -signal.SIGKILL)
        return status != 0


@pytest.fixture
def cutter(gx: Gx, tmp_path: Path) -> Cutter:
    return Cutter(gx, tmp_path)


def whole(release: Path) -> bool:
    return subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=release, capture_output=True).returncode == 0


def restore(gx: Gx, saved: Path) -> None:
    for name in ("data", "service"):
        shutil.rmtree(gx.root / name)
        shutil.copytree(saved / name, gx.root / name, symlinks=True)


def assert_boots(gx: Gx) -> None:
    """Check that after a boot /service has a whole release, if one is installed."""
    shutil.rmtree(gx.root / "service")
    (gx.root / "service").mkdir()
    gx.run_rc_local()
    link = gx.root / APP / "current"
    rc_local = gx.root / "data/rc.local"
    calls = rc_local.read_text().count(f"{BOOT_LINE} --root")
    if not link.is_dir() or not calls:
        return
    assert calls == 1
    assert whole(link)
    assert snapshot(gx.root / "service/dbus-xbms", "started") == snapshot(link / "service/dbus-xbms")
    until(lambda: gx.settled)


def prepare(gx: Gx, old: Path, work: str) -> None:
    (gx.root / "data/rc.local").write_text("#!/bin/sh\necho owner >/dev/null\nexit 0")
    (gx.root / "data/rc.local").chmod(0o755)
    if work != "install":
        assert gx.install(old).returncode == 0


def reference(gx: Gx, tree: Path, *options: str) -> Tree:
    assert gx.install(tree, *options).returncode == 0
    return snapshot(gx.root, *VOLATILE)


@pytest.mark.parametrize("part", range(3))
@pytest.mark.parametrize("work", ["install", "upgrade", "removal"])
def test_a_power_cut_at_any_step_leaves_a_gx_that_boots_and_can_be_completed(
    quick: Gx, cutter: Cutter, old: Path, new: Path, tmp_path: Path, work: str, part: int
) -> None:
    options = ["--uninstall"] if work == "removal" else []
    prepare(quick, old, work)
    saved = shutil.copytree(quick.root, tmp_path / "saved", symlinks=True)
    complete = reference(quick, new, *options)
    for at in range(1 + part, 200, 3):
        restore(quick, saved)
        cut = cutter.run(new, *options, at=at, killed=ALL)
        assert_boots(quick)
        assert work != "upgrade" or quick.current in ("1.0.0", "1.1.0")
        assert quick.install(new, *options).returncode == 0
        assert snapshot(quick.root, *VOLATILE) == complete, f"cut at step {at}"
        if not cut:
            assert at > 10
            return


@pytest.mark.parametrize("part", range(3))
def test_a_script_killed_at_any_step_leaves_a_whole_release_that_runs(
    quick: Gx, cutter: Cutter, old: Path, new: Path, tmp_path: Path, part: int
) -> None:
    prepare(quick, old, "upgrade")
    saved = shutil.copytree(quick.root, tmp_path / "saved", symlinks=True)
    complete = reference(quick, new)
    for at in range(1 + part, 200, 3):
        restore(quick, saved)
        cut = cutter.run(new, at=at, killed=SCRIPT)
        link = quick.root / APP / "current"
        until(lambda: quick.settled)
        assert whole(link)
        assert snapshot(quick.root / "service/dbus-xbms", "started") == snapshot(link / "service/dbus-xbms")
        assert quick.install(new).returncode == 0
        assert snapshot(quick.root, *VOLATILE) == complete, f"killed at step {at}"
        if not cut:
            assert at > 10
            return


@pytest.mark.parametrize("step", ["svc -t", "sync"])
def test_a_broken_release_does_not_stay_when_the_script_that_installs_it_is_killed(
    running: Gx, cutter: Cutter, tmp_path: Path, step: str
) -> None:
    broken = bundle(tmp_path, "2.0.0", "crashes")
    assert cutter.run(broken, at=step, killed=SCRIPT)
    until(lambda: running.settled)
    until(lambda: running.running == "1.0.0")
    assert running.current == "1.0.0"
