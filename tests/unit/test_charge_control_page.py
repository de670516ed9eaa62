"""The page on charge control says what the program does."""

from __future__ import annotations

import re

from bench.tables import PAGE, filled
from dbus_xbms.settings import PackSettings

TEXT = PAGE.read_text(encoding="utf-8")


def test_the_tables_of_the_page_are_those_of_the_program() -> None:
    assert filled(TEXT) == TEXT, "run: python -m bench.tables"


def test_every_setting_that_the_page_names_exists() -> None:
    known = {row.name for row in PackSettings.rows}
    named = set(re.findall(r"`([A-Z]\w+)`", TEXT)) - {"LiFePO4"}
    assert "CellFull" in named
    assert named <= known


def test_the_page_links_to_files_that_exist() -> None:
    links = re.findall(r"\]\((?!http)([^)#]+)", TEXT)
    assert links
    assert all((PAGE.parent / link).exists() for link in links)
