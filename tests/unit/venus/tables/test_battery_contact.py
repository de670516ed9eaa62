"""What a battery shows without contact, with held values, and in the line of the details page."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from dbus_xbms.model import Level, LinkStatus, Mosfets, MosfetTarget, Phase, Protection, SwitchStatus
from dbus_xbms.policy.alarms import BMS_CABLE
from dbus_xbms.report import Report
from dbus_xbms.settings import Value
from dbus_xbms.venus.tables.battery import items_for
from dbus_xbms.venus.tables.control import CONTROL_ITEMS
from tests.unit.samples import changed
from tests.unit.venus.tables.battery_reports import (
    CONTROLLING,
    IDENTITY,
    LIMITS,
    REPORT,
    SAMPLE,
    SILENT,
    shown,
)

MEASURED = [
    item.path
    for item in items_for(IDENTITY)
    if re.match(
        r"/(Dc|Soc|Capacity|Consumed|TimeTo|Io/A|Balanc|Voltages|System/M[ai]|System/Temp)", item.path
    )
]


@pytest.mark.parametrize("phase", [Phase.WAITING, Phase.LENT, Phase.LOST, Phase.WITHDRAWN])
def test_without_a_sample_every_measurement_is_invalid(phase: Phase) -> None:
    got = shown(changed(SILENT, phase=phase))
    assert len(MEASURED) > 30
    assert {path for path in MEASURED if got[path] is not None} == set()
    assert (got["/System/NrOfModulesOnline"], got["/System/NrOfModulesOffline"]) == (0, 1)
    assert got["/System/NrOfModulesBlockingCharge"] is None


def test_the_state_of_charge_is_held_only_while_the_link_is_lent() -> None:
    for phase in Phase:
        lent = phase in (Phase.LENT, Phase.LENT_STOPPED)
        assert shown(changed(SILENT, phase=phase, soc=76.3))["/Soc"] == (76.3 if lent else None)


@pytest.mark.parametrize(
    ("phase", "cable", "state", "alarm", "words"),
    [
        (Phase.WAITING, Level.OK, 0, 0, "searching"),
        (Phase.LENT, Level.OK, 18, 0, "searching"),
        (Phase.DERATED, Level.WARNING, 18, 1, "derated, searching"),
        (Phase.LOST, Level.WARNING, 18, 1, "stopped, searching"),
        (Phase.LOST, Level.ALARM, 18, 2, "stopped, searching"),
        (Phase.WITHDRAWN, Level.ALARM, 18, 2, "withdrawn, searching"),
    ],
)
def test_the_state_shows_why_there_is_no_sample(
    phase: Phase, cable: Level, state: int, alarm: int | None, words: str
) -> None:
    link = LinkStatus(state="searching")
    got = shown(changed(SILENT, phase=phase, link=link, alarms={BMS_CABLE: cable}))
    assert (got["/State"], got["/Alarms/BmsCable"], got["/Bluetooth/State"]) == (state, alarm, words)
    assert got["/Errors/SmartLithium/Communication"] == (1 if phase is Phase.LOST and alarm == 2 else None)


def line(report: Report) -> Value | None:
    return shown(report)["/ConnectionInformation"]


@pytest.mark.parametrize(
    ("phase", "state", "trouble", "words"),
    [
        (Phase.WAITING, "searching", "", "searching"),
        (Phase.WAITING, "disconnected", "wrong password", "no contact yet: wrong password"),
        (Phase.HELD, "connected", "", "no reply"),
        (Phase.HELD, "connected", "no answer", "no reply: no answer"),
        (Phase.DERATED, "searching", "", "no contact: searching"),
        (Phase.LOST, "disconnected", "wrong password", "no contact: wrong password"),
        (Phase.LENT, "lent, 12 min left", "", "lent to phone app, 12 min left"),
        (Phase.LENT_STOPPED, "lent, 1 min left", "not heard", "lent to phone app, 1 min left"),
        (Phase.FRESH, "free until the next poll", "", "connected at intervals"),
    ],
)
def test_the_details_page_says_why_there_is_no_contact(
    phase: Phase, state: str, trouble: str, words: str
) -> None:
    assert line(changed(SILENT, phase=phase, link=LinkStatus(state=state), trouble=trouble)) == words


BOTH_ON = replace(SAMPLE, mosfets=Mosfets(charge=True, discharge=True))
CHARGE_OFF = replace(SAMPLE, mosfets=Mosfets(charge=False, discharge=True))


def test_the_details_page_says_who_holds_a_mosfet_off() -> None:
    by_hand = SwitchStatus(commanded=MosfetTarget(charge=False, discharge=True))
    tripped = replace(CHARGE_OFF, protection=frozenset({Protection.CELL_OVERVOLTAGE}))
    assert line(changed(REPORT, sample=BOTH_ON)) == "connected"
    assert line(changed(REPORT, sample=CHARGE_OFF, switching=by_hand)) == (
        "connected; charging off: switched off"
    )
    assert line(changed(REPORT, sample=tripped)) == "connected; charging off: a cell is too high"
    assert line(changed(REPORT, sample=CHARGE_OFF)) == "connected; charging off: by the BMS itself"


def test_the_details_page_says_which_rule_stops_a_current() -> None:
    limits = replace(LIMITS, ccl=0.0, charge_limitation="cell 3 at 3.80 V")
    assert line(changed(CONTROLLING, sample=BOTH_ON, limits=limits)) == (
        "connected; charging stopped: cell 3 at 3.80 V"
    )


def test_held_values_are_marked_even_while_the_link_is_open() -> None:
    held = shown(changed(CONTROLLING, phase=Phase.HELD))
    assert (held["/Bluetooth/State"], held["/ConnectionInformation"]) == (
        "held, no reply",
        "no reply; discharging off: by the BMS itself",
    )
    assert held["/Dc/0/Voltage"] == 13.23
    assert held["/Info/ChargeLimitation"] == "Cell 3 at 3.462 V (held)"


@pytest.mark.parametrize("phase", [Phase.FRESH, Phase.HELD, Phase.DERATED, Phase.LOST])
def test_limits_are_published_either_all_or_none(phase: Phase) -> None:
    connected = (
        CONTROLLING if phase in (Phase.FRESH, Phase.HELD) else changed(SILENT, controls=True, limits=LIMITS)
    )
    got = shown(changed(connected, phase=phase))
    assert [item.path for item in CONTROL_ITEMS if got[item.path] is None] == []


@pytest.mark.parametrize("phase", [Phase.WAITING, Phase.WITHDRAWN])
def test_without_limits_all_limit_paths_of_a_controlling_pack_are_invalid(phase: Phase) -> None:
    got = shown(changed(SILENT, controls=True, phase=phase))
    assert [item.path for item in CONTROL_ITEMS if got[item.path] is not None] == []


def test_without_a_sample_the_mandatory_paths_stay_valid() -> None:
    got = shown(changed(SILENT, phase=Phase.LOST))
    for path in ("/ProductName", "/Mgmt/Connection", "/Connected", "/DeviceInstance", "/Battery/Request/Id"):
        assert got[path] is not None
    assert got["/History/MinimumVoltage"] == 11.0


def test_without_contact_alarms_are_neither_cleared_nor_reported_as_ok() -> None:
    alarms = {"/Alarms/LowVoltage": Level.ALARM, "/Alarms/LowSoc": Level.OK}
    got = shown(changed(SILENT, phase=Phase.LOST, alarms=alarms))
    assert got["/Alarms/LowVoltage"] == 2
    assert got["/Alarms/LowSoc"] is None
    assert got["/Alarms/HighVoltage"] is None
