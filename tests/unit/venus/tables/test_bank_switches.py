"""The paths by which all packs of a bank are switched and lent, and what writes request."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dbus_xbms.model import Mosfets, MosfetTarget, Protection, SwitchStatus
from dbus_xbms.policy.bank.records import MemberState
from dbus_xbms.report import ChangeSetting, ClearHistory, Lend
from dbus_xbms.settings import Value
from tests.unit.samples import bank_report, member, sample, settings, silent
from tests.unit.venus.tables.bank_service import BANK, items, shown, text, with_member


def test_packs_whose_mosfets_disagree_are_named() -> None:
    off = sample(mosfets=Mosfets(charge=False, discharge=True))
    report = with_member(2, sample=off)
    assert text(report, "/Io/AllowToCharge") == "1 (off in Stern)"
    assert text(report, "/Io/AllowToDischarge") == "1"
    assert shown(report)["/System/NrOfModulesBlockingCharge"] == 1
    assert shown(report)["/Members/2/AllowToCharge"] == 0


def test_the_outcome_of_a_command_is_shown_for_each_member() -> None:
    got = shown(bank_report(outcomes=("done", "failed: no reply", "", "done")))
    assert [got[f"/Members/{n}/LastCommand"] for n in range(1, 5)] == [
        "done",
        "failed: no reply",
        None,
        "done",
    ]


def test_the_member_that_is_lent_is_named() -> None:
    members = (member(1), silent(member(2), MemberState.LENT))
    report = bank_report(members=members, lent="Stern", switching=SwitchStatus(lent_for=700.0))
    assert shown(report)["/Bluetooth/State"] == (
        "1 of 2 packs online; lent to the phone app: Stern; Stern for 12 min more"
    )
    assert text(report, "/Settings/LendForMinutes") == "12 (Stern)"


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"AllowMosfetControl": 0}, None),
        ({"AllowMosfetControl": 1, "AllowDischargeOff": 0}, 0x29),
        ({"AllowMosfetControl": 1, "AllowDischargeOff": 1}, 0x09),
    ],
)
def test_an_output_is_missing_or_locked_if_the_settings_of_one_pack_forbid_it(
    changes: Any, status: int | None
) -> None:
    locked = replace(BANK.reports[1], settings=settings(**changes)) if BANK.reports[1] else None
    report = replace(BANK, reports=(BANK.reports[0], locked, *BANK.reports[2:]))
    assert shown(report).get("/SwitchableOutput/discharge/Status") == status


def test_an_output_that_a_protection_turned_off_says_so() -> None:
    off = Mosfets(charge=False, discharge=True)
    tripped = sample(mosfets=off, protection=frozenset({Protection.CELL_OVERVOLTAGE}))
    members = tuple(replace(one, sample=tripped) for one in BANK.decision.members)
    report = bank_report(members=members, values=replace(BANK.decision.values, mosfets=off))
    assert shown(report)["/SwitchableOutput/charge/Status"] == 0x02


@pytest.mark.parametrize(
    ("path", "value", "request_made"),
    [
        ("/CustomName", "Haus", ChangeSetting("Name", "Haus")),
        ("/Io/AllowToCharge", 0, MosfetTarget(charge=False)),
        ("/SwitchableOutput/discharge/State", 0, MosfetTarget(discharge=False)),
        ("/SwitchableOutput/charge/Settings/ShowUIControl", 1, ChangeSetting("ChargeSwitchShow", 1)),
        ("/Settings/LendForMinutes", 20, Lend(20)),
        ("/History/Clear", 1, ClearHistory()),
    ],
)
def test_a_write_requests_what_it_does_of_a_pack(path: str, value: Value, request_made: object) -> None:
    request = items(BANK)[path].request
    assert request
    assert request(value, BANK) == request_made
