"""Reports of one pack: monitored, controlling and silent; and the values that they show."""

from __future__ import annotations

from dbus_xbms.model import (
    Counters,
    Extremes,
    History,
    Limits,
    LinkStatus,
    LowestHighest,
    Mosfets,
    PackIdentity,
    PackSample,
    Phase,
)
from dbus_xbms.report import Report
from dbus_xbms.settings import Value
from dbus_xbms.venus.tables.battery import items_for, values
from tests.unit.samples import changed, report, settings

IDENTITY = PackIdentity(
    hardware="JBD-SP04S034-L4S-200A-B-U", firmware="2.9", cell_count=4, ntc_count=3, nominal=100.0
)
SAMPLE = PackSample(
    voltage=13.2345,
    current=-10.04,
    soc=80.0,
    remaining=80.0,
    nominal=100.0,
    cycles=17,
    mosfets=Mosfets(charge=True, discharge=False),
    protection=frozenset(),
    cells=(3.301, 3.299, 3.310, 3.305),
    balancing=frozenset({3}),
    temperatures=(25.04, 21.0, 25.04),
)
REPORT = report(
    address="A4:C1:37:01:02:03",
    instance=3,
    custom_name="Bow",
    product="JBD BMS SP04S034",
    identity=IDENTITY,
    phase=Phase.FRESH,
    sample=SAMPLE,
    cell_temperatures=(21.0, 25.04),
    mosfet_temperature=25.04,
    extreme_cells=LowestHighest(lowest=2, highest=3),
    extreme_sensors=LowestHighest(lowest=2, highest=3),
    link=LinkStatus(state="connected", rssi=-67),
    extremes=Extremes(pack_min=11.0, pack_max=14.4, cell_min=2.8, cell_max=3.65, temperature_min=-3.0),
    soc=80.04,
    consumed=-20.0,
    time_to_go=28680,
    history=History(
        deepest_discharge=71.26,
        charge_known=True,
        total_drawn=1234.0,
        charged_energy=20.5,
        since_full=86400.9,
    ),
    settings=settings(),
)
LIMITS = Limits(
    cvl=13.8,
    ccl=29.96,
    dcl=50.0,
    mode="Absorption",
    charge_limitation="Cell 3 at 3.462 V",
    discharge_limitation="MaxDischargeCurrent",
    charge_request=False,
    battery_low_voltage=11.6,
)
CONTROLLING = changed(REPORT, controls=True, limits=LIMITS)
COUNTERS = Counters(
    short_circuit=0,
    charge_overcurrent=0,
    discharge_overcurrent=0,
    cell_overvoltage=3,
    cell_undervoltage=1,
    charge_overtemperature=0,
    charge_undertemperature=0,
    discharge_overtemperature=0,
    discharge_undertemperature=0,
    pack_overvoltage=2,
    pack_undervoltage=4,
)
SILENT = changed(
    REPORT,
    sample=None,
    cell_temperatures=(),
    mosfet_temperature=None,
    soc=None,
    consumed=None,
    time_to_go=None,
)


def shown(report: Report) -> dict[str, Value | None]:
    """Return what the battery service shows of a report: path -> value."""
    return values(items_for(report.identity, controls=report.controls), report)
