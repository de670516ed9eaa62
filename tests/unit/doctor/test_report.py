"""The report of the findings: its order, its width, and what a discreet one leaves out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dbus_xbms.contact import Contact, ContactState
from dbus_xbms.doctor.checks import LABEL, UNKNOWN, examine, page
from dbus_xbms.doctor.discretion import discreet, short
from dbus_xbms.doctor.facts import Bluetooth, Facts, Line, Service, Verdict, numbers
from tests.unit.doctor.cases import NOTES, PROBLEMS
from tests.unit.doctor.facts import HEALTHY, ONE, RUNNING, facts, shown


def test_the_most_severe_findings_come_first() -> None:
    verdicts = [f.verdict for f in examine(replace(shown(rssi=-95), running=False, bluetoothd="5.1"))]
    assert verdicts == sorted(verdicts, reverse=True)
    assert verdicts[0] is Verdict.PROBLEM


@pytest.mark.parametrize("width", [34, 50, 80])
def test_a_page_fits_the_terminal(width: int) -> None:
    failed = {"log": "x " * 200}
    lines = page(examine(Facts(program=HEALTHY.program, failed=failed)), "dbus-xbms", width).splitlines()
    assert width - LABEL < max(map(len, lines)) <= width


def test_a_report_is_printed_even_if_no_fact_is_known() -> None:
    failed = dict.fromkeys(UNKNOWN, "PermissionError")
    text = page(examine(Facts(program=HEALTHY.program, failed=failed)), "dbus-xbms")
    assert "PROBLEM  D-Bus" in text
    assert text.count("PermissionError") == len(failed)


def test_no_line_is_wider_than_80_columns() -> None:
    for case, *_ in (*PROBLEMS.values(), *NOTES.values()):
        text = page(examine(replace(case, failed={"log": "x " * 200})), "dbus-xbms 1.2.3 on Venus OS v3.67")
        assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize(
    ("text", "shortened"),
    [
        (f"{ONE}: gone", "A4:C1:37..03: gone"),
        ("xbms_a4c137010203", "xbms_a4:c1:37..03"),
        ("/org/bluez/hci0/dev_A4_C1_37_01_02_03/service", "/org/bluez/hci0/dev_A4:C1:37..03/service"),
        ("a4-c1-37-01-02-03", "a4:c1:37..03"),
        ("0x0bda:d723 at 2026-11-22 12:00:00", "0x0bda:d723 at 2026-11-22 12:00:00"),
        ("5.2.0, 32 MB", "5.2.0, 32 MB"),
    ],
)
def test_an_address_is_shortened_in_every_spelling(text: str, shortened: str) -> None:
    assert short(text) == shortened


def test_a_discreet_report_has_no_names_and_no_quotes() -> None:
    log = (
        Line(text=f"WARNING a: {ONE}: xiaoxiang-17 needs its password"),
        Line(text="ERROR b: Password: '123456' is too long"),
    )
    bare = discreet(facts(log=log))
    assert [line.text for line in bare.log or ()] == [
        f"WARNING a: {ONE}: ... needs its password",
        "ERROR b: Password: '...' is too long",
    ]
    assert "House" not in repr(bare)
    assert "xiaoxiang" not in repr(bare)


@pytest.mark.parametrize(
    ("version", "parts"), [("v3.70~12", (3, 70)), ("5.2.0", (5, 2, 0)), ("v4", (4,)), ("", ())]
)
def test_versions_are_compared_numerically(version: str, parts: tuple[int, ...]) -> None:
    assert numbers(version) == parts


def test_a_discreet_report_has_no_names_from_the_advice_of_the_service() -> None:
    contact = Contact(
        state=ContactState.NEEDS_PASSWORD,
        reason="the module's password is refused; the pack's app knows it",
        advice='dbus-xbms set "House" Password 123456',
    )
    bare = discreet(facts(service=replace(RUNNING, contacts={ONE: contact})))
    assert bare.service
    assert bare.service.contacts[ONE].reason == contact.reason
    assert bare.service.contacts[ONE].advice == 'dbus-xbms set "..." Password 123456'


def test_advice_on_a_machine_without_venus_os_fits_that_machine() -> None:
    def advised(**found: Any) -> str:
        return " ".join(one.advice for one in examine(facts(venus=None, **found)))

    assert "sudo systemctl restart bluetooth" in advised(bluetooth=Bluetooth(running=False))
    assert "restart it: sudo systemctl restart dbus-xbms" in advised(service=Service(answers=False))
    assert "plug in a USB adapter" in advised(bluetooth=Bluetooth(running=True))
    words = advised(bus=False, failed={"bus": "no bus"}) + advised(bluetooth=Bluetooth(running=False))
    assert not [part for part in ("svc", "init.d", "the GX") if part in words]
