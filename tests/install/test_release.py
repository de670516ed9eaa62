"""A real release on a GX: installed, supervised, on a Python without the modules missing on Venus OS."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from dbus_xbms import __version__
from tests.bundle.conftest import output, stock_python, unpacked
from tests.bundle.update_data import update_data
from tests.bus.conftest import private_bus
from tests.bus.simulation import Simulation
from tests.install.gx import Gx, snapshot, until
from tests.patience import PATIENCE

__all__ = ["output", "private_bus", "stock_python", "unpacked"]  # fixtures

VOLATILE = ("run",)
PROGRAM = "data/apps/dbus-xbms/current/bin/dbus-xbms"


@pytest.fixture
def real(gx: Gx, private_bus: str, stock_python: Path) -> Gx:
    """A GX with a bus and the Python of a stock Venus OS."""
    gx.tool("python3", str(stock_python))
    buses = dict.fromkeys(("DBUS_SYSTEM_BUS_ADDRESS", "DBUS_SESSION_BUS_ADDRESS"), private_bus)
    gx.environment |= {"XBMS_PYTHON": str(stock_python), "XBMS_PATIENCE": "40", **buses}
    return gx


async def program(gx: Gx, *arguments: str) -> subprocess.CompletedProcess[str]:
    return await asyncio.to_thread(run, [str(gx.root / PROGRAM), *arguments], gx.environment)


async def listed() -> str:
    """The output of `list` from this tree."""
    done = await asyncio.to_thread(run, [sys.executable, "-m", "dbus_xbms", "list"], os.environ)
    return done.stdout + done.stderr


def run(command: Sequence[str], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, env=environment, capture_output=True, text=True)


async def shown(gx: Gx, packs: int) -> list[dict[str, Any]]:
    """Wait until the GX shows ``packs`` packs with a voltage, and return their values."""
    async with asyncio.timeout(PATIENCE):
        while True:
            seen = list(json.loads((await program(gx, "watch", "--once", "--json")).stdout).values())
            if len(seen) == packs and all(pack and pack["/Dc/0/Voltage"] for pack in seen):
                return seen
            await asyncio.sleep(0.2)


async def test_a_release_runs_under_supervision_shows_packs_and_is_removed_without_a_trace(
    real: Gx, unpacked: Path
) -> None:
    before = snapshot(real.root, *VOLATILE)
    real.start()
    async with Simulation(packs=2) as sim:
        none = await listed()
        done = await asyncio.to_thread(real.install, unpacked, "--offline")
        assert done.returncode == 0, done.stdout
        assert real.current == __version__
        for address in sim.addresses:
            assert (await program(real, "add", address)).returncode == 0
        packs = await shown(real, 2)
        assert all(11 < pack["/Dc/0/Voltage"] < 60 for pack in packs)
        removal = await asyncio.to_thread(
            real.install, (real.root / PROGRAM).parents[1], "--uninstall", "--purge"
        )
        assert removal.returncode == 0, removal.stdout
        assert await listed() == none
    assert snapshot(real.root, *VOLATILE) == before


def test_a_stick_installs_a_release_within_one_boot_and_does_nothing_at_the_next(
    real: Gx, output: Path
) -> None:
    stick = real.root / "media/sda1"
    stick.mkdir(parents=True)
    name = f"venus-data-dbus-xbms-{__version__}.tar.gz"
    (stick / name).write_bytes((output / name).read_bytes())
    real.script("pgrep", "exit 1")  # svscan is not running yet
    paths = f"{real.tools}:{os.environ['PATH']}"
    assert update_data(real.root, {**real.environment, "PATH": paths}) == [("pre", 0), ("success", 0)]
    real.boot()
    until(lambda: real.pid and real.settled)
    assert real.current == __version__
    before = snapshot(real.root / "data")
    assert update_data(real.root, {**real.environment, "PATH": paths}) == [("pre", 1)]
    assert snapshot(real.root / "data") == before
    assert "is installed and starts" in (stick / "dbus-xbms.txt").read_text()
