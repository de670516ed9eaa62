"""The paths of every service of this program on a GX. Pure."""

from __future__ import annotations

from operator import attrgetter

from dbus_xbms import __version__
from dbus_xbms.report import AnyReport, ChangeSetting, Report
from dbus_xbms.settings import AnySetting, PackSettings
from dbus_xbms.venus.item import FIXED, Item, Read, Source, T, rows

DEVICE_INSTANCE = "/DeviceInstance"  # a path of every service
PRODUCT_ID = 0xBA58  # not on any list of products that a GX treats specially


def product_name(report: Report) -> str:
    """Return the product name; with the end of the address if the pack has no custom name."""
    return named_product(report.product, "" if report.custom_name else report.address)


def named_product(product: str, address: str) -> str:
    """Append the end of the address, if given, to tell equal products apart."""
    return " ".join(part for part in (product, address[-5:]) if part)


IDENTITY: Source[Report] = Source(
    attrgetter("address", "instance", "custom_name", "identity", "product", "settings")
)

PROGRAM_ITEMS: tuple[Item[AnyReport], ...] = rows(
    FIXED,
    Item("/Mgmt/ProcessName", "s", "{}", lambda r: "dbus-xbms"),
    Item("/Mgmt/ProcessVersion", "s", "{}", lambda r: __version__),
    Item("/Connected", "i", "{}", lambda r: 1),
)


def custom_name(read: Read[T], setting: AnySetting) -> Item[T]:
    """Return the row of the owner's name, which is stored in a setting."""
    return Item(
        "/CustomName",
        "s",
        "{}",
        read,
        writable=True,
        request=lambda value, r: ChangeSetting(setting.name, value),
    )


DEVICE_ITEMS: tuple[Item[Report], ...] = (
    *PROGRAM_ITEMS,
    Item("/ProductId", "i", "0x{:04X}", lambda r: PRODUCT_ID, source=FIXED),
    *rows(
        IDENTITY,
        Item("/Mgmt/Connection", "s", "{}", lambda r: f"Bluetooth LE {r.address}"),
        custom_name(lambda r: r.custom_name, PackSettings.custom_name),
        Item("/FirmwareVersion", "s", "{}", lambda r: r.identity.firmware or None),
        Item("/HardwareVersion", "s", "{}", lambda r: r.identity.hardware or None),
        Item("/Serial", "s", "{}", lambda r: r.address),
    ),
)
