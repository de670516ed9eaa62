"""The pages of the touch screen: they come and go with the release; what others have placed stays."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.install.gx import Gx, bundle, snapshot, until

AVAILABLE = "data/apps/available/dbus-xbms"
PAGES = f"{AVAILABLE}/gui-v2/dbus-xbms.json"
ENABLED = "data/apps/enabled/dbus-xbms"
NOTE = "data/apps/dbus-xbms/note"


@pytest.fixture
def without_pages(tmp_path: Path) -> Path:
    """A release from before there were pages."""
    return bundle(tmp_path, "0.9.0", pages=False)


def shown(gx: Gx) -> str | None:
    """The version of the pages that gui-v2 finds, if any; it follows the link."""
    file = gx.root / ENABLED / "gui-v2/dbus-xbms.json"
    return file.read_text().partition('": "')[2].partition('"')[0] if file.is_file() else None


def written(gx: Gx) -> tuple[int, int]:
    """The inode of the pages, and when they were written, in ns; reading them changes neither."""
    stat = (gx.root / PAGES).stat()
    return stat.st_ino, stat.st_mtime_ns


def venus(gx: Gx, version: str) -> None:
    (gx.root / "opt/victronenergy/version").write_text(f"{version}\n")


def install(gx: Gx, tree: Path) -> str:
    """Install and start a release; return what was printed."""
    done = gx.install(tree)
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_the_pages_come_and_go_with_the_release_that_runs(quick: Gx, old: Path, new: Path) -> None:
    install(quick, old)
    assert shown(quick) == "1.0.0"
    install(quick, new)
    assert shown(quick) == "1.1.0"
    assert quick.install(quick.root / "data/apps/dbus-xbms/current", "--rollback").returncode == 0
    assert shown(quick) == "1.0.0"


def test_a_rollback_to_a_release_without_pages_removes_them(
    quick: Gx, without_pages: Path, new: Path
) -> None:
    install(quick, without_pages)
    install(quick, new)
    assert shown(quick) == "1.1.0"
    assert quick.install(quick.root / "data/apps/dbus-xbms/current", "--rollback").returncode == 0
    assert shown(quick) is None
    assert not (quick.root / "data/apps/available").exists()


def test_a_release_that_fails_never_shows_its_pages(running: Gx, tmp_path: Path) -> None:
    assert shown(running) == "1.0.0"
    assert running.install(bundle(tmp_path, "1.2.0", "crashes")).returncode == 1
    assert shown(running) == "1.0.0"


def test_from_a_stick_the_pages_come_with_the_boot(gx: Gx, old: Path) -> None:
    gx.place(old)
    assert shown(gx) is None
    gx.boot()
    until(lambda: gx.settled and shown(gx) == "1.0.0")


def test_unchanged_pages_are_not_touched_and_changed_ones_are_a_new_file(
    quick: Gx, old: Path, new: Path
) -> None:
    install(quick, old)
    before = written(quick)
    install(quick, old)
    assert written(quick) == before
    install(quick, new)
    assert written(quick)[0] != before[0]


def test_below_3_70_they_are_skipped_and_the_log_and_the_owner_are_told(gx: Gx, old: Path) -> None:
    gx.start()
    venus(gx, "v3.67")
    before = snapshot(gx.root / "data/apps/enabled")
    printed = gx.install(old, "--no-start").stdout  # what a stick gets
    assert "pages for the touch screen need Venus OS v3.70 or newer; this is v3.67" in printed
    assert "Venus OS v3.70" in install(gx, old)
    assert not (gx.root / "data/apps/available").exists()
    assert snapshot(gx.root / "data/apps/enabled") == before
    log = gx.root / "var/log/dbus-xbms/current"
    until(lambda: log.exists() and "need Venus OS v3.70 or newer" in log.read_text())


def test_they_appear_at_the_first_boot_of_a_newer_venus_os(quick: Gx, old: Path) -> None:
    venus(quick, "v3.67~2")
    install(quick, old)
    venus(quick, "v3.70")
    quick.boot()
    until(lambda: shown(quick) == "1.0.0")
    until(lambda: not (quick.root / NOTE).exists())


def test_pages_that_the_owner_disabled_are_updated_but_stay_disabled(quick: Gx, old: Path, new: Path) -> None:
    install(quick, old)
    (quick.root / ENABLED).unlink()
    install(quick, new)
    assert shown(quick) is None
    assert '"1.1.0"' in (quick.root / PAGES).read_text()


@pytest.mark.parametrize("where", [AVAILABLE, ENABLED, f"{AVAILABLE}/gui-v2"])
def test_a_file_in_the_way_stays_and_is_named(quick: Gx, old: Path, where: str) -> None:
    (quick.root / where).parent.mkdir(parents=True, exist_ok=True)
    (quick.root / where).write_text("of the owner\n")
    assert where in install(quick, old)
    quick.install(quick.root / "data/apps/dbus-xbms/current", "--uninstall")
    assert (quick.root / where).read_text() == "of the owner\n"


@pytest.mark.parametrize("where", [ENABLED, PAGES])
def test_a_directory_in_the_way_stays_and_is_named(quick: Gx, old: Path, where: str) -> None:
    (quick.root / where / "gui-v2").mkdir(parents=True)
    assert where in install(quick, old)
    quick.install(quick.root / "data/apps/dbus-xbms/current", "--uninstall")
    assert (quick.root / where / "gui-v2").is_dir()


def test_a_link_to_somewhere_else_stays(quick: Gx, old: Path) -> None:
    (quick.root / "data/own").mkdir()
    (quick.root / ENABLED).symlink_to("../../own")
    assert ENABLED in install(quick, old)
    quick.install(quick.root / "data/apps/dbus-xbms/current", "--uninstall")
    assert (quick.root / ENABLED).readlink() == Path("../../own")


def test_removal_leaves_the_pages_of_others(quick: Gx, old: Path) -> None:
    other = quick.root / "data/apps/available/other/gui-v2"
    other.mkdir(parents=True)
    (other / "other.json").write_text("{}\n")
    (quick.root / "data/apps/enabled/other").symlink_to("../available/other")
    before = snapshot(quick.root / "data/apps")
    install(quick, old)
    quick.install(quick.root / "data/apps/dbus-xbms/current", "--uninstall")
    assert snapshot(quick.root / "data/apps") == before


def test_pages_that_cannot_be_written_do_not_stop_an_upgrade(quick: Gx, old: Path, new: Path) -> None:
    install(quick, old)
    real = shutil.which("busybox")
    quick.script("cp", f'case "$*" in *gui-v2/.new) echo part >"$2"; exit 1 ;; esac; exec {real} cp "$@"')
    assert "is /data full or read-only?" in install(quick, new)
    assert quick.current == "1.1.0"
    assert shown(quick) == "1.0.0"
    assert not (quick.root / AVAILABLE / "gui-v2/.new").exists()


def test_a_power_cut_before_the_link_is_made_up_for_at_the_next_boot(quick: Gx, old: Path) -> None:
    quick.script(
        "ln",
        f'case "$*" in *available*) kill -9 $PPID; exit 1 ;; esac; exec {shutil.which("busybox")} ln "$@"',
    )
    quick.install(old)
    assert (quick.root / PAGES).is_file()
    assert shown(quick) is None
    quick.tool("ln", shutil.which("busybox"))
    subprocess.run(quick.command(quick.root / "data/apps/dbus-xbms/current", "--boot"), env=quick.environment)
    until(lambda: shown(quick) == "1.0.0")
