"""What `dbus-xbms doctor` has to say of one thing, and how that looks on a screen. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from dbus_xbms.text import LINE, count, printable

WIDTH = 80  # columns, of a file or a wide terminal
LABEL = 9  # columns


class Verdict(IntEnum):
    """How it stands; the worst is the highest."""

    OK = 0
    NOTE = 1  # works, but worth knowing
    PROBLEM = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at."""

    topic: str
    verdict: Verdict
    words: str
    advice: str = ""  # what to do, if anything


def ok(topic: str, words: str) -> Finding:
    """All is well."""
    return Finding(topic=topic, verdict=Verdict.OK, words=words)


def note(topic: str, words: str, advice: str = "") -> Finding:
    """Worth knowing."""
    return Finding(topic=topic, verdict=Verdict.NOTE, words=words, advice=advice)


def problem(topic: str, words: str, advice: str = "") -> Finding:
    """Does not work, or not for long."""
    return Finding(topic=topic, verdict=Verdict.PROBLEM, words=words, advice=advice)


def page(findings: Iterable[Finding], headline: str, width: int = WIDTH) -> str:
    """The findings, as they are ordered, under a headline that says how many of them are bad."""
    found = list(findings)
    head = _wrapped(f"{headline}: {summary(found)}", width, 0)
    return "\n".join([*head, "", *(_entry(one, width) for one in found)])


def summary(findings: list[Finding]) -> str:
    """How many problems and notes there are."""
    counts = [
        count(number, verdict.name.lower())
        for verdict in (Verdict.PROBLEM, Verdict.NOTE)
        if (number := sum(one.verdict is verdict for one in findings))
    ]
    return ", ".join(counts) or "all is well"


def _entry(finding: Finding, width: int) -> str:
    lines = _wrapped(f"{finding.topic}: {finding.words}", width, LABEL)
    lines[0] = finding.verdict.name.ljust(LABEL) + lines[0].lstrip()
    advice = _wrapped(f"-> {finding.advice}", width, LABEL, hanging=3) if finding.advice else []
    return "\n".join([*lines, *advice])


def _wrapped(text: str, width: int, indent: int, hanging: int = 0) -> list[str]:
    return textwrap.wrap(
        printable(text, LINE),
        width,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + hanging),
        break_on_hyphens=False,
    )
