"""The journal of a test run, including one that is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.journal import BEGAN, ENDED, FAILED, summary
from tests.patience import PATIENCE

ROOT = Path(__file__).parents[2]


TESTS = """
import pathlib, time

def test_passes(): pass

def test_fails(): assert 1 == 2, "as it should"

def test_hangs():
    pathlib.Path({mark!r}).touch()
    time.sleep(1000)
"""


@pytest.mark.parametrize("workers", ["0", "2"])
def test_the_journal_of_a_killed_run_names_the_failure_and_the_test_that_hung(
    tmp_path: Path, workers: str
) -> None:
    folder = tmp_path / "tests"
    folder.mkdir()
    for name in ("conftest.py", "journal.py"):
        (folder / name).write_text((ROOT / "tests" / name).read_text())
    (folder / "__init__.py").touch()
    (folder / "test_three.py").write_text(TESTS.format(mark=str(tmp_path / "hangs")))
    journal = tmp_path / "journal"
    (tmp_path / "pyproject.toml").write_text('[tool.pytest.ini_options]\ntestpaths = ["tests"]\n')
    command = [sys.executable, "-m", "pytest", "-q", "-n", workers]
    with subprocess.Popen(
        command,
        cwd=tmp_path,
        env={**os.environ, "XBMS_JOURNAL": str(journal)},
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as run:
        end = time.monotonic() + PATIENCE
        while (
            not ((tmp_path / "hangs").exists() and FAILED in journal.read_text()) and time.monotonic() < end
        ):
            time.sleep(0.05)
        os.killpg(run.pid, signal.SIGKILL)
    lines = list(summary(journal.read_text().splitlines()))
    assert "FAILED tests/test_three.py::test_fails" in lines
    assert any("as it should" in words for words in lines)
    assert "NOT ENDED tests/test_three.py::test_hangs" in lines


def line(event: str, test: str, words: str = "") -> str:
    return f'["{event}", "{test}", "{words}"]'


def test_the_summary_names_failures_and_unfinished_tests() -> None:
    lines = [line(BEGAN, "a"), line(BEGAN, "b"), line(FAILED, "a", "why"), line(ENDED, "a"), '["beg']
    assert list(summary(lines)) == ["FAILED a", "    why", "NOT ENDED b", "1 tests ended"]
