"""What `dbus-xbms doctor --json` prints, as lines for a screen. Pure."""

from __future__ import annotations

import json
import re
from typing import Any

from dbus_xbms.program_report import MOST_FINDINGS, CheckFinding
from dbus_xbms.text import printable

LEVELS = {"problem": 2, "note": 1}  # others are left out
LONGEST = 200  # columns of a line
# Advice with a command is for a terminal.
_COMMAND = re.compile(r"`|\b(dbus-xbms|svc|sudo|systemctl|bluetoothctl)\b|/etc/")


def parse(output: str) -> tuple[CheckFinding, ...]:
    """Return the findings that are not good, the worst first.

    Raises:
        ValueError: this is not the output of `doctor --json`.
    """
    try:
        findings = [_finding(entry) for entry in json.loads(output)["findings"]]
    except (KeyError, TypeError, AttributeError) as err:
        raise ValueError(f"no findings in {output!r:.80}") from err
    bad = [finding for finding in findings if finding.level]
    return tuple(sorted(bad, key=lambda finding: -finding.level)[:MOST_FINDINGS])


def _finding(entry: dict[str, Any]) -> CheckFinding:
    words, advice = f"{entry['topic']}: {entry['words']}", entry["advice"]
    text = words if not advice or _COMMAND.search(advice) else f"{words}; {advice}"
    return CheckFinding(level=LEVELS.get(entry["verdict"], 0), text=printable(text, LONGEST))


def failed(words: str) -> tuple[CheckFinding, ...]:
    """Return the finding that the checks themselves failed."""
    return (CheckFinding(level=1, text=printable(f"checks: {words}", LONGEST)),)
