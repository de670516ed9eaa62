"""A file with packs to add, as any editor writes it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbus_xbms.known.pack_list import MOST_LINES, ListedPack, parse

ONE, TWO = "A4:C1:37:00:00:01", "A4:C1:37:00:00:02"
TEXT = f"# my packs\r\n\r\n{ONE}, Büro-Akku , lifepo4  # the blue one\r\na4-c1-37-00-00-02;Bow\r\n"
WANTED = [
    ListedPack(number=3, address=ONE, chosen={"CustomName": "Büro-Akku", "Chemistry": "LiFePO4"}),
    ListedPack(number=4, address=TWO, chosen={"CustomName": "Bow"}),
]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("line_end", ["\r\n", "\n", "\r"])
def test_a_file_of_any_editor_is_read(encoding: str, line_end: str) -> None:
    assert parse(TEXT.replace("\r\n", line_end).encode(encoding)) == WANTED


def test_a_pack_may_have_no_name_and_no_chemistry() -> None:
    assert parse(f'{ONE}\n"{TWO}"\t\tLTO'.encode()) == [
        ListedPack(number=1, address=ONE, chosen={}),
        ListedPack(number=2, address=TWO, chosen={"Chemistry": "LTO"}),
    ]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("House, LiFePO4", "'House' is not a Bluetooth address"),
        (f"{ONE} House LiFePO4", "is not a Bluetooth address"),
        (f"{ONE}, House, lead", "Chemistry must be"),
        (f"{ONE}, House, LiFePO4, 123456", "an address, a name and a chemistry"),
        (f"{ONE}, {'x' * 600}", "CustomName must be"),
        ("\x1b[2J\N{PILE OF POO}", "is not a Bluetooth address"),
    ],
)
def test_a_wrong_line_is_explained_and_does_not_affect_others(line: str, words: str) -> None:
    wrong, right = parse(f"{line}\n{TWO}".encode())
    assert words in wrong.wrong
    assert wrong.wrong.isprintable()
    assert (right.address, right.wrong) == (TWO, "")


def test_a_pack_that_is_listed_twice_is_added_once() -> None:
    first, second = parse(f"{ONE}, Bow\n{ONE}, Stern\n".encode())
    assert (first.wrong, second.wrong) == ("", f"{ONE} is in line 1 already")


def test_an_empty_file_lists_nothing() -> None:
    assert parse(b"\xef\xbb\xbf# nothing\r\n\r\n \t,;\n") == []


def test_a_huge_file_is_read_in_part() -> None:
    lines = parse(b"x\n" * 1_000_000)
    assert len(lines) == MOST_LINES + 1
    assert lines[-1].wrong.startswith("only the first")


@given(st.binary(max_size=300))
def test_any_bytes_are_read_without_an_error(content: bytes) -> None:
    assert all(bool(one.wrong) or one.address for one in parse(content))
