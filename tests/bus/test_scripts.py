"""Long-running scripts show their progress on a terminal and end on Ctrl-C as commands do."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.on_terminal import interrupted

PYTHON = sys.executable
SCRIPTS = {
    "closed-loop": (["bench.closed_loop", "30"], "Set-up 1 of 5, 48 V, 16 cells ... day "),
    "bench": (["bench.speed", "--packs", "1"], "Measurement 1 of 1: 1 packs, cython ... "),
    "soak": (
        ["tests.endurance", "--packs", "1", "--others", "0", "--hours", "1"],
        "Soaking 1 pack, 0 findings ... ",
    ),
    "bundle": (["bundle"], "Fetching the wheels of bundle/vendor.lock"),
}


@pytest.mark.parametrize("script", SCRIPTS)
async def test_a_script_shows_its_progress_and_ends_on_ctrl_c(script: str, tmp_path: Path) -> None:
    arguments, progress = SCRIPTS[script]
    if script == "bundle":
        arguments = [*arguments, "--output", str(tmp_path), "--cache", str(tmp_path / "wheels")]
    shown = await interrupted([PYTHON, "-m", *arguments], progress, columns=100)
    assert progress in shown.text
    assert "Traceback" not in shown.text
    assert shown.status == 130
    assert shown.text.rstrip().endswith("dbus-xbms: interrupted")
