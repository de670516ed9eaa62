"""install.sh on a GX with real supervision: install, upgrade, roll back, remove, boot."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.install.gx import BOOT_LINE, Gx, bundle, snapshot, until, write_sums

APP = "data/apps/dbus-xbms"


def releases(gx: Gx) -> set[str]:
    return {path.name for path in (gx.root / APP / "releases").iterdir()}


def test_a_first_install_runs_and_a_second_one_changes_nothing(gx: Gx, old: Path) -> None:
    gx.start()
    done = gx.install(old)
    assert done.returncode == 0, done.stdout
    assert gx.running == "1.0.0"
    assert (gx.root / APP / "current").readlink() == Path("releases/1.0.0")
    assert BOOT_LINE in (gx.root / "data/rc.local").read_text()
    assert "this is 1.0.0" in until((gx.root / "var/log/dbus-xbms/current").read_text)
    before, pid = snapshot(gx.root), gx.pid
    again = gx.install(old)
    assert again.returncode == 0
    assert "already installed" in again.stdout
    assert snapshot(gx.root) == before
    assert gx.pid == pid


def test_the_installed_copy_can_be_run_again(running: Gx) -> None:
    before, pid = snapshot(running.root), running.pid
    assert running.install(running.root / APP / "current").returncode == 0
    assert snapshot(running.root) == before
    assert running.pid == pid


def test_an_upgrade_runs_the_new_release_and_keeps_the_previous_one(
    running: Gx, new: Path, tmp_path: Path
) -> None:
    assert running.install(new).returncode == 0
    assert running.running == "1.1.0"
    assert releases(running) == {"1.0.0", "1.1.0"}
    newest = running.install(bundle(tmp_path, "1.2.0"))
    assert newest.returncode == 0, newest.stdout
    assert running.running == "1.2.0"
    assert releases(running) == {"1.1.0", "1.2.0"}
    back = running.install(running.root / APP / "current", "--rollback")
    assert back.returncode == 0, back.stdout
    assert running.running == running.current == "1.1.0"
    forth = running.install(running.root / APP / "current", "--rollback")
    assert forth.returncode == 0, forth.stdout
    assert running.running == running.current == "1.2.0"


@pytest.mark.parametrize(
    ("trait", "reason"), [("crashes", "exited soon after its start"), ("mute", "does not appear on D-Bus")]
)
def test_a_broken_upgrade_is_rolled_back_byte_for_byte(
    running: Gx, tmp_path: Path, trait: str, reason: str
) -> None:
    excluded = ("var/log", "service", "run/dbus-xbms.lock")
    before = snapshot(running.root, *excluded)
    done = running.install(bundle(tmp_path, "2.0.0", trait))
    assert done.returncode == 1
    assert reason in done.stdout
    assert "this is 2.0.0" in done.stdout  # the log's tail
    assert "Rolled back: 1.0.0" in done.stdout
    assert running.running == "1.0.0"
    assert snapshot(running.root, *excluded) == before


def test_a_release_that_fails_its_self_test_is_never_activated(running: Gx, tmp_path: Path) -> None:
    before, pid = snapshot(running.root), running.pid
    done = running.install(bundle(tmp_path, "2.0.0", "unfit"))
    assert done.returncode == 1
    assert "no module named bleak" in done.stdout
    assert "nothing was changed" in done.stdout
    assert snapshot(running.root) == before
    assert running.pid == pid


def test_a_self_test_that_hangs_is_ended(gx: Gx, old: Path) -> None:
    hangs = old / "install.sh"
    hangs.write_text(hangs.read_text().replace("SELF_TEST_TIME=120", "SELF_TEST_TIME=1"))
    program = old / "bin/dbus-xbms"
    program.write_text("#!/bin/sh\nexec sleep 1000\n")
    write_sums(old)
    done = gx.install(old, "--no-start")
    assert done.returncode == 1
    assert "does not work on this machine" in done.stdout


def test_a_first_install_that_fails_leaves_only_its_log(gx: Gx, tmp_path: Path) -> None:
    gx.start()
    (gx.root / "data/rc.local").write_text("#!/bin/sh\nexit 0\n")
    before = snapshot(gx.root, "var/log", "run")
    done = gx.install(bundle(tmp_path, "1.0.0", "crashes"))
    assert done.returncode == 1
    assert "was removed again" in done.stdout
    assert snapshot(gx.root, "var/log", "run") == before
    assert "this is 1.0.0" in (gx.root / "var/log/dbus-xbms/current").read_text()
    assert len(gx.processes()) == 1


def test_another_build_of_the_same_version_replaces_the_first(running: Gx, old: Path, tmp_path: Path) -> None:
    other = bundle(tmp_path / "other", "1.0.0", "touched")
    assert running.install(other).returncode == 0
    assert (running.root / APP / "current/touched").exists()
    assert len(releases(running)) == 2
    assert running.install(old).returncode == 0
    assert not (running.root / APP / "current/touched").exists()
    assert len(releases(running)) == 2


def test_a_damaged_release_is_repaired_by_installing_it_again(running: Gx, old: Path) -> None:
    (running.root / APP / "current/VERSION").write_text("rubbish")
    done = running.install(old)
    assert done.returncode == 0, done.stdout
    assert running.running == running.current == "1.0.0"


def test_changed_run_scripts_replace_the_old_ones(running: Gx, tmp_path: Path) -> None:
    changed = bundle(tmp_path, "1.1.0")
    run = changed / "service/dbus-xbms/run"
    run.write_text(run.read_text().replace("*** starting", "*** newly starting"))
    write_sums(changed)
    assert running.install(changed).returncode == 0
    assert "*** newly starting" in (running.root / "service/dbus-xbms/run").read_text()
    assert "*** newly starting" in (running.root / "var/log/dbus-xbms/current").read_text()


def test_a_service_stopped_manually_stays_stopped_over_an_upgrade(running: Gx, new: Path) -> None:
    os.system(f"{running.tools}/svc -d {running.root}/service/dbus-xbms")
    until(lambda: running.pid is None)
    done = running.install(new)
    assert done.returncode == 0, done.stdout
    assert "stopped manually" in done.stdout
    assert running.current == "1.1.0"
    assert running.pid is None


@pytest.mark.parametrize("purge", [False, True], ids=["", "purge"])
def test_removal_restores_everything(gx: Gx, old: Path, new: Path, purge: bool) -> None:
    (gx.root / "data/rc.local").write_text("#!/bin/sh\necho owner")
    (gx.root / "data/rc.local").chmod(0o755)
    before = snapshot(gx.root, "run")
    gx.place(old)
    gx.place(new)
    gx.boot()
    until(lambda: gx.running == "1.1.0" and gx.settled)
    (gx.root / "data/conf/dbus-xbms").mkdir(parents=True)
    installed = gx.root / APP / "current"
    done = gx.install(installed, "--uninstall", *["--purge"] * purge)
    assert done.returncode == 0, done.stdout
    assert len(gx.processes()) == 1  # svscan
    kept = () if purge else ("var/log/dbus-xbms", "data/conf/dbus-xbms")
    assert all((gx.root / path).exists() for path in kept)
    assert snapshot(gx.root, "run", *kept, "data/conf") == before
    removed = gx.root / "run/removed"
    assert (removed.read_text() if removed.exists() else "") == "remove --all --forget --yes\n" * purge
    assert not (gx.root / "run/dbus-xbms.lock").exists()
    assert gx.install(new, "--uninstall").returncode == 0  # uninstalling again is not an error


def test_the_installation_survives_a_firmware_update(running: Gx) -> None:
    before = snapshot(running.root / "data")
    shutil.rmtree(running.root / "opt")
    (running.root / "opt/victronenergy/service").mkdir(parents=True)
    (running.root / "opt/victronenergy/version").write_text("v3.80\n")
    (running.root / "run/name").unlink()
    running.boot(rc_local_first=False)
    assert until(lambda: running.running) == "1.0.0"
    assert snapshot(running.root / "data") == before


def test_an_upgrade_without_a_start_is_tried_at_the_next_boot(running: Gx, new: Path, tmp_path: Path) -> None:
    excluded = (f"{APP}/trial",)
    running.place(new)
    assert running.running == "1.0.0"
    running.boot()
    until(lambda: running.running == "1.1.0" and running.settled)
    before = snapshot(running.root / "data", *excluded)
    running.place(bundle(tmp_path, "2.0.0", "crashes"))
    assert running.current == "2.0.0"
    running.boot()
    until(lambda: running.running == "1.1.0" and running.settled)
    assert snapshot(running.root / "data", *excluded) == before
    again = running.install(tmp_path / "dbus-xbms-2.0.0", "--no-start")
    assert again.returncode == 1
    assert "2.0.0 failed on this GX before" in again.stdout
    assert running.current == "1.1.0"


def test_a_program_that_keeps_failing_is_restarted_with_growing_delays(gx: Gx, tmp_path: Path) -> None:
    gx.place(bundle(tmp_path, "1.0.0", "crashes"))
    gx.script("sleep", f'echo "$1" >>{gx.root}/run/slept')
    service = gx.root / APP / "current/service/dbus-xbms"
    run = [shutil.which("sh") or "", "run"]
    for _ in range(7):
        environment = {**gx.environment, "XBMS_ROOT": str(gx.root)}
        assert subprocess.run(run, cwd=service, env=environment, capture_output=True).returncode == 1
    assert (gx.root / "run/slept").read_text().split() == ["5", "10", "20", "40", "80", "80"]


def test_a_program_that_ran_for_a_while_is_restarted_at_once(gx: Gx, tmp_path: Path) -> None:
    gx.place(bundle(tmp_path, "1.0.0", "crashes"))
    gx.script("sleep", "exit 9")
    service = gx.root / APP / "current/service/dbus-xbms"
    uptime = int(float(Path("/proc/uptime").read_text().split()[0]))
    (service / "started").write_text(f"{uptime - 61} 4\n")
    environment = {**gx.environment, "XBMS_ROOT": str(gx.root)}
    run = [shutil.which("sh") or "", "run"]
    done = subprocess.run(run, cwd=service, env=environment, capture_output=True, text=True)
    assert "restarting in" not in done.stdout
    assert int((service / "started").read_text().split()[1]) == 0


def test_install_sh_prints_how_to_put_the_command_on_the_path_until_it_is_there(
    quick: Gx, old: Path, new: Path
) -> None:
    output = quick.install(old).stdout
    (line,) = [
        line.partition("on your PATH: ")[2] for line in output.splitlines() if "on your PATH: " in line
    ]
    home = quick.root / "data/home/root"
    home.mkdir(parents=True)
    environment = {"HOME": str(home), "PATH": os.environ["PATH"]}
    subprocess.run(["sh", "-c", line], env=environment, check=True, timeout=60)
    login = ["sh", "-c", ". ~/.profile; command -v dbus-xbms"]
    found = subprocess.run(login, env=environment, capture_output=True, text=True, check=True, timeout=60)
    assert found.stdout.strip() == str(quick.root / APP / "current/bin/dbus-xbms")
    again = quick.install(new)
    assert again.returncode == 0
    assert "on your PATH" not in again.stdout
