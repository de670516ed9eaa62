"""README and docs/ match the program, and their links are valid."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bench.tables import CHARGE_CONTROL, DOCS, SETTINGS, TABLES, filled
from dbus_xbms.known.stored import StoredBank
from dbus_xbms.settings import PackSettings, ProgramSettings
from dbus_xbms.settings.switching import PaneSettings

ROOT = DOCS.parent
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.glob("*.md")])
RELEASES = "../../releases/latest"  # relative to the repository
OWNERS_PAGES = [
    ROOT / "README.md",
    *(
        DOCS / f"{name}.md"
        for name in (
            *("charge-control", "command-line", "gx", "other-machines", "settings", "sharing"),
            *("silence", "switching", "troubleshooting"),
        )
    ),
]


def anchors(page: Path) -> set[str]:
    """Return the anchors that GitHub gives to the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def named(page: Path) -> set[str]:
    """Return the settings that a page names, as in ``HoldTime`` or ``set PACK HoldTime``."""
    text = page.read_text(encoding="utf-8")
    pattern = r"`([A-Z][a-z]+(?:[A-Z][a-z]+)+)`|\b(?:get|set) PACK ([A-Z][a-z]\w+)"
    return {quoted or typed for quoted, typed in re.findall(pattern, text)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target, anchor in re.findall(r"\]\((?!http)([^)#\s]*)#?([^)\s]*)\)", text):
        if target == RELEASES:
            continue
        file = (page.parent / target).resolve() if target else page
        assert file.exists(), target
        assert not anchor or anchor in anchors(file), f"{target}#{anchor}"


@pytest.mark.parametrize("page", TABLES, ids=lambda page: page.name)
def test_the_tables_in_the_docs_match_the_program(page: Path) -> None:
    assert filled(page) == page.read_text(encoding="utf-8"), "run: python -m bench.tables"


def test_every_documented_setting_appears_once_on_the_settings_page() -> None:
    rows = re.findall(r"^\| `(\w+)` \|", SETTINGS.read_text(encoding="utf-8"), re.MULTILINE)
    tables = (PackSettings, ProgramSettings, StoredBank)
    offered = [row.name for table in tables for row in table.rows if not row.internal]
    assert sorted(rows) == sorted(offered)


@pytest.mark.parametrize("page", OWNERS_PAGES, ids=lambda page: page.name)
def test_every_setting_named_on_a_page_exists(page: Path) -> None:
    known = {row.name for table in (PackSettings, ProgramSettings, StoredBank) for row in table.rows}
    assert named(page) <= known


def test_the_pages_for_owners_name_settings() -> None:
    assert "CellFull" in named(CHARGE_CONTROL)
    assert "Control" in named(ROOT / "README.md")


def test_the_settings_of_the_switch_pane_are_on_the_page_of_paths() -> None:
    assert [row.name for row in PaneSettings.rows if row.name not in named(DOCS / "dbus-paths.md")] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_source_file_named_on_a_page_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    named_files = re.findall(r"`((?:bench|bundle|dbus_xbms|docs|pages|script|service|tests)/[\w./-]*)", text)
    assert [file for file in named_files if not (ROOT / file).exists()] == []


def test_the_architecture_lists_every_module() -> None:
    modules = (DOCS / "architecture.md").read_text(encoding="utf-8").partition("## Dependencies")[0]
    cells = re.findall(r"^\| (`[^|]+) \|", modules, re.MULTILINE)
    listed = {name.rstrip("/") for cell in cells for name in re.findall(r"`([\w/]+)`", cell)}
    program = ROOT / "dbus_xbms"
    files = {path.stem for path in program.glob("*.py") if not path.stem.startswith("__")}
    assert listed == files | {path.parent.name for path in program.glob("*/__init__.py")}
