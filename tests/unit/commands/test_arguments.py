"""Arguments of the command line, each kind validated in one place."""

from __future__ import annotations

import argparse
from collections.abc import Callable

import pytest

from dbus_xbms.commands.arguments import YEAR, seconds, seconds_up_to, whole


def refused(kind: Callable[[str], object], text: str) -> str:
    with pytest.raises(argparse.ArgumentTypeError) as caught:
        kind(text)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "value"), [("1", 1.0), ("0.5", 0.5), (".5", 0.5), ("5.", 5.0), (str(YEAR), YEAR)]
)
def test_seconds_are_a_plain_number(text: str, value: float) -> None:
    assert seconds(text) == value


@pytest.mark.parametrize(
    "text",
    ["0", "0.0", "-1", "nan", "inf", "-inf", "1e3", "1_0", "", " 1", "soon", "1 s", "٣", str(YEAR + 1)],
)
def test_unreasonable_seconds_are_refused(text: str) -> None:
    assert refused(seconds, text) == f"must be more than 0 and at most 31536000 seconds, not {text!r}"


def test_the_error_for_seconds_names_the_limit_of_the_command() -> None:
    assert refused(seconds_up_to(60), "61") == "must be more than 0 and at most 60 seconds, not '61'"


def test_a_whole_number_in_range_is_accepted() -> None:
    assert [whole(1, 99)(text) for text in ("1", "99", "007")] == [1, 99, 7]


@pytest.mark.parametrize("text", ["0", "100", "-1", "1.0", "two", "", "1_0", "²", "9" * 5000])
def test_a_number_out_of_range_is_refused_with_the_range(text: str) -> None:
    assert refused(whole(1, 99, "packs"), text).startswith("must be from 1 to 99 packs, not '")


def test_a_wrong_argument_is_quoted_on_one_line() -> None:
    assert len(refused(seconds, "9" * 5000)) < 120
