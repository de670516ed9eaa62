"""script/setup.sh installs what the scripts that call it need."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# A stub for Python: makes a venv that contains only itself, and writes down its arguments.
PYTHON = """#!/bin/sh
echo "$@" >>{calls}
[ "$1 $2" != "-m venv" ] || { mkdir -p "$4/bin" && cp "$0" "$4/bin/python"; }
"""

# A stub for apt-get: writes down its arguments, and installs two commands.
APT_GET = """#!/bin/sh
echo "$@" >>{calls}
ln -s "$0" {folder}/svscan-of-a-test
ln -s "$0" {folder}/groff-of-a-test
"""


def test_all_packages_of_missing_commands_are_installed_in_one_call(tmp_path: Path) -> None:
    calls = tmp_path / "calls"
    for name, text in (("apt-get", APT_GET), ("id", "#!/bin/sh\necho 0\n")):
        (tmp_path / name).write_text(text.replace("{calls}", str(calls)).replace("{folder}", str(tmp_path)))
        (tmp_path / name).chmod(0o755)
    needed = "need sh svscan-of-a-test=daemontools groff-of-a-test"
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    for _ in range(2):
        subprocess.run(
            ["sh", "-euc", f". script/setup.sh; {needed}"], cwd=ROOT, env=environment, check=True, timeout=60
        )
    assert calls.read_text().splitlines() == [
        "-qq install --no-install-recommends daemontools groff-of-a-test"
    ]


def test_a_command_that_no_package_brings_is_named_with_its_package(tmp_path: Path) -> None:
    (tmp_path / "id").write_text("#!/bin/sh\necho 1000\n")
    (tmp_path / "id").chmod(0o755)
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["sh", "-euc", ". script/setup.sh; need sh no-such-command=its-package"],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert "needs no-such-command. On Debian or Ubuntu: sudo apt install its-package" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "installed"),
    [("", "--compile --editable .[other-makes]"), ("'[dev]'", "--no-compile --editable .[dev]")],
    ids=["by default", "as told"],
)
def test_a_venv_has_the_library_for_other_makes_unless_told_what_else(
    arguments: str, installed: str, tmp_path: Path
) -> None:
    calls, python = tmp_path / "calls", tmp_path / "python"
    python.write_text(PYTHON.replace("{calls}", str(calls)))
    python.chmod(0o755)
    made = f"add_qt_libraries() {{ :; }}; make_venv {tmp_path}/venv {python} {arguments}"
    subprocess.run(["sh", "-euc", f". script/setup.sh; {made}"], cwd=ROOT, check=True, timeout=60)
    assert calls.read_text().splitlines()[-1].endswith(f"install {installed}")
