"""The paths of every service of this program on a GX. Pure."""

from __future__ import annotations

import re
from operator import attrgetter

from dbus_xbms import __version__
from dbus_xbms.report import ChangeSetting, Report
from dbus_xbms.settings import PackSettings
from dbus_xbms.venus.item import FIXED, Item, Source, rows

PRODUCT_ID = 0xBA58  # not on any list of products that a GX treats specially

_MODEL = re.compile(r"[A-Z]{2}[0-9]{2}S[0-9]{3}[A-Z]?")  # e.g. SP04S034 in "JBD-SP04S034-L4S-200A-B-U"


def product_name(report: Report) -> str:
    """Return the product name; with the end of the address if the pack has no custom name."""
    return product(report.identity.hardware, "" if report.custom_name else report.address)


def product(hardware: str, address: str = "") -> str:
    """Return the product name for a BMS's model text, and the end of the address if given."""
    model = _MODEL.search(hardware)
    return " ".join(part for part in ("JBD BMS", model[0] if model else "", address[-5:]) if part)


IDENTITY: Source[Report] = Source(
    attrgetter("address", "instance", "custom_name", "insecure", "identity", "settings")
)

DEVICE_ITEMS = (
    *rows(
        FIXED,
        Item("/Mgmt/ProcessName", "s", "{}", lambda r: "dbus-xbms"),
        Item("/Mgmt/ProcessVersion", "s", "{}", lambda r: __version__),
        Item("/ProductId", "i", "0x{:04X}", lambda r: PRODUCT_ID),
        Item("/Connected", "i", "{}", lambda r: 1),
    ),
    *rows(
        IDENTITY,
        Item("/Mgmt/Connection", "s", "{}", lambda r: f"Bluetooth LE {r.address}"),
        Item(
            "/CustomName",
            "s",
            "{}",
            lambda r: r.custom_name,
            writable=True,
            request=lambda value, r: ChangeSetting(PackSettings.custom_name.name, value),
        ),
        Item("/FirmwareVersion", "s", "{}", lambda r: r.identity.firmware or None),
        Item("/HardwareVersion", "s", "{}", lambda r: r.identity.hardware or None),
        Item("/Serial", "s", "{}", lambda r: r.address),
    ),
)
