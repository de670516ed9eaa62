"""The paths of a battery service and of its separate switch device, one row each. Pure.

``None`` is published as invalid: every measurement is invalid while there is no sample.
"""

from __future__ import annotations

from collections.abc import Iterable

from dbus_xbms.model import PackIdentity
from dbus_xbms.policy import state_of_charge
from dbus_xbms.report import Report
from dbus_xbms.settings import DEVICE_PREFIX, Value
from dbus_xbms.venus.item import FIXED, Item, T, rows
from dbus_xbms.venus.tables.control import CONTROL_ITEMS, MEMBER_ITEMS, WATCHING_ITEMS
from dbus_xbms.venus.tables.device import DEVICE_ITEMS, IDENTITY, product_name
from dbus_xbms.venus.tables.history import HISTORY_ITEMS
from dbus_xbms.venus.tables.measured import MEASURED_ITEMS, cell_items, sensor_item
from dbus_xbms.venus.tables.pane import LEND_DEVICE_ITEMS, LEND_PANE_ITEMS, PANE_ITEMS, SWITCH_DEVICE_ITEMS
from dbus_xbms.venus.tables.screen import SCREEN_ITEMS, sensor_items
from dbus_xbms.venus.tables.settings import setting_items
from dbus_xbms.venus.tables.state import STATE_ITEMS
from dbus_xbms.venus.tables.switches import READ_ONLY_SWITCH_ITEMS, SWITCH_ITEMS

BATTERY, SWITCH = "com.victronenergy.battery", "com.victronenergy.switch"  # classes of services
OWN_BATTERY = f"{BATTERY}.{DEVICE_PREFIX}"  # begins the names of this program's batteries


def installed(report: Report) -> float | None:
    """Return the capacity of a pack in Ah; ``None``: unknown."""
    return state_of_charge.installed(report.identity.nominal, report.settings) or None


ITEMS = (
    *DEVICE_ITEMS,
    *rows(
        FIXED,
        Item("/ErrorCode", "i", "{}", lambda r: 0),
        # The pack as a system of one battery
        Item("/System/NrOfBatteries", "i", "{}", lambda r: 1),
        Item("/System/BatteriesParallel", "i", "{}", lambda r: 1),
        Item("/System/BatteriesSeries", "i", "{}", lambda r: 1),
        # The battery shown on the GX's page of a single battery
        Item("/Battery/Request/Id", "i", "{}", lambda r: 1, writable=True, lowest=1, highest=1),
    ),
    *rows(
        IDENTITY,
        Item("/Mgmt/InsecureConnection", "i", "{}", lambda r: int(r.insecure)),
        Item("/DeviceInstance", "i", "{}", lambda r: r.instance),
        Item("/ProductName", "s", "{}", product_name),
        Item("/InstalledCapacity", "d", "{:.1f}Ah", installed),
        Item("/System/NrOfCellsPerBattery", "i", "{}", lambda r: r.identity.cell_count or None),
        Item("/Battery/1/Serial", "s", "{}", lambda r: r.address),
        Item("/Battery/1/Capacity", "d", "{:.1f}Ah", installed),
        Item("/Battery/1/FwVersion", "s", "{}", lambda r: r.identity.firmware or None),
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
    pane: bool = True,
    switchable: bool = True,
) -> tuple[Item[Report], ...]:
    """Return all rows of a battery, with a row per cell and sensor that it has.

    ``in_bank``: it belongs to a bank. ``pane``: with the outputs of the switch pane. ``switchable``: the BMS
    can be switched.
    """
    cells = (item for n in range(1, identity.cell_count + 1) for item in cell_items(n))
    sensors = (sensor_item(n) for n in range(1, identity.ntc_count + 1))
    control = CONTROL_ITEMS if controls else MEMBER_ITEMS if in_bank else WATCHING_ITEMS
    switches, outputs = (
        (SWITCH_ITEMS, PANE_ITEMS) if switchable else (READ_ONLY_SWITCH_ITEMS, LEND_PANE_ITEMS)
    )
    settings = setting_items(identity.cell_count)
    return (
        *ITEMS,
        *switches,
        *HISTORY_ITEMS,
        *control,
        *settings,
        *(outputs if pane else ()),
        *cells,
        *sensors,
        *sensor_items(identity.ntc_count),
    )


def devices(report: Report) -> dict[str, tuple[Item[Report], ...]]:
    """Return the rows of each service of a pack, by class; the switch pane's outputs are on one of them."""
    beside = report.switch_instance is not None
    switchable = report.switchable
    battery = items_for(
        report.identity,
        controls=report.controls,
        in_bank=bool(report.bank),
        pane=not beside,
        switchable=switchable,
    )
    switch = SWITCH_DEVICE_ITEMS if switchable else LEND_DEVICE_ITEMS
    return {BATTERY: battery} | ({SWITCH: switch} if beside else {})


def values(items: Iterable[Item[T]], report: T) -> dict[str, Value | None]:
    """Return the value of each path for a report."""
    return {item.path: item.value(report) for item in items}
