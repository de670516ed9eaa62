"""The README is short, names every command and links to every page."""

from __future__ import annotations

import re
from pathlib import Path

from dbus_xbms.commands.catalogue import COMMANDS

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
LONGEST = 150  # lines


def test_the_readme_names_every_command() -> None:
    assert [row.name for row in COMMANDS if not re.search(rf"`{row.name}[` ]", README)] == []


def test_the_readme_is_short() -> None:
    assert len(README.splitlines()) <= LONGEST


def test_the_readme_links_to_every_page() -> None:
    linked = set(re.findall(r"\]\(docs/([\w-]+\.md)", README))
    assert {page.name for page in ROOT.glob("docs/*.md")} == linked
