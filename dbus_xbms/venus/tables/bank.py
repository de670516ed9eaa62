"""The paths of a bank's battery service, one row each. Pure.

Rows that packs have, too, are theirs; ``None`` is published as invalid.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from operator import attrgetter

from dbus_xbms import __version__
from dbus_xbms.report import BankReport
from dbus_xbms.settings import BankSettings, bank_id
from dbus_xbms.text import count
from dbus_xbms.venus.item import FIXED, Item, Source, rows
from dbus_xbms.venus.tables.bank_measured import MEASURED_ITEMS
from dbus_xbms.venus.tables.bank_members import cells_of, member_items
from dbus_xbms.venus.tables.bank_state import STATE_ITEMS, module_items
from dbus_xbms.venus.tables.bank_switches import SWITCH_ITEMS
from dbus_xbms.venus.tables.battery import BATTERY
from dbus_xbms.venus.tables.control import CONTROL_ITEMS, WATCHING_ITEMS
from dbus_xbms.venus.tables.device import PROGRAM_ITEMS, custom_name
from dbus_xbms.venus.tables.history import TOTAL_ITEMS
from dbus_xbms.venus.tables.pane import LEND_OUTPUT, MOSFET_OUTPUTS, outputs, permitted

PRODUCT_ID = 0xBA59  # like that of packs, on no list of products that a GX treats specially


def _make(report: BankReport) -> str:
    """Return the make of the packs; empty if it is unknown or there are several."""
    makes = {pack.product.partition(" ")[0] for pack in report.reports if pack}
    return makes.pop() if len(makes) == 1 else ""


def product_name(report: BankReport) -> str:
    """Return the product name: make and number of packs, with the number of a nameless second bank."""
    packs = count(len(report.decision.members), "pack")
    nameless = report.number > 1 and not report.settings.custom_name
    words = f"bank {report.number}, {packs}" if nameless else f"bank of {packs}"
    return f"{make} {words}" if (make := _make(report)) else words.capitalize()


def _shape(report: BankReport) -> Hashable:
    return tuple((member.address, cells_of(report, member)) for member in report.decision.members)


IDENTITY: Source[BankReport] = Source(
    attrgetter("number", "instance", "settings", "decision.series", "decision.parallel", "decision.installed")
)
PRODUCT: Source[BankReport] = Source(lambda r: (product_name(r), len(r.decision.members)))
CAPACITY: Source[BankReport] = Source(lambda r: (r.decision.installed, r.decision.online > 0))
CELLS: Source[BankReport] = Source(_shape)

DEVICE_ITEMS: tuple[Item[BankReport], ...] = (
    *PROGRAM_ITEMS,
    *rows(
        FIXED,
        Item("/ProductId", "i", "0x{:04X}", lambda r: PRODUCT_ID),
        Item("/FirmwareVersion", "s", "{}", lambda r: __version__),
        Item("/HardwareVersion", "s", "{}", lambda r: None),
    ),
    *rows(
        IDENTITY,
        Item("/DeviceInstance", "i", "{}", lambda r: r.instance),
        Item("/Serial", "s", "{}", lambda r: bank_id(r.number)),
        Item("/Mgmt/InsecureConnection", "i", "{}", lambda r: r.settings.insecure_connection),
        custom_name(lambda r: r.settings.custom_name, BankSettings.custom_name),
        Item("/System/BatteriesParallel", "i", "{}", lambda r: r.decision.parallel or None),
        Item("/System/BatteriesSeries", "i", "{}", lambda r: r.decision.series),
    ),
    *rows(
        PRODUCT,
        Item("/ProductName", "s", "{}", product_name),
        Item(
            "/Mgmt/Connection",
            "s",
            "{}",
            lambda r: f"Bluetooth LE, {count(len(r.decision.members), 'pack')}",
        ),
        Item("/System/NrOfBatteries", "i", "{}", lambda r: len(r.decision.members)),
    ),
    Item(
        "/InstalledCapacity",
        "d",
        "{:.1f}Ah",
        lambda r: r.decision.installed or None if r.decision.online else None,  # shown beside /Capacity
        source=CAPACITY,
    ),
    Item(
        "/System/NrOfCellsPerBattery",
        "i",
        "{}",
        lambda r: max((cells_of(r, member) for member in r.decision.members), default=0) or None,
        source=CELLS,
    ),
)


def bank_items(
    cells: tuple[int, ...],
    *,
    controls: bool = False,
    pane: Iterable[Item[BankReport]] = (*MOSFET_OUTPUTS, *LEND_OUTPUT),
) -> tuple[Item[BankReport], ...]:
    """Return all rows of a bank; ``cells``: the number of cells of each member.

    ``pane``: the outputs of the switch pane.
    """
    members = range(1, len(cells) + 1)
    selector: Item[BankReport] = Item(
        "/Battery/Request/Id",
        "i",
        "{}",
        lambda r: 1,
        writable=True,
        kept=True,
        lowest=1,
        highest=len(cells),
        source=FIXED,
    )
    return (
        *DEVICE_ITEMS,
        *STATE_ITEMS,
        *MEASURED_ITEMS,
        *SWITCH_ITEMS,
        *pane,
        *TOTAL_ITEMS,
        *(CONTROL_ITEMS if controls else WATCHING_ITEMS),
        selector,
        *(item for n in members for item in member_items(n, cells[n - 1])),
        *(item for n in members for item in module_items(n)),
    )


def devices(report: BankReport) -> dict[str, tuple[Item[BankReport], ...]]:
    """Return the rows of the service of a bank, by its class."""
    cells = tuple(cells_of(report, member) for member in report.decision.members)
    return {BATTERY: bank_items(cells, controls=report.controls, pane=outputs(report))}


def made_for(report: BankReport) -> Hashable:
    """Return what the service depends on; if it changes, it is replaced."""
    return report.instance, report.controls, permitted(report), _shape(report)


def is_known(report: BankReport) -> bool:
    """Return whether the bank was confirmed, and the cells of at least one member are known."""
    confirmed = bool(report.settings.enabled)
    return confirmed and any(cells_of(report, member) for member in report.decision.members)
