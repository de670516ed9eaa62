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


@pytest.fixture
def booted(gx: Gx) -> Gx:
    """A GX with svscan running and nothing installed."""
    gx.start()
    return gx


def test_the_pages_come_and_go_with_the_release_that_runs(booted: Gx, old: Path, new: Path) -> None:
    install(booted, old)
    assert shown(booted) == "1.0.0"
    install(booted, new)
    assert shown(booted) == "1.1.0"
    assert booted.install(booted.root / "data/apps/dbus-xbms/current", "--rollback").returncode == 0
    assert shown(booted) == "1.0.0"


def test_a_rollback_to_a_release_without_pages_removes_them(
    booted: Gx, without_pages: Path, new: Path
) -> None:
    install(booted, without_pages)
    install(booted, new)
    assert shown(booted) == "1.1.0"
    assert booted.install(booted.root / "data/apps/dbus-xbms/current", "--rollback").returncode == 0
    assert shown(booted) is None
    assert not (booted.root / "data/apps/available").exists()


def test_a_release_that_fails_never_shows_its_pages(booted: Gx, old: Path, tmp_path: Path) -> None:
    install(booted, old)
    assert booted.install(bundle(tmp_path, "1.2.0", "crashes")).returncode == 1
    assert shown(booted) == "1.0.0"


def test_from_a_stick_the_pages_come_with_the_boot(gx: Gx, old: Path) -> None:
    gx.place(old)
    assert shown(gx) is None
    gx.boot()
    until(lambda: gx.settled and shown(gx) == "1.0.0")


def test_unchanged_pages_are_not_touched_and_changed_ones_are_a_new_file(
    booted: Gx, old: Path, new: Path
) -> None:
    install(booted, old)
    before = written(booted)
    install(booted, old)
    assert written(booted) == before
    install(booted, new)
    assert written(booted)[0] != before[0]


def test_below_3_70_they_are_skipped_and_the_log_and_the_owner_are_told(booted: Gx, old: Path) -> None:
    venus(booted, "v3.67")
    before = snapshot(booted.root / "data/apps/enabled")
    printed = booted.install(old, "--no-start").stdout  # what a stick gets
    assert "pages for the touch screen need Venus OS v3.70 or newer; this is v3.67" in printed
    assert "Venus OS v3.70" in install(booted, old)
    assert not (booted.root / "data/apps/available").exists()
    assert snapshot(booted.root / "data/apps/enabled") == before
    log = booted.root / "var/log/dbus-xbms/current"
    until(lambda: log.exists() and "need Venus OS v3.70 or newer" in log.read_text())


def test_they_appear_at_the_first_boot_of_a_newer_venus_os(booted: Gx, old: Path) -> None:
    venus(booted, "v3.67~2")
    install(booted, old)
    venus(booted, "v3.70")
    booted.boot()
    until(lambda: shown(booted) == "1.0.0")
    until(lambda: not (booted.root / NOTE).exists())


def test_pages_that_the_owner_disabled_are_updated_but_stay_disabled(
    booted: Gx, old: Path, new: Path
) -> None:
    install(booted, old)
    (booted.root / ENABLED).unlink()
    install(booted, new)
    assert shown(booted) is None
    assert '"1.1.0"' in (booted.root / PAGES).read_text()


@pytest.mark.parametrize("where", [AVAILABLE, ENABLED, f"{AVAILABLE}/gui-v2"])
def test_a_file_in_the_way_stays_and_is_named(booted: Gx, old: Path, where: str) -> None:
    (booted.root / where).parent.mkdir(parents=True, exist_ok=True)
    (booted.root / where).write_text("of the owner\n")
    assert where in install(booted, old)
    booted.install(booted.root / "data/apps/dbus-xbms/current", "--uninstall")
    assert (booted.root / where).read_text() == "of the owner\n"


@pytest.mark.parametrize("where", [ENABLED, PAGES])
def test_a_directory_in_the_way_stays_and_is_named(booted: Gx, old: Path, where: str) -> None:
    (booted.root / where / "gui-v2").mkdir(parents=True)
    assert where in install(booted, old)
    booted.install(booted.root / "data/apps/dbus-xbms/current", "--uninstall")
    assert (booted.root / where / "gui-v2").is_dir()


def test_a_link_to_somewhere_else_stays(booted: Gx, old: Path) -> None:
    (booted.root / "data/own").mkdir()
    (booted.root / ENABLED).symlink_to("../../own")
    assert ENABLED in install(booted, old)
    booted.install(booted.root / "data/apps/dbus-xbms/current", "--uninstall")
    assert (booted.root / ENABLED).readlink() == Path("../../own")


def test_removal_leaves_the_pages_of_others(booted: Gx, old: Path) -> None:
    other = booted.root / "data/apps/available/other/gui-v2"
    other.mkdir(parents=True)
    (other / "other.json").write_text("{}\n")
    (booted.root / "data/apps/enabled/other").symlink_to("../available/other")
    before = snapshot(booted.root / "data/apps")
    install(booted, old)
    booted.install(booted.root / "data/apps/dbus-xbms/current", "--uninstall")
    assert snapshot(booted.root / "data/apps") == before


def test_pages_that_cannot_be_written_do_not_stop_an_upgrade(booted: Gx, old: Path, new: Path) -> None:
    install(booted, old)
    real = shutil.which("busybox")
    booted.script("cp", f'case "$*" in *gui-v2/.new) echo part >"$2"; exit 1 ;; esac; exec {real} cp "$@"')
    assert "is /data full or read-only?" in install(booted, new)
    assert booted.current == "1.1.0"
    assert shown(booted) == "1.0.0"
    assert not (booted.root / AVAILABLE / "gui-v2/.new").exists()


def test_a_power_cut_before_the_link_is_made_up_for_at_the_next_boot(booted: Gx, old: Path) -> None:
    booted.script(
        "ln",
        f'case "$*" in *available*) kill -9 $PPID; exit 1 ;; esac; exec {shutil.which("busybox")} ln "$@"',
    )
    booted.install(old)
    assert (booted.root / PAGES).is_file()
    assert shown(booted) is None
    booted.tool("ln", shutil.which("busybox"))
    subprocess.run(
        booted.command(booted.root / "data/apps/dbus-xbms/current", "--boot"), env=booted.environment
    )
    until(lambda: shown(booted) == "1.0.0")
