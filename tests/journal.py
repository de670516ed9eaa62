"""Journal of a test run, written during the run, so that one cut short names what failed and what ran.

With ``XBMS_JOURNAL=FILE`` pytest writes it; ``python -m tests.journal FILE`` says what is in it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

BEGAN, FAILED, ENDED = "began", "failed", "ended"
TAIL = 15  # lines of a failure in the summary


class Journal:
    """Write a line for each test that begins, fails or ends; with several workers, in the controller."""

    def __init__(self, file: Path) -> None:
        self._stream = file.open("w", encoding="utf-8", buffering=1)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._write(BEGAN, nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._write(FAILED, report.nodeid, report.longreprtext)

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        self._write(ENDED, nodeid)

    def _write(self, event: str, test: str, words: str = "") -> None:
        self._stream.write(json.dumps([event, test, words]) + "\n")


def summary(lines: Iterable[str]) -> Iterator[str]:
    """Yield the failures, each with the end of its text, and the tests that had not ended."""
    running: dict[str, None] = {}
    count = 0
    for line in lines:
        try:
            event, test, words = json.loads(line)
        except ValueError:  # the last line of a run that was killed
            continue
        if event == BEGAN:
            running[test] = None
        elif event == ENDED:
            count += 1
            running.pop(test, None)
        else:
            yield f"FAILED {test}"
            yield from (f"    {row}" for row in words.splitlines()[-TAIL:])
    yield from (f"NOT ENDED {test}" for test in running)
    yield f"{count} tests ended"


def main(file: str) -> None:
    path = Path(file)
    for line in summary(path.read_text(encoding="utf-8").splitlines() if path.exists() else ()):
        print(line)


if __name__ == "__main__":
    main(sys.argv[1])
