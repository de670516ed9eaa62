"""What Venus OS does at boot with the archives on a stick, told in Python."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path


def update_data(root: Path, environment: Mapping[str, str]) -> list[tuple[str, int]]:
    """Do it with every archive on the sticks below ``root``; the hooks that ran, with their exit status.

    First rc/ is unpacked alone and its first hook run. If that agrees, all else goes to /data, and the second
    hook is told whether it could.
    """
    tar = shutil.which("tar") or "tar"  # not busybox's, which may know no --exclude
    ran = []
    environment = {**environment, "XBMS_ROOT": str(root)}

    def run(*command: str | Path) -> int:
        return subprocess.run(command, env=environment, capture_output=True, timeout=60).returncode

    for archive in sorted(root.glob("media/*/venus-data-*.tar.gz")):
        with tempfile.TemporaryDirectory() as folder:
            run(tar, "xzf", archive, "-C", folder, "rc")
            ran.append(("pre", run("sh", f"{folder}/rc/pre-hook.sh")))
            if ran[-1][1] != 0:
                continue
            failed = run(tar, "xzf", archive, "-C", root / "data", "--exclude", "rc")
            told = "extraction-failed" if failed else "success"
            ran.append((told, run("sh", f"{folder}/rc/post-hook.sh", told)))
    return ran
