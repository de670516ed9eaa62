"""One line in /data/rc.local, and how it goes again."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.install.gx import BOOT_LINE, Gx, snapshot

OWNERS = {
    "empty": "",
    "plain": "#!/bin/sh\necho owner\n",
    "bash": "#!/bin/bash\necho owner\n",
    "only a shebang": "#!/bin/sh\n",
    "no newline": "#!/bin/sh\necho owner",
    "exit": "#!/bin/sh\necho owner\nexit 0\n",
    "exit, no newline": "#!/bin/sh\necho owner\nexit 0",
    "exit, then blank lines and comments": "#!/bin/sh\necho owner\n  exit  # done\n\n# the end\n\n",
    "exit within": "#!/bin/sh\nif false; then\n    exit 0\nfi\necho owner\n",
    "exit 1": "#!/bin/sh\necho owner\nfalse || exit 1\n",
    "stops at errors": "#!/bin/sh\nset -e\necho owner\n",
    "blank lines": "#!/bin/sh\n\n\necho 'a\\nb' \"$x\"\n\n\n",
    "no shebang": "echo owner\n",
    "DOS": "#!/bin/sh\r\necho owner\r\nexit 0\r\n",
}


@pytest.mark.parametrize("text", OWNERS.values(), ids=OWNERS)
def test_the_owners_file_gets_one_line_and_is_restored_to_the_byte(gx: Gx, old: Path, text: str) -> None:
    rc_local = gx.root / "data/rc.local"
    rc_local.write_bytes(text.encode())
    rc_local.chmod(0o750)
    before = snapshot(gx.root)
    gx.place(old)
    gx.place(old)
    with_line = rc_local.read_bytes().decode()
    assert with_line.count(BOOT_LINE) == 2  # whether it is there, and the call; in one line
    assert [line for line in with_line.splitlines() if BOOT_LINE not in line] == text.splitlines()
    assert rc_local.stat().st_mode & 0o777 == 0o750
    assert gx.install(old, "--uninstall").returncode == 0
    assert snapshot(gx.root) == before


@pytest.mark.parametrize(
    "owners", ["exit", "exit, no newline", "no newline", "only a shebang", "exit within"]
)
def test_the_line_is_reached(gx: Gx, old: Path, owners: str) -> None:
    rc_local = gx.root / "data/rc.local"
    rc_local.write_text(OWNERS[owners])
    rc_local.chmod(0o755)
    gx.place(old)
    gx.environment["XBMS_PATIENCE"] = "0"
    subprocess.run([rc_local], env=gx.environment, check=True)
    assert (gx.root / "service/dbus-xbms/run").exists()


def test_without_a_file_one_is_made_and_taken_away_again(gx: Gx, old: Path) -> None:
    before = snapshot(gx.root)
    gx.place(old)
    rc_local = gx.root / "data/rc.local"
    assert rc_local.read_text().startswith("#!/bin/sh\n")
    assert rc_local.stat().st_mode & 0o777 == 0o755
    assert gx.install(old, "--uninstall").returncode == 0
    assert snapshot(gx.root) == before


def test_what_others_add_to_our_file_stays(gx: Gx, old: Path) -> None:
    gx.place(old)
    rc_local = gx.root / "data/rc.local"
    with rc_local.open("a") as file:
        file.write("echo somebody\n")
    assert gx.install(old, "--uninstall").returncode == 0
    assert rc_local.read_text() == "#!/bin/sh\necho somebody\n"


def test_what_others_add_after_our_line_stays_on_a_line_of_its_own(gx: Gx, old: Path) -> None:
    rc_local = gx.root / "data/rc.local"
    rc_local.write_text("#!/bin/sh\necho owner")
    gx.place(old)
    with rc_local.open("a") as file:
        file.write("echo somebody")
    assert gx.install(old, "--uninstall").returncode == 0
    assert rc_local.read_text() == "#!/bin/sh\necho owner\necho somebody"


def test_a_disabled_file_is_respected_and_the_owner_told(gx: Gx, old: Path) -> None:
    disabled = gx.root / "data/rc.local.disabled"
    disabled.write_text("#!/bin/sh\necho owner\n")
    before = snapshot(gx.root)
    done = gx.install(old, "--no-start")
    assert "is disabled on this GX" in done.stdout
    assert not (gx.root / "data/rc.local").exists()
    assert disabled.read_text().count(BOOT_LINE) == 2
    assert gx.install(old, "--uninstall").returncode == 0
    assert snapshot(gx.root) == before


def test_a_file_disabled_after_installation_is_cleaned_too(gx: Gx, old: Path) -> None:
    gx.place(old)
    (gx.root / "data/rc.local").rename(gx.root / "data/rc.local.disabled")
    gx.place(old)
    assert not (gx.root / "data/rc.local").exists()
    assert gx.install(old, "--uninstall").returncode == 0
    assert not (gx.root / "data/rc.local.disabled").exists()


def test_a_file_that_is_not_executable_stays_so_and_the_owner_is_told(gx: Gx, old: Path) -> None:
    rc_local = gx.root / "data/rc.local"
    rc_local.write_text("#!/bin/sh\n")
    rc_local.chmod(0o644)
    assert "is not executable" in gx.install(old, "--no-start").stdout
    assert rc_local.stat().st_mode & 0o777 == 0o644


def test_a_file_that_is_a_link_stays_one(gx: Gx, old: Path) -> None:
    target = gx.root / "data/mine.sh"
    target.write_text("#!/bin/sh\necho owner\n")
    target.chmod(0o755)
    (gx.root / "data/rc.local").symlink_to("mine.sh")
    before = snapshot(gx.root)
    gx.place(old)
    assert (gx.root / "data/rc.local").is_symlink()
    assert BOOT_LINE in target.read_text()
    assert gx.install(old, "--uninstall").returncode == 0
    assert snapshot(gx.root) == before
