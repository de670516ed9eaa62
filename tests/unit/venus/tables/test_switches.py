"""Paths that switch: the value of each, and the command that a write requests."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbus_xbms.model import CommandState, Mosfet, Mosfets, MosfetTarget, Phase, Protection, SwitchStatus
from dbus_xbms.report import Balance, ChangeSetting, ClearHistory, ForceOn, Lend, Report, Request
from dbus_xbms.settings import Value
from dbus_xbms.venus.item import Item
from dbus_xbms.venus.tables.battery import BATTERY, SWITCH, devices, items_for, values
from dbus_xbms.venus.tables.device import DEVICE_ITEMS
from dbus_xbms.venus.tables.pane import LEND_OUTPUT, MOSFET_OUTPUTS, outputs, switch_device_items
from dbus_xbms.venus.tables.switches import BMS_SWITCHES, CHARGE, DISCHARGE, LEND_MINUTES, LEND_SWITCH
from tests.unit.samples import SAMPLE, changed, report, settings
from tests.unit.venus.tables.battery_reports import IDENTITY, REPORT, SILENT

ALLOWED = {"AllowMosfetControl": 1, "AllowDischargeOff": 1}
ITEMS = {item.path: item for item in items_for(IDENTITY)}
STATES = (None, False, True)
PANE_ITEMS = (*MOSFET_OUTPUTS, *LEND_OUTPUT)
ALLOWED_REPORT = replace(REPORT, settings=settings(**ALLOWED, AllowLending=1))
PANE = "/SwitchableOutput"
# The highest value of paths that take more than 0 and 1
HIGHEST = {
    "/Io/AllowToCharge": 2,
    "/Io/AllowToDischarge": 2,
    "/Settings/MosfetMode": 4,
    "/Settings/LendForMinutes": 240,
}
SWITCHES = {item.path for item in (*BMS_SWITCHES, LEND_MINUTES, CHARGE, DISCHARGE, LEND_SWITCH)}


def requested(path: str, value: Value) -> object:
    """Return the command that a write of a value requests."""
    item = ITEMS[path]
    assert item.request
    return item.request(value, REPORT)


def mosfets(*, charge: bool = True, discharge: bool = True, **changes: Any) -> Report:
    """Return a report with these MOSFETs and other changes."""
    chosen = {**ALLOWED, **changes.pop("chosen", {})}
    protection = changes.pop("protection", frozenset())
    sample = replace(SAMPLE, mosfets=Mosfets(charge=charge, discharge=discharge), protection=protection)
    return changed(REPORT, sample=sample, settings=settings(**chosen), **changes)


def switched(report: Report, **switching: Any) -> Report:
    return replace(report, switching=replace(report.switching, **switching))


def shown(path: str, report: Report) -> Value | None:
    return ITEMS[path].value(report)


# Writing


def mosfet_target(mosfet: Mosfet, on: bool) -> MosfetTarget:
    return MosfetTarget(charge=on) if mosfet is Mosfet.CHARGE else MosfetTarget(discharge=on)


@pytest.mark.parametrize(
    ("path", "value", "target"),
    [
        ("/Io/AllowToCharge", 0, MosfetTarget(charge=False)),
        ("/Io/AllowToCharge", 1, MosfetTarget(charge=True)),
        ("/Io/AllowToCharge", 2, ForceOn(MosfetTarget(charge=True))),
        ("/Io/AllowToDischarge", 2, ForceOn(MosfetTarget(discharge=True))),
        ("/Settings/MosfetMode", 4, ForceOn(MosfetTarget(charge=True, discharge=True))),
        ("/Io/AllowToDischarge", 0, MosfetTarget(discharge=False)),
        ("/Io/AllowToDischarge", 1, MosfetTarget(discharge=True)),
        ("/Settings/ForceChargingOff", 0, MosfetTarget(charge=True)),
        ("/Settings/ForceChargingOff", 1, MosfetTarget(charge=False)),
        ("/Settings/ForceDischargingOff", 0, MosfetTarget(discharge=True)),
        ("/Settings/ForceDischargingOff", 1, MosfetTarget(discharge=False)),
        ("/Settings/MosfetMode", 0, MosfetTarget(charge=True, discharge=True)),
        ("/Settings/MosfetMode", 1, MosfetTarget(charge=False, discharge=True)),
        ("/Settings/MosfetMode", 2, MosfetTarget(charge=True, discharge=False)),
        ("/Settings/MosfetMode", 3, MosfetTarget(charge=False, discharge=False)),
        ("/Settings/TurnBalancingOff", 0, Balance(on=True)),
        ("/Settings/TurnBalancingOff", 1, Balance(on=False)),
        ("/Settings/LendForMinutes", 0, Lend(0)),
        ("/Settings/LendForMinutes", 240, Lend(240)),
        (f"{PANE}/charge/State", 0, MosfetTarget(charge=False)),
        (f"{PANE}/charge/State", 1, MosfetTarget(charge=True)),
        (f"{PANE}/discharge/State", 0, MosfetTarget(discharge=False)),
        (f"{PANE}/discharge/State", 1, MosfetTarget(discharge=True)),
        (f"{PANE}/lend/State", 0, Lend(0)),
        (f"{PANE}/lend/State", 1, Lend(30)),
    ],
)
def test_a_write_is_a_request(path: str, value: int, target: Request) -> None:
    assert requested(path, value) == target


def test_no_other_path_requests_a_command() -> None:
    for path in ITEMS.keys() - SWITCHES:
        item = ITEMS[path]
        value = "1" if item.kind == "s" else item.highest or 1
        request = item.request(value, REPORT) if item.request else None
        assert request is None or isinstance(request, ChangeSetting | ClearHistory), path


@pytest.mark.parametrize("path", sorted(SWITCHES))
def test_a_switching_path_accepts_only_whole_numbers_in_its_range(path: str) -> None:
    highest = HIGHEST.get(path, 1)
    item = ITEMS[path]
    assert (item.kind, item.writable, item.lowest, item.highest) == ("i", True, 0, highest)
    assert requested(path, highest) is not None


# Reading


@pytest.mark.parametrize(("charge", "discharge"), [*product((False, True), repeat=2)])
def test_the_mosfets_are_shown_as_the_bms_reports_them_regardless_of_requests(
    charge: bool, discharge: bool
) -> None:
    report = switched(
        mosfets(charge=charge, discharge=discharge),
        commanded=MosfetTarget(charge=True, discharge=True),
        requested=MosfetTarget(charge=not charge, discharge=not discharge),
    )
    assert shown("/Io/AllowToCharge", report) == charge
    assert shown("/Io/AllowToDischarge", report) == discharge
    assert shown("/Io/AllowToCharge", SILENT) is None


@pytest.mark.parametrize(("commanded", "requested_state"), [*product(STATES, repeat=2)])
@pytest.mark.parametrize(
    ("path", "mosfet"),
    [("/Settings/ForceChargingOff", "charge"), ("/Settings/ForceDischargingOff", "discharge")],
)
def test_a_mosfet_is_forced_off_if_off_was_requested_or_commanded(
    path: str, mosfet: str, commanded: bool | None, requested_state: bool | None
) -> None:
    report = switched(
        REPORT,
        commanded=MosfetTarget(**{mosfet: commanded}),
        requested=MosfetTarget(**{mosfet: requested_state}),
    )
    expected = commanded if requested_state is None else requested_state
    assert shown(path, report) == (None if expected is None else not expected)


MODES = {(True, True): 0, (False, True): 1, (True, False): 2, (False, False): 3}


@pytest.mark.parametrize(("before", "after"), [*product(MODES, repeat=2)])
def test_the_mode_is_the_requested_state_of_both_mosfets(
    before: tuple[bool, bool], after: tuple[bool, bool]
) -> None:
    commanded = MosfetTarget(charge=before[0], discharge=before[1])
    changed = [now if now is not then else None for then, now in zip(before, after, strict=True)]
    report = switched(
        REPORT, commanded=commanded, requested=MosfetTarget(charge=changed[0], discharge=changed[1])
    )
    assert shown("/Settings/MosfetMode", report) == MODES[after]
    assert requested("/Settings/MosfetMode", MODES[after]) == MosfetTarget(
        charge=after[0], discharge=after[1]
    )


@pytest.mark.parametrize("known", [MosfetTarget(), MosfetTarget(charge=True), MosfetTarget(discharge=False)])
def test_the_mode_is_invalid_while_a_mosfet_is_unknown(known: MosfetTarget) -> None:
    assert shown("/Settings/MosfetMode", switched(REPORT, commanded=known)) is None


@pytest.mark.parametrize(("balancing", "off", "allowed"), [(None, None, 1), (True, 0, 1), (False, 1, 0)])
def test_balancing_is_shown_as_it_was_last_switched(
    balancing: bool | None, off: int | None, allowed: int
) -> None:
    report = switched(REPORT, balancing=balancing)
    assert shown("/Settings/TurnBalancingOff", report) == off
    assert shown("/Io/AllowToBalance", report) == allowed
    assert shown("/Io/AllowToBalance", switched(SILENT, balancing=balancing)) is None


@pytest.mark.parametrize(
    ("seconds", "minutes", "state", "status"),
    [(0.0, 0, 0, 0x00), (0.1, 1, 1, 0x09), (60.0, 1, 1, 0x09), (60.1, 2, 1, 0x09), (14400.0, 240, 1, 0x09)],
)
def test_the_remaining_minutes_of_a_loan_are_rounded_up(
    seconds: float, minutes: int, state: int, status: int
) -> None:
    report = switched(mosfets(chosen={"AllowLending": 1}), lent_for=seconds)
    assert shown("/Settings/LendForMinutes", report) == minutes
    assert shown(f"{PANE}/lend/State", report) == state
    assert shown(f"{PANE}/lend/Status", report) == status


def test_the_toggle_for_lending_is_locked_without_permission() -> None:
    assert shown(f"{PANE}/lend/Status", mosfets(chosen={"AllowLending": 0})) == 0x20


def test_the_last_command_is_shown_as_text() -> None:
    assert shown("/Io/LastCommand", REPORT) is None
    assert (shown("/Io/LastCommandState", REPORT), shown("/Io/LastCommandNumber", REPORT)) == (0, 0)
    failed = switched(REPORT, state=CommandState.FAILED, number=7)
    assert (shown("/Io/LastCommandState", failed), shown("/Io/LastCommandNumber", failed)) == (4, 7)
    assert shown("/Io/LastCommand", switched(REPORT, text="charge off: done")) == "charge off: done"


# The switch pane


@pytest.mark.parametrize("mosfet", Mosfet)
@pytest.mark.parametrize(("requested_state", "actual", "commanded"), [*product(STATES, STATES, STATES)])
def test_a_toggle_shows_the_requested_else_the_reported_else_the_commanded_state(
    mosfet: Mosfet, requested_state: bool | None, actual: bool | None, commanded: bool | None
) -> None:
    report = SILENT if actual is None else mosfets(**{mosfet.value: actual})
    report = switched(
        report,
        requested=MosfetTarget(**{mosfet.value: requested_state}),
        commanded=MosfetTarget(**{mosfet.value: commanded}),
    )
    position = next((int(on) for on in (requested_state, actual, commanded) if on is not None), None)
    assert shown(f"{PANE}/{mosfet.value}/State", report) == position


SHORT, FRONTEND = frozenset({Protection.SHORT_CIRCUIT}), frozenset({Protection.FRONTEND_ERROR})
HOT = frozenset({Protection.CHARGE_OVERTEMPERATURE, Protection.DISCHARGE_OVERTEMPERATURE})
FULL_AND_EMPTY = frozenset({Protection.CELL_OVERVOLTAGE, Protection.CELL_UNDERVOLTAGE})


def both(on: bool, **changes: Any) -> Report:
    return mosfets(charge=on, discharge=on, **changes)


@pytest.mark.parametrize("mosfet", Mosfet)
@pytest.mark.parametrize(
    ("report", "status"),
    [
        (both(True), 0x09),
        (both(False), 0x00),
        (both(False, protection=FULL_AND_EMPTY), 0x02),
        (both(False, protection=FRONTEND), 0x02),
        (both(False, protection=HOT), 0x04),
        (both(False, protection=HOT | FULL_AND_EMPTY), 0x04),
        (both(False, protection=SHORT | HOT), 0x10),
        (both(True, protection=SHORT | HOT | FULL_AND_EMPTY), 0x09),
        (both(True, chosen={"AllowMosfetControl": 0}), 0x29),
        (both(False, chosen={"AllowMosfetControl": 0}), 0x20),
        (both(False, chosen={"AllowMosfetControl": 0}, protection=SHORT), 0x20),
        (both(True, phase=Phase.HELD), 0x20),
        (both(False, phase=Phase.HELD, protection=SHORT), 0x20),
        (changed(SILENT, phase=Phase.LOST), 0x20),
        (changed(SILENT, phase=Phase.WAITING), 0x20),
        (switched(both(True), lent_for=60.0), 0x20),
        (switched(both(True), failed=frozenset(Mosfet)), 0x08),
        (switched(both(False), failed=frozenset(Mosfet)), 0x08),
        (switched(both(False, protection=SHORT), failed=frozenset(Mosfet)), 0x08),
        (switched(both(True, chosen={"AllowMosfetControl": 0}), failed=frozenset(Mosfet)), 0x29),
        (switched(both(True, phase=Phase.HELD), failed=frozenset(Mosfet)), 0x20),
    ],
)
def test_the_status_shows_the_state_of_a_mosfet(mosfet: Mosfet, report: Report, status: int) -> None:
    assert shown(f"{PANE}/{mosfet.value}/Status", report) == status


@pytest.mark.parametrize("mosfet", Mosfet)
def test_a_status_shows_only_its_own_mosfet(mosfet: Mosfet) -> None:
    (other,) = set(Mosfet) - {mosfet}
    off = both(False, protection=mosfet.blocked_by - other.blocked_by)
    failed = switched(both(True), failed=frozenset({mosfet}))
    assert shown(f"{PANE}/{mosfet.value}/Status", off) in (0x02, 0x04)
    assert shown(f"{PANE}/{mosfet.value}/Status", failed) == 0x08
    assert shown(f"{PANE}/{other.value}/Status", off) == 0x00
    assert shown(f"{PANE}/{other.value}/Status", failed) == 0x09


def test_discharging_is_locked_while_on_without_permission_to_switch_it_off() -> None:
    forbidden = {"AllowDischargeOff": 0}
    assert shown(f"{PANE}/discharge/Status", both(True, chosen=forbidden)) == 0x29
    assert shown(f"{PANE}/discharge/Status", both(False, chosen=forbidden)) == 0x00
    assert shown(f"{PANE}/charge/Status", both(True, chosen=forbidden)) == 0x09


@given(
    mosfet=st.sampled_from(Mosfet),
    protection=st.frozensets(st.sampled_from(Protection)),
    on=st.booleans(),
    phase=st.sampled_from(Phase),
    allowed=st.integers(0, 1),
)
def test_the_badge_never_contradicts_the_state_of_the_mosfet(
    mosfet: Mosfet, protection: frozenset[Protection], on: bool, phase: Phase, allowed: int
) -> None:
    report = both(on, protection=protection, phase=phase, chosen={"AllowMosfetControl": allowed})
    status = shown(f"{PANE}/{mosfet.value}/Status", report)
    assert status in ({0x09, 0x29, 0x20} if on else {0x00, 0x02, 0x04, 0x10, 0x20})


@pytest.mark.parametrize("output", ["charge", "discharge", "lend"])
def test_an_output_has_everything_the_switch_pane_requires(output: str) -> None:
    got = values(PANE_ITEMS, REPORT)

    def of(leaf: str) -> Any:
        return got[f"{PANE}/{output}/{leaf}"]

    kind = of("Settings/Type")
    assert of("Settings/ValidTypes") == 1 << kind == 2
    assert of("Settings/ValidFunctions") == 1 << of("Settings/Function") == 4
    assert of("Name")
    assert of("State") in (0, 1)
    assert (of("Settings/Group"), of("Settings/CustomName")) == ("", "")


@pytest.mark.parametrize("item", PANE_ITEMS, ids=lambda item: item.path)
def test_type_and_function_of_an_output_accept_only_their_current_value(item: Item[Report]) -> None:
    if item.path.endswith(("/Type", "/Function")):
        value = item.value(REPORT)
        assert item.writable
        assert value == item.lowest == item.highest
    else:
        assert item.writable == item.path.endswith(("/State", "/ShowUIControl", "/Group", "/CustomName"))


def output_names(**chosen: int) -> list[Value | None]:
    report = replace(REPORT, settings=settings(**chosen))
    return [item.value(report) for item in outputs(report) if item.path.endswith("/Name")]


def test_a_pack_has_only_the_outputs_that_its_owner_permits() -> None:
    assert output_names() == []
    assert output_names(AllowLending=1) == ["Lend to phone app"]
    assert output_names(AllowMosfetControl=1) == ["Charge switch", "Discharge switch"]
    permitted = replace(REPORT, settings=settings(AllowLending=1, AllowMosfetControl=1))
    of_fixed_bms = outputs(permitted, switchable=False)
    assert [item.path.split("/")[2] for item in of_fixed_bms if item.path.endswith("/Name")] == ["lend"]


# Which device the outputs are on


def pane_of(items: tuple[Item[Report], ...]) -> set[str]:
    return {item.path for item in items if item.path.startswith(PANE)}


def test_a_bms_that_cannot_be_switched_has_a_switch_device_only_if_it_may_be_lent() -> None:
    watched = replace(REPORT, switchable=False, switch_instance=2, settings=settings(AllowMosfetControl=1))
    assert list(devices(watched)) == ["com.victronenergy.battery"]
    lendable = replace(watched, settings=settings(AllowLending=1))
    assert list(devices(lendable)) == ["com.victronenergy.battery", "com.victronenergy.switch"]


def test_the_outputs_are_on_either_the_battery_or_the_switch_device() -> None:
    everything = {item.path for item in PANE_ITEMS}
    assert {kind: pane_of(items) for kind, items in devices(ALLOWED_REPORT).items()} == {BATTERY: everything}
    beside = devices(replace(ALLOWED_REPORT, switch_instance=2))
    assert {kind: pane_of(items) for kind, items in beside.items()} == {BATTERY: set(), SWITCH: everything}


def test_a_switch_device_has_all_mandatory_paths() -> None:
    beside = replace(REPORT, switch_instance=2)
    got = values(switch_device_items(beside), beside)
    assert {item.path for item in DEVICE_ITEMS} <= set(got)
    assert got["/DeviceInstance"] == 2
    assert got["/ProductName"] == "JBD BMS SP04S034 switches"
    assert got["/CustomName"] == "Bow"
    assert got["/State"] == 0x100
    assert got["/Connected"] == 1


def test_there_is_no_command_before_the_first_request() -> None:
    assert report(address="", instance=0).switching == SwitchStatus()
