"""Signatures: checked with the key of the installed release, at first with the key in install.sh."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.install.gx import Gx, archive, bundle, new_key, sign, sign_sums, snapshot, write_sums


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """The key that signs releases."""
    return new_key(tmp_path)


@pytest.fixture
def signed(gx: Gx, old: Path, key: Path) -> Gx:
    """A GX on which a signed release is installed."""
    sign(old, key)
    gx.place(old)
    return gx


@pytest.fixture
def alone(tmp_path: Path, key: Path) -> Path:
    """A directory with an install.sh that contains the key, as in a release."""
    directory = tmp_path / "download"
    directory.mkdir()
    public = " ".join(key.with_suffix(".pub").read_text().split()[:2])
    source = Path(__file__).parents[2] / "install.sh"
    (directory / "install.sh").write_text(source.read_text().replace("\nKEY=''\n", f"\nKEY='{public}'\n"))
    return directory


def refused(gx: Gx, tree: Path, *options: str) -> str:
    before = snapshot(gx.root, "run")
    done = gx.install(tree, "--no-start", *options)
    assert done.returncode == 1, done.stdout
    assert snapshot(gx.root, "run") == before
    return done.stdout


def test_an_upgrade_signed_with_the_same_key_is_accepted(signed: Gx, new: Path, key: Path) -> None:
    sign(new, key)
    done = signed.install(new, "--no-start")
    assert done.returncode == 0, done.stdout
    assert "unsigned" not in done.stdout
    assert signed.current == "1.1.0"


def test_an_upgrade_without_a_signature_is_refused_unless_unsigned_is_given(signed: Gx, new: Path) -> None:
    assert "does not have the signature" in refused(signed, new)
    done = signed.install(new, "--no-start", "--unsigned")
    assert done.returncode == 0, done.stdout
    assert signed.current == "1.1.0"


def test_an_upgrade_signed_with_another_key_is_refused(signed: Gx, new: Path, tmp_path: Path) -> None:
    sign(new, new_key(tmp_path, "other"))
    assert "does not have the signature" in refused(signed, new)


@pytest.mark.parametrize("change", ["changed", "added", "link"])
def test_a_signed_upgrade_with_a_file_that_is_not_the_signed_one_is_refused(
    signed: Gx, new: Path, key: Path, change: str
) -> None:
    sign(new, key)
    target = new / {"changed": "bin/dbus-xbms", "added": "sitecustomize.py", "link": "lib"}[change]
    target.symlink_to("/tmp") if change == "link" else target.write_text("#!/bin/sh\nexit 0\n")
    assert "damaged" in refused(signed, new)


def test_recomputed_sums_without_the_key_are_refused(signed: Gx, new: Path, key: Path) -> None:
    sign(new, key)
    (new / "planted").touch()
    write_sums(new)
    assert "does not have the signature" in refused(signed, new)


def test_a_first_install_checks_with_the_key_of_install_sh_before_it_runs_anything(
    gx: Gx, new: Path, alone: Path, tmp_path: Path
) -> None:
    planted = tmp_path / "planted"
    script = new / "install.sh"
    script.write_text(f"#!/bin/sh\ntouch {planted}\n")
    write_sums(new)
    archive(new).rename(alone / "dbus-xbms-1.1.0.tar.gz")
    assert "does not have the signature" in refused(gx, alone, "--offline")
    assert not planted.exists()


def test_a_first_install_accepts_a_signed_release(gx: Gx, new: Path, alone: Path, key: Path) -> None:
    sign(new, key)
    archive(new).rename(alone / "dbus-xbms-1.1.0.tar.gz")
    done = gx.install(alone, "--offline", "--no-start")
    assert done.returncode == 0, done.stdout
    assert gx.current == "1.1.0"


def test_a_build_without_a_key_says_that_it_is_unsigned(gx: Gx, old: Path) -> None:
    done = gx.install(old, "--no-start")
    assert done.returncode == 0
    assert "this build is unsigned" in done.stdout


def test_without_ssh_keygen_a_signed_release_is_refused(signed: Gx, new: Path, key: Path) -> None:
    sign(new, key)
    (signed.tools / "ssh-keygen").unlink()
    assert "ssh-keygen is missing" in refused(signed, new)


def test_the_next_key_comes_with_a_release_that_the_old_one_signs(
    signed: Gx, new: Path, key: Path, tmp_path: Path
) -> None:
    other = new_key(tmp_path, "other")
    sign(new, other)
    sign_sums(new, key)
    signed.place(new)
    newest = bundle(tmp_path, "1.2.0")
    sign(newest, other)
    signed.place(newest)
    assert signed.current == "1.2.0"
