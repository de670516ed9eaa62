"""What `doctor --json` prints, as lines for a screen."""

from __future__ import annotations

import json

import pytest

from dbus_xbms.program.findings import LONGEST, parse
from dbus_xbms.program_report import MOST_FINDINGS, CheckFinding


def output(*findings: tuple[str, str, str]) -> str:
    rows = [{"verdict": v, "topic": "packs", "words": w, "advice": a} for v, w, a in findings]
    return json.dumps({"version": "1", "summary": "", "findings": rows})


def test_problems_come_first_and_what_is_well_is_left_out() -> None:
    found = parse(output(("ok", "fine", ""), ("note", "odd", ""), ("problem", "broken", "")))
    assert found == (CheckFinding(level=2, text="packs: broken"), CheckFinding(level=1, text="packs: odd"))


@pytest.mark.parametrize(
    ("advice", "text"),
    [
        ("move the adapter nearer", "packs: weak; move the adapter nearer"),
        ("dbus-xbms set Bow Password 123456", "packs: weak"),
        ("`dbus-xbms list` says more", "packs: weak"),
        ("", "packs: weak"),
    ],
)
def test_advice_for_a_terminal_is_left_out(advice: str, text: str) -> None:
    assert parse(output(("note", "weak", advice)))[0].text == text


def test_no_more_than_fit_are_shown_each_on_one_line() -> None:
    found = parse(output(*[("note", "x\ny" * 300, "")] * 50))
    assert len(found) == MOST_FINDINGS
    assert all(one.text.isprintable() and len(one.text) <= LONGEST + 1 for one in found)


@pytest.mark.parametrize(
    "text", ["", "Traceback", "{}", "[]", '{"findings": 1}', '{"findings": [{}]}', "null"]
)
def test_other_output_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse(text)
