"""The table of `watch`: its content, and that it fits a narrow terminal."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbus_xbms.commands.members import chosen
from dbus_xbms.commands.render import render
from dbus_xbms.commands.table import Battery, Value, columns
from dbus_xbms.commands.watch import as_json, captioned, explanations
from dbus_xbms.contact import Contact, ContactState
from dbus_xbms.known.naming import UnknownPack, find
from dbus_xbms.model import CommandState, Level, LinkStatus, Mosfets, MosfetTarget, Phase, SwitchStatus
from dbus_xbms.text import columns_of
from tests.unit.commands.reports import ADDRESS, CONTROLLING, REPORT, SAMPLE, SILENT, STARBOARD, shown
from tests.unit.samples import changed


def test_a_table_starts_with_the_most_important_values() -> None:
    assert render([STARBOARD], 80).splitlines() == [
        "Starboard  A4:C1:37:01:02:03",
        "now     76.3%  13.25V  +12.4A  164W",
        "charge  152.6Ah of 200.0Ah  cycles 42",
        "cells    1 3.312    2 3.311    3 3.315*   4 3.309",
        "spread  0.006V  low 3.309V C4  high 3.315V C3",
        "temp    1 31.0°C  2 24.1°C  3 24.3°C  MOSFET 31.0°C",
        "MOSFETs charge on  discharge off",
        "alarms  none",
        "link    connected  -62dBm  3 reconnects",
    ]


def switched(
    actual: bool,
    *,
    commanded: bool = True,
    status: int = 0x09,
    last: str = "",
    state: CommandState = CommandState.DONE,
) -> Battery:
    """Return a pack with this reported and commanded state of its charge MOSFET."""
    sample = replace(SAMPLE, mosfets=Mosfets(charge=actual, discharge=True))
    switching = SwitchStatus(commanded=MosfetTarget(charge=commanded, discharge=True), text=last, state=state)
    pack = shown(changed(REPORT, sample=sample, switching=switching))
    return replace(pack, values={**pack.values, "/SwitchableOutput/charge/Status": status})


@pytest.mark.parametrize(
    ("pack", "mosfet"),
    [
        (switched(True), "charge on"),
        (
            switched(True, commanded=False, last="charge off: waiting", state=CommandState.WAITING),
            "charge on (commanded off)",
        ),
        (switched(False, commanded=False, status=0, last="charge off: done"), "charge off (as commanded)"),
        (switched(False, last="charge on: sending", state=CommandState.SENDING), "charge off (commanded on)"),
        (switched(False, status=2), "charge off (by the BMS)"),
        (switched(True, status=8, last="charge off: failed: it stays on"), "charge on (command failed)"),
    ],
)
def test_a_mosfet_is_shown_as_reported_with_the_commanded_state(pack: Battery, mosfet: str) -> None:
    lines = render([pack], 80).splitlines()
    row = next(number for number, line in enumerate(lines) if line.startswith("MOSFETs"))
    assert lines[row] == f"MOSFETs {mosfet}  discharge on"
    last = pack.values["/Io/LastCommand"]
    assert lines[row + 1].startswith(f"command {last}" if last else "alarms")


def test_balancing_switched_off_is_shown_with_the_mosfets() -> None:
    pack = shown(replace(REPORT, switching=SwitchStatus(balancing=False)))
    assert "MOSFETs charge on  discharge off  balancing off" in render([pack], 80).splitlines()


def test_the_caption_is_above_the_table_within_the_width() -> None:
    assert captioned("", "table", 20) == "table"
    assert captioned("Charging goes to off.", "table", 12) == "Charging\ngoes to off.\n\ntable"


def test_an_alarm_is_named_with_its_level() -> None:
    pack = shown(
        changed(REPORT, alarms={"/Alarms/LowSoc": Level.WARNING, "/Alarms/LowCellVoltage": Level.ALARM})
    )
    assert "alarms  LowCellVoltage ALARM  LowSoc warning" in render([pack], 80).splitlines()


def test_a_lost_pack_shows_no_values() -> None:
    text = render([shown(changed(REPORT, phase=Phase.LOST, sample=None))], 80)
    assert "now     --  --  --  --" in text
    assert "no contact" in text
    assert "3.312" not in text


def test_low_high_and_spread_match_the_cells_shown() -> None:
    newer: dict[str, Value] = {
        "/System/MinCellVoltage": 3.2,
        "/System/MaxCellVoltage": 3.4,
        "/System/MinVoltageCellId": "C1",
    }
    text = render([replace(STARBOARD, values={**STARBOARD.values, **newer})], 80)
    assert "spread  0.006V  low 3.309V C4  high 3.315V C3" in text.splitlines()


def test_a_pack_that_has_left_the_bus_is_marked_and_has_no_values() -> None:
    text = render([replace(STARBOARD, gone=True)], 80)
    assert "has left the bus" in text
    assert "13.25" not in text


def test_each_limit_of_a_controlling_pack_is_shown_with_its_cause() -> None:
    assert [line for line in render([shown(CONTROLLING)], 80).splitlines() if line[1:3] in ("VL", "CL")] == [
        "CVL     13.80V  Absorption, balancing",
        "CCL     24.0A  Cell 3 at 3.462 V",
        "DCL     50.0A  0.5 C of 100 Ah",
    ]
    assert "CVL" not in render([STARBOARD], 80)


def test_a_monitored_pack_shows_why_it_does_not_control() -> None:
    text = render([shown(replace(REPORT, no_control="Chemistry is not chosen"))], 80)
    assert "control Not controlling: Chemistry is not chosen" in text


def test_before_the_first_poll_a_controlling_pack_shows_no_limit() -> None:
    waiting = changed(SILENT, phase=Phase.WAITING, limits=None)
    assert "CVL     --\nCCL     --\nDCL     --\n" in render([shown(waiting)], 80)


@pytest.mark.parametrize(
    ("phase", "link"),
    [
        (Phase.HELD, "link    held, no reply"),
        (Phase.DERATED, "link    derated, searching"),
        (Phase.LOST, "link    no contact  stopped, searching"),
    ],
)
def test_each_phase_without_contact_is_named(phase: Phase, link: str) -> None:
    report = (
        CONTROLLING
        if phase is Phase.HELD
        else changed(SILENT, phase=phase, link=LinkStatus(state="searching"))
    )
    assert link in render([shown(changed(report, phase=phase))], 80)


def test_a_link_is_shown_on_one_line() -> None:
    link = replace(REPORT.link, failed_polls=7, failed_last_hour=2)
    assert "link    connected  -62dBm  sample 0 s old  3 reconnects  7 failed polls  2 in the last hour" in [
        *render([shown(changed(REPORT, link=link, age=0.4))], 100).splitlines()
    ]
    lent = changed(SILENT, phase=Phase.LENT, link=LinkStatus(state="lent, 12 min left"), age=1085.0)
    assert "link    lent, 12 min left  sample 18 min old" in render([shown(lent)], 80).splitlines()
    assert "sample 5 h 8 min old" in render([shown(changed(lent, age=18_500.0))], 80)


def test_one_reconnect_is_singular() -> None:
    link = replace(REPORT.link, reconnects=1, failed_polls=1, failed_last_hour=1)
    assert "1 reconnect  1 failed poll  1 in the last hour" in render(
        [shown(replace(REPORT, link=link))], 100
    )


def test_lowest_and_highest_are_those_of_the_cells_shown() -> None:
    pack = shown(REPORT)
    newer = {"/System/MinCellVoltage": 2.9, "/System/MaxCellVoltage": 3.6, "/Voltages/Diff": 0.7}
    cells = {f"/Voltages/Cell{n}": volts for n, volts in enumerate((3.31, 3.30, 3.35, 3.33), 1)}
    lines = render([replace(pack, values={**pack.values, **cells, **newer})], 100).splitlines()
    assert "spread  0.050V  low 3.300V C2  high 3.350V C3" in lines


def test_without_cells_there_is_no_spread() -> None:
    assert "spread" not in render([shown(SILENT)], 100)


def test_on_a_narrow_terminal_the_text_of_a_limit_continues_on_the_next_line() -> None:
    assert SILENT.decision.limits
    why = "rising again after: no contact, stopped"
    limits = replace(SILENT.decision.limits, ccl=0.0, charge_limitation=why)
    lines = render([shown(changed(SILENT, limits=limits))], 40).splitlines()
    first = lines.index("CCL     0.0A")
    assert lines[first + 1 : first + 3] == [
        "        rising again after: no contact,",
        "        stopped",
    ]


def test_an_empty_bus_is_reported() -> None:
    assert render([], 80) == "No pack is on the bus."


@given(
    st.lists(
        st.sampled_from([STARBOARD, replace(STARBOARD, gone=True), shown(CONTROLLING), shown(SILENT)]),
        max_size=3,
    ),
    st.integers(32, 200),
)
def test_no_line_is_wider_than_the_terminal(packs: list[Battery], width: int) -> None:
    assert all(len(line) <= width for line in render(packs, width).splitlines())


@pytest.mark.parametrize("cells", [4, 8, 16, 32])
def test_on_a_narrow_terminal_no_cell_is_split(cells: int) -> None:
    volts = tuple(3.3 + n / 1000 for n in range(cells))
    sample = replace(SAMPLE, cells=volts)
    pack = shown(changed(REPORT, sample=sample, identity=replace(REPORT.identity, cell_count=cells)))
    words = render([pack], 40).split()
    assert [volt for volt in words if volt.removesuffix("*") in {f"{v:.3f}" for v in volts}]
    assert all(f"{v:.3f}" in {word.removesuffix("*") for word in words} for v in volts)


def test_json_has_every_path_and_null_for_invalid() -> None:
    lost = shown(changed(REPORT, phase=Phase.LOST, sample=None))
    (paths,) = json.loads(as_json([lost])).values()
    assert paths["/Dc/0/Voltage"] is None
    assert paths["/CustomName"] == "Starboard"
    assert json.loads(as_json([replace(lost, gone=True)])) == {lost.service: None}


PORT = replace(
    STARBOARD, service="com.victronenergy.battery.xbms_a4c1370a0b0c", values={"/CustomName": "Port"}
)


@pytest.mark.parametrize(
    "word", ["starboard", "STAR", "a4:c1:37:01:02:03", "a4c137010203", "jbd bms sp04", "jbd-sp04s034"]
)
def test_a_pack_on_the_bus_is_selected_by_name_or_address(word: str) -> None:
    assert find(word, [pack.candidate for pack in (PORT, STARBOARD)]).address == ADDRESS


def test_only_selected_packs_are_shown_or_all_if_none_is_selected() -> None:
    assert chosen([PORT, STARBOARD], frozenset({ADDRESS})) == [STARBOARD]
    assert chosen([PORT, STARBOARD], None) == [PORT, STARBOARD]


def test_a_pack_named_like_the_address_of_another_is_not_taken_for_it() -> None:
    port = replace(PORT, values={"/CustomName": ADDRESS})
    assert find(ADDRESS, [port.candidate, STARBOARD.candidate]).address == STARBOARD.address
    with pytest.raises(UnknownPack):
        find(ADDRESS, [port.candidate])


def test_a_pack_on_the_bus_that_is_not_being_read_has_a_reason_and_advice() -> None:
    address = STARBOARD.address
    off = Contact(state=ContactState.ADAPTER_OFF, reason="the adapter is off", advice="switch it on")
    said = explanations([STARBOARD], {address: off}, None, {address: "Starboard"})
    assert said == ["Starboard: the adapter is off\n  -> switch it on"]
    well = Contact(state=ContactState.CONNECTED, reason="connected")
    assert explanations([STARBOARD], {address: well}, None, {}) == []
    assert explanations([STARBOARD], {address: off}, frozenset({"A4:C1:37:00:00:09"}), {}) == []


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    assert columns([("Address", "RSSI"), ("A4", "-62")]) == "Address  RSSI\nA4       -62"


@pytest.mark.parametrize("width", [34, 50, 80])
def test_wide_characters_are_wrapped_by_their_columns(width: int) -> None:
    wide = shown(replace(REPORT, custom_name="長い名前の電池 " * 6))
    assert max(columns_of(line) for line in render([wide], width).splitlines()) <= width
