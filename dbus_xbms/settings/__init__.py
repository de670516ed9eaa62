"""The one table of settings: name, type, default, range, unit, help. Pure.

A pack's settings live in localsettings under ``/Settings/Devices/xbms_<mac>/``, those of the whole program
under ``/Settings/Services/Xbms/``. There is no other store.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from dbus_xbms.settings.charge import CHARGE_SETTINGS, HISTORY_SETTINGS, MEMORY_SETTINGS
from dbus_xbms.settings.row import Setting, SettingsError, Value
from dbus_xbms.settings.switches import SWITCH_INSTANCE, SWITCH_SETTINGS

__all__ = [
    "SWITCH_INSTANCE",
    "Setting",
    "Settings",
    "SettingsError",
    "Value",
]  # at home in modules of their own

DEVICES = "/Settings/Devices"
SERVICE = "/Settings/Services/Xbms"
# Venus takes the battery with the lowest instance for its battery monitor, so ours come after all others:
# SmartShunts and BMVs have 256 to 296 by their ports, CAN-bus BMSs 512 and up.
FIRST_INSTANCE = 600
SWITCH_DEVICE = "_switch"  # ends the name of the switch device beside a pack

PACK_SETTINGS = (
    Setting(
        name="Enabled",
        default=0,
        lowest=0,
        highest=1,
        help="1: this pack is read and shown. 0: it is not; its settings are kept.",
    ),
    Setting(name="CustomName", default="", help="The name shown on the GX."),
    Setting(
        name="ClassAndVrmInstance",
        default=f"battery:{FIRST_INSTANCE}",
        pattern=r"battery:[0-9]{1,9}",
        form="text like battery:3",
        help="Device class and VRM instance; localsettings keeps it unique.",
    ),
    Setting(
        name="ConnectionMode",
        default=0,
        lowest=0,
        highest=1,
        help="0: stay connected. 1: connect, read, disconnect at each poll: a phone app gets its turn.",
    ),
    Setting(
        name="NotifyMethod",
        default=0,
        lowest=0,
        highest=2,
        help="0: notifications over a socket if safe and working, else as signals. 1: signals. 2: socket.",
    ),
    Setting(
        name="AcquireFailed",
        default=0,
        lowest=0,
        highest=1,
        help="1: the socket has failed with this pack; NotifyMethod 0 uses signals. 0: it is tried again.",
    ),
    Setting(
        name="PollInterval",
        default=0.0,
        lowest=0.0,
        highest=600.0,
        unit="s",
        help="Time between polls. 0: 1 s when connected for good, else 30 s. Controlling: 30 s at most.",
    ),
    Setting(
        name="RestInterval",
        default=5.0,
        lowest=0.0,
        highest=10.0,
        unit="s",
        help="Time between polls while nothing goes on; at most a sixth of Hold. 0: as PollInterval.",
    ),
    Setting(
        name="Adapter",
        default="",
        pattern=r"(([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2})?",
        form="an adapter's address like 00:1A:7D:DA:71:13, or nothing",
        help="Bluetooth address of the adapter to use; empty: any.",
    ),
    Setting(
        name="Password",
        default="",
        secret=True,
        pattern=r"[ -~]{6}|",
        form="six characters, or nothing",
        help="Password of the Bluetooth module, if it has one.",
    ),
    Setting(
        name="Passkey",
        default="",
        secret=True,
        pattern=r"[0-9]{0,6}",
        form="up to six digits, or nothing",
        help="Passkey of the Bluetooth module, if it wants to be paired.",
    ),
    Setting(
        name="Hold",
        default=30.0,
        lowest=5.0,
        highest=300.0,
        unit="s",
        help="The last good values stand this long when polls fail. A controlling pack: 60 s at most.",
    ),
    Setting(
        name="Withdraw",
        default=900.0,
        lowest=0.0,
        highest=86400.0,
        unit="s",
        help="Without a good poll for this long the pack leaves the bus; 0: never.",
    ),
    Setting(
        name="TemperatureRoles",
        default="",
        pattern="[cm-]*",
        form="the letters c, m and -",
        help="A letter per sensor: c cell, m MOSFET, - ignore. Empty: of two or more the first may be "
        "either, and limits count it as a cell's.",
    ),
    Setting(
        name="InsecureConnection",
        default=1,
        lowest=0,
        highest=1,
        help="1: Venus does not share this pack's voltage and current with chargers (right for radio links).",
    ),
    Setting(
        name="CellOvervoltageAlarm",
        default=1,
        lowest=1,
        highest=2,
        help="What a cell over-voltage protection raises at the end of a charge: 1 warning, 2 alarm.",
    ),
    Setting(
        name="LowSocWarning",
        default=10,
        lowest=0,
        highest=100,
        unit="%",
        help="Warn at this state of charge and below; alarm at half of it. 0: off.",
    ),
    Setting(
        name="CellImbalanceWarning",
        default=0.2,
        lowest=0.0,
        highest=1.0,
        unit="V",
        help="Warn when cells differ by this much; alarm at twice that. 0: off.",
    ),
    Setting(
        name="MosfetTemperatureWarning",
        default=80.0,
        lowest=0.0,
        highest=120.0,
        unit="°C",
        help="Warn at this MOSFET temperature; alarm 15 °C above it. 0: off.",
    ),
    Setting(
        name="AcceptNewBms",
        default=0,
        lowest=0,
        highest=1,
        help="1: the BMS was replaced or changed on purpose; store what it now reports. Goes back to 0.",
    ),
    *CHARGE_SETTINGS,
    *SWITCH_SETTINGS,
    # What the program remembers of a pack, so that it is known before it answers.
    Setting(
        name="Controlled",
        default=0,
        lowest=0,
        highest=1,
        silent=True,
        internal=True,
        help="1: the pack controlled chargers when the program last ran.",
    ),
    Setting(name="AdvertisedName", default="", silent=True, internal=True, help="Name in the advertisement."),
    Setting(name="Hardware", default="", silent=True, internal=True, help="Model text of the BMS."),
    Setting(name="Firmware", default="", silent=True, internal=True, help="Firmware of the BMS."),
    Setting(
        name="Cells", default=0, lowest=0, highest=32, silent=True, internal=True, help="Number of cells."
    ),
    Setting(
        name="Sensors",
        default=0,
        lowest=0,
        highest=8,
        silent=True,
        internal=True,
        help="Number of temperature sensors.",
    ),
    Setting(name="Nominal", default=0.0, silent=True, internal=True, unit="Ah", help="Nominal capacity."),
    Setting(
        name="Cycles",
        default=0,
        lowest=0,
        highest=65535,
        silent=True,
        internal=True,
        help="Most cycles seen.",
    ),
    Setting(
        name="Rating",
        default=0.0,
        lowest=0.0,
        silent=True,
        internal=True,
        unit="A",
        help="Current that the BMS is rated for, by its model text; 0: unknown.",
    ),
    Setting(name="Produced", default="", silent=True, internal=True, help="Production date of the BMS."),
    Setting(
        name="MinimumVoltage",
        default=0.0,
        silent=True,
        internal=True,
        unit="V",
        help="Lowest pack voltage seen; 0: none.",
    ),
    Setting(
        name="MaximumVoltage",
        default=0.0,
        silent=True,
        internal=True,
        unit="V",
        help="Highest pack voltage seen.",
    ),
    Setting(
        name="MinimumCellVoltage",
        default=0.0,
        silent=True,
        internal=True,
        unit="V",
        help="Lowest cell voltage seen; 0: none.",
    ),
    Setting(
        name="MaximumCellVoltage",
        default=0.0,
        silent=True,
        internal=True,
        unit="V",
        help="Highest cell voltage seen.",
    ),
    *HISTORY_SETTINGS,
    *MEMORY_SETTINGS,
)

SERVICE_SETTINGS = (
    Setting(
        name="MaxConnections",
        default=16,
        lowest=1,
        highest=64,
        help="Packs connected at the same time on one adapter.",
    ),
    Setting(
        name="StrangersForgotten",
        default=0,
        lowest=0,
        highest=1,
        silent=True,
        internal=True,
        help="1: what scans of earlier versions had stored of other people's packs is removed.",
    ),
)

_MAC = re.compile(r"(?:[0-9A-F]{2}:){5}[0-9A-F]{2}")


def normal_address(text: str) -> str:
    """Return a Bluetooth address as ``AA:BB:CC:DD:EE:FF``, read with or without colons.

    Raises:
        SettingsError: ``text`` is no Bluetooth address.
    """
    digits = re.sub(r"[:\-_ ]", "", text).upper()
    address = ":".join(digits[i : i + 2] for i in range(0, len(digits), 2))
    if not _MAC.fullmatch(address):
        raise SettingsError(f"{text!r} is no Bluetooth address; it looks like A4:C1:37:01:02:03")
    return address


def as_address(text: str) -> str:
    """Return the Bluetooth address that a text is, or empty if it is none."""
    try:
        return normal_address(text)
    except SettingsError:
        return ""


def device_id(address: str) -> str:
    """Name of a pack in localsettings and on the bus: ``xbms_a4c137010203``."""
    return "xbms_" + address.replace(":", "").lower()


def address_of(device: str) -> str | None:
    """Address behind a name made by :func:`device_id`, or ``None`` if it is not one of ours."""
    if not device.startswith("xbms_"):
        return None
    try:
        return normal_address(device.removeprefix("xbms_"))
    except SettingsError:
        return None


def pack_path(address: str, name: str) -> str:
    """Path of a pack's setting in localsettings."""
    return f"{DEVICES}/{device_id(address)}/{name}"


