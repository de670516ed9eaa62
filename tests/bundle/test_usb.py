"""Archives on a USB stick, handled as by Venus OS at boot; with a stub for install.sh."""

from __future__ import annotations

import os
import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bundle import release
from bundle.tree import File, checksums, pack, read, text
from tests.bundle.release import NAME, ROOT, files
from tests.bundle.update_data import update_data
from tests.install.gx import until

INSTALLER = """
set -eu
here=$(dirname "$0")
root=$XBMS_ROOT
app=$root/data/apps/dbus-xbms
echo "$*" >>"$root/calls"
case $1 in
--offline)
    version=$(cat "$here/VERSION")
    [ "$version" != 0.0.9 ] || { echo "this GX is too old"; exit 1; }
    mkdir -p "$app/$version"
    cp -R "$here/." "$app/$version"
    ln -sfn "$version" "$app/current"
    echo "$app/current/install.sh --boot" >"$root/data/rc.local"
    echo "$version is in place"
    ;;
--uninstall)
    rm -rf "$app"
    echo "it is removed"
    ;;
esac
"""


# Answers as the program does, with a line per pack.
PROGRAM = """#!/bin/sh
case $1 in
wait) [ -e "$XBMS_ROOT/running" ] ;;
add) echo "$2 $(wc -c <"$3")" >>"$XBMS_ROOT/added"; grep -n . "$3" | sed 's/^/Line /' ;;
esac
"""
PACKS = "A4:C1:37:00:00:01, Bow, LiFePO4\r\nnonsense\r\n"
ANSWERED = "dbus-xbms-packs.txt:\nLine 1:A4:C1:37:00:00:01, Bow, LiFePO4\nLine 2:nonsense\n"


