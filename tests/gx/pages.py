"""The settings pages, each with the properties that it is opened with."""

from __future__ import annotations

from tests.gx.menu import BOW
from tests.gx.services import Value

PACK = "dbus/com.victronenergy.settings/Settings/Devices/xbms_a4c137000001"
BANK = "dbus/com.victronenergy.settings/Settings/Services/Xbms/Banks/1"
PAGES: dict[str, dict[str, Value]] = {
    "Settings": {},
    "DiscoveredPage": {},
    "DiagnosisPage": {},
    "NewPackPage": {"address": BOW},
    "PackPage": {"address": BOW},
    "PackCurrentsPage": {"base": PACK},
    "PackVoltagesPage": {"base": PACK},
    "PackWarningsPage": {"base": PACK},
    "PackBluetoothPage": {"base": PACK},
    "PackSwitchingPage": {"base": PACK},
    "BanksPage": {},
    "BankPage": {"number": 1, "row": "dbus/com.victronenergy.xbms/Banks/1"},
    "BankMembersPage": {"base": BANK},
}
