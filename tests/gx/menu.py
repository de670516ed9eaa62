"""The services that the settings pages show: the program with two packs and a bank, and their settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dbus_xbms.contact import ContactState
from dbus_xbms.program_report import AdapterUse, CheckFinding, FoundPack, KnownBank, KnownPack, ProgramReport
from dbus_xbms.settings import BankSettings, PackSettings
from dbus_xbms.settings.paths import bank_path, pack_path
from dbus_xbms.venus.tables.program import ITEMS
from tests.gx.services import Service, Value, pack_settings, program, settings

BOW, STERN, NEW = "A4:C1:37:00:00:01", "A4:C1:37:00:00:02", "A4:C1:37:00:00:07"
PROGRAM, SETTINGS = "com.victronenergy.xbms", "com.victronenergy.settings"


def running(**changes: Any) -> Service:
    """Return the program with two packs, a bank, and a discovered pack; ``changes`` are of its report."""
    report = replace(REPORT, **changes)
    return program({item.path: item.value(report) for item in ITEMS})


def _known(address: str, name: str, state: str, instance: int) -> KnownPack:
    return KnownPack(
        address=address,
        name=name,
        make="JBD",
        watch_only=False,
        state=state,
        enabled=True,
        service="",
        instance=instance,
    )


def stored(pack: Mapping[str, Value] | None = None, bank: Mapping[str, Value] | None = None) -> Service:
    """Return the settings of the two packs and of the bank; ``pack`` changes those of the pack "Bow"."""
    bow = PackSettings({"Enabled": 1, "CustomName": "Bow", "Nominal": 280.0, **(pack or {})})
    stern = PackSettings({"Enabled": 1, "CustomName": "Stern"})
    house = BankSettings({"Name": "House", **(bank or {})})
    return settings(
        {
            **pack_settings(BOW, bow),
            **pack_settings(STERN, stern),
            **{bank_path(1, name): value for name, value in house.items()},
        }
    )


def bow(name: str, value: Value) -> tuple[str, str, Value]:
    """Return what is written if a setting of the pack "Bow" is changed."""
    return SETTINGS, pack_path(BOW, name), value


def house(name: str, value: Value) -> tuple[str, str, Value]:
    """Return what is written if a setting of the bank is changed."""
    return SETTINGS, bank_path(1, name), value


REPORT = ProgramReport(
    found=(
        FoundPack(
            address=NEW,
            name="xiaoxiang BMS",
            rssi=-58,
            protocol="JBD",
            make="JBD",
            watch_only=False,
            known=False,
            age=0,
        ),
        FoundPack(
            address=BOW,
            name="JBD-SP04S020-L4S-200A",
            rssi=None,
            protocol="JBD",
            make="JBD",
            watch_only=False,
            known=True,
            age=60,
        ),
    ),
    packs=(
        _known(BOW, "Bow", ContactState.CONNECTED.value, 600),
        _known(STERN, "Stern", ContactState.NEEDS_PASSWORD.value, 601),
    ),
    banks=(
        KnownBank(
            number=1,
            name="House",
            state="off",
            members=(BOW, STERN),
            topology="parallel",
            enabled=False,
            service="",
            instance=590,
        ),
    ),
    adapters=(AdapterUse(address="00:1A:7D:DA:71:13", name="hci0", state="on", slots=5, used=2),),
    interference="dbus-ble-sensors scans all the time; this slows connections down",
    cpu=3.2,
    memory=41.0,
    uptime=93600,
    findings=(
        CheckFinding(level=2, text="Stern: the password is wrong; set it in the settings of the pack"),
        CheckFinding(level=1, text="DVCC is off: chargers do not obey any battery"),
    ),
)
