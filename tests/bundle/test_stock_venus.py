"""The program from the bundle alone, on a Python without the modules missing on a stock Venus OS."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dbus_xbms import __version__
from dbus_xbms.protocols.aiobmsble.makes import MAKES
from dbus_xbms.simulator.scenario import address_of
from tests.bus.conftest import private_bus
from tests.bus.simulation import Program, Simulation
from tests.bus.venus import Seen, Venus
from tests.stock_venus import NOT_ON_VENUS

__all__ = ["private_bus"]  # a fixture

ADDRESS = "A4:C1:37:00:00:01"
BASIC_INFO = "DDA50300FFFD77"  # the request


def launch(unpacked: Path, stock_python: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the bundle's launcher as a shell on the device would."""
    return subprocess.run(
        [unpacked / "bin" / "dbus-xbms", *arguments],
        env={**os.environ, **environment(stock_python)},
        capture_output=True,
        text=True,
        timeout=30,
    )


def environment(stock_python: Path) -> dict[str, str]:
    """Environment of the launcher: the Python, and a directory for compiled files outside of the bundle."""
    return {
        "XBMS_PYTHON": str(stock_python),
        "PYTHONDONTWRITEBYTECODE": "",
        "PYTHONPYCACHEPREFIX": f"{stock_python}.cache",
    }


def valid(seen: Seen) -> bool:
    return seen["/Dc/0/Voltage"] is not None