def switch_path(address: str) -> str:
    """Path of the device instance of the switch device beside a pack."""
    return f"{DEVICES}/{device_id(address)}{SWITCH_DEVICE}/{SWITCH_INSTANCE.name}"


def service_path(name: str) -> str:
    """Path of a setting of the whole program in localsettings."""
    return f"{SERVICE}/{name}"


class Settings(Mapping[str, Value]):
    """One pack's settings, or the program's, with defaults for what is not stored yet."""

    def __init__(self, table: tuple[Setting, ...], stored: Mapping[str, object] | None = None) -> None:
        self._values: dict[str, Value] = {row.name: row.default for row in table}
        self._table = {row.name: row for row in table}
        for name, value in (stored or {}).items():
            self.put(name, value)

    def __getitem__(self, name: str) -> Value:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def put(self, name: str, value: object) -> None:
        """Set one value.

        Raises:
            SettingsError: unknown name, wrong type or out of range; the old value stands.
        """
        row = self._table.get(name)
        if row is None:
            raise SettingsError(f"there is no setting {name!r}; known: {', '.join(self._table)}")
        self._values = self._values | {name: row.checked(value)}

    @property
    def frozen(self) -> Mapping[str, Value]:
        """The values as they are now; another mapping after each change."""
        return self._values

    def text(self, name: str) -> str:
        """Value of a text setting."""
        value = self._values[name]
        assert isinstance(value, str)
        return value

    def number(self, name: str) -> float:
        """Value of a numeric setting."""
        value = self._values[name]
        assert not isinstance(value, str)
        return value
