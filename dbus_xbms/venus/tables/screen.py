"""What the program's own pages on the GX show of a pack, beyond the paths of Victron's pages. Pure."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from operator import attrgetter

from dbus_xbms.model import Mosfet, MosfetTarget
from dbus_xbms.policy.charge.chemistry import Preset, preset
from dbus_xbms.policy.temperatures import CELL, MOSFET
from dbus_xbms.report import Report
from dbus_xbms.venus.item import Item, Read, Source, rows
from dbus_xbms.venus.tables.connection import TRIPPED


class Hold(IntEnum):
    """Why a MOSFET is on or off."""

    ON = 0
    COMMAND = 1  # switched off, here or with the phone app
    PROTECTION = 2  # of the BMS
    UNKNOWN = 3  # the BMS gives no reason
    SWITCHING = 4  # switched on, and the BMS has not followed yet


def _hold(mosfet: Mosfet) -> Read[Report]:
    def read(report: Report) -> int | None:
        if report.mosfets is None:
            return None
        if report.mosfets.of(mosfet):
            return Hold.ON
        if report.switching.requested.of(mosfet):
            return Hold.SWITCHING
        if _commanded(report).of(mosfet) is False:
            return Hold.COMMAND
        return Hold.PROTECTION if report.protection & mosfet.blocked_by else Hold.UNKNOWN

    return read


def _commanded(report: Report) -> MosfetTarget:
    return report.switching.requested.over(report.switching.commanded)


def _protections(mosfet: Mosfet) -> Read[Report]:
    def read(report: Report) -> str | None:
        tripped = report.protection & mosfet.blocked_by
        words = dict.fromkeys(words for protection, words in TRIPPED.items() if protection in tripped)
        return ", ".join(words) or None

    return read


def _voltage(read: Callable[[Preset], float]) -> Read[Report]:
    def voltage(report: Report) -> float | None:
        chosen = preset(report.settings)
        return None if chosen.refused else read(chosen)

    return voltage


ROLES = {CELL: "cells", MOSFET: "MOSFETs"}

SCREEN_ITEMS: tuple[Item[Report], ...] = (
    *rows(
        Source(attrgetter("mosfets", "protection", "switching")),
        Item("/Io/ChargeHold", "i", "{}", _hold(Mosfet.CHARGE)),
        Item("/Io/DischargeHold", "i", "{}", _hold(Mosfet.DISCHARGE)),
        Item("/Io/ChargeProtection", "s", "{}", _protections(Mosfet.CHARGE)),
        Item("/Io/DischargeProtection", "s", "{}", _protections(Mosfet.DISCHARGE)),
    ),
    *rows(
        Source(attrgetter("settings")),
        Item("/Cells/Low", "d", "{:.3f}V", _voltage(lambda chosen: chosen.low)),
        Item("/Cells/Full", "d", "{:.3f}V", _voltage(lambda chosen: chosen.full)),
        Item("/Cells/LowCutoff", "d", "{:.3f}V", _voltage(lambda chosen: chosen.cutoff_low)),
        Item("/Cells/HighCutoff", "d", "{:.3f}V", _voltage(lambda chosen: chosen.cutoff_high)),
    ),
)


def sensor_items(count: int) -> tuple[Item[Report], ...]:
    """Return the rows of so many temperature sensors: their number and the role of each."""

    def role(n: int) -> Item[Report]:
        def read(report: Report) -> str | None:
            letters = report.decision.temperatures.roles
            return ROLES.get(letters[n - 1], "elsewhere") if n <= len(letters) else None

        return Item(f"/System/TemperatureRole{n}", "s", "{}", read)

    return (
        Item("/System/NrOfTemperatureSensors", "i", "{}", lambda r: count, source=Source(lambda r: None)),
        *rows(Source(attrgetter("decision.temperatures.roles")), *map(role, range(1, count + 1))),
    )
