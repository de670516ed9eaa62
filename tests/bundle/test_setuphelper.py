"""The package for SetupHelper, with a stub of the helpers that it sources."""

from __future__ import annotations

import os
import subprocess
import tarfile
from pathlib import Path

import pytest

from bundle import release
from bundle.origin import Origin
from bundle.tree import text
from dbus_xbms import __version__
from tests.bundle.release import NAME, REPOSITORY

HELPERS = """
scriptAction=${1^^}
scriptDir=$(cd "$(dirname "$0")" && pwd -P)
installedVersionFile=$XBMS_ROOT/etc/venus/installedVersion-dbus-xbms
setInstallFailed() { echo "failed: ${*:2}"; scriptAction=UNINSTALL; }
endScript() {
    echo "end $*"
    rm -f "$installedVersionFile"
    [ $scriptAction = UNINSTALL ] || cp "$scriptDir/version" "$installedVersionFile"
    exit 0
}
"""
INSTALLER = """#!/bin/sh
[ ! -e "$XBMS_ROOT/etc/venus/installedVersion-dbus-xbms" ] || exit 1  # as install.sh refuses
echo "install.sh $*"
exit ${STATUS:-0}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A GX with SetupHelper and the package, not installed yet."""
    tree = release.for_setuphelper("0.1.0", {"install.sh": text(INSTALLER)}, Origin(repository="owner/name"))
    tree = {f"data/dbus-xbms/{path}": file for path, file in tree.items()}
    tree["data/SetupHelper/HelperResources/IncludeHelpers"] = text(HELPERS)
    for path, file in tree.items():
        target = tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.content)
        target.chmod(0o755)
    (tmp_path / "etc/venus").mkdir(parents=True)
    return tmp_path


def setup(root: Path, action: str, **environment: str) -> list[str]:
    """Run the package's setup script and return the lines of its output."""
    done = subprocess.run(
        [root / "data/dbus-xbms/setup", action],
        env={**os.environ, "XBMS_ROOT": str(root), **environment},
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


def installed(root: Path) -> bool:
    return (root / "etc/venus/installedVersion-dbus-xbms").exists()


def test_setup_installs_twice_with_the_option_offline(root: Path) -> None:
    for _ in range(2):
        assert setup(root, "install") == ["install.sh --offline", "end "]
        assert installed(root)


def test_setup_uninstalls(root: Path) -> None:
    setup(root, "install")
    assert setup(root, "uninstall") == ["install.sh --uninstall", "end "]
    assert not installed(root)


def test_a_failed_upgrade_is_reported_and_removes_nothing(root: Path) -> None:
    setup(root, "install")
    assert setup(root, "install", STATUS="1") == [
        "install.sh --offline",
        "failed: install.sh failed: see above",
        "end ",
    ]
    assert not installed(root)


def test_the_package_says_its_version_and_which_venus_it_needs(output: Path) -> None:
    with tarfile.open(output / f"setuphelper-{NAME}.tar.gz") as archive:
        contents = {
            name: reader.read().decode()
            for name in ("version", "gitHubInfo", "firstCompatibleVersion")
            if (reader := archive.extractfile(f"dbus-xbms/{name}"))
        }
        assert archive.getmember("dbus-xbms/setup").mode == 0o755
        assert "dbus-xbms/release/SHA256SUMS" in archive.getnames()
    assert contents["version"] == f"v{__version__}\n"
    assert contents["gitHubInfo"] == f"{REPOSITORY.partition('/')[0]}:dist\n"
    assert contents["firstCompatibleVersion"] == "v3.60\n"
