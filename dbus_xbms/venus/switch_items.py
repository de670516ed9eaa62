"""What the owner may switch on the bus: the paths, what they show, and what a write to them means. Pure.

All of them are views of one state: what each gate was told, what is wished and not done yet, and what the
BMS reports. The outputs of the switch pane are on the battery's service, or on a switch device beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

from dbus_xbms.model import Gate, Orders, Phase, Protection, Report
from dbus_xbms.settings import Value
from dbus_xbms.venus.device_items import DEVICE_ITEMS, product_name
from dbus_xbms.venus.item import Item, Read
from dbus_xbms.venus.setting_items import pane_items

PANE_RELEASE = 30  # min for which a toggle, which has no number, lends the link
LONGEST_RELEASE = 240  # min


@dataclass(frozen=True, slots=True)
class Release:
    """Lend the link to somebody else for so many minutes; 0: take it back."""

    minutes: int


@dataclass(frozen=True, slots=True)
class Balancing:
    """Let the BMS balance its cells, or keep it from doing so."""

    on: bool


Order = Orders | Release | Balancing


@dataclass(frozen=True, slots=True)
class Switch:
    """A path that the owner switches by, and the order that a write to it is."""

    item: Item
    means: Callable[[int], Order]


def _switch(path: str, read: Read, highest: int, means: Callable[[int], Order]) -> Switch:
    return Switch(Item(path, "i", "{}", read, writable=True, lowest=0, highest=highest), means)


# What is read


def _actual(gate: Gate) -> Callable[[Report], int | None]:
    """As the BMS reports it."""
    return lambda report: None if report.sample is None else int(report.sample.mosfets.of(gate))


def _wanted(gate: Gate, report: Report) -> bool | None:
    """As the owner wants it: a wish counts at once."""
    return report.switching.wish.over(report.switching.told).of(gate)


def _forced_off(gate: Gate) -> Read:
    def read(report: Report) -> int | None:
        wanted = _wanted(gate, report)
        return None if wanted is None else int(not wanted)

    return read


def _mode(report: Report) -> int | None:
    charge, discharge = (_wanted(gate, report) for gate in Gate)
    return None if charge is None or discharge is None else (not charge) | (not discharge) << 1


def _balancing_off(report: Report) -> int | None:
    balancing = report.switching.balancing
    return None if balancing is None else int(not balancing)


def _minutes_left(report: Report) -> int:
    return ceil(report.switching.released_for / 60)


def _released(report: Report) -> int:
    return int(report.switching.released_for > 0)


def _position(gate: Gate) -> Read:
    """Where the toggle stands: as wished, else as the gate really is, else as it was told."""

    def read(report: Report) -> int | None:
        known = (report.switching.wish.of(gate), _actual(gate)(report), report.switching.told.of(gate))
        return next((int(on) for on in known if on is not None), None)

    return read


# What is written


def _told(gate: Gate, on: bool) -> Orders:
    return Orders(**{gate.value: on})


BATTERY_SWITCHES = (
    _switch("/Io/AllowToCharge", _actual(Gate.CHARGE), 1, lambda v: _told(Gate.CHARGE, bool(v))),
    _switch("/Io/AllowToDischarge", _actual(Gate.DISCHARGE), 1, lambda v: _told(Gate.DISCHARGE, bool(v))),
    _switch("/Settings/ForceChargingOff", _forced_off(Gate.CHARGE), 1, lambda v: _told(Gate.CHARGE, not v)),
    _switch(
        "/Settings/ForceDischargingOff",
        _forced_off(Gate.DISCHARGE),
        1,
        lambda v: _told(Gate.DISCHARGE, not v),
    ),
    _switch("/Settings/MosfetMode", _mode, 3, lambda v: Orders(charge=not v & 1, discharge=not v & 2)),
    _switch("/Settings/TurnBalancingOff", _balancing_off, 1, lambda v: Balancing(on=not v)),
    _switch("/Settings/ReleaseForMinutes", _minutes_left, LONGEST_RELEASE, Release),
)


# The switch pane, with the numbers of Victron's own com.victronenergy.switch

OFF, TRIPPED, TOO_HOT, FAULT, ON, SHORT = 0x00, 0x02, 0x04, 0x08, 0x09, 0x10
DISABLED, DISABLED_BUT_ON = 0x20, 0x29

_HEAT = {
    Gate.CHARGE: Protection.CHARGE_OVERTEMPERATURE,
    Gate.DISCHARGE: Protection.DISCHARGE_OVERTEMPERATURE,
}


def _on(gate: Gate, report: Report) -> bool:
    return bool(_actual(gate)(report))


def _out_of_contact(gate: Gate, report: Report) -> bool:
    return report.phase is not Phase.FRESH or bool(_released(report))


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
        switch.item,
        Item(f"{at}/Status", "i", "0x{:02X}", status),
        Item(f"{at}/Name", "s", "{}", lambda r: name),
        fixed("Settings/Type", TOGGLE, writable=True),
        fixed("Settings/ValidTypes", 1 << TOGGLE),
        fixed("Settings/Function", MANUAL, writable=True),
        fixed("Settings/ValidFunctions", 1 << MANUAL),
    )


def _gate_switch(gate: Gate) -> Switch:
    path = f"/SwitchableOutput/{gate.value}/State"
    return _switch(path, _position(gate), 1, lambda value: _told(gate, bool(value)))


CHARGE, DISCHARGE = _gate_switch(Gate.CHARGE), _gate_switch(Gate.DISCHARGE)
RELEASE = _switch(
    "/SwitchableOutput/release/State", _released, 1, lambda value: Release(PANE_RELEASE if value else 0)
)

SWITCH_ITEMS = (
    *(switch.item for switch in BATTERY_SWITCHES),
    Item("/Io/LastOrder", "s", "{}", lambda r: r.switching.last or None),
)
PANE_ITEMS = (
    *_output(CHARGE, _status(Gate.CHARGE), "Charging"),
    *_output(DISCHARGE, _status(Gate.DISCHARGE), "Discharging"),
    *_output(RELEASE, lambda r: ON if _released(r) else OFF, "Lend to phone app"),
    *pane_items(),
)
RUNNING = 0x100  # state of a switch device
COMPANION_ITEMS = (
    *DEVICE_ITEMS,
    Item("/DeviceInstance", "i", "{}", lambda r: r.switch_instance),
    Item("/ProductName", "s", "{}", lambda r: f"{product_name(r)} switches"),
    Item("/State", "i", "0x{:X}", lambda r: RUNNING),
    *PANE_ITEMS,
)

_MEANT = {switch.item.path: switch.means for switch in (*BATTERY_SWITCHES, CHARGE, DISCHARGE, RELEASE)}


def ordered(path: str, value: Value) -> Order | None:
    """What a write of ``value``, of the path's type and range, orders; ``None`` if it is no such path."""
    means = _MEANT.get(path)
    return means(value) if means and isinstance(value, int) else None
