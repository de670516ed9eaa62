"""The line in /data/rc.local: added by an installation, removed by an uninstallation."""

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
    "exit in the middle": "#!/bin/sh\necho owner\nexit 0\n/data/other/enable.sh\n",
    "exec": "#!/bin/sh\nexec /data/other.sh\n",
    "syntax error": "#!/bin/sh\nif then fi (\n",
    "DOS": "#!/bin/sh\r\necho owner\r\nexit 0\r\n",
    "DOS, no shebang": "echo owner\r\nexit 0\r\n",
}


@pytest.mark.parametrize("text", OWNERS.values(), ids=OWNERS)
def test_the_owners_file_gets_one_line_and_is_restored_byte_for_byte(gx: Gx, old: Path, text: str) -> None:
    rc_local = gx.root / "data/rc.local"
    rc_local.write_bytes(text.encode())
    rc_local.chmod(0o750)
    before = snapshot(gx.root)
    gx.place(old)
    gx.place(old)
    with_line = rc_local.read_bytes().decode()
    assert with_line.count(BOOT_LINE) == 2  # in one line: the test whether it exists, and the call
    owners = [line for line in with_line.splitlines() if BOOT_LINE not in line]
    assert owners[1:] if text.startswith("#!/bin/sh\r") else owners == text.splitlines()
    assert rc_local.stat().st_mode & 0o777 == 0o750
    assert gx.install(old, "--uninstall").returncode == 0
    assert snapshot(gx.root) == before


@pytest.mark.parametrize("owners", OWNERS.values(), ids=OWNERS)
def test_the_line_runs_whatever_the_owners_file_does(gx: Gx, old: Path, owners: str) -> None:
    rc_local = gx.root / "data/rc.local"
    rc_local.write_bytes(owners.encode())
    rc_local.chmod(0o755)
    done = gx.install(old, "--no-start")
    assert "starts at the next boot" in done.stdout
    gx.environment["XBMS_PATIENCE"] = "0"
    # As on Venus OS: started by a shell, which interprets a file without a shebang itself.
    subprocess.run(["sh", "-c", str(rc_local)], env=gx.environment, check=False, capture_output=True)
    assert (gx.root / "service/dbus-xbms/run").exists()
    assert gx.install(old, "--check-boot").returncode == 0


def test_the_owners_lines_still_do_not_run_with_windows_line_ends(gx: Gx, old: Path) -> None:
    rc_local = gx.root / "data/rc.local"
    rc_local.write_bytes(b"#!/bin/sh\r\necho owner >$XBMS_TEST\r\n")
    rc_local.chmod(0o755)
    ran = gx.root / "run/owners"
    gx.environment["XBMS_TEST"] = str(ran)
    assert "Windows line ends" in gx.install(old, "--no-start").stdout
    (gx.root / "data/apps/dbus-xbms/trial").unlink()
    gx.run_rc_local()
    assert not ran.exists()
    rc_local.write_bytes(rc_local.read_bytes().replace(b"\r", b""))  # as install.sh advised
    gx.place(old)
    gx.run_rc_local()
    assert ran.exists()
    assert gx.install(old, "--uninstall").returncode == 0
    assert rc_local.read_bytes() == b"#!/bin/sh\necho owner >$XBMS_TEST\n"


def test_a_line_that_others_pushed_down_is_moved_back_up(gx: Gx, old: Path) -> None:
    rc_local = gx.root / "data/rc.local"
    gx.place(old)
    first, line = rc_local.read_text().splitlines()
    rc_local.write_text(f"{first}\n/data/other.sh; exit 0\n{line}\n")
    checked = gx.install(old, "--check-boot")
    assert checked.returncode == 1
    assert "is not the first" in checked.stdout
    gx.place(old)
    assert BOOT_LINE in rc_local.read_text().splitlines()[1]
    assert gx.install(old, "--check-boot").returncode == 0


def test_check_boot_runs_no_other_lines_and_starts_nothing(gx: Gx, old: Path) -> None:
    ran = gx.root / "run/owners"
    rc_local = gx.root / "data/rc.local"
    rc_local.write_text(f"#!/bin/sh\necho owner >{ran}\n")
    rc_local.chmod(0o755)
    gx.place(old)
    assert gx.install(old, "--check-boot").returncode == 0
    assert not ran.exists()
    assert not (gx.root / "service/dbus-xbms").exists()


def test_install_sh_says_that_a_file_cannot_run(gx: Gx, old: Path) -> None:
    rc_local = gx.root / "data/rc.local"
    rc_local.write_text("#!/no/such/sh\n")
    rc_local.chmod(0o755)
    done = gx.install(old, "--no-start")
    assert "does not run on this GX" in done.stdout
    assert "starts at the next boot" not in done.stdout


def test_a_missing_file_is_created_and_removed_again(gx: Gx, old: Path) -> None:
    before = snapshot(gx.root)
    gx.place(old)
    rc_local = gx.root / "data/rc.local"
    assert rc_local.read_text().startswith("#!/bin/sh\n")
    assert rc_local.stat().st_mode & 0o777 == 0o755
    assert gx.install(old, "--uninstall").returncode == 0
    assert snapshot(gx.root) == before


def test_lines_that_others_add_to_a_created_file_stay(gx: Gx, old: Path) -> None:
    gx.place(old)
    rc_local = gx.root / "data/rc.local"
    with rc_local.open("a") as file:
        file.write("echo other\n")
    assert gx.install(old, "--uninstall").returncode == 0
    assert rc_local.read_text() == "#!/bin/sh\necho other\n"


def test_a_disabled_file_stays_disabled_and_the_owner_is_told(gx: Gx, old: Path) -> None:
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
