"""Refusals of install.sh, with a message and before it changes anything; and where it gets its archive."""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.install.gx import Gx, archive, snapshot


def venus(text: str) -> Callable[[Gx], object]:
    return lambda gx: (gx.root / "opt/victronenergy/version").write_text(text)


def no_space(gx: Gx) -> None:
    gx.script("df", "echo Filesystem; echo /dev/mmcblk1p5 1000000 990000 9000 99% /data")


def read_only(gx: Gx) -> None:
    shutil.rmtree(gx.root / "data")
    (gx.root / "data").symlink_to("/proc/self")  # where even root cannot create a file


def python_3_8(gx: Gx) -> None:
    gx.script("python3", "exit 1")


def setup_helper(gx: Gx) -> None:
    (gx.root / "etc/venus/installedVersion-dbus-xbms").write_text("v0.9\n")


def python_rc_local(gx: Gx) -> None:
    (gx.root / "data/rc.local").write_text("#!/usr/bin/python3\nprint('owner')\n")


REFUSALS: dict[str, tuple[Callable[[Gx], object], str]] = {
    "3.55": (venus("v3.55\n"), "this is Venus OS v3.55; v3.60 or newer is needed"),
    "2.94": (venus("v2.94~12\n"), "this is Venus OS v2.94~12"),
    "not a version": (venus("\n"), "v3.60 or newer is needed"),
    "not Venus": (lambda gx: shutil.rmtree(gx.root / "opt"), "this is not a Venus OS device"),
    "old Python": (python_3_8, "Python 3.12 or newer is needed"),
    "no space": (no_space, "only 8 MB are free on /data; 10 MB are needed"),
    "read-only": (read_only, "/data is not writable"),
    "SetupHelper": (setup_helper, "dbus-xbms was installed by SetupHelper"),
    "no daemontools": (lambda gx: (gx.tools / "softlimit").unlink(), "softlimit is missing"),
    "rc.local in Python": (python_rc_local, "rc.local is not a shell script"),
}


@pytest.mark.parametrize(("spoil", "message"), REFUSALS.values(), ids=REFUSALS)
def test_an_unsuitable_system_is_refused_and_nothing_is_changed(
    gx: Gx, old: Path, spoil: Callable[[Gx], object], message: str
) -> None:
    spoil(gx)
    before = snapshot(gx.root, "run")
    gx.environment["PATH"] = str(gx.tools)
    shell = ["/bin/sh", str(old / "install.sh"), "--root", str(gx.root)]  # busybox's would use its own df
    done = subprocess.run(shell, env=gx.environment, capture_output=True, text=True)
    assert done.returncode == 1
    assert message in done.stderr
    assert snapshot(gx.root, "run") == before


@pytest.mark.parametrize("version", ["v3.60", "v3.67", "v3.70~15", "v3.80~40-large-12", "v4.00"])
def test_venus_3_60_or_newer_is_accepted(gx: Gx, old: Path, version: str) -> None:
    venus(f"{version}\n")(gx)
    assert gx.install(old, "--no-start").returncode == 0


@pytest.mark.parametrize("action", ["--boot", "--rollback"])
def test_boot_and_rollback_fail_when_nothing_is_installed(gx: Gx, old: Path, action: str) -> None:
    before = snapshot(gx.root, "run")
    done = gx.install(old, action)
    assert done.returncode == 1
    assert "install" in done.stdout or "release" in done.stdout
    assert snapshot(gx.root, "run") == before


def test_only_one_install_sh_runs_at_a_time(gx: Gx, old: Path) -> None:
    lock = gx.root / "run/dbus-xbms.lock"
    with lock.open("w") as held:
        subprocess.run(["flock", str(held.fileno())], pass_fds=[held.fileno()], check=True)
        assert "another install.sh is running" in gx.install(old).stdout
    assert gx.install(old, "--no-start").returncode == 0


def test_another_driver_is_reported(gx: Gx, old: Path) -> None:
    (gx.root / "data/apps/dbus-serialbattery").mkdir(parents=True)
    done = gx.install(old, "--no-start")
    assert done.returncode == 0
    assert "dbus-serialbattery is installed, too" in done.stdout


