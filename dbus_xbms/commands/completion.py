"""Print a script that completes commands, options, pack names and settings in a shell.

Use it in this shell: eval "$(dbus-xbms completion bash)". For new shells, write it to a file that ~/.bashrc
sources.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from dbus_xbms.commands import CommandError

SCRIPT = Path(__file__).parents[1] / "dbus-xbms.bash"
NO_ASH = "busybox ash completes only file names; use `bash`, which a GX has"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``dbus-xbms completion``."""
    parser.add_argument(
        "shell", choices=("bash", "ash"), help="shell; ash cannot complete commands, and exits with an error"
    )


def run(args: argparse.Namespace) -> int:
    """Print the script, which is generated at build time."""
    if args.shell == "ash":
        raise CommandError(NO_ASH)
    print(SCRIPT.read_text(encoding="utf-8"), end="")
    return 0
