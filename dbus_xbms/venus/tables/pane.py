"""The outputs of the switch pane, on a battery or on a separate switch device. Pure.

The numbers are those of Victron's own com.victronenergy.switch.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter

from dbus_xbms.model import Mosfet, Phase, Protection
from dbus_xbms.report import AnyReport, Report
from dbus_xbms.venus.item import FIXED, Item, Read, Source, rows
from dbus_xbms.venus.tables.device import DEVICE_ITEMS, IDENTITY, product_name
from dbus_xbms.venus.tables.settings import appearance_items
from dbus_xbms.venus.tables.switches import CHARGE, DISCHARGE, LEND_SWITCH, actual, is_lent

OFF, TRIPPED, TOO_HOT, FAULT, ON, SHORT = 0x00, 0x02, 0x04, 0x08, 0x09, 0x10
DISABLED, DISABLED_BUT_ON = 0x20, 0x29

_HEAT = {
    Mosfet.CHARGE: Protection.CHARGE_OVERTEMPERATURE,
    Mosfet.DISCHARGE: Protection.DISCHARGE_OVERTEMPERATURE,
}


def _on(mosfet: Mosfet, report: AnyReport) -> bool:
    return bool(actual(mosfet)(report))


def _out_of_contact(mosfet: Mosfet, report: AnyReport) -> bool:
    return report.decision.phase is not Phase.FRESH or bool(is_lent(report))


def _locked(mosfet: Mosfet, report: AnyReport) -> bool:
    """Return whether the owner's settings forbid switching it, of any pack."""
    if not all(settings.allow_mosfet_control for settings in report.permissions):
        return True
    may_turn_off = all(settings.allow_discharge_off for settings in report.permissions)
    one_way = mosfet is Mosfet.DISCHARGE and not may_turn_off
    return one_way and _on(mosfet, report)


def _tripped(mosfet: Mosfet, report: AnyReport) -> frozenset[Protection]:
    """Return the protections that may have turned it off."""
    return report.protection & mosfet.blocked_by


# The first one that applies counts
STATUSES: tuple[tuple[Callable[[Mosfet, AnyReport], object], int], ...] = (
    (_out_of_contact, DISABLED),
    (lambda mosfet, report: _locked(mosfet, report) and _on(mosfet, report), DISABLED_BUT_ON),
    (_locked, DISABLED),
    (lambda mosfet, report: mosfet in report.switching.failed, FAULT),
    (_on, ON),
    (lambda mosfet, report: Protection.SHORT_CIRCUIT in _tripped(mosfet, report), SHORT),
    (lambda mosfet, report: _HEAT[mosfet] in _tripped(mosfet, report), TOO_HOT),
    (_tripped, TRIPPED),
)


def _status(mosfet: Mosfet) -> Read[AnyReport]:
    return lambda report: next((status for applies, status in STATUSES if applies(mosfet, report)), OFF)


def _lend_status(report: AnyReport) -> int:
    if is_lent(report):
        return ON
    return OFF if all(settings.allow_lending for settings in report.permissions) else DISABLED


STATE: Source[AnyReport] = Source(
    attrgetter("mosfets", "protection", "switching", "decision.phase", "permissions")
)
TOGGLE, MANUAL = 1, 2  # type and function of an output


def _output(switch: Item[AnyReport], status: Read[AnyReport], name: str) -> tuple[Item[AnyReport], ...]:
    """Return the rows of a toggle on the switch pane."""
    at = switch.path.removesuffix("/State")

    def fixed(leaf: str, value: int, *, writable: bool = False) -> Item[AnyReport]:
        bound = value if writable else None
        return Item(
            f"{at}/{leaf}", "i", "{}", lambda r: value, writable=writable, lowest=bound, highest=bound
        )

    return (
        *rows(STATE, switch, Item(f"{at}/Status", "i", "0x{:02X}", status)),
        *rows(
            FIXED,
            Item(f"{at}/Name", "s", "{}", lambda r: name),
            fixed("Settings/Type", TOGGLE, writable=True),
            fixed("Settings/ValidTypes", 1 << TOGGLE),
            fixed("Settings/Function", MANUAL, writable=True),
            fixed("Settings/ValidFunctions", 1 << MANUAL),
        ),
    )


MOSFET_OUTPUTS: tuple[Item[AnyReport], ...] = (
    *_output(CHARGE, _status(Mosfet.CHARGE), "Charge switch"),
    *_output(DISCHARGE, _status(Mosfet.DISCHARGE), "Discharge switch"),
    *appearance_items("charge", "discharge"),
)
LEND_OUTPUT: tuple[Item[AnyReport], ...] = (
    *_output(LEND_SWITCH, _lend_status, "Lend to phone app"),
    *appearance_items("lend"),
)


def permitted(report: AnyReport) -> tuple[bool, bool]:
    """Return whether every pack may be switched, and whether every pack may be lent."""
    packs = report.permissions
    return all(p.allow_mosfet_control for p in packs), all(p.allow_lending for p in packs)


def outputs(report: AnyReport, *, switchable: bool = True) -> tuple[Item[AnyReport], ...]:
    """Return the rows of the outputs that the owner permits.

    A GX marks a locked output in red, as "Disabled", so there is none.
    """
    switch, lend = permitted(report)
    return (*(MOSFET_OUTPUTS if switch and switchable else ()), *(LEND_OUTPUT if lend else ()))


RUNNING = 0x100  # state of a switch device

_DEVICE: tuple[Item[Report], ...] = (
    *DEVICE_ITEMS,
    Item("/ProductName", "s", "{}", lambda r: f"{product_name(r)} switches", source=IDENTITY),
    *rows(
        FIXED,
        Item("/DeviceInstance", "i", "{}", lambda r: r.switch_instance),
        Item("/State", "i", "0x{:X}", lambda r: RUNNING),
    ),
)


def switch_device_items(report: Report) -> tuple[Item[Report], ...]:
    """Return the rows of the separate switch device of a pack."""
    return (*_DEVICE, *outputs(report, switchable=report.switchable))
