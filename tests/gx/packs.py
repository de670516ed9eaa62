"""Packs and banks in the states that an owner meets, as their services show them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dbus_xbms.model import (
    Level,
    Limits,
    LinkStatus,
    LowestHighest,
    Mosfets,
    MosfetTarget,
    PackIdentity,
    Phase,
    Protection,
    SwitchStatus,
)
from dbus_xbms.policy.temperatures import judge
from dbus_xbms.report import Report
from tests.gx.services import Service, bank, battery
from tests.unit import samples

ADDRESS = "A4:C1:37:00:00:01"
LIMITS = Limits(
    cvl=55.2,
    ccl=35.2,
    dcl=140.0,
    mode="Bulk",
    charge_limitation="cell 4 at 3.46 V",
    discharge_limitation="MaxDischargeCurrent 140 A",
    charge_request=False,
    battery_low_voltage=46.4,
)


def pack(cells: int = 16, temperatures: tuple[float, ...] = (23.2, 21.4, 20.9), **changes: Any) -> Report:
    """Return a healthy pack that controls chargers, with changes; its fifth cell is the lowest."""
    volts = tuple(3.33 + 0.001 * (n % 4) for n in range(cells))
    volts = tuple(3.328 if n == 4 else value for n, value in enumerate(volts))
    readings = {name: changes.pop(name) for name in ("mosfets", "protection", "balancing") if name in changes}
    usual: dict[str, Any] = {
        "address": ADDRESS,
        "instance": 3,
        "custom_name": "House port",
        "identity": PackIdentity(cell_count=cells, ntc_count=len(temperatures)),
        "sample": samples.sample(cells=volts, temperatures=temperatures, current=42.0, **readings),
        "phase": Phase.FRESH,
        "soc": 71.6,
        "age": 0.4,
        "temperatures": judge(temperatures, ""),
        "extreme_cells": LowestHighest(lowest=5, highest=4) if cells else None,
        "link": LinkStatus(state="connected", rssi=-58),
        "controls": True,
        "limits": LIMITS,
        "settings": samples.settings(),
    }
    return samples.report(**(usual | changes))


HEALTHY = pack(balancing=frozenset({4, 7}))
ALARM = pack(
    mosfets=Mosfets(charge=False, discharge=True),
    protection=frozenset({Protection.CELL_OVERVOLTAGE}),
    limits=replace(LIMITS, ccl=0.0, charge_limitation="BMS protection: cell overvoltage"),
    alarms={"/Alarms/HighCellVoltage": Level.ALARM, "/Alarms/CellImbalance": Level.WARNING},
)
SILENT = samples.report(
    address=ADDRESS,
    instance=3,
    phase=Phase.LOST,
    age=720.0,
    identity=PackIdentity(cell_count=16, ntc_count=3),
    link=LinkStatus(state="searching", rssi=-91, finding="does not answer"),
    alarms={"/Alarms/BmsCable": Level.ALARM},
    controls=True,
    limits=replace(
        LIMITS,
        ccl=0.0,
        dcl=0.0,
        charge_limitation="No contact: not charging",
        discharge_limitation="No contact: not discharging",
    ),
    settings=samples.settings(),
)
HELD = replace(HEALTHY, decision=replace(HEALTHY.decision, phase=Phase.HELD, age=25.0))
LENT = replace(
    SILENT,
    decision=replace(SILENT.decision, phase=Phase.LENT, alarms={}, soc=71.6),
    switching=SwitchStatus(lent_for=720.0),
)
WATCHING = pack(
    4,
    controls=False,
    limits=None,
    no_control="Chemistry is not chosen",
    settings=samples.settings(Chemistry=""),
)
SWITCHED_OFF = pack(
    mosfets=Mosfets(charge=False, discharge=True),
    switching=SwitchStatus(commanded=MosfetTarget(charge=False), text="charge off: done"),
)
STATES = {
    "healthy": HEALTHY,
    "alarm": ALARM,
    "silent": SILENT,
    "held": HELD,
    "lent": LENT,
    "watching only": WATCHING,
    "switched off": SWITCHED_OFF,
    "8 cells": pack(8),
    "24 cells": pack(24),
    "32 cells": pack(32),
    "one sensor": pack(temperatures=(20.9,)),
    "no cells": pack(0),
}


def bank_services(packs: int = 3) -> tuple[Service, ...]:
    """Return the service of a bank whose second pack has no contact, and those of its packs."""
    usual = samples.bank_report(packs, controls=True)
    first, second, *others = usual.decision.members
    first = replace(first, ccl=35.2, charge_limitation="cell 3 at 3.46 V")
    second = replace(samples.silent(second), why="does not answer")
    report = replace(usual, decision=replace(usual.decision, members=(first, second, *others)))
    return bank(report), *(battery(one) for one in report.reports if one)
