"""From a stick to a pack on the bus: the real archive, install.sh, daemontools, and Python as a GX has it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bundle.conftest import NAME
from tests.bundle.update_data import update_data
from tests.bus.conftest import private_bus
from tests.bus.simulation import Simulation
from tests.bus.venus import Seen, Venus
from tests.install.gx import Gx, snapshot, until

__all__ = ["private_bus"]  # a fixture

ADDRESS = "A4:C1:37:00:00:01"


def valid(seen: Seen) -> bool:
    return seen["/Dc/0/Voltage"] is not None


@pytest.fixture
def gx(tmp_path: Path, output: Path, stock_python: Path, private_bus: str) -> Iterator[Gx]:
    """A GX with a stick in it, on a bus of its own."""
    gx = Gx(tmp_path)
    stick = gx.root / "media/sda1"
    stick.mkdir(parents=True)
    archive = f"venus-data-{NAME}.tar.gz"
    (stick / archive).write_bytes((output / archive).read_bytes())
    gx.tool("python3", str(stock_python))
    gx.script("pgrep", "exit 1")  # the stick is read before svscan runs
    gx.environment |= {
        "XBMS_PATIENCE": "30",
        "XBMS_PYTHON": str(stock_python),
        "PYTHONPYCACHEPREFIX": f"{stock_python}.cache",
        "DBUS_SYSTEM_BUS_ADDRESS": private_bus,
        "DBUS_SESSION_BUS_ADDRESS": private_bus,
    }
    yield gx
    gx.stop()


@pytest.mark.bus
async def test_a_stick_brings_a_pack_to_the_bus_and_does_nothing_at_the_next_boot(gx: Gx) -> None:
    environment = {**gx.environment, "PATH": f"{gx.tools}:{os.environ['PATH']}"}
    async with Simulation(1) as sim, Venus() as venus:
        await venus.enable(ADDRESS)
        assert update_data(gx.root, environment) == [("pre", 0), ("success", 0)]
        gx.boot()
        seen = await venus.until(ADDRESS, valid, timeout=30)
        truth = (await sim.truth(ADDRESS))["pack"]
        assert seen["/Dc/0/Voltage"] == pytest.approx(truth["voltage"], abs=0.3)
        until(lambda: not (gx.root / "data/apps/dbus-xbms/trial").exists(), 30)  # it has proved itself
        before = snapshot(gx.root, "var/log", "service", "run")
        assert update_data(gx.root, environment) == [("pre", 1)]
        assert snapshot(gx.root, "var/log", "service", "run") == before
