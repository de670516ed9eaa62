"""`dbus-xbms get`: settings by topic, within the width of the terminal, and as JSON."""

from __future__ import annotations

import json

import pytest

from dbus_xbms.commands.get import _by_topic, _explained, as_json
from dbus_xbms.commands.known import row_of
from dbus_xbms.commands.saying import folded, wrapped
from dbus_xbms.commands.subject import Pack
from dbus_xbms.settings import PackSettings
from dbus_xbms.settings.topics import TOPICS
from dbus_xbms.text import columns_of

OFFERED = [row for row in PackSettings.rows if not row.internal]
PACK = Pack(
    address="A4:C1:37:00:00:01",
    settings=PackSettings(
        {
            "Enabled": 1,
            "Chemistry": "LiFePO4",
            "Cells": 4,
            "Nominal": 100.0,
            "Rating": 100.0,
            "MaxChargeCurrent": 500.0,
            "Password": "123456",
        },
    ),
)


@pytest.mark.parametrize("width", [34, 50, 80, 120])
def test_all_settings_are_grouped_by_topic_and_fit_a_terminal(
    width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    lines = "\n".join(_by_topic(OFFERED, PACK)).split("\n")
    assert max(map(columns_of, lines)) < width
    assert [line for line in lines if line and not line.startswith(" ")] == [
        topic for topic, rows in TOPICS if {row.name for row in rows} & set(PACK.settings)
    ]
    assert all(f"{row.name} =" in "\n".join(lines) for row in OFFERED)
    assert "123456" not in "\n".join(lines)


def test_an_unusual_value_has_a_note_below_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    lines = "\n".join(_by_topic([row_of(PackSettings.rows, "MaxChargeCurrent")], PACK)).split("\n")
    assert lines == [
        "Charge control",
        "  MaxChargeCurrent = 500 A",
        "  Note: the BMS is rated 100 A: it may switch off before 500 A are reached.",
        "  Note: 500 A is 5 C of 100 Ah: more than most cells are made for.",
    ]


def test_one_setting_is_shown_with_its_range_choices_and_purpose(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert _explained(row_of(PackSettings.rows, "cellfull"), PACK).split("\n") == [
        "CellFull = 0 V (preset, 3.45 V, 13.80 V for 4 cells)",
        "    0 to 5; default 0",
        "    Highest voltage to charge a cell to. 0: as in the preset.",
    ]
    assert "one of LiFePO4, NMC, LTO, custom, none" in _explained(
        row_of(PackSettings.rows, "Chemistry"), PACK
    )


def test_json_has_value_default_and_meaning_and_never_a_password() -> None:
    shown = {row.name: as_json(row, PACK) for row in OFFERED}
    assert shown["CellFull"] == {
        "value": 0.0,
        "default": 0.0,
        "unit": "V",
        "meaning": "preset, 3.45 V, 13.80 V for 4 cells",
        "changed": False,
    }
    assert (shown["Password"]["value"], shown["Password"]["changed"]) == (None, True)
    assert (shown["Passkey"]["value"], shown["Passkey"]["changed"]) == ("", False)
    assert "123456" not in json.dumps(shown)


class Terminal:
    def __init__(self, is_terminal: bool) -> None:
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        return self._is_terminal


def test_text_is_wrapped_on_a_terminal_and_not_in_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "34")
    text = "Chargers and inverters obey this pack while DVCC is on.\n\nHouse bank added."
    monkeypatch.setattr("sys.stdout", Terminal(True))
    assert folded(text) == ("Chargers and inverters obey this\npack while DVCC is on.\n\nHouse bank added.")
    monkeypatch.setattr("sys.stdout", Terminal(False))
    assert folded(text) == text


def test_wrapped_lines_keep_their_indent() -> None:
    assert wrapped("House bank: not heard\n  -> is it in range, and on?", 22) == (
        "House bank: not heard\n  -> is it in range,\n  and on?"
    )