def test_the_python_lacks_modules_missing_on_venus_and_those_installed_here(stock_python: Path) -> None:
    lacking = NOT_ON_VENUS - set(sys.builtin_module_names) | {"bleak", "pytest", "dbus_fast"}
    script = f"""
for name in {sorted(lacking)}:
    try:
        __import__(name)
    except ImportError:
        print(name)
"""
    done = subprocess.run([stock_python, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == sorted(lacking)


def test_help_is_shown(unpacked: Path, stock_python: Path) -> None:
    done = launch(unpacked, stock_python, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("usage: dbus-xbms ")


def test_every_module_of_the_program_can_be_imported(unpacked: Path, stock_python: Path) -> None:
    paths = [path.relative_to(unpacked).with_suffix("") for path in unpacked.glob("dbus_xbms/**/*.py")]
    modules = [".".join(path.parts).removesuffix(".__init__") for path in paths]
    script = f"""
import importlib, sys
sys.path[:0] = sys.argv[1:]
for name in {sorted(modules)}:
    importlib.import_module(name)
print(sys.modules["dbus_fast"].__file__)
print(sorted(name for name in sys.modules if name.startswith("aiobmsble")))
"""
    done = subprocess.run(
        [stock_python, "-B", "-S", "-E", "-c", script, unpacked, unpacked / "vendor"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stderr == ""
    dbus_fast, other_makes = done.stdout.splitlines()
    assert dbus_fast == str(unpacked / "vendor/dbus_fast/__init__.py")
    assert other_makes == "[]", "it costs memory, so only a pack of another make may import it"


def test_the_library_for_other_makes_can_be_imported_with_what_venus_has(
    unpacked: Path, stock_python: Path
) -> None:
    script = """
import sys
sys.path[:0] = sys.argv[1:]
from dbus_xbms.ble.bluez.aiobmsble import bms_module
from dbus_xbms.protocols.aiobmsble.makes import MAKES
for make in MAKES:
    assert issubclass(bms_module(make.name).BMS, sys.modules["aiobmsble.basebms"].BaseBMS)
    assert "statistics" not in sys.modules
calculated = sys.modules["aiobmsble._sample_calc"].derive_missing_fields
sensors = [sys.modules["aiobmsble"].TempSensor(value) for value in (20.0, 23.0)]
sample = {"temp_values": sensors, "voltage": 13.2, "current": -2.0}
calculated(sample)
print(len(MAKES), sample["temperature"], sample["power"])
"""
    done = subprocess.run(
        [stock_python, "-B", "-S", "-E", "-c", script, unpacked, unpacked / "vendor"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.stdout, done.stderr) == (f"{len(MAKES)} 21.5 -26.4\n", "")


@pytest.mark.parametrize("command", ["demo", "simulate"])
def test_a_command_that_needs_the_simulator_says_where_it_is(
    unpacked: Path, stock_python: Path, command: str
) -> None:
    done = launch(unpacked, stock_python, command)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"dbus-xbms: {command} is not part of this installation; "
        "`pip install .` in the source code installs it\n"
    )
    assert f"\n  {command} " not in launch(unpacked, stock_python, "--help").stdout


def test_the_self_test_passes(unpacked: Path, stock_python: Path) -> None:
    done = launch(unpacked, stock_python, "doctor", "--self-test")
    assert (done.returncode, done.stderr) == (0, "")


def test_install_sh_asks_for_the_room_that_a_release_takes_with_its_compiled_modules(
    unpacked: Path, stock_python: Path, tmp_path: Path
) -> None:
    own = environment(stock_python) | {"PYTHONPYCACHEPREFIX": str(tmp_path)}
    command = [str(unpacked / "bin/dbus-xbms"), "doctor", "--self-test"]  # imports every module
    subprocess.run(command, env={**os.environ, **own}, check=True, capture_output=True, timeout=60)
    compiled = tmp_path / unpacked.relative_to("/")
    assert compiled.is_dir()
    block = 4  # kB
    sizes = [path.stat().st_size for folder in (unpacked, compiled) for path in folder.rglob("*")]
    takes = sum(-(-size // (1024 * block)) * block for size in sizes)
    room = re.search(r"^ROOM=(\d+)", (unpacked / "install.sh").read_text(), re.MULTILINE)
    assert room
    assert 5000 < takes < int(room[1])


def test_a_frame_is_decoded(unpacked: Path, stock_python: Path) -> None:
    done = launch(unpacked, stock_python, "decode", BASIC_INFO)
    assert (done.returncode, done.stderr) == (0, "")
    assert "basic" in done.stdout


def test_the_launcher_works_through_links_and_takes_no_module_from_where_it_is_called(
    unpacked: Path, stock_python: Path, tmp_path: Path
) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('the wrong json')")
    (tmp_path / "current").symlink_to(unpacked)
    (tmp_path / "dbus-xbms").symlink_to("current/bin/dbus-xbms")
    done = subprocess.run(
        ["./dbus-xbms", "--version"],
        cwd=tmp_path,
        env={**os.environ, **environment(stock_python), "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, f"dbus-xbms {__version__}\n", "")


@pytest.mark.usefixtures("private_bus")
async def test_the_service_shows_a_jbd_without_importing_the_library_for_other_makes(
    unpacked: Path, stock_python: Path, tmp_path: Path
) -> None:
    compiled = tmp_path / "compiled"  # with a file for each module that was imported
    own = environment(stock_python) | {"PYTHONPYCACHEPREFIX": str(compiled)}
    await show(unpacked, own, {"address": ADDRESS, "cells": 4})
    assert list(compiled.rglob("vendor/bleak/__init__.*.pyc"))
    assert list(compiled.rglob("vendor/aiobmsble")) == []


@pytest.mark.usefixtures("private_bus")
async def test_the_service_shows_a_pack_of_another_make(unpacked: Path, stock_python: Path) -> None:
    litime = {"make": "litime", "address": address_of(1, "litime"), "cells": 8}
    await show(unpacked, environment(stock_python), litime, Protocol="redodo")


async def show(unpacked: Path, environment: dict[str, str], pack: dict[str, Any], **settings: str) -> None:
    """Run the service of the bundle until it shows a simulated pack with its voltage and cells."""
    async with Simulation([pack]) as sim, Venus() as venus:
        (address,) = sim.addresses
        await venus.enable(address, **settings)
        launcher = (str(unpacked / "bin" / "dbus-xbms"),)
        async with Program("run", command=launcher, environment=environment) as service:
            seen = await venus.until(address, valid)
            truth = (await sim.truth(address))["pack"]
            assert seen["/Dc/0/Voltage"] == pytest.approx(truth["voltage"], abs=0.3)
            assert seen["/System/NrOfCellsPerBattery"] == len(truth["cells"])
            assert await service.stop() == 0
        assert service.left_behind == []
