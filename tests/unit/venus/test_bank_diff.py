"""Whatever changes in a report of a bank reaches its paths."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

import pytest

from dbus_xbms.model import CommandState, Extremes, History, Level, Mosfets, MosfetTarget, Phase, SwitchStatus
from dbus_xbms.policy.bank.records import Alarm, BankDecision, BankValues, Extreme, Member, MemberState
from dbus_xbms.policy.decision import Decision
from dbus_xbms.policy.temperatures import Temperatures
from dbus_xbms.report import BankReport
from dbus_xbms.settings import BankSettings
from dbus_xbms.venus.diff import Diff
from dbus_xbms.venus.tables.bank import devices
from dbus_xbms.venus.tables.battery import values
from tests.unit.samples import bank_report, member, sample, settings, silent

FULL_VALUES = replace(
    bank_report().decision.values, mid_voltage=6.6, mid_deviation=1.5, soc_spread=2.0, balancing=False
)
BASE = bank_report(
    controls=True,
    values=FULL_VALUES,
    outcomes=("done",) * 4,
    lent="Port",
    shared=True,
    switching=SwitchStatus(lent_for=600.0),
)
OTHER_EXTREME = Extreme(member=3, number=4, value=1.0)
LEVELS = {"/Alarms/HighVoltage": Level.ALARM, "/Alarms/CellImbalance": Level.WARNING}
MOSFETS_OFF = Mosfets(charge=False, discharge=False)

VALUES: dict[str, tuple[Any, ...]] = {
    row.name: (None, 17) for row in fields(BankValues) if row.type == "float | None"
} | {
    "time_to_go": (None, 60),
    **dict.fromkeys(("lowest_cell", "highest_cell", "coldest", "hottest"), (None, OTHER_EXTREME)),
    "mosfets": (None, MOSFETS_OFF),
    "balancing": (True,),
}
PACK: dict[str, tuple[Any, ...]] = {  # of the decision of a member
    "phase": (Phase.LENT,),
    "temperatures": (Temperatures(), Temperatures(cells=(1.0,))),
    "alarms": (LEVELS,),
    "doubt": ("Readings not believed",),
    "soc": (None, 3.0),
}
SAMPLES = (
    None,
    sample(cells=(3.0, 3.1)),
    sample(cells=()),
    sample(mosfets=None),
    sample(mosfets=MOSFETS_OFF),
    sample(current=1.0, balancing=frozenset({1})),
)
MEMBER: dict[str, tuple[Any, ...]] = {
    "name": ("Aft",),
    "string": (2,),
    "watch_only": (True,),
    "state": tuple(MemberState),
    "why": ("its voltage differs",),
    "sample": SAMPLES,
    "share": (None, 0.5),
    "ccl": (1.0,),
    "dcl": (1.0,),
    "charge_limitation": ("", "cold"),
    "discharge_limitation": ("", "empty"),
}
DECISION: dict[str, tuple[Any, ...]] = {
    "phase": tuple(Phase),
    "series": (2,),
    "parallel": (2,),
    "installed": (0.0, 5.0),
    "alarms": ({}, {path: Alarm(level=level, names=("Bow",)) for path, level in LEVELS.items()}),
    "limits": (None, replace(BASE.decision.limits, cvl=1.0) if BASE.decision.limits else None),
    "for_owner": ("Set Chemistry of Bow",),
    "history": (History(discharges=1, total_drawn=1.0),),
    "extremes": (Extremes(),),
}
REPORT: dict[str, tuple[Any, ...]] = {
    "no_control": ("Control is 0",),
    "shared": (False,),
    "switching": (
        SwitchStatus(),
        SwitchStatus(
            commanded=MosfetTarget(charge=False),
            balancing=False,
            text="charge off: done",
            state=CommandState.DONE,
            number=3,
        ),
    ),
    "outcomes": ((), ("failed",) * 4),
    "lent": ("", "Bow"),
    "settings": (BankSettings({"Enabled": 1, "Name": "Shed", "ChargeSwitchGroup": "Aft"}),),
    "reports": (
        (None,) * 4,
        tuple(
            replace(one, product="Daren BMS", settings=settings(Capacity=50.0)) for one in BASE.reports if one
        ),
    ),
}
# What no path shows, or what makes another service
UNSHOWN = {
    "decision.valid_for",
    "decision.charge",
    "decision.cells",
    "decision.members",
    "decision.values",
    "decision",
    "number",
    "instance",
    "name",
    "controls",
    "member.number",
    "member.address",
    "member.cells",
    "member.decision",
}


def with_member(**changes: Any) -> BankReport:
    members = list(BASE.decision.members)
    members[1] = replace(members[1], **changes)
    return replace(BASE, decision=replace(BASE.decision, members=tuple(members)))


def variations() -> Iterator[tuple[str, BankReport]]:
    """Yield reports that differ from the base in one field, with its name."""
    for name, changes in REPORT.items():
        yield from ((name, replace(BASE, **{name: value})) for value in changes)
    for name, changes in DECISION.items():
        for value in changes:
            yield f"decision.{name}", replace(BASE, decision=replace(BASE.decision, **{name: value}))
    for name, changes in VALUES.items():
        for value in changes:
            decision = replace(BASE.decision, values=replace(FULL_VALUES, **{name: value}))
            yield f"decision.values.{name}", replace(BASE, decision=decision)
    for name, changes in MEMBER.items():
        yield from ((f"member.{name}", with_member(**{name: value})) for value in changes)
    for name, changes in PACK.items():
        for value in changes:
            decided = replace(member(2).decision, **{name: value})
            yield f"member.decision.{name}", with_member(decision=decided)


VARIATIONS = tuple(variations())
(ROWS,) = devices(BASE).values()


def texts(report: BankReport) -> dict[str, str]:
    return {item.path: item.noted(report) for item in ROWS if item.note}


@pytest.mark.parametrize(("name", "other"), VARIATIONS, ids=[name for name, _ in VARIATIONS])
def test_a_change_of_any_field_reaches_every_path_that_shows_it(name: str, other: BankReport) -> None:
    for before, after in ((BASE, other), (other, BASE)):
        reader = Diff(ROWS)
        reader.changes(before, 0.0)
        reader.changes(after, 1000.0)
        assert reader.values == values(ROWS, after)
        assert reader.notes == texts(after)


@pytest.mark.parametrize(("name", "other"), VARIATIONS, ids=[name for name, _ in VARIATIONS])
def test_slow_paths_become_valid_and_invalid_at_once(name: str, other: BankReport) -> None:
    for before, after in ((BASE, other), (other, BASE)):
        reader = Diff(ROWS)
        reader.changes(before, 0.0)
        reader.changes(after, 0.5)
        true = values(ROWS, after)
        for item in ROWS:
            seen = reader.values[item.path]
            assert seen == true[item.path] or (item.every and None not in (seen, true[item.path])), item.path


def test_every_field_that_a_bank_shows_is_changed_once() -> None:
    records = (
        ("", BankReport),
        ("decision.", BankDecision),
        ("decision.values.", BankValues),
        ("member.", Member),
    )
    known = {f"{at}{row.name}" for at, record in records for row in fields(record)}
    assert known == {name for name, _ in VARIATIONS if "member.decision." not in name} | UNSHOWN
    assert set(PACK) <= {row.name for row in fields(Decision)}


def test_a_bank_at_rest_sends_nothing() -> None:
    reader = Diff(ROWS)
    reader.changes(BASE, 0.0)
    assert not any(reader.changes(BASE, float(second)) for second in range(1, 120))


def test_the_loss_of_a_member_is_published_at_once() -> None:
    reader = Diff(ROWS)
    reader.changes(BASE, 0.0)
    changes = reader.changes(
        with_member(state=MemberState.SILENT, sample=None, decision=silent(member(2)).decision), 1.0
    )
    assert changes["/Members/2/State"] == "no contact"
    assert changes["/System/NrOfModulesOffline"] == 1
    assert {changes[f"/Battery/2/Cell/{n}/Voltage"] for n in range(1, 5)} == {None}
