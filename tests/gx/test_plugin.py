"""The plugin file: what gui-v2 finds in it, and that every build of it is the same."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
from pathlib import Path

from gx import build, qt
from tests.gx.screen import STANDIN

ROOT = Path(__file__).parents[2]
PAGES = sorted(build.PAGES.glob("*.qml"))


def test_every_integration_opens_a_page_that_is_in_the_resource() -> None:
    plugin = json.loads(build.plugin("1.2.3"))
    names = base64.b64decode(plugin["resource"])
    for one in plugin["integrations"]:
        page = one["url"].removeprefix("qrc:/dbus-xbms/")
        assert (build.PAGES / page).is_file()
        assert page.encode("utf-16-be") in names
    assert [one.get("productId") for one in plugin["integrations"]] == [None, "0xBA58", "0xBA59"]
    assert (plugin["name"], plugin["version"], plugin["minRequiredVersion"]) == (
        "dbus-xbms",
        "1.2.3",
        "v1.2.33",
    )


def test_two_builds_are_identical_elsewhere_and_at_another_time(tmp_path: Path) -> None:
    folder = tmp_path / "another directory"
    folder.mkdir()
    subprocess.run(["cp", "-R", ROOT / "gx", ROOT / "dbus_xbms", folder], check=True)
    for file in (folder / "gx").rglob("*"):
        os.utime(file, (1_000_000_000, 1_000_000_000))
    command = ["faketime", "2031-01-01", sys.executable, "-m", "gx", "--output", "plugin.json"]
    environment = {**os.environ, "QT_HASH_SEED": "7", "TZ": "Asia/Tokyo", "LANG": "C"}
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
    version = json.loads((folder / "plugin.json").read_bytes())["version"]
    assert (folder / "plugin.json").read_bytes() == build.plugin(version)


def test_qmllint_finds_nothing() -> None:
    assert qt.run("qmllint", "-I", STANDIN, "--max-warnings", "0", *PAGES, within=ROOT) == ""


def test_pages_import_only_what_gui_v2_has() -> None:
    for page in PAGES:
        found = re.findall(r"^import ([\w.]+)", page.read_text(), re.MULTILINE)
        assert set(found) <= {"QtQuick", "Victron.VenusOS"}, page.name


def test_pages_never_write_an_address_of_a_service_out() -> None:
    for page in PAGES:
        assert not re.search(r'"(dbus|mqtt)/', page.read_text()), page.name
