"""script/test runs every step and both Pythons whatever fails, and its last lines say what did."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.patience import PATIENCE

ROOT = Path(__file__).parents[2]
SETUP = """
need() { :; }
make_venv() { :; }
find_python() { echo "python$1"; }
"""
# A stub for Python: runs the real journal, and the given script in place of pytest.
PYTHON = """#!/bin/sh
case "$*" in
    *a_wrapped_line*) exit ;;
    *tests.journal*) shift 2; exec {python} {root}/tests/journal.py "$@" ;;
esac
journal=$XBMS_JOURNAL
{then}
"""
FAILS = """
printf '["began", "test_x", ""]\\n["failed", "test_x", "1 == 2"]\\n["ended", "test_x", ""]\\n' >"$journal"
exit 1"""
HANGS = """
printf '["began", "test_y", ""]\\n' >"$journal"
exec sleep 1000"""
PASSES = """
printf '["began", "test_x", ""]\\n["ended", "test_x", ""]\\n' >"$journal"
exit 0"""


def project(folder: Path, older: str, newer: str, **tools: str) -> Path:
    """A project with only script/test, and stubs for all that it calls."""
    (folder / "script").mkdir()
    shutil.copy(ROOT / "script/test", folder / "script")
    (folder / "script/setup.sh").write_text(SETUP)
    for version, then in (("3.11", older), ("3.12", newer)):
        stub = PYTHON.format(python=sys.executable, root=ROOT, then=then)
        write(folder / f".venv-{version}/bin/python", stub)
    for tool in ("ruff", "mypy"):
        write(folder / ".venv-3.12/bin" / tool, f"#!/bin/sh\n{tools.get(tool, 'exit 0')}\n")
    write(folder / "bin/shellcheck", "#!/bin/sh\nexit 0\n")
    return folder


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    file.chmod(0o755)


def start(folder: Path) -> subprocess.Popen[str]:
    path = f"{folder / 'bin'}:{os.environ['PATH']}"
    return subprocess.Popen(
        [folder / "script/test"],
        env={**os.environ, "PATH": path},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def summary(output: str) -> list[str]:
    return [line.partition(" (")[0] for line in output.partition("== Summary\n")[2].splitlines()]


def test_when_every_step_passes_the_summary_says_so_and_the_status_is_0(tmp_path: Path) -> None:
    with start(project(tmp_path, PASSES, PASSES)) as run:
        output, _ = run.communicate(timeout=PATIENCE)
    assert run.returncode == 0, output
    steps = ["ruff format: passed", "ruff check: passed", "mypy: passed", "shellcheck: passed"]
    tests = ["Python 3.11: passed", "    1 tests ended", "Python 3.12: passed", "    1 tests ended"]
    assert summary(output) == [*steps, *tests]


@pytest.mark.parametrize(("older", "newer"), [(FAILS, PASSES), (PASSES, FAILS), (FAILS, FAILS)])
def test_both_pythons_run_whichever_fails_and_the_failures_are_named(
    tmp_path: Path, older: str, newer: str
) -> None:
    with start(project(tmp_path, older, newer)) as run:
        output, _ = run.communicate(timeout=PATIENCE)
    assert run.returncode == 1
    lines = summary(output)
    for version, then in (("3.11", older), ("3.12", newer)):
        assert f"Python {version}: {'FAILED' if then is FAILS else 'passed'}" in lines
    assert lines.count("    FAILED test_x") == (older, newer).count(FAILS)


def test_the_tests_run_after_a_failed_step_and_the_status_is_1(tmp_path: Path) -> None:
    with start(project(tmp_path, PASSES, PASSES, mypy="exit 1")) as run:
        output, _ = run.communicate(timeout=PATIENCE)
    assert run.returncode == 1
    assert "mypy: FAILED" in summary(output)
    assert "Python 3.12: passed" in summary(output)


def test_without_an_environment_the_run_fails(tmp_path: Path) -> None:
    folder = project(tmp_path, PASSES, PASSES)
    setup = folder / "script/setup.sh"
    setup.write_text(setup.read_text().replace("make_venv() { :; }", "make_venv() { [ $1 != .venv-3.12 ]; }"))
    with start(folder) as run:
        output, _ = run.communicate(timeout=PATIENCE)
    assert run.returncode == 1
    assert "environment: FAILED" in summary(output)


def test_a_stopped_run_names_the_unfinished_test(tmp_path: Path) -> None:
    with start(project(tmp_path, PASSES, HANGS)) as run:
        journal, end = tmp_path / "build/test/3.12.journal", time.monotonic() + PATIENCE
        while not (journal.exists() and journal.read_text()) and time.monotonic() < end:
            time.sleep(0.05)
        os.killpg(run.pid, signal.SIGTERM)
        for child in children(run.pid):  # timeout runs its command in a group of its own
            with suppress(ProcessLookupError):  # it has ended already
                os.kill(child, signal.SIGTERM)
        output, _ = run.communicate(timeout=PATIENCE)
    assert run.returncode == 1
    assert "    NOT ENDED test_y" in summary(output)
    assert "Python 3.11: passed" in summary(output)


def children(session: int) -> list[int]:
    """The processes of a session."""
    listed = subprocess.run(["ps", "-o", "pid=", "-s", str(session)], capture_output=True, text=True)
    return [int(pid) for pid in listed.stdout.split() if int(pid) != session]