@pytest.mark.parametrize("file", ["bin/dbus-xbms", "service/dbus-xbms/run", "install.sh"])
def test_a_damaged_archive_is_refused(gx: Gx, old: Path, file: str) -> None:
    with (old / file).open("a") as damaged:
        damaged.write("\n")
    done = gx.install(old)
    assert done.returncode == 1
    assert "archive is damaged" in done.stdout
    assert gx.current is None


def test_a_disk_that_fills_up_leaves_the_old_release_as_it_was(running: Gx, new: Path) -> None:
    before, pid = snapshot(running.root, "run"), running.pid
    limited = ["/bin/sh", "-c", 'ulimit -f 1; exec "$@"', "sh"]
    (new / "big").write_bytes(b"x" * 5000)
    done = subprocess.run(
        [*limited, "/bin/sh", str(new / "install.sh"), "--root", str(running.root)],
        env=running.environment,
        capture_output=True,
    )
    assert done.returncode != 0
    assert running.pid == pid
    running.install(running.root / "data/apps/dbus-xbms/current")  # removes leftovers
    assert snapshot(running.root, "run") == before


# --- install.sh on its own ---


@pytest.fixture
def alone(tmp_path: Path, old: Path) -> Path:
    """A directory that contains only install.sh."""
    directory = tmp_path / "download"
    directory.mkdir()
    shutil.copy2(old / "install.sh", directory)
    return directory


def test_an_archive_beside_install_sh_is_used_offline(gx: Gx, old: Path, alone: Path) -> None:
    archive(old).rename(alone / "dbus-xbms-1.0.0.tar.gz")
    done = gx.install(alone, "--offline", "--no-start")
    assert done.returncode == 0, done.stdout
    assert gx.current == "1.0.0"


def test_of_several_archives_one_must_be_named(gx: Gx, old: Path, new: Path, alone: Path) -> None:
    for tree in (old, new):
        archive(tree).rename(alone / f"{tree.name}.tar.gz")
    assert "several archives" in gx.install(alone, "--offline").stdout
    done = gx.install(alone, "--no-start", str(alone / "dbus-xbms-1.1.0.tar.gz"))
    assert done.returncode == 0, done.stdout
    assert gx.current == "1.1.0"


def test_an_archive_beside_install_sh_is_used_only_offline_or_by_name(gx: Gx, new: Path, alone: Path) -> None:
    archive(new).rename(alone / "dbus-xbms-1.1.0.tar.gz")
    done = gx.install(alone, "--no-start")
    assert done.returncode == 1
    assert "has no download address" in done.stdout
    assert gx.current is None


@pytest.mark.parametrize("mode", [0o777, 0o1777, 0o775])
@pytest.mark.parametrize("named", [False, True], ids=["beside", "by name"])
def test_an_archive_where_others_may_write_is_refused(
    gx: Gx, new: Path, alone: Path, mode: int, named: bool
) -> None:
    planted = archive(new).rename(alone / "dbus-xbms-99.0.0.tar.gz")
    alone.chmod(mode)
    done = gx.install(alone, "--offline", "--no-start", *[str(planted)] * named)
    assert done.returncode == 1
    assert "other users can write to" in done.stdout
    assert gx.current is None


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a file away")
def test_an_archive_of_another_user_is_refused(gx: Gx, new: Path, alone: Path) -> None:
    planted = archive(new).rename(alone / "dbus-xbms-99.0.0.tar.gz")
    os.chown(planted, 1234, 1234)
    assert "belongs to another user" in gx.install(alone, "--offline").stdout
    os.chown(planted, 0, 0)
    os.chown(alone, 1234, 1234)
    assert "belongs to another user" in gx.install(alone, "--offline").stdout
    assert gx.current is None


