"""Reports of a pack, and what `watch` reads of them on the bus."""

from __future__ import annotations

from dbus_xbms.commands.table import Battery
from dbus_xbms.model import Limits, LinkStatus, LowestHighest, Mosfets, PackIdentity, PackSample, Phase
from dbus_xbms.report import Report
from dbus_xbms.venus.tables.battery import items_for, values
from tests.unit.samples import changed, report

ADDRESS = "A4:C1:37:01:02:03"
SAMPLE = PackSample(
    voltage=13.25,
    current=12.4,
    soc=76.3,
    remaining=152.6,
    nominal=200.0,
    cycles=42,
    mosfets=Mosfets(charge=True, discharge=False),
    protection=frozenset(),
    cells=(3.312, 3.311, 3.315, 3.309),
    balancing=frozenset({3}),
    temperatures=(31.0, 24.1, 24.3),
)
REPORT = report(
    address=ADDRESS,
    instance=1,
    custom_name="Starboard",
    product="JBD BMS SP04S034",
    identity=PackIdentity(hardware="JBD-SP04S034-L4S-200A-B-U", cell_count=4, ntc_count=3, nominal=200.0),
    phase=Phase.FRESH,
    sample=SAMPLE,
    cell_temperatures=(24.1, 24.3),
    extreme_cells=LowestHighest(lowest=4, highest=3),
    mosfet_temperature=31.0,
    soc=76.3,
    link=LinkStatus(state="connected", rssi=-62, reconnects=3),
)
CONTROLLING = changed(
    REPORT,
    controls=True,
    limits=Limits(
        cvl=13.8,
        ccl=24.0,
        dcl=50.0,
        mode="Absorption, balancing",
        charge_limitation="Cell 3 at 3.462 V",
        discharge_limitation="0.5 C of 100 Ah",
        charge_request=False,
        battery_low_voltage=11.6,
    ),
)
SILENT = changed(CONTROLLING, phase=Phase.DERATED, sample=None, cell_temperatures=(), soc=None)


def shown(report: Report) -> Battery:
    """Return the paths and values of a report, through the real table of items."""
    items = items_for(report.identity, controls=report.controls)
    on_bus = values(items, report)
    texts = {item.path: item.show(on_bus[item.path]) for item in items}
    return Battery(service="com.victronenergy.battery.xbms_a4c137010203", values=on_bus, texts=texts)


STARBOARD = shown(REPORT)
