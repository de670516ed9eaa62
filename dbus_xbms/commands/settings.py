"""Store the settings on a machine without Venus OS: serve com.victronenergy.settings from a file."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
from collections.abc import Mapping
from pathlib import Path

from dbus_fast import ErrorType

from dbus_xbms.commands import CommandError
from dbus_xbms.dbus import BusError, NameRefused, NameTaken, venus_bus
from dbus_xbms.process.machine import VENUS as SIGN
from dbus_xbms.settings_store.file import FileInUseError
from dbus_xbms.settings_store.rows import OtherFormError
from dbus_xbms.settings_store.saver import SavingFailedError
from dbus_xbms.settings_store.service import LocalSettings

log = logging.getLogger(__name__)

VENUS = Path("/") / SIGN
FILE = "settings.json"
SYSTEM_FOLDER = Path("/var/lib/dbus-xbms")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``dbus-xbms settings``."""
    parser.add_argument(
        "--file",
        type=Path,
        metavar="FILE",
        help=f"file of the settings ({SYSTEM_FOLDER / FILE}; for users other than root, in their home)",
    )


def default_file(environment: Mapping[str, str], user: int) -> Path:
    """Return the settings file: in systemd's state directory, /var/lib for root, else the user's home."""
    if folder := environment.get("STATE_DIRECTORY"):
        return Path(folder) / FILE
    if user == 0:
        return SYSTEM_FOLDER / FILE
    state = environment.get("XDG_STATE_HOME") or f"{environment.get('HOME', '.')}/.local/state"
    return Path(state) / "dbus-xbms" / FILE


def run(args: argparse.Namespace) -> int:
    """Serve until SIGTERM or Ctrl-C; fail if the bus is lost or settings can no longer be saved."""
    if VENUS.exists():  # checked instead of the bus name, which is free while localsettings restarts
        raise CommandError("this is a Venus OS device: its own localsettings stores the settings")
    return asyncio.run(_serve(args.file or default_file(os.environ, os.geteuid())))


async def _serve(file: Path) -> int:
    store = LocalSettings(venus_bus(), file)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await _open(store, file)
    log.info("%d settings are in %s", len(store.store.entries), file)
    lost = asyncio.create_task(store.server.until_closed())
    waits = [asyncio.create_task(wait) for wait in (store.until_broken(), stop.wait())]
    await asyncio.wait([lost, *waits], return_when=asyncio.FIRST_COMPLETED)
    gone = lost.done() and not stop.is_set()
    for wait in waits:
        wait.cancel()
    try:
        await store.close()
    except SavingFailedError as err:
        raise CommandError(str(err)) from err
    await lost
    if gone:
        raise CommandError("lost the D-Bus connection")
    return 0


async def _open(store: LocalSettings, file: Path) -> None:
    try:
        await store.open()
    except FileInUseError as err:
        raise CommandError(str(err)) from err
    except OtherFormError as err:
        raise CommandError(
            f"{file}: {err}; install the version that wrote it, or give another --file"
        ) from err
    except NameTaken as err:
        raise CommandError(f"{err}: another settings store is running") from err
    except NameRefused as err:
        helps = "install service/linux/dbus-xbms.conf in /etc/dbus-1/system.d"
        denied = err.error == ErrorType.ACCESS_DENIED.value
        raise CommandError(f"{err}; {helps}" if denied else str(err)) from err
    except BusError as err:
        raise CommandError(str(err)) from err
