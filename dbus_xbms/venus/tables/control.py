"""The paths of a pack or bank that controls chargers and inverters. Pure.

The mere presence of ``/Info/MaxChargeVoltage`` makes Venus prefer a battery. One that only watches therefore
has none of these paths but one, which says why it does not control; a pack of a bank also has those that say
what limits it.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter

from dbus_xbms.model import Limits, Phase
from dbus_xbms.report import AnyReport
from dbus_xbms.settings import Value
from dbus_xbms.venus.item import Item, Read, Source, rows


def _limits(read: Callable[[Limits], Value]) -> Read[AnyReport]:
    return lambda report: None if report.decision.limits is None else read(report.decision.limits)


def _words(read: Callable[[Limits], str]) -> Read[AnyReport]:
    def words(report: AnyReport) -> str | None:
        if report.decision.limits is None:
            return None
        return read(report.decision.limits) + (" (held)" if report.decision.phase is Phase.HELD else "")

    return words


CVL, CHARGE_MODE = "/Info/MaxChargeVoltage", "/Info/ChargeMode"
CHARGE_LIMITATION, DISCHARGE_LIMITATION = "/Info/ChargeLimitation", "/Info/DischargeLimitation"
LIMITS: Source[AnyReport] = Source(attrgetter("decision.limits", "decision.phase"))

CONTROL_ITEMS = rows(
    LIMITS,
    Item(CVL, "d", "{:.2f}V", _limits(lambda x: x.cvl)),
    Item("/Info/MaxChargeCurrent", "d", "{:.1f}A", _limits(lambda x: x.ccl)),
    Item("/Info/MaxDischargeCurrent", "d", "{:.1f}A", _limits(lambda x: x.dcl)),
    Item("/Info/BatteryLowVoltage", "d", "{:.2f}V", _limits(lambda x: x.battery_low_voltage)),
    Item("/Info/ChargeRequest", "i", "{}", _limits(lambda x: int(x.charge_request))),
    Item(CHARGE_MODE, "s", "{}", _limits(lambda x: x.mode)),
    Item(CHARGE_LIMITATION, "s", "{}", _words(lambda x: x.charge_limitation)),
    Item(DISCHARGE_LIMITATION, "s", "{}", _words(lambda x: x.discharge_limitation)),
)

WATCHING_ITEMS: tuple[Item[AnyReport], ...] = rows(
    Source(attrgetter("no_control")),
    Item(CHARGE_MODE, "s", "{}", lambda r: f"Not controlling: {r.no_control}" if r.no_control else None),
)
MEMBER_ITEMS: tuple[Item[AnyReport], ...] = (  # of a pack that contributes to the limits of a bank
    *WATCHING_ITEMS,
    *rows(
        LIMITS,
        Item(CHARGE_LIMITATION, "s", "{}", _words(lambda x: f"{x.ccl:.1f} A: {x.charge_limitation}")),
        Item(DISCHARGE_LIMITATION, "s", "{}", _words(lambda x: f"{x.dcl:.1f} A: {x.discharge_limitation}")),
    ),
)
