"""Samples for tests: a plausible pack, and a hypothesis strategy for arbitrary ones."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from hypothesis import strategies as st

from dbus_xbms.model import (
    Extremes,
    History,
    Level,
    Limits,
    Mosfets,
    MosfetTarget,
    PackIdentity,
    PackSample,
    Phase,
    Protection,
)
from dbus_xbms.policy.bank.records import Alarm, BankDecision, BankValues, Extreme, Member, MemberState
from dbus_xbms.policy.decision import Decision
from dbus_xbms.policy.temperatures import Temperatures
from dbus_xbms.report import BankReport, Report
from dbus_xbms.settings import BankSettings, PackSettings

CAPACITY, REMAINING = 100.0, 72.0  # Ah

SAMPLE = PackSample(
    voltage=13.28,
    current=-5.0,
    soc=72.0,
    remaining=REMAINING,
    nominal=CAPACITY,
    cycles=12,
    commanded=MosfetTarget(charge=True, discharge=True),
    mosfets=Mosfets(charge=True, discharge=True),
    protection=frozenset(),
    cells=(3.321, 3.319, 3.320, 3.320),
    temperatures=(21.0, 20.0, 20.5),
)


def sample(**changes: Any) -> PackSample:
    """Return the plausible pack with changes; its voltage is the sum of the cells."""
    if "cells" in changes:
        changes.setdefault("voltage", sum(changes["cells"]))
    return replace(SAMPLE, **changes)


def settings(**changes: Any) -> PackSettings:
    """Return the settings of a LiFePO4 pack: the defaults with changes."""
    return PackSettings({"Chemistry": "LiFePO4"} | changes)


samples = st.builds(
    sample,
    voltage=st.floats(0, 80),
    current=st.floats(-300, 300),
    soc=st.integers(0, 100).map(float),
    mosfets=st.builds(Mosfets, charge=st.booleans(), discharge=st.booleans()),
    protection=st.frozensets(st.sampled_from(Protection)),
    cells=st.lists(st.floats(0, 5), min_size=1, max_size=32).map(tuple),
    temperatures=st.lists(st.floats(-273.1, 6280.4), max_size=8).map(tuple),
)


DECISION_FIELDS = {row.name for row in fields(Decision)}


def _split(values: dict[str, Any], before: Decision) -> dict[str, Any]:
    """Move the fields of the decision among ``values`` into a changed decision."""
    decided = {name: values.pop(name) for name in list(values) if name in DECISION_FIELDS}
    renamed = {"cell_temperatures": "cells", "mosfet_temperature": "mosfet"}
    if measured := {renamed[name]: values.pop(name) for name in list(values) if name in renamed}:
        decided["temperatures"] = replace(before.temperatures, **measured)
    return values | ({"decision": replace(before, **decided)} if decided else {})


def report(**values: Any) -> Report:
    """Return a report; fields of its decision are given like its own."""
    return Report(**({"decision": Decision()} | _split(values, Decision())))


def changed(before: Report, **changes: Any) -> Report:
    """Return the report with changes, also to fields of its decision."""
    return replace(before, **_split(changes, before.decision))


NAMES = ("Bow", "Stern", "Port", "Starboard")
BANK_DECISION_FIELDS = {row.name for row in fields(BankDecision)}


def member_address(number: int) -> str:
    """Return the address of a member of the sample bank, 1-based."""
    return f"A4:C1:37:00:00:{number:02X}"


def member(number: int, **changes: Any) -> Member:
    """Return a plausible member of a bank of four packs in parallel, with changes."""
    usual = Member(
        number=number,
        address=member_address(number),
        name=NAMES[(number - 1) % len(NAMES)],
        string=1,
        cells=len(SAMPLE.cells),
        state=MemberState.ONLINE,
        decision=Decision(
            phase=Phase.FRESH,
            sample=SAMPLE,
            soc=SAMPLE.soc,
            temperatures=Temperatures(cells=SAMPLE.temperatures[1:], mosfet=SAMPLE.temperatures[0]),
        ),
        sample=SAMPLE,
        share=0.25,
        ccl=50.0,
        dcl=100.0,
        charge_limitation="MaxChargeCurrent",
        discharge_limitation="MaxDischargeCurrent",
    )
    return replace(usual, **changes)


def silent(usual: Member, state: MemberState = MemberState.SILENT) -> Member:
    """Return a member without contact."""
    lost = Decision(phase=Phase.LOST, alarms=usual.decision.alarms)
    return replace(usual, state=state, sample=None, decision=lost, share=None, ccl=0.0, dcl=0.0)


def bank_report(packs: int = 4, **changes: Any) -> BankReport:
    """Return a report of a plausible bank, with changes; fields of its decision are given like its own."""
    members = tuple(map(member, range(1, packs + 1)))
    decision = BankDecision(
        phase=Phase.FRESH,
        members=members,
        parallel=packs,
        cells=len(SAMPLE.cells),
        installed=CAPACITY * packs,
        values=BankValues(
            voltage=SAMPLE.voltage,
            current=SAMPLE.current * packs,
            soc=SAMPLE.soc,
            remaining=REMAINING * packs,
            consumed=-28.0 * packs,
            time_to_go=36000,
            health=97.0,
            temperature=20.25,
            mosfet_temperature=21.0,
            stored_energy=3.82,
            lowest_cell=Extreme(member=1, number=2, value=3.319),
            highest_cell=Extreme(member=2, number=1, value=3.321),
            coldest=Extreme(member=1, number=2, value=20.0),
            hottest=Extreme(member=2, number=3, value=20.5),
            mosfets=SAMPLE.mosfets,
            soc_spread=1.5,
        ),
        limits=Limits(
            cvl=14.2,
            ccl=190.0,
            dcl=380.0,
            mode="Bulk",
            charge_limitation="MaxChargeCurrent of Bow",
            discharge_limitation="MaxDischargeCurrent of Stern",
            charge_request=False,
            battery_low_voltage=11.6,
        ),
        alarms={"/Alarms/LowSoc": Alarm(level=Level.WARNING, names=("Stern",))},
        history=History(deepest_discharge=71.26, total_drawn=1234.0, since_full=86400.9),
        extremes=Extremes(pack_min=11.0, pack_max=14.4, cell_min=2.8, cell_max=3.65),
    )
    decided = {name: changes.pop(name) for name in list(changes) if name in BANK_DECISION_FIELDS}
    reports = tuple(
        report(
            address=one.address,
            instance=number,
            custom_name=one.name,
            product="JBD BMS SP04S034",
            identity=PackIdentity(firmware="2.9", cell_count=4, ntc_count=3, nominal=CAPACITY),
            settings=settings(AllowMosfetControl=1, AllowDischargeOff=1, AllowLending=1),
        )
        for number, one in enumerate(members, 1)
    )
    given: dict[str, Any] = {"number": 1, "instance": 590, "name": "House", "reports": reports}
    given["settings"] = BankSettings({"Enabled": 1, "Name": "House"})
    return BankReport(decision=replace(decision, **decided), **given | changes)
