"""The outputs of the switch pane, on a battery or on a switch device beside it. Pure.

The numbers are those of Victron's own com.victronenergy.switch.
"""

from __future__ import annotations

from collections.abc import Callable

from dbus_xbms.model import Gate, Phase, Protection, Report
from dbus_xbms.venus.device_items import DEVICE_ITEMS, KNOWN, product_name
from dbus_xbms.venus.item import FIXED, Item, Read, Source, rows
from dbus_xbms.venus.setting_items import appearance_items
from dbus_xbms.venus.switch_items import CHARGE, DISCHARGE, RELEASE, Switch, actual, released

OFF, TRIPPED, TOO_HOT, FAULT, ON, SHORT = 0x00, 0x02, 0x04, 0x08, 0x09, 0x10
DISABLED, DISABLED_BUT_ON = 0x20, 0x29

_HEAT = {
    Gate.CHARGE: Protection.CHARGE_OVERTEMPERATURE,
    Gate.DISCHARGE: Protection.DISCHARGE_OVERTEMPERATURE,
}


def _on(gate: Gate, report: Report) -> bool:
    return bool(actual(gate)(report))


def _out_of_contact(gate: Gate, report: Report) -> bool:
    return report.phase is not Phase.FRESH or bool(released(report))


def _locked(gate: Gate, report: Report) -> bool:
    """Whether the owner's settings keep anybody from switching it."""
    if not report.settings.get("AllowMosfetControl"):
        return True
    one_way = gate is Gate.DISCHARGE and not report.settings.get("AllowDischargeOff")
    return one_way and _on(gate, report)


def _tripped(gate: Gate, report: Report) -> Protection:
    """What may have opened it."""
    return report.sample.protection & gate.opened_by if report.sample else Protection(0)


# The first that applies
STATUSES: tuple[tuple[Callable[[Gate, Report], object], int], ...] = (
    (_out_of_contact, DISABLED),
    (lambda gate, report: _locked(gate, report) and _on(gate, report), DISABLED_BUT_ON),
    (_locked, DISABLED),
    (lambda gate, report: gate in report.switching.faults, FAULT),
    (_on, ON),
    (lambda gate, report: _tripped(gate, report) & Protection.SHORT_CIRCUIT, SHORT),
    (lambda gate, report: _tripped(gate, report) & _HEAT[gate], TOO_HOT),
    (_tripped, TRIPPED),
)


def _status(gate: Gate) -> Read:
    return lambda report: next((status for applies, status in STATUSES if applies(gate, report)), OFF)


STATE = Source(
    lambda r: (r.sample and (r.sample.mosfets, r.sample.protection), r.switching, r.phase, r.settings)
)
TOGGLE, MANUAL = 1, 2  # type and function of an output


def _output(switch: Switch, status: Read, name: str) -> tuple[Item, ...]:
    """An output of the switch pane: a toggle, and all that the pane wants to know of it."""
    at = switch.item.path.removesuffix("/State")

    def fixed(leaf: str, value: int, *, writable: bool = False) -> Item:
        bound = value if writable else None
        return Item(
            f"{at}/{leaf}", "i", "{}", lambda r: value, writable=writable, lowest=bound, highest=bound
        )

    return (
        *rows(STATE, switch.item, Item(f"{at}/Status", "i", "0x{:02X}", status)),
        *rows(
            FIXED,
            Item(f"{at}/Name", "s", "{}", lambda r: name),
            fixed("Settings/Type", TOGGLE, writable=True),
            fixed("Settings/ValidTypes", 1 << TOGGLE),
            fixed("Settings/Function", MANUAL, writable=True),
            fixed("Settings/ValidFunctions", 1 << MANUAL),
        ),
    )


PANE_ITEMS = (
    *_output(CHARGE, _status(Gate.CHARGE), "Charging"),
    *_output(DISCHARGE, _status(Gate.DISCHARGE), "Discharging"),
    *_output(RELEASE, lambda r: ON if released(r) else OFF, "Lend to phone app"),
    *appearance_items(),
)

RUNNING = 0x100  # state of a switch device

COMPANION_ITEMS = (
    *DEVICE_ITEMS,
    Item("/ProductName", "s", "{}", lambda r: f"{product_name(r)} switches", source=KNOWN),
    *rows(
        FIXED,
        Item("/DeviceInstance", "i", "{}", lambda r: r.switch_instance),
        Item("/State", "i", "0x{:X}", lambda r: RUNNING),
    ),
    *PANE_ITEMS,
)
