"""The README's table of settings and commands is the program's."""

from __future__ import annotations

import re
from pathlib import Path

from dbus_xbms.cli import COMMANDS
from dbus_xbms.settings import PackSettings, ProgramSettings
from dbus_xbms.settings.charge import ChargeSettings
from dbus_xbms.settings.switching import PaneSettings

README = (Path(__file__).parents[2] / "README.md").read_text()
# | `Name` | `default` | what for |
ROWS = re.findall(r"^\| `(\w+)` \| (?:`(.*?)`)? ?\| .+ \|$", README, re.MULTILINE)


def test_the_settings_of_the_readme_are_those_of_the_program() -> None:
    elsewhere = {*ChargeSettings.rows, *PaneSettings.rows}  # on pages of their own
    table = (*PackSettings.rows, *ProgramSettings.rows)
    offered = [row for row in table if not row.internal and row not in elsewhere]
    assert [(name, default) for name, default in ROWS] == [
        (row.name, row.default if isinstance(row.default, str) else f"{row.default:g}") for row in offered
    ]


def test_the_readme_names_every_command() -> None:
    assert [row.name for row in COMMANDS if not re.search(rf"`{row.name}[` ]", README)] == []


def test_the_readme_links_to_files_that_exist() -> None:
    releases = "../../releases/latest"  # next to the code, wherever it is hosted
    links = set(re.findall(r"\]\((?!http)([^)#]+)", README)) - {releases}
    root = Path(__file__).parents[2]
    assert links
    assert [link for link in links if not (root / link).exists()] == []


def test_the_settings_of_the_switch_pane_are_on_the_page_of_paths() -> None:
    page = (Path(__file__).parents[2] / "docs/dbus-paths.md").read_text()
    assert PaneSettings.rows
    assert [row.name for row in PaneSettings.rows if f"`{row.name}`" not in page] == []
