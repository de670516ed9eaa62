"""script/setup.sh installs what the scripts that call it need."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# A stub for Python: makes a venv that contains only itself, and writes down its arguments.
PYTHON = """#!/bin/sh
echo "$@" >>{calls}
[ "$1 $2" != "-m venv" ] || { mkdir -p "$4/bin" && cp "$0" "$4/bin/python"; }
"""


@pytest.mark.parametrize(
    ("arguments", "installed"), [("", ".[other-makes]"), ("'[dev]'", ".[dev]")], ids=["by default", "as told"]
)
def test_a_venv_has_the_library_for_other_makes_unless_told_what_else(
    arguments: str, installed: str, tmp_path: Path
) -> None:
    calls, python = tmp_path / "calls", tmp_path / "python"
    python.write_text(PYTHON.replace("{calls}", str(calls)))
    python.chmod(0o755)
    made = f"add_qt_libraries() {{ :; }}; make_venv {tmp_path}/venv {python} {arguments}"
    subprocess.run(["sh", "-euc", f". script/setup.sh; {made}"], cwd=ROOT, check=True, timeout=60)
    assert calls.read_text().splitlines()[-1].endswith(f"install --editable {installed}")