class Gx:
    """A directory in place of the root of a GX, with a stick inserted."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.stick = root / "media" / "sda1"
        self.app = root / "data" / "apps" / "dbus-xbms"
        self.tools = root / "tools"
        for folder in (self.stick, self.app.parent, self.tools):
            folder.mkdir(parents=True)
        self.supervised(False)
        if shutil.which("busybox"):
            self._tool("sh", 'exec busybox ash "$@"')

    def supervised(self, running: bool) -> None:
        """Set whether svscan is running."""
        self._tool("pgrep", f"[ $1 = svscan ] && exit {0 if running else 1}")

    def _tool(self, name: str, script: str) -> None:
        (self.tools / name).write_text(f"#!/bin/sh\n{script}\n")
        (self.tools / name).chmod(0o755)

    def insert(self, version: str) -> Path:
        """Put the archive of a version on the stick."""
        tree = {
            "install.sh": text(INSTALLER),
            "VERSION": text(f"{version}\n"),
            "bin/dbus-xbms": File(content=PROGRAM.encode(), executable=True),
            "service/packs.sh": read(ROOT / "service")["packs.sh"],
        }
        whole = {**tree, "SHA256SUMS": checksums(tree)}
        return self._put(f"venus-data-dbus-xbms-{version}.tar.gz", release.for_usb(version, whole))

    def insert_removal(self) -> Path:
        """Put the removal archive on the stick."""
        return self._put("venus-data-dbus-xbms-remove.tar.gz", release.removal())

    def _put(self, name: str, tree: dict[str, File]) -> Path:
        archive = self.stick / name
        archive.write_bytes(pack(tree, 0))
        return archive

    def boot(self) -> None:
        """Do the part of a boot that handles the stick."""
        update_data(self.root, {**os.environ, "PATH": f"{self.tools}:{os.environ['PATH']}"})

    @property
    def installed(self) -> str:
        return (self.app / "current" / "VERSION").read_text().strip()

    @property
    def calls(self) -> list[str]:
        """The calls of install.sh, without the option --root."""
        lines = (self.root / "calls").read_text().splitlines()
        return [line.replace(f" --root {self.root}", "") for line in lines]

    def list_packs(self, content: str = PACKS) -> None:
        """Put a file with packs on the stick, and have the service run."""
        new = self.stick / "new"
        new.write_text(content, newline="")
        new.replace(self.stick / "dbus-xbms-packs.txt")  # the last boot may be reading it
        (self.root / "running").touch()

    def added(self, calls: int) -> None:
        """Wait until the program was called so often with a file, and has answered."""
        for file in (self.root / "added", self.app / "packs-answered"):
            until(lambda file=file: file.exists() and file.read_text().count("\n") == calls)  # type: ignore[misc]

    @property
    def report(self) -> str:
        """The text file that the owner finds on the stick."""
        return (self.stick / "dbus-xbms.txt").read_text()


@pytest.fixture
def gx(tmp_path: Path) -> Iterator[Gx]:
    """A GX on which the program was never installed."""
    gx = Gx(tmp_path)
    yield gx
    assert not gx.app.with_suffix(".new").exists(), "left behind"


def test_booting_with_a_stick_installs_and_leaves_the_start_to_the_boot(gx: Gx) -> None:
    gx.insert("0.1.0")
    gx.boot()
    assert gx.installed == "0.1.0"
    assert gx.calls == ["--offline --no-start"]
    assert gx.report == "0.1.0 is in place\n"


def test_a_stick_inserted_after_the_boot_starts_the_service_at_once(gx: Gx) -> None:
    gx.insert("0.1.0")
    gx.supervised(True)
    gx.boot()
    assert gx.calls == ["--offline --no-start", "--boot"]


def test_a_stick_that_stays_inserted_changes_nothing_at_the_next_boots(gx: Gx) -> None:
    gx.insert("0.1.0")
    gx.boot()
    before = files(gx.root)
    gx.boot()
    gx.boot()
    assert files(gx.root) == before


def test_a_stick_repairs_what_it_has_installed(gx: Gx) -> None:
    gx.insert("0.1.0")
    gx.boot()
    (gx.app / "current" / "install.sh").write_text("damaged")
    gx.boot()
    assert (gx.app / "current" / "install.sh").read_text() == INSTALLER
    (gx.root / "data" / "rc.local").unlink()
    gx.boot()
    assert (gx.root / "data" / "rc.local").exists()
    gx.boot()
    assert len(gx.calls) == 3


def test_a_newer_version_upgrades_and_an_older_one_does_not_downgrade(gx: Gx) -> None:
    for version in ("0.9.0", "0.10.0"):
        gx.insert(version)
        gx.boot()
        assert gx.installed == version
    gx.insert("0.2.11")
    gx.boot()
    assert gx.installed == "0.10.0"
    assert len(gx.calls) == 2


def test_a_refusal_is_reported_on_the_stick_and_nothing_is_installed(gx: Gx) -> None:
    gx.insert("0.0.9")
    gx.boot()
    assert gx.report == "this GX is too old\n"
    assert not gx.app.exists()


def test_a_damaged_archive_changes_nothing_and_the_stick_says_so(gx: Gx) -> None:
    archive = gx.insert("0.1.0")
    gx.boot()
    archive.unlink()
    newer = gx.insert("0.2.0")
    whole = newer.read_bytes()
    newer.write_bytes(whole[:-9])  # rc/ is still readable
    gx.boot()
    assert gx.installed == "0.1.0"
    assert "could not be unpacked" in gx.report
    newer.write_bytes(whole)
    gx.boot()
    assert gx.installed == "0.2.0"


def test_leftovers_of_an_interrupted_boot_do_not_get_into_the_next_version(gx: Gx) -> None:
    stale = gx.app.with_suffix(".new") / "dbus_xbms" / "stale.py"
    stale.parent.mkdir(parents=True)
    stale.touch()
    gx.insert("0.1.0")
    gx.boot()
    assert not (gx.app / "current" / "dbus_xbms").exists()


def test_the_removal_archive_uninstalls_and_unpacks_nothing(gx: Gx) -> None:
    archive = gx.insert("0.1.0")
    gx.boot()
    archive.unlink()
    gx.insert_removal()
    gx.boot()
    assert gx.calls == ["--offline --no-start", "--uninstall"]
    assert not gx.app.exists()
    assert gx.report == "it is removed\n"
    gx.boot()
    assert len(gx.calls) == 2


def test_only_the_hooks_are_in_rc_and_everything_else_is_in_one_directory(
    output: Path,
) -> None:
    with tarfile.open(output / f"venus-data-{NAME}.tar.gz") as archive:
        names = archive.getnames()
    hooks = [name for name in names if "rc" in name.split("/")]  # what tar on Venus OS extracts or excludes
    assert hooks == ["rc/VERSION", "rc/post-hook.sh", "rc/pre-hook.sh"]
    assert {name.rsplit("/dbus-xbms.new/")[0] for name in names if name not in hooks} == {"apps"}


def test_packs_on_the_stick_are_added_after_the_installation_and_answered_line_by_line(gx: Gx) -> None:
    gx.insert("0.1.0")
    gx.list_packs()
    gx.boot()
    gx.added(1)
    until(lambda: gx.report == f"0.1.0 is in place\n{ANSWERED}")


def test_packs_in_a_file_that_was_answered_are_not_added_again_at_the_next_boot(gx: Gx) -> None:
    gx.insert("0.1.0")
    gx.list_packs()
    gx.boot()
    gx.added(1)
    until(lambda: ANSWERED in gx.report)
    gx.list_packs(f"{PACKS}# changed\r\n")
    gx.boot()
    gx.added(2)
    gx.boot()
    gx.insert("0.2.0")
    gx.list_packs(PACKS)
    gx.boot()
    gx.list_packs(f"{PACKS}# changed again\r\n")
    gx.boot()
    gx.added(3)


def test_without_a_running_service_the_stick_says_that_no_pack_was_added(gx: Gx) -> None:
    gx.insert("0.1.0")
    gx.list_packs()
    (gx.root / "running").unlink()
    gx.boot()
    until(lambda: gx.report.endswith("with the stick inserted.\n"))
    assert not (gx.app / "packs-answered").exists()
