"""What Venus OS does at boot with the archives on a stick, in Python."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path


def update_data(root: Path, environment: Mapping[str, str]) -> list[tuple[str, int]]:
    """Handle every archive on the sticks below ``root``; return the hooks that ran with their exit status.

    First only rc/ is unpacked and its pre-hook run. If that succeeds, the rest is unpacked to /data, and the
    post-hook gets the result as its argument.
    """
    tar = shutil.which("tar") or "tar"  # not busybox's, which may lack --exclude
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
            result = "extraction-failed" if failed else "success"
            ran.append((result, run("sh", f"{folder}/rc/post-hook.sh", result)))
    return ran
