"""The table of a bank's paths: their types, texts and values."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbus_xbms.model import Level, Mosfets, PackSample, Phase
from dbus_xbms.policy.alarms import ALARM_PATHS
from dbus_xbms.policy.bank.records import Alarm, BankValues, Extreme, Member, MemberState
from dbus_xbms.report import BankReport
from dbus_xbms.settings import BankSettings, Value
from dbus_xbms.settings.bank import MOST_MEMBERS
from dbus_xbms.venus.item import INVALID_TEXT, Item
from dbus_xbms.venus.tables.bank import PRODUCT_ID, bank_items, devices, is_known, made_for
from dbus_xbms.venus.tables.battery import BATTERY
from dbus_xbms.venus.tables.control import CONTROL_ITEMS
from dbus_xbms.venus.tables.settings import PANE
from dbus_xbms.venus.tables.switches import BMS_SWITCHES, CHARGE, DISCHARGE, LEND_MINUTES, LEND_SWITCH
from tests.unit.samples import bank_report, member, sample, silent
from tests.unit.venus.tables.bank_service import (
    BANK,
    LARGEST,
    items,
    shown,
    text,
    with_member,
    with_values,
)
from tests.unit.venus.tables.documented import described, documented
from tests.unit.venus.tables.venus_battery import REGISTERS, TAKEN_PRODUCT_IDS, VENUS_ALARMS


def test_every_path_is_there_once_for_16_packs_of_32_cells() -> None:
    paths = [item.path for item in bank_items((32,) * MOST_MEMBERS)]
    assert len(paths) == len(set(paths))
    assert {"/Battery/16/Cell/32/Voltage", "/Members/16/State", "/Diagnostics/Module9/Id"} <= set(paths)
    assert "/Diagnostics/Module10/Id" not in paths  # the GX's page knows ten


def test_the_service_of_a_bank_is_a_battery() -> None:
    assert list(devices(BANK)) == [BATTERY]


def test_a_bank_without_control_has_no_path_that_makes_it_a_bms() -> None:
    watching = shown(bank_report(no_control="Control is 0"))
    assert {path for path in watching if path.startswith("/Info/")} == {"/Info/ChargeMode"}
    assert watching["/Info/ChargeMode"] == "Not controlling: Control is 0"
    assert {item.path for item in CONTROL_ITEMS} <= set(items(BANK))


def test_no_path_turns_on_a_page_of_victrons_own_hardware() -> None:
    assert not items(BANK).keys() & {
        *("/NumberOfBmses", "/NrOfDistributors", "/Redetect", "/Mode", "/Alarms/Alarm"),
    }


def test_every_possible_alarm_has_a_path_known_to_venus() -> None:
    paths = {path for path in items(BANK) if path.startswith("/Alarms/")}
    modules = {path.partition("/Module3")[2] for path in items(BANK) if "/Module3/Alarms/" in path}
    assert paths == modules == set(ALARM_PATHS)
    assert {path.removeprefix("/Alarms/") for path in paths} <= VENUS_ALARMS


def test_the_product_id_is_unique() -> None:
    assert PRODUCT_ID not in TAKEN_PRODUCT_IDS
    assert text(BANK, "/ProductId") == "0xBA59"


def test_only_the_name_the_page_selector_clearing_and_switches_are_writable() -> None:
    writable = {path for path, item in items(BANK).items() if item.writable}
    switches = {item.path for item in (*BMS_SWITCHES, LEND_MINUTES, CHARGE, DISCHARGE, LEND_SWITCH)}
    kinds = {path for path in writable if re.fullmatch("/SwitchableOutput/.*/Settings/(Type|Function)", path)}
    others = {"/CustomName", "/Battery/Request/Id", "/History/Clear"}
    assert writable == {edited.path for edited in PANE} | switches | kinds | others


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("/DeviceInstance", 590, "590"),
        ("/ProductName", "JBD bank of 4 packs", "JBD bank of 4 packs"),
        ("/CustomName", "House", "House"),
        ("/Serial", "xbms_bank_1", "xbms_bank_1"),
        ("/Mgmt/Connection", "Bluetooth LE, 4 packs", "Bluetooth LE, 4 packs"),
        ("/Mgmt/InsecureConnection", 1, "1"),
        ("/Connected", 1, "1"),
        ("/ErrorCode", None, "---"),
        ("/State", 9, "9"),
        ("/Dc/0/Voltage", 13.28, "13.28V"),
        ("/Dc/0/Current", -20.0, "-20.0A"),
        ("/Dc/0/Power", -266.0, "-266W"),
        ("/Dc/0/Temperature", 20.2, "20.2°C"),
        ("/Dc/0/MidVoltage", None, "---"),
        ("/Soc", 72.0, "72.0% (Stern)"),
        ("/Soh", 97.0, "97.0%"),
        ("/Capacity", 288.0, "288.0Ah"),
        ("/InstalledCapacity", 400.0, "400.0Ah"),
        ("/ConsumedAmphours", -112.0, "-112.0Ah"),
        ("/TimeToGo", 36000, "36000"),
        ("/System/NrOfBatteries", 4, "4"),
        ("/System/BatteriesParallel", 4, "4"),
        ("/System/BatteriesSeries", 1, "1"),
        ("/System/NrOfCellsPerBattery", 4, "4"),
        ("/System/MinCellVoltage", 3.319, "3.319V (Bow, cell 2)"),
        ("/System/MinVoltageCellId", "1:C02", "1:C02"),
        ("/System/MaxCellVoltage", 3.321, "3.321V (Stern, cell 1)"),
        ("/System/MaxVoltageCellId", "2:C01", "2:C01"),
        ("/System/MinCellTemperature", 20.0, "20.0°C (Bow, sensor 2)"),
        ("/System/MaxTemperatureCellId", "2:T3", "2:T3"),
        ("/System/MOSTemperature", 21.0, "21.0°C"),
        ("/System/StoredEnergy", 3.82, "3.82kWh"),
        ("/System/SocSpread", 1.5, "1.5%"),
        ("/System/NrOfModulesOnline", 4, "4"),
        ("/System/NrOfModulesOffline", 0, "0"),
        ("/System/NrOfModulesBlockingCharge", 0, "0"),
        ("/System/NrOfModulesBlockingDischarge", 0, "0"),
        ("/Balancing", 0, "0"),
        ("/Balancer/Status", 1, "1"),
        ("/Bluetooth/State", "4 of 4 packs online", "4 of 4 packs online"),
        ("/ConnectionInformation", "4 of 4 packs online", "4 of 4 packs online"),
        ("/Diagnostics/Doubt", None, "---"),
        ("/Diagnostics/Advice", None, "---"),
        ("/Diagnostics/Module1/Id", "Stern", "Stern"),
        ("/Diagnostics/Module1/Alarms/LowSoc", 0, "0"),
        ("/Alarms/LowSoc", 1, "1 (Stern)"),
        ("/Alarms/HighVoltage", 0, "0"),
        ("/Battery/Request/Id", 1, "1"),
        ("/Battery/2/Serial", "Stern", "Stern"),
        ("/Battery/2/Capacity", 100.0, "100.0Ah"),
        ("/Battery/2/FwVersion", "2.9", "2.9"),
        ("/Battery/2/Status", 1, "1"),
        ("/Battery/2/Voltage", 13.28, "13.28V"),
        ("/Battery/2/Current", -5.0, "-5.0A"),
        ("/Battery/2/Temperature", 20.2, "20.2°C"),
        ("/Battery/2/Cell/1/Voltage", 3.321, "3.321V"),
        ("/Members/2/Name", "Stern", "Stern"),
        ("/Members/2/Address", "A4:C1:37:00:00:02", "A4:C1:37:00:00:02"),
        ("/Members/2/Service", f"{BATTERY}.xbms_a4c137000002", f"{BATTERY}.xbms_a4c137000002"),
        ("/Members/2/String", 1, "1"),
        ("/Members/2/WatchOnly", 0, "0"),
        ("/Members/2/State", "online", "online"),
        ("/Members/2/Why", None, "---"),
        ("/Members/2/Soc", 72.0, "72.0%"),
        ("/Members/2/Share", 25.0, "25%"),
        ("/Members/2/LowestCell", 3.319, "3.319V"),
        ("/Members/2/HighestCell", 3.321, "3.321V"),
        ("/Members/2/AllowToCharge", 1, "1"),
        ("/Members/2/AllowedCharge", 50.0, "50.0A"),
        ("/Members/2/AllowedDischarge", 100.0, "100.0A"),
        ("/Members/2/ChargeLimitation", "MaxChargeCurrent", "MaxChargeCurrent"),
        ("/Members/2/DischargeLimitation", "MaxDischargeCurrent", "MaxDischargeCurrent"),
        ("/Members/2/LastCommand", None, "---"),
        ("/History/MinimumVoltage", 11.0, "11.00V"),
        ("/History/TotalAhDrawn", -1234.0, "-1234.0Ah"),
        ("/History/Clear", 0, "0"),
        ("/Info/MaxChargeVoltage", 14.2, "14.20V"),
        ("/Info/MaxChargeCurrent", 190.0, "190.0A"),
        ("/Info/MaxDischargeCurrent", 380.0, "380.0A"),
        ("/Info/ChargeMode", "Bulk", "Bulk"),
        ("/Info/ChargeLimitation", "MaxChargeCurrent of Bow", "MaxChargeCurrent of Bow"),
        ("/Io/AllowToCharge", 1, "1"),
        ("/Io/AllowToBalance", 1, "1"),
        ("/Io/LastCommandState", 0, "0"),
        ("/SwitchableOutput/charge/State", 1, "1"),
        ("/SwitchableOutput/charge/Status", 9, "0x09"),
        ("/SwitchableOutput/charge/Settings/ShowUIControl", 0, "0"),
    ],
)
def test_a_healthy_bank_publishes_its_values(path: str, value: Value | None, words: str) -> None:
    assert shown(BANK)[path] == value
    assert text(BANK, path) == words


def test_a_member_without_contact_is_offline_and_its_values_are_invalid() -> None:
    members = (BANK.decision.members[0], silent(member(2)), *BANK.decision.members[2:])
    report = bank_report(controls=True, members=members)
    got = shown(report)
    assert (got["/System/NrOfModulesOnline"], got["/System/NrOfModulesOffline"]) == (3, 1)
    assert got["/Bluetooth/State"] == "3 of 4 packs online; no contact: Stern"
    assert got["/ConnectionInformation"] == "3 of 4 packs online; no contact: Stern"
    assert (got["/Members/2/State"], got["/Members/2/Voltage"], got["/Members/2/Soc"]) == (
        "no contact",
        None,
        None,
    )
    assert {got[f"/Battery/2/{leaf}"] for leaf in ("Voltage", "Status", "Cell/1/Voltage")} == {None}
    assert got["/Battery/2/Serial"] == "Stern"
    assert got["/Members/2/AllowedCharge"] == 0.0


def test_a_raised_alarm_of_a_module_stays_without_contact_and_the_others_are_invalid() -> None:
    lost = silent(
        member(2, decision=replace(member(2).decision, alarms={"/Alarms/LowCellVoltage": Level.ALARM}))
    )
    got = shown(bank_report(members=(member(1), lost)))
    assert got["/Diagnostics/Module1/Alarms/LowCellVoltage"] == 2
    assert got["/Diagnostics/Module1/Alarms/HighVoltage"] is None
    assert got["/Diagnostics/Module0/Alarms/HighVoltage"] == 0


def test_without_any_contact_alarms_that_are_not_raised_are_invalid() -> None:
    report = bank_report(
        phase=Phase.LOST,
        members=tuple(map(silent, BANK.decision.members)),
        values=BankValues(),
        alarms={"/Alarms/BmsCable": Alarm(level=Level.ALARM, names=("Bow", "Stern"))},
    )
    got = shown(report)
    assert (got["/State"], got["/Alarms/BmsCable"], got["/Alarms/LowSoc"]) == (18, 2, None)
    assert got["/Errors/SmartLithium/Communication"] == 1
    assert got["/InstalledCapacity"] is None
    assert got["/Bluetooth/State"] == (
        "stopped, 0 of 4 packs online; no contact: Bow, Stern, Port and 1 more"
    )
    assert got["/ConnectionInformation"] == ("0 of 4 packs online; no contact: Bow, Stern, Port and 1 more")
    assert got["/System/NrOfModulesBlockingCharge"] is None


def test_a_temperature_alarm_shows_the_sensor_beside_the_mean() -> None:
    raised = {"/Alarms/LowChargeTemperature": Alarm(level=Level.ALARM, names=("Bow",))}
    cold = bank_report(alarms=raised)
    assert text(cold, "/Dc/0/Temperature") == "20.2°C (Bow, sensor 2: 20.0°C)"
    assert text(BANK, "/Dc/0/Temperature") == "20.2°C"


def test_an_alarm_of_many_members_names_three() -> None:
    names = tuple(f"Pack {n}" for n in range(1, 7))
    report = bank_report(alarms={"/Alarms/HighVoltage": Alarm(level=Level.ALARM, names=names)})
    assert text(report, "/Alarms/HighVoltage") == "2 (Pack 1, Pack 2, Pack 3 and 3 more)"


def test_held_values_are_not_shared_with_chargers() -> None:
    held = bank_report(phase=Phase.HELD)
    lost = {path for path, value in shown(replace(held, shared=True)).items() if value is None}
    assert lost - {path for path, value in shown(held).items() if value is None} == {
        *("/Dc/0/Voltage", "/Dc/0/Current", "/Dc/0/Power", "/Dc/0/Temperature"),
    }


def test_doubts_name_their_pack() -> None:
    doubted = replace(member(2).decision, doubt="Readings not believed")
    report = with_member(2, decision=doubted)
    assert shown(report)["/Diagnostics/Doubt"] == "Stern: Readings not believed"


def test_a_bank_of_several_makes_names_none() -> None:
    other = replace(BANK.reports[0], product="Daren BMS") if BANK.reports[0] else None
    assert shown(replace(BANK, reports=(other, *BANK.reports[1:])))["/ProductName"] == "Bank of 4 packs"


def test_banks_without_a_name_differ_by_their_number() -> None:
    nameless = BankSettings({"Enabled": 1})
    first, second = (replace(BANK, number=number, settings=nameless) for number in (1, 2))
    assert shown(first)["/ProductName"] == "JBD bank of 4 packs"
    assert shown(second)["/ProductName"] == "JBD bank 2, 4 packs"


def test_a_member_whose_task_does_not_run_keeps_its_rows() -> None:
    report = replace(BANK, reports=(BANK.reports[0], None, *BANK.reports[2:]))
    assert made_for(report) == made_for(BANK)
    got = shown(report)
    assert (got["/Battery/2/Serial"], got["/Battery/2/Capacity"], got["/Battery/2/Voltage"]) == (
        "Stern",
        None,
        13.28,
    )
    assert shown(replace(BANK, reports=()))["/ProductName"] == "Bank of 4 packs"


@pytest.mark.parametrize(
    "changed",
    [
        bank_report(controls=False),
        bank_report(controls=True, instance=591),
        bank_report(packs=3, controls=True),
        with_member(2, cells=8),
        with_member(2, address="A4:C1:37:00:00:99"),
    ],
)
def test_other_members_another_instance_or_control_need_another_service(changed: BankReport) -> None:
    assert made_for(changed) != made_for(BANK)


def test_another_name_reading_or_state_needs_no_other_service() -> None:
    others = (
        with_member(2, name="Aft"),
        with_values(voltage=14.0),
        bank_report(controls=True, members=tuple(map(silent, BANK.decision.members))),
    )
    assert {made_for(other) for other in others} == {made_for(BANK)}


def test_a_bank_appears_once_it_is_confirmed_and_the_cells_of_a_pack_are_known() -> None:
    unread = tuple(replace(one, cells=0) for one in BANK.decision.members)
    assert is_known(BANK)
    assert not is_known(bank_report(settings=BankSettings({"Enabled": 0})))
    assert not is_known(bank_report(members=unread, reports=(None,) * 4))
    assert not is_known(bank_report(members=()))


def test_the_page_of_single_batteries_can_select_each_member() -> None:
    selector = items(LARGEST)["/Battery/Request/Id"]
    assert (selector.lowest, selector.highest, selector.kept) == (1, 16, True)


def extremes(lowest: float, highest: float) -> st.SearchStrategy[Extreme | None]:
    numbers, values = st.integers(1, 32), st.floats(lowest, highest)
    return st.none() | st.builds(Extreme, member=st.integers(1, 4), number=numbers, value=values)


numbers = st.none() | st.floats(0, 600)


@st.composite
def members(draw: st.DrawFn) -> Member:
    taken: PackSample | None = draw(
        st.none()
        | st.builds(
            sample,
            voltage=st.floats(0, 80),
            current=st.floats(-300, 300),
            cells=st.lists(st.floats(0, 5), max_size=32).map(tuple),
            mosfets=st.none() | st.builds(Mosfets, charge=st.booleans(), discharge=st.booleans()),
        )
    )
    return member(
        draw(st.integers(1, 16)),
        name=draw(st.text(max_size=60)),
        state=draw(st.sampled_from(MemberState)),
        why=draw(st.text(max_size=60)),
        sample=taken,
        share=draw(st.none() | st.floats(0, 1)),
        ccl=draw(st.floats(0, 500)),
    )


@given(
    members=st.lists(members(), min_size=2, max_size=4),
    phase=st.sampled_from(Phase),
    values_=st.builds(
        BankValues,
        voltage=st.none() | st.floats(0, 600),
        current=st.none() | st.floats(-3000, 3000),
        soc=st.none() | st.floats(0, 100),
        remaining=numbers,
        lowest_cell=extremes(0, 5),
        highest_cell=extremes(0, 5),
        coldest=extremes(-30, 120),
        hottest=extremes(-30, 120),
        balancing=st.booleans(),
    ),
    levels=st.dictionaries(
        st.sampled_from(ALARM_PATHS),
        st.builds(Alarm, level=st.sampled_from(Level), names=st.lists(st.text()).map(tuple)),
    ),
)
def test_in_any_state_each_path_keeps_its_type_text_and_register(
    members: list[Member], phase: Phase, values_: BankValues, levels: dict[str, Alarm]
) -> None:
    numbered = tuple(replace(one, number=n) for n, one in enumerate(members, 1))
    report = bank_report(
        controls=True, members=numbered, phase=phase, values=values_, alarms=levels, parallel=len(members)
    )
    for path, item in items(report).items():
        value = item.value(report)
        words = item.show(value, item.noted(report))
        assert words.isprintable()
        if value is None:
            assert words == INVALID_TEXT
            continue
        assert type(value) is {"i": int, "d": float, "s": str}[item.kind]
        if isinstance(value, str):
            assert len(value) <= 8 or not path.endswith("CellId")
        elif path in REGISTERS:
            scale, lowest, highest = REGISTERS[path]
            assert lowest <= round(value * scale) <= highest


def in_the_docs(item: Item[BankReport]) -> tuple[str, str, str]:
    """Return a row as the page names it: ``/Members/<n>/...``."""
    path, *others = described(replace(item, path=re.sub(r"/Cell/\d+", "/Cell/<c>", item.path)))
    path = re.sub(r"^/(Battery|Members)/\d+/", r"/\1/<n>/", path)
    path = re.sub(r"/Module\d/", "/Module<m>/", path)
    return (re.sub(r"(Module<m>/Alarms)/\w+", r"\1/<alarm>", path), *others)  # type: ignore[return-value]


def test_the_documented_paths_match_the_table() -> None:
    described_rows = set(map(in_the_docs, items(BANK).values()))
    assert described_rows - documented() == documented(bank=True)
