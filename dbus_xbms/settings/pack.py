"""All settings of one pack: names, types, defaults, ranges, units and help. Pure."""

from __future__ import annotations

from dbus_xbms.protocols.registry import FamilySettings
from dbus_xbms.schema import Setting
from dbus_xbms.settings.charge import ChargeSettings
from dbus_xbms.settings.memory import MemorySettings
from dbus_xbms.settings.switching import SwitchSettings

# Venus chooses the battery with the lowest instance as its battery monitor, so packs come after all others:
# SmartShunts and BMVs have 256 to 296, depending on the port, CAN-bus BMSs 512 and up.
FIRST_INSTANCE = 600


class PackSettings(ChargeSettings, SwitchSettings, FamilySettings, MemorySettings):
    """The settings of one pack."""

    enabled = Setting(
        default=0,
        lowest=0,
        highest=1,
        help="1: read and publish this pack. 0: ignore it, but keep its settings.",
    )
    custom_name = Setting(default="", help="Name shown on the GX.")
    class_and_vrm_instance = Setting(
        default=f"battery:{FIRST_INSTANCE}",
        pattern=r"battery:[0-9]{1,9}",
        form="text like battery:3",
        help="Device class and VRM instance; localsettings keeps it unique.",
    )
    join_bank = Setting(
        default=1,
        lowest=0,
        highest=1,
        help="1: part of the bank of all packs, if there is one. 0: only of a bank that names it.",
    )
    connection_mode = Setting(
        default=0,
        lowest=0,
        highest=1,
        help="0: stay connected. 1: connect, read and disconnect at each poll, so a phone app can connect.",
    )
    notify_method = Setting(
        default=0,
        lowest=0,
        highest=2,
        help="Notifications from BlueZ. 0: over a socket if that is safe and works, else as D-Bus signals. "
        "1: signals. 2: socket.",
    )
    acquire_failed = Setting(
        default=0,
        lowest=0,
        highest=1,
        help="1: the socket failed with this pack; NotifyMethod 0 uses signals. Set to 0 to try it again.",
    )
    poll_interval = Setting(
        default=0.0,
        lowest=0.0,
        highest=600.0,
        unit="s",
        help="Time between polls. 0: 1 s, or 30 s with ConnectionMode 1. At most 30 s if chargers obey "
        "the pack or its bank.",
    )
    rest_interval = Setting(
        default=10.0,
        lowest=0.0,
        highest=10.0,
        unit="s",
        help="Time between polls while the pack rests; at most a third of HoldTime. 0: as PollInterval.",
    )
    adapter = Setting(
        default="",
        pattern=r"(([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2})?",
        form="an adapter's address like 00:1A:7D:DA:71:13, or nothing",
        help="Bluetooth address of the adapter to use; empty: any.",
    )
    password = Setting(
        default="",
        secret=True,
        pattern=r"[ -~]{0,32}",
        form="up to 32 characters, or nothing",
        help="Password of the Bluetooth module or of the BMS, if it has one.",
    )
    passkey = Setting(
        default="",
        secret=True,
        pattern=r"[0-9]{0,6}",
        form="up to six digits, or nothing",
        help="Passkey of the Bluetooth module, if it requires pairing.",
    )
    hold_time = Setting(
        default=30.0,
        lowest=5.0,
        highest=300.0,
        unit="s",
        help="While polls fail, keep the last good values for this long; at most 60 s if chargers obey the "
        "pack or its bank.",
    )
    remove_after = Setting(
        default=900.0,
        lowest=0.0,
        highest=86400.0,
        unit="s",
        help="After this time without a good poll, the pack leaves the bus. 0: never.",
    )
    temperature_roles = Setting(
        default="",
        pattern="[cm-]*",
        form="the letters c, m and -",
        help="One letter per sensor: c cell, m MOSFET, - ignore. Empty: of two or more, the first is "
        "shown as the MOSFET's, but limits treat it as a cell's.",
    )
    insecure_connection = Setting(
        default=1,
        lowest=0,
        highest=1,
        help="1: Venus does not share this pack's voltage and current with chargers (best for Bluetooth).",
    )
    cell_overvoltage_alarm = Setting(
        default=1,
        lowest=1,
        highest=2,
        help="What a cell over-voltage protection raises at the end of a charge: 1 warning, 2 alarm. "
        "Always 2 if cells differ by twice CellImbalanceWarning.",
    )
    low_soc_warning = Setting(
        default=10.0,
        lowest=0.0,
        highest=100.0,
        unit="%",
        help="Warn at or below this state of charge; alarm at half of it. 0: off.",
    )
    cell_imbalance_warning = Setting(
        default=0.2,
        lowest=0.0,
        highest=1.0,
        unit="V",
        help="Warn when cells differ by this much. 0: off.",
    )
    mosfet_temperature_warning = Setting(
        default=80.0,
        lowest=0.0,
        highest=120.0,
        unit="°C",
        help="Warn at this MOSFET temperature; alarm 15 °C above it. 0: off.",
    )
    accept_new_bms = Setting(
        default=0,
        lowest=0,
        highest=1,
        help="1: accept what the BMS now reports, after it was replaced or reconfigured. Returns to 0.",
    )
