"""What restarts the programs of this machine: a GX, or another one with systemd."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

VENUS = "opt/victronenergy/version"


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A kind of machine, and the commands for its owner."""

    reboot: str
    unit: str  # the file that is there if the service was installed for good
    start: str  # the service
    restart: str
    why_ended: str  # where the service says that
    settings: str  # restarts what keeps the settings
    systemcalc: str
    bluetooth: str  # restarts bluetoothd
    bluetooth_helps: str  # against one that is not there or hangs
    adapter_helps: str  # against there being none
    update: str  # brings a newer BlueZ


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
    """The kind of machine whose files are under ``root``."""
    return GX if (root / VENUS).exists() else LINUX


HERE = machine()  # it does not change while a program runs
