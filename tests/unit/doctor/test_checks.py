"""The checks of a GX: each fault is one problem with a reason and advice, and nothing else is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dbus_xbms.doctor.checks import examine, page
from dbus_xbms.doctor.facts import Bluetooth, Boot, Device, Facts, Line, System, Verdict
from dbus_xbms.interference.rules import VenusPrograms
from tests.unit.doctor.cases import NOTES, PROBLEMS
from tests.unit.doctor.facts import (
    HCI0,
    HCI1,
    HEALTHY,
    ONE,
    PACK,
    SERVICE_ONE,
    facts,
    not_ok,
    shown,
    the_finding,
)


def test_a_healthy_system_gets_no_problem_and_no_note() -> None:
    assert not_ok(HEALTHY) == []
    assert page(examine(HEALTHY), "dbus-xbms").startswith("dbus-xbms: all is well\n")


def test_a_controlling_pack_without_authentication_is_reported() -> None:
    def trust(facts: Facts) -> list[str]:
        return [f"{one.topic}: {one.words}" for one in examine(facts) if one.topic.startswith("trust")]

    assert trust(shown(controls=True)) == [
        f"trust House ({ONE}): its Bluetooth has no authentication: "
        "a device that advertises this address with a stronger signal would set the limits"
    ]
    assert trust(shown(controls=False)) == []


def test_packs_that_are_only_watched_are_listed_with_their_make() -> None:
    litime = replace(PACK, make="LiTime", watch_only=True)
    found = [one for one in examine(replace(HEALTHY, packs={ONE: litime})) if one.topic == "watch only"]
    assert [one.words for one in found] == [f"never control and are never switched: House ({ONE}): LiTime"]
    assert not [one for one in examine(HEALTHY) if one.topic == "watch only"]


def test_a_pack_that_cannot_be_read_without_its_library_is_a_problem() -> None:
    litime = replace(
        PACK, make="LiTime", watch_only=True, missing="needs Python 3.12: run dbus-xbms with that"
    )
    stopped = not_ok(replace(HEALTHY, packs={ONE: litime}, running=False))
    (found,) = [one for one in stopped if one.topic.startswith("pack") and one.verdict is Verdict.PROBLEM]
    assert found.words == "LiTime needs Python 3.12: run dbus-xbms with that"


@pytest.mark.parametrize(("case", "topic", "words", "advice"), PROBLEMS.values(), ids=PROBLEMS)
def test_a_fault_is_a_problem_with_advice(case: Facts, topic: str, words: str, advice: str) -> None:
    found = the_finding(case)
    assert (found.verdict, found.topic) == (Verdict.PROBLEM, topic)
    assert words in found.words
    assert advice in found.advice


@pytest.mark.parametrize(
    ("what", "topic", "advice"),
    [
        ({"localsettings": False}, "settings", "systemctl start dbus-xbms-settings"),
        ({"running": False}, "service", "journalctl -u dbus-xbms"),
    ],
)
def test_a_machine_without_venus_os_gets_advice_for_systemd(
    what: dict[str, Any], topic: str, advice: str
) -> None:
    (problem,) = [one for one in not_ok(facts(venus=None, **what)) if one.verdict is Verdict.PROBLEM]
    assert problem.topic == topic
    assert advice in problem.advice


@pytest.mark.parametrize(("case", "topic", "words", "advice"), NOTES.values(), ids=NOTES)
def test_useful_information_is_a_note(case: Facts, topic: str, words: str, advice: str) -> None:
    found = the_finding(case)
    assert (found.verdict, found.topic) == (Verdict.NOTE, topic)
    assert words in found.words
    assert advice in found.advice


def test_a_stopped_service_is_the_problem_and_its_packs_are_notes() -> None:
    service, pack = not_ok(facts(running=False, service=None, shown={}))
    assert (service.topic, service.verdict) == ("service", Verdict.PROBLEM)
    assert "svstat /service/dbus-xbms" in service.advice
    assert (pack.topic, pack.verdict) == (f"pack House ({ONE})", Verdict.NOTE)
    by_hand = not_ok(facts(running=False, service=None, shown={}, boot=Boot(line=True)))[0]
    assert "dbus-xbms run" in by_hand.advice


@pytest.mark.parametrize(
    ("scan", "device", "words"),
    [
        ({ONE: -70}, None, "in range at -70 dBm"),
        ({ONE: None}, None, "in range"),
        ({}, None, "not in range"),
        (None, Device(hci="hci0", connected=False, rssi=-71), "in range at -71 dBm"),
        (None, Device(hci="hci0", connected=True), "connected on hci0"),
    ],
)
def test_a_pack_without_contact_is_reported_as_in_range_or_not(
    scan: Any, device: Device | None, words: str
) -> None:
    assert HEALTHY.bluetooth
    bluetooth = replace(HEALTHY.bluetooth, devices={ONE: device} if device else {})
    found = [f for f in not_ok(facts(shown={}, scan=scan, bluetooth=bluetooth)) if f.topic.startswith("pack")]
    assert f"not reached, {words}" in found[0].words


def test_an_unknown_state_of_the_packs_is_not_reported_as_a_stopped_service() -> None:
    words = [finding.words for finding in not_ok(facts(shown=None, failed={"shown": "no answer"}))]
    assert words == [
        "the packs on the bus could not be read, connected on hci0",
        "the packs on the bus: no answer",
    ]


def test_the_last_log_line_of_a_pack_with_a_problem_is_quoted() -> None:
    log = tuple(
        Line(text=f"WARNING dbus_xbms.pack.state_log: {ONE}: {what}", age=200.0) for what in ("old", "new")
    )
    found = the_finding(replace(facts(shown={}), log=log))
    assert "log, 3 min ago: WARNING" in found.words
    assert f"{ONE}: new" in found.words
    assert "old" not in found.words


def test_victrons_bluetooth_does_not_affect_packs_on_another_adapter() -> None:
    bluetooth = Bluetooth(
        running=True, adapters=(HCI0, HCI1), devices={ONE: Device(hci="hci1", connected=True)}
    )
    assert not_ok(facts(interference=VenusPrograms(bluetooth=True), bluetooth=bluetooth)) == []


def test_victrons_bluetooth_is_reported_before_the_first_pack_is_added() -> None:
    found = not_ok(facts(interference=VenusPrograms(bluetooth=True), packs={}, shown={}))
    assert [(one.topic, one.verdict) for one in found if "vesmart" in one.topic] == [
        ("interference vesmart-server", Verdict.NOTE)
    ]


def test_an_occasional_reconnect_is_ok() -> None:
    found = [one for one in examine(shown(reconnects=3, failed_polls=9)) if one.topic.startswith("pack")]
    assert [(one.verdict, one.words) for one in found] == [
        (Verdict.OK, "connected, -62 dBm, 3 reconnects in 2 h, 9 failed polls in the last hour")
    ]


def test_the_controlling_pack_is_named() -> None:
    case = replace(
        shown(controls=True), system=System(present=True, dvcc=True, bms=SERVICE_ONE, instances={})
    )
    (found,) = [finding for finding in examine(case) if finding.topic == "DVCC"]
    assert (
        found.words
        == f"on; controlling BMS: House ({ONE}); battery monitor: none; voltage shared with chargers: none"
    )
