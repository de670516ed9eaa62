"""Check that this program can run on this machine; install.sh does so before it changes anything."""

from __future__ import annotations

import importlib
import platform
from importlib import metadata
from pathlib import Path

import dbus_xbms
from dbus_xbms import __version__
from dbus_xbms.doctor.facts import Program
from dbus_xbms.doctor.machine import NEEDED, lacking
from dbus_xbms.model import PackIdentity
from dbus_xbms.protocols.aiobmsble.requirement import missing
from dbus_xbms.protocols.jbd.describe import decode_frame
from dbus_xbms.settings import AnySetting, PackSettings, ProgramSettings, SettingsError
from dbus_xbms.venus.tables.battery import items_for

LAZY = (  # imported only when Bluetooth is used
    "bleak.backends.bluezdbus.client",
    "bleak.backends.bluezdbus.scanner",
    "bleak_retry_connector.bluez",
)
UNUSED = ("__main__", "simulator", "commands/demo", "commands/simulate", "commands/stories")  # not on a GX
# Basic info of a JBD SP04S034, published by syssi/esphome-jbd-bms.
FRAME = "dd03001d0618000001f201f400002c7c00000000000080640304030b8b0b8a0b84fa8d77"
DECODED = {"pack_voltage_V": 15.6, "state_of_charge_percent": 100}
OTHER_MAKE = (13.278, -12.5, 70.0, 4)  # V, A, %, cells of the pack in recorded_pack


def self_test() -> list[str]:
    """Return a message for each failed check; empty if there is none."""
    wrong = []
    for step in (_packages, _unimportable, _settings, _items, _frame, _other_makes):
        try:
            wrong += step()
        except Exception as err:  # the other checks still run
            wrong.append(f"{step.__name__.strip('_')}: {type(err).__name__}: {err}")
    return wrong


def _packages() -> list[str]:
    return lacking(program().packages)


def _unimportable() -> list[str]:
    """Return a message for each module of a GX's installation that cannot be imported."""
    root = Path(dbus_xbms.__file__).parent
    paths = [path.relative_to(root).with_suffix("").as_posix() for path in sorted(root.rglob("*.py"))]
    ours = [f"dbus_xbms.{path.replace('/', '.')}" for path in paths if not path.startswith(UNUSED)]
    wrong = []
    for name in (*ours, *LAZY):
        try:
            importlib.import_module(name.removesuffix(".__init__"))
        except Exception as err:  # importing may fail in any way
            wrong.append(f"{name}: {type(err).__name__}: {err}")
    return wrong


def _settings() -> list[str]:
    wrong = []
    for table in (PackSettings.rows, ProgramSettings.rows):
        names = [row.name for row in table]
        wrong += [
            f"setting {name} is defined twice" for name in sorted({n for n in names if names.count(n) > 1})
        ]
        wrong += [f"setting {row.name}: {why}" for row in table if (why := _unsound(row))]
    return wrong


def _unsound(row: AnySetting) -> str:
    try:
        row.checked(row.default)
    except SettingsError as err:
        return str(err)
    return ""


def _items() -> list[str]:
    paths = [item.path for item in items_for(PackIdentity(cell_count=4), controls=True)]
    return [
        f"path {path} is defined twice" for path in sorted({path for path in paths if paths.count(path) > 1})
    ]


def _frame() -> list[str]:
    decoded = decode_frame(bytes.fromhex(FRAME))
    return [
        f"a recorded frame has {key} {decoded.get(key)}, not {value}"
        for key, value in DECODED.items()
        if decoded.get(key) != value
    ]


def _other_makes() -> list[str]:
    """Return a message unless the library for other makes reads a pack; without it, such packs are off."""
    if missing():
        return []
    from dbus_xbms.commands import recorded_pack  # imports the library, which no other command does

    sample = recorded_pack.read().sample
    read = (sample.voltage, sample.current, sample.soc, len(sample.cells))
    return [] if read == OTHER_MAKE else [f"a recorded pack of another make has {read}, not {OTHER_MAKE}"]


def program() -> Program:
    """Return the versions of this program, of Python and of the packages."""
    return Program(
        version=__version__,
        python=platform.python_version(),
        packages={name: _version(name) for name in NEEDED},
    )


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""