@pytest.mark.parametrize("kind", ["link", "parent", "absolute", "second directory"])
def test_an_archive_that_reaches_out_of_its_directory_is_refused(
    gx: Gx, old: Path, alone: Path, tmp_path: Path, kind: str
) -> None:
    good = archive(old)
    with tarfile.open(good) as source, tarfile.open(alone / "dbus-xbms-1.0.0.tar.gz", "w:gz") as target:
        for member in source.getmembers():
            target.addfile(member, source.extractfile(member) if member.isfile() else None)
        outside = tarfile.TarInfo(
            {"parent": "dbus-xbms-1.0.0/../../evil", "absolute": "/tmp/evil"}.get(kind, "evil/file")
        )
        if kind == "link":
            outside = tarfile.TarInfo("dbus-xbms-1.0.0/link")
            outside.type, outside.linkname = tarfile.SYMTYPE, str(tmp_path)
        target.addfile(outside)
    done = gx.install(alone, "--offline", "--no-start")
    assert done.returncode == 1
    assert "is not an archive of dbus-xbms" in done.stdout
    assert gx.current is None


def test_an_unknown_option_is_named(gx: Gx, old: Path) -> None:
    done = gx.install(old, "--ofline")
    assert done.returncode == 2
    assert "there is no option --ofline" in done.stdout


def test_on_another_machine_install_sh_says_so_first(gx: Gx, alone: Path) -> None:
    shutil.rmtree(gx.root / "opt")
    done = gx.install(alone)
    assert done.returncode == 1
    assert "this is not a Venus OS device" in done.stdout


def test_without_an_archive_offline_is_refused(gx: Gx, alone: Path) -> None:
    assert "--offline forbids downloading" in gx.install(alone, "--offline").stdout


def test_a_file_that_is_not_an_archive_is_refused(gx: Gx, alone: Path) -> None:
    (alone / "dbus-xbms-1.0.0.tar.gz").write_bytes(b"<html>")
    done = gx.install(alone, "--offline")
    assert done.returncode == 1
    assert "is damaged, or not an archive" in done.stdout


def test_other_actions_are_left_to_the_installed_release(gx: Gx, old: Path, alone: Path) -> None:
    assert "nothing is installed" in gx.install(alone, "--uninstall").stdout
    before = snapshot(gx.root, "run")
    gx.place(old)
    assert gx.install(alone, "--uninstall").returncode == 0
    assert snapshot(gx.root, "run") == before


@pytest.fixture
def published(gx: Gx, old: Path, tmp_path: Path) -> Path:
    """The files of a release, and a curl that fetches them; it fails like the real one with -f."""
    files = tmp_path / "published"
    files.mkdir()
    archive(old).rename(files / "dbus-xbms-1.0.0.tar.gz")
    (files / "venus-data-dbus-xbms-1.0.0.tar.gz").write_text("another archive\n")
    sums = subprocess.run(["sha256sum", *sorted(p.name for p in files.iterdir())], cwd=files, stdout=-1)
    (files / "SHA256SUMS").write_bytes(sums.stdout)
    gx.environment["XBMS_DOWNLOADS"] = "https://releases.example"
    gx.script(
        "curl",
        '[ "$1 $2 $3" = "--proto =https -fsSL" ] || exit 2\n'
        f'cp "{files}/${{4#https://releases.example/}}" "$6" 2>/dev/null || exit 22',
    )
    return files


def test_the_newest_release_is_downloaded(gx: Gx, alone: Path, published: Path) -> None:
    done = gx.install(alone, "--no-start")
    assert done.returncode == 0, done.stdout
    assert gx.current == "1.0.0"


def test_install_sh_can_be_piped_into_a_shell(gx: Gx, alone: Path, published: Path, tmp_path: Path) -> None:
    with (alone / "install.sh").open() as script:
        command = ["/bin/sh", "-s", "--", "--root", str(gx.root), "--no-start"]
        done = subprocess.run(command, stdin=script, env=gx.environment, cwd=published, capture_output=True)
    assert done.returncode == 0, done.stderr
    assert gx.current == "1.0.0"


def test_a_damaged_download_is_refused(gx: Gx, alone: Path, published: Path) -> None:
    with (published / "dbus-xbms-1.0.0.tar.gz").open("ab") as file:
        file.write(b"\n")
    assert "the download is damaged" in gx.install(alone).stdout
    assert gx.current is None


def test_a_failed_download_is_reported(gx: Gx, alone: Path, published: Path) -> None:
    (published / "SHA256SUMS").unlink()
    done = gx.install(alone)
    assert done.returncode == 1
    assert "without internet" in done.stdout
