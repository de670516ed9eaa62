"""The paths of a battery service and of its separate switch device, one row each. Pure.

``None`` is published as invalid: every measurement is invalid while there is no sample.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from dbus_xbms.model import PackIdentity
from dbus_xbms.policy import state_of_charge
from dbus_xbms.report import Report
from dbus_xbms.settings import DEVICE_PREFIX, Value
from dbus_xbms.venus.item import FIXED, Item, Source, T, rows
from dbus_xbms.venus.item_table import ItemTable
from dbus_xbms.venus.tables.control import CONTROL_ITEMS, MEMBER_ITEMS, WATCHING_ITEMS
from dbus_xbms.venus.tables.device import DEVICE_ITEMS, IDENTITY, product_name
from dbus_xbms.venus.tables.history import HISTORY_ITEMS
from dbus_xbms.venus.tables.measured import MEASURED_ITEMS, cell_items, sensor_item
from dbus_xbms.venus.tables.pane import LEND_OUTPUT, MOSFET_OUTPUTS, outputs, permitted, switch_device_items
from dbus_xbms.venus.tables.screen import SCREEN_ITEMS, sensor_items
from dbus_xbms.venus.tables.settings import setting_items
from dbus_xbms.venus.tables.state import STATE_ITEMS
from dbus_xbms.venus.tables.switches import READ_ONLY_SWITCH_ITEMS, SWITCH_ITEMS

BATTERY, SWITCH = "com.victronenergy.battery", "com.victronenergy.switch"  # classes of services
OWN_BATTERY = f"{BATTERY}.{DEVICE_PREFIX}"  # begins the names of this program's batteries


def installed(report: Report) -> float | None:
    """Return the capacity of a pack in Ah; ``None``: unknown."""
    return state_of_charge.installed(report.identity.nominal, report.settings) or None


CAPACITY: Source[Report] = Source(lambda r: (r.identity, r.settings, r.decision.sample is None))

ITEMS = (
    *DEVICE_ITEMS,
    *rows(
        FIXED,
        # The pack as a system of one battery
        Item("/System/NrOfBatteries", "i", "{}", lambda r: 1),
        Item("/System/BatteriesParallel", "i", "{}", lambda r: 1),
        Item("/System/BatteriesSeries", "i", "{}", lambda r: 1),
        # The battery shown on the GX's page of a single battery
        Item("/Battery/Request/Id", "i", "{}", lambda r: 1, writable=True, lowest=1, highest=1),
    ),
    *rows(
        IDENTITY,
        Item("/Mgmt/InsecureConnection", "i", "{}", lambda r: r.settings.insecure_connection),
        Item("/DeviceInstance", "i", "{}", lambda r: r.instance),
        Item("/ProductName", "s", "{}", product_name),
        Item("/System/NrOfCellsPerBattery", "i", "{}", lambda r: r.identity.cell_count or None),
        Item("/Battery/1/Serial", "s", "{}", lambda r: r.address),
        Item("/Battery/1/Capacity", "d", "{:.1f}Ah", installed),
        Item("/Battery/1/FwVersion", "s", "{}", lambda r: r.identity.firmware or None),
    ),
    Item(
        "/InstalledCapacity",
        "d",
        "{:.1f}Ah",
        lambda r: installed(r) if r.decision.sample else None,  # shown beside /Capacity
        source=CAPACITY,
    ),
    *STATE_ITEMS,
    *MEASURED_ITEMS,
    *SCREEN_ITEMS,
)


def items_for(
    identity: PackIdentity,
    *,
    controls: bool = False,
    in_bank: bool = False,
    pane: Iterable[Item[Report]] = (*MOSFET_OUTPUTS, *LEND_OUTPUT),
    switchable: bool = True,
) -> ItemTable[Report]:
    """Return all rows of a battery, with a row per cell and sensor that it has.

    ``in_bank``: it belongs to a bank. ``pane``: the outputs of the switch pane. ``switchable``: the BMS
    can be switched. Packs that are alike in this share one table.
    """
    control = CONTROL_ITEMS if controls else MEMBER_ITEMS if in_bank else WATCHING_ITEMS
    switches = SWITCH_ITEMS if switchable else READ_ONLY_SWITCH_ITEMS
    return _table(identity.cell_count, identity.ntc_count, control, switches, tuple(pane))


@lru_cache(maxsize=8)
def _table(
    cell_count: int,
    ntc_count: int,
    control: tuple[Item[Report], ...],
    switches: tuple[Item[Report], ...],
    pane: tuple[Item[Report], ...],
) -> ItemTable[Report]:
    cells = (item for n in range(1, cell_count + 1) for item in cell_items(n))
    sensors = (sensor_item(n) for n in range(1, ntc_count + 1))
    return ItemTable(
        (
            *ITEMS,
            *switches,
            *HISTORY_ITEMS,
            *control,
            *setting_items(cell_count),
            *pane,
            *cells,
            *sensors,
            *sensor_items(ntc_count),
        )
    )


def devices(report: Report) -> dict[str, ItemTable[Report]]:
    """Return the rows of each service of a pack, by class; the switch pane's outputs are on one of them.

    A pack that can be neither switched nor lent has no switch device.
    """
    beside = report.switch_instance is not None and (report.switchable or permitted(report)[1])
    battery = items_for(
        report.identity,
        controls=report.controls,
        in_bank=bool(report.bank),
        pane=() if beside else outputs(report, switchable=report.switchable),
        switchable=report.switchable,
    )
    return {BATTERY: battery} | ({SWITCH: ItemTable(switch_device_items(report))} if beside else {})


def values(items: Iterable[Item[T]], report: T) -> dict[str, Value | None]:
    """Return the value of each path for a report."""
    return {item.path: item.value(report) for item in items}
