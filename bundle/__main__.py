"""``python -m bundle``: build the files of a release from this work tree."""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from bundle import origin, release, tree, vendor
from dbus_xbms import __version__
from dbus_xbms.commands.progress import steps
from dbus_xbms.process.interrupt import ended_by_ctrl_c
from gx import qt

MOST = 1_500_000  # bytes; a GX may have only 28 MB, and two releases are kept


def main() -> int:
    """Write all archives and their checksums; return the exit status."""
    args = _arguments()
    if not re.fullmatch(r"\d+\.\d+\.\d+", __version__):  # the hook on the USB stick compares three numbers
        sys.exit(f"bundle: a release has a version like 1.2.3, not {__version__}")
    try:
        made_by = origin.origin(args.repository, args.key)
    except ValueError as err:
        sys.exit(f"bundle: {err}")
    args.cache.mkdir(parents=True, exist_ok=True)
    args.output.mkdir(parents=True, exist_ok=True)
    with steps() as step:
        try:
            files = {**_archives(made_by, args.cache, _time(), step), **release.installer(made_by)}
        except (qt.ToolMissing, qt.ToolFailed) as err:
            sys.exit(f"bundle: {err}")
        step("Signing" if made_by.key else "Computing checksums")
        files = origin.signed({**files, "SHA256SUMS": tree.checksums(files)}, made_by)
    if made_by.repository:
        files["NOTES.md"] = tree.text(origin.notes(made_by, __version__))
    for name, file in files.items():
        (args.output / name).write_bytes(file.content)
        print(f"{len(file.content):8d}  {args.output / name}")
    too_big = [name for name, file in files.items() if len(file.content) > MOST]
    if not made_by.key:
        print("This build is unsigned: --key FILE signs it.")
    if too_big:
        sys.exit(f"bundle: more than {MOST} bytes: {', '.join(too_big)}")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/bundle", description="Build the files of a release.")
    parser.add_argument(
        "--output", type=Path, default=Path("dist"), metavar="DIR", help="output directory (dist)"
    )
    parser.add_argument(
        "--cache",
        type=Path,
        default=Path("build/wheels"),
        metavar="DIR",
        help="for wheels (build/wheels)",
    )
    parser.add_argument(
        "--repository",
        default=os.environ.get("GITHUB_REPOSITORY", ""),
        metavar="OWNER/NAME",
        help="GitHub repository that will publish the files; install.sh and SetupHelper download from there",
    )
    parser.add_argument(
        "--key",
        type=Path,
        metavar="FILE",
        help="private key of ssh-keygen (ed25519) that signs the release",
    )
    return parser.parse_args()


def _archives(
    made_by: origin.Origin, cache: Path, time: int, step: Callable[[str], None]
) -> dict[str, tree.File]:
    step("Fetching the wheels of bundle/vendor.lock")
    installed = release.release(__version__, vendor.libraries(cache), time, made_by)
    trees = {
        f"dbus-xbms-{__version__}": tree.under(f"dbus-xbms-{__version__}", installed),
        f"venus-data-dbus-xbms-{__version__}": release.for_usb(__version__, installed),
        "venus-data-dbus-xbms-remove": release.removal(),
    }
    if made_by.repository:  # SetupHelper needs to know where newer versions are
        package = release.for_setuphelper(__version__, installed, made_by)
        trees[f"setuphelper-dbus-xbms-{__version__}"] = tree.under("dbus-xbms", package)
    step("Packing")
    return {f"{name}.tar.gz": tree.File(content=tree.pack(files, time)) for name, files in trees.items()}


def _time() -> int:
    """Return the date of the files in s since 1970: SOURCE_DATE_EPOCH, or that of the commit."""
    if epoch := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(epoch)
    git = ["git", "-C", str(release.ROOT), "log", "-1", "--format=%ct"]
    return int(subprocess.run(git, check=True, capture_output=True, text=True).stdout)


if __name__ == "__main__":
    sys.exit(ended_by_ctrl_c(main))
