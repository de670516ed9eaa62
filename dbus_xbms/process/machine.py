"""Commands for the owner of this kind of machine: a GX, or one with systemd."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from dbus_xbms.record import record

VENUS = "opt/victronenergy/version"


@record
class Machine:
    """A kind of machine, and commands and advice for its owner."""

    reboot: str
    unit: str  # file that exists if the service is installed
    start: str  # starts the service
    restart: str  # restarts the service
    why_ended: str  # where the service logs
    settings: str  # restarts the settings service
    systemcalc: str  # restarts systemcalc
    bluetooth: str  # restarts bluetoothd
    bluetooth_helps: str  # if bluetoothd is not running or hangs
    adapter_helps: str  # if there is no adapter
    update: str  # updates BlueZ


GX = Machine(
    reboot="restart the GX",
    unit="service/dbus-xbms",
    start="svc -u /service/dbus-xbms",
    restart="svc -t /service/dbus-xbms",
    why_ended=("`svstat /service/dbus-xbms` says since when, the end of /var/log/dbus-xbms/current says why"),
    settings="svc -t /service/localsettings",
    systemcalc="svc -t /service/dbus-systemcalc-py",
    bluetooth="/etc/init.d/bluetooth restart",
    bluetooth_helps="restart the GX, or: /etc/init.d/bluetooth restart",
    adapter_helps="plug in a USB adapter; a Cerbo GX that is hot switches its own off until it is cooler",
    update="update Venus OS",
)
LINUX = Machine(
    reboot="restart this machine",
    unit="etc/systemd/system/dbus-xbms.service",
    start="sudo systemctl start dbus-xbms",
    restart="sudo systemctl restart dbus-xbms",
    why_ended="`journalctl -u dbus-xbms` says why",
    settings="sudo systemctl restart dbus-xbms-settings",
    systemcalc="sudo systemctl restart dbus-systemcalc-py",
    bluetooth="sudo systemctl restart bluetooth",
    bluetooth_helps="sudo systemctl restart bluetooth",
    adapter_helps="plug in a USB adapter",
    update="update BlueZ",
)


def machine(root: Path = Path("/")) -> Machine:
    """Detect the kind of machine whose files are under ``root``."""
    return GX if (root / VENUS).exists() else LINUX


def supervisor(parent: str, environment: Mapping[str, str], process: int) -> str:
    """Return what restarts a process when it ends: ``supervise`` on a GX, ``systemd``, or empty.

    Args:
        parent: name of its parent process.
        environment: its environment.
        process: its id, which systemd passes to the processes that it starts itself.
    """
    if parent == "supervise":
        return parent
    return "systemd" if environment.get("SYSTEMD_EXEC_PID") == str(process) else ""


HERE = machine()
