"""The table of battery paths: their types, texts and values."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbus_xbms.model import (
    Counters,
    Extremes,
    History,
    Level,
    Limits,
    LinkStatus,
    LowestHighest,
    Mosfets,
    MosfetTarget,
    PackIdentity,
    PackSample,
    Phase,
    Protection,
    SwitchStatus,
)
from dbus_xbms.policy.alarms import ALARM_PATHS, BMS_CABLE
from dbus_xbms.report import Report
from dbus_xbms.settings import Value
from dbus_xbms.venus.battery import BatteryService
from dbus_xbms.venus.diff import Diff
from dbus_xbms.venus.item import INVALID_TEXT, Item
from dbus_xbms.venus.tables.battery import BATTERY, ITEMS, devices, items_for, values
from dbus_xbms.venus.tables.control import CONTROL_ITEMS
from dbus_xbms.venus.tables.device import PRODUCT_ID
from dbus_xbms.venus.tables.pane import LEND_OUTPUT
from dbus_xbms.venus.tables.settings import EDITED, PANE
from dbus_xbms.venus.tables.switches import BMS_SWITCHES, CHARGE, DISCHARGE, LEND_MINUTES, LEND_SWITCH
from tests.unit.samples import changed, report, settings

IDENTITY = PackIdentity(
    hardware="JBD-SP04S034-L4S-200A-B-U", firmware="2.9", cell_count=4, ntc_count=3, nominal=100.0
)
SAMPLE = PackSample(
    voltage=13.2345,
    current=-10.04,
    soc=80.0,
    remaining=80.0,
    nominal=100.0,
    cycles=17,
    mosfets=Mosfets(charge=True, discharge=False),
    protection=frozenset(),
    cells=(3.301, 3.299, 3.310, 3.305),
    balancing=frozenset({3}),
    temperatures=(25.04, 21.0, 25.04),
)
REPORT = report(
    address="A4:C1:37:01:02:03",
    instance=3,
    custom_name="Bow",
    product="JBD BMS SP04S034",
    identity=IDENTITY,
    phase=Phase.FRESH,
    sample=SAMPLE,
    cell_temperatures=(21.0, 25.04),
    mosfet_temperature=25.04,
    extreme_cells=LowestHighest(lowest=2, highest=3),
    extreme_sensors=LowestHighest(lowest=2, highest=3),
    link=LinkStatus(state="connected", rssi=-67),
    extremes=Extremes(pack_min=11.0, pack_max=14.4, cell_min=2.8, cell_max=3.65, temperature_min=-3.0),
    soc=80.04,
    consumed=-20.0,
    time_to_go=28680,
    history=History(deepest_discharge=71.26, total_drawn=1234.0, charged_energy=20.5, since_full=86400.9),
    settings=settings(),
)
LIMITS = Limits(
    cvl=13.8,
    ccl=29.96,
    dcl=50.0,
    mode="Absorption",
    charge_limitation="Cell 3 at 3.462 V",
    discharge_limitation="MaxDischargeCurrent",
    charge_request=False,
    battery_low_voltage=11.6,
)
CONTROLLING = changed(REPORT, controls=True, limits=LIMITS)
COUNTERS = Counters(
    short_circuit=0,
    charge_overcurrent=0,
    discharge_overcurrent=0,
    cell_overvoltage=3,
    cell_undervoltage=1,
    charge_overtemperature=0,
    charge_undertemperature=0,
    discharge_overtemperature=0,
    discharge_undertemperature=0,
    pack_overvoltage=2,
    pack_undervoltage=4,
)
SILENT = changed(
    REPORT,
    sample=None,
    cell_temperatures=(),
    mosfet_temperature=None,
    soc=None,
    consumed=None,
    time_to_go=None,
)

# Alarm paths of a battery that a GX, its notifications and its alarm page know.
VENUS_ALARMS = {
    "LowVoltage", "HighVoltage", "HighCellVoltage", "LowCellVoltage", "CellImbalance", "HighCurrent",
    "HighChargeCurrent", "HighDischargeCurrent", "LowSoc", "StateOfHealth", "LowTemperature",
    "HighTemperature", "LowChargeTemperature", "HighChargeTemperature", "HighInternalTemperature",
    "InternalFailure", "BatteryTemperatureSensor", "BmsCable",
}  # fmt: skip
# Product ids for which systemcalc switches DVCC, shared voltage or temperature sense, or quirks; and those of
# other community drivers.
TAKEN_PRODUCT_IDS = {
    0xB004, 0xB009, 0xB00A, 0xB015, 0xB019, 0xB016, 0xB01B, 0xB01D, 0xB01E, 0xB021, 0xB005, 0xB028, 0xB029,
    0xB01A, 0xB01F, 0xB052, 0xB014, 0xB024, 0xB051, 0xB02B, 0xB02A, 0xB020, 0xA3E3, 0xA3E4, 0xA3E5, 0xA3E6,
    0xA3E7, 0xB02E, 0xB038, 0xB02F, 0xB054, 0xB055, 0xBA44, 0xBA45, 0xBA77,
}  # fmt: skip
# Registers of the Modbus gateway: path -> scale, lowest, highest register value.
REGISTERS = {
    "/Dc/0/Power": (1, -(2**31), 2**31 - 1),
    "/Dc/0/Voltage": (100, 0, 65535),
    "/Dc/0/Current": (10, -32768, 32767),
    "/Dc/0/Temperature": (10, -32768, 32767),
    "/ConsumedAmphours": (-10, 0, 65535),
    "/Soc": (10, 0, 65535),
    "/Soh": (10, 0, 65535),
    "/Capacity": (10, 0, 65535),
    "/TimeToGo": (0.01, 0, 65535),
    "/Info/MaxChargeVoltage": (10, 0, 65535),
    "/Info/BatteryLowVoltage": (10, 0, 65535),
    "/Info/MaxChargeCurrent": (10, 0, 65535),
    "/Info/MaxDischargeCurrent": (10, 0, 65535),
    "/History/DeepestDischarge": (-10, 0, 65535),
    "/History/LastDischarge": (-10, 0, 65535),
    "/History/TotalAhDrawn": (-10, 0, 65535),
    "/History/DischargedEnergy": (10, 0, 65535),
    "/History/ChargedEnergy": (10, 0, 65535),
    "/History/TimeSinceLastFullCharge": (0.01, 0, 65535),
    "/History/MinimumVoltage": (100, 0, 65535),
    "/History/MaximumVoltage": (100, 0, 65535),
    "/History/MinimumCellVoltage": (100, 0, 65535),
    "/History/MaximumCellVoltage": (100, 0, 65535),
    "/History/ChargeCycles": (1, 0, 65535),
    "/History/LowVoltageAlarms": (1, 0, 65535),
    "/History/HighVoltageAlarms": (1, 0, 65535),
    "/System/MinCellVoltage": (100, 0, 65535),
    "/System/MaxCellVoltage": (100, 0, 65535),
    "/System/MinCellTemperature": (10, -32768, 32767),
    "/System/MaxCellTemperature": (10, -32768, 32767),
}


def shown(report: Report) -> dict[str, Value | None]:
    return values(items_for(report.identity, controls=report.controls), report)


def test_every_path_is_there_once_for_up_to_32_cells_and_8_sensors() -> None:
    paths = [item.path for item in items_for(PackIdentity(cell_count=32, ntc_count=8))]
    assert len(paths) == len(set(paths))
    assert {"/Voltages/Cell32", "/Battery/1/Cell/32/Voltage", "/Balances/Cell32"} <= set(paths)
    assert "/System/Temperature8" in paths


def test_a_monitored_pack_has_no_path_that_makes_it_a_bms() -> None:
    paths = {item.path for item in items_for(IDENTITY)}
    assert {path for path in paths if path.startswith("/Info/")} == {"/Info/ChargeMode"}
    assert paths & {item.path for item in CONTROL_ITEMS} == {"/Info/ChargeMode"}


def test_a_monitored_pack_states_the_reason() -> None:
    monitored = replace(REPORT, no_control="Chemistry is not chosen")
    assert shown(monitored)["/Info/ChargeMode"] == "Not controlling: Chemistry is not chosen"


def test_a_pack_of_a_bank_says_what_it_allows_and_has_no_limit() -> None:
    part = changed(REPORT, bank="House", no_control="part of the bank House", limits=LIMITS)
    got = values(devices(part)[BATTERY], part)
    assert {path: value for path, value in got.items() if path.startswith("/Info/")} == {
        "/Info/ChargeMode": "Not controlling: part of the bank House",
        "/Info/ChargeLimitation": "30.0 A: Cell 3 at 3.462 V",
        "/Info/DischargeLimitation": "50.0 A: MaxDischargeCurrent",
    }


def test_a_pack_that_joins_or_leaves_a_bank_gets_another_service() -> None:
    assert BatteryService.made_for(replace(REPORT, bank="House")) != BatteryService.made_for(REPORT)
    renamed = (replace(REPORT, bank=bank) for bank in ("House", "Shed"))
    assert len(set(map(BatteryService.made_for, renamed))) == 1


def test_a_controlling_pack_has_the_paths_of_a_bms_and_of_a_monitored_pack() -> None:
    controlling = {item.path for item in items_for(IDENTITY, controls=True)}
    monitored = {item.path for item in items_for(IDENTITY)}
    assert controlling - monitored == {item.path for item in CONTROL_ITEMS} - {"/Info/ChargeMode"}
    limits = {f"/Info/{name}" for name in ("MaxChargeVoltage", "MaxChargeCurrent", "MaxDischargeCurrent")}
    assert limits <= controlling


def test_no_path_turns_on_a_page_of_victrons_own_hardware() -> None:
    paths = {item.path for item in items_for(IDENTITY)}
    assert not paths & {"/NumberOfBmses", "/NrOfDistributors", "/Redetect", "/Mode", "/Alarms/Alarm"}


def test_every_possible_alarm_has_a_path_known_to_venus() -> None:
    paths = {item.path for item in ITEMS if item.path.startswith("/Alarms/")}
    assert paths == set(ALARM_PATHS)
    assert {path.removeprefix("/Alarms/") for path in paths} <= VENUS_ALARMS


def test_the_product_id_is_unique() -> None:
    assert PRODUCT_ID not in TAKEN_PRODUCT_IDS
    (item,) = (item for item in ITEMS if item.path == "/ProductId")
    assert item.show(PRODUCT_ID) == "0xBA58"


def test_only_the_name_the_page_selector_clearing_settings_and_switches_are_writable() -> None:
    writable = {item.path for item in items_for(IDENTITY, controls=True) if item.writable}
    rows = {edited.path for edited in (*EDITED, *PANE)}
    switches = {item.path for item in (*BMS_SWITCHES, LEND_MINUTES, CHARGE, DISCHARGE, LEND_SWITCH)}
    kinds = {path for path in writable if re.fullmatch("/SwitchableOutput/.*/Settings/(Type|Function)", path)}
    others = {"/CustomName", "/Battery/Request/Id", "/History/Clear"}
    assert writable == rows | switches | kinds | others
    assert (len(switches), len(kinds)) == (10, 6)


@pytest.mark.parametrize(
    ("path", "value", "text"),
    [
        ("/DeviceInstance", 3, "3"),
        ("/ProductName", "JBD BMS SP04S034", "JBD BMS SP04S034"),
        ("/CustomName", "Bow", "Bow"),
        ("/Mgmt/InsecureConnection", 1, "1"),
        ("/Dc/0/Voltage", 13.23, "13.23V"),
        ("/Dc/0/Current", -10.0, "-10.0A"),
        ("/Dc/0/Power", -133.0, "-133W"),
        ("/Dc/0/Temperature", 23.0, "23.0°C"),
        ("/Soc", 80.0, "80.0%"),
        ("/Soh", None, "---"),
        ("/Capacity", 80.0, "80.0Ah"),
        ("/InstalledCapacity", 100.0, "100.0Ah"),
        ("/ConsumedAmphours", -20.0, "-20.0Ah"),
        ("/TimeToGo", 28680, "28680"),
        ("/System/StoredEnergy", 1.06, "1.06kWh"),
        ("/State", 9, "9"),
        ("/ErrorCode", None, "---"),
        (
            "/ConnectionInformation",
            "connected; discharging off: by the BMS itself",
            "connected; discharging off: by the BMS itself",
        ),
        ("/Bluetooth/State", "connected", "connected"),
        ("/Bluetooth/Rssi", -67, "-67dBm"),
        ("/Bluetooth/FailedPollsLastHour", 0, "0"),
        ("/Bluetooth/SampleAge", None, "---"),
        ("/Io/AllowToCharge", 1, "1"),
        ("/Io/AllowToDischarge", 0, "0"),
        ("/Io/AllowToBalance", 1, "1"),
        ("/Balancing", 1, "1"),
        ("/Balancer/Status", 2, "2"),
        ("/System/NrOfModulesOnline", 1, "1"),
        ("/System/NrOfModulesOffline", 0, "0"),
        ("/System/NrOfModulesBlockingCharge", 0, "0"),
        ("/System/NrOfModulesBlockingDischarge", 1, "1"),
        ("/System/NrOfCellsPerBattery", 4, "4"),
        ("/System/MinCellVoltage", 3.299, "3.299V"),
        ("/System/MaxCellVoltage", 3.31, "3.310V"),
        ("/System/MinVoltageCellId", "C2", "C2"),
        ("/System/MaxVoltageCellId", "C3", "C3"),
        ("/System/MinCellTemperature", 21.0, "21.0°C"),
        ("/System/MinTemperatureCellId", "T2", "T2"),
        ("/System/MaxTemperatureCellId", "T3", "T3"),  # T1 has the same value but is on the MOSFETs
        ("/System/MOSTemperature", 25.0, "25.0°C"),
        ("/System/Temperature1", 25.0, "25.0°C"),
        ("/Battery/Request/Id", 1, "1"),
        ("/Battery/1/Status", 4, "4"),
        ("/Battery/1/Cell/2/Voltage", 3.299, "3.299V"),
        ("/Voltages/Cell2", 3.299, "3.299V"),
        ("/Voltages/Sum", 13.215, "13.215V"),
        ("/Voltages/Diff", 0.011, "0.011V"),
        ("/Balances/Cell3", 1, "1"),
        ("/Balances/Cell2", 0, "0"),
        ("/History/ChargeCycles", 17, "17"),
        ("/History/MinimumVoltage", 11.0, "11.00V"),
        ("/History/MaximumCellVoltage", 3.65, "3.650V"),
        ("/History/MinimumTemperature", -3.0, "-3.0°C"),
        ("/History/MaximumTemperature", None, "---"),
        ("/History/DeepestDischarge", -71.3, "-71.3Ah"),
        ("/History/LastDischarge", 0.0, "0.0Ah"),
        ("/History/TotalAhDrawn", -1234.0, "-1234.0Ah"),
        ("/History/ChargedEnergy", 20.5, "20.50kWh"),
        ("/History/TimeSinceLastFullCharge", 86400, "86400"),
        ("/History/CanBeCleared", 1, "1"),
        ("/History/Clear", 0, "0"),
        ("/History/LowVoltageAlarms", None, "---"),
        ("/Info/MaxChargeVoltage", 13.8, "13.80V"),
        ("/Info/MaxChargeCurrent", 30.0, "30.0A"),
        ("/Info/MaxDischargeCurrent", 50.0, "50.0A"),
        ("/Info/BatteryLowVoltage", 11.6, "11.60V"),
        ("/Info/ChargeRequest", 0, "0"),
        ("/Info/ChargeMode", "Absorption", "Absorption"),
        ("/Info/ChargeLimitation", "Cell 3 at 3.462 V", "Cell 3 at 3.462 V"),
        ("/Info/DischargeLimitation", "MaxDischargeCurrent", "MaxDischargeCurrent"),
        ("/Alarms/LowVoltage", 0, "0"),
        ("/Alarms/BmsCable", 0, "0"),
    ],
)
def test_a_healthy_pack_publishes_its_values(path: str, value: Value | None, text: str) -> None:
    (item,) = (item for item in items_for(IDENTITY, controls=True) if item.path == path)
    assert item.value(CONTROLLING) == value
    assert item.show(item.value(CONTROLLING)) == text


def temperature_text(*celsius: float, **sensors: Any) -> str:
    (item,) = (item for item in items_for(IDENTITY) if item.path == "/Dc/0/Temperature")
    hot = changed(REPORT, sample=replace(SAMPLE, temperatures=celsius), **sensors)
    return item.show(item.value(hot), item.noted(hot))


def test_the_text_of_the_temperature_names_sensors_that_are_far_from_the_mean() -> None:
    cells = {"cell_temperatures": (22.0, 23.0)}
    assert temperature_text(25.0, 22.0, 23.0, **cells) == "22.5°C"
    report = changed(REPORT, sample=replace(SAMPLE, temperatures=(105.0, 22.0, 23.0)), **cells)
    sensors = replace(report.decision.temperatures, maybe_cell=105.0)
    hot = replace(report, decision=replace(report.decision, temperatures=sensors))
    (item,) = (item for item in items_for(IDENTITY) if item.path == "/Dc/0/Temperature")
    assert item.show(item.value(hot), item.noted(hot)) == "22.5°C (sensor 1: 105.0°C)"
    assert temperature_text(25.0, 22.0, -5.0, cell_temperatures=(22.0, -5.0)) == (
        "8.5°C (sensor 3: -5.0°C, sensor 2: 22.0°C)"
    )


def test_the_cells_and_the_lowest_and_highest_of_them_are_of_one_poll() -> None:
    diff = Diff(items_for(IDENTITY))
    for tick in range(40):
        cells = tuple(3.3 + (tick * 7 + n * 5) % 11 / 1000 for n in range(4))
        extremes = LowestHighest(lowest=cells.index(min(cells)) + 1, highest=cells.index(max(cells)) + 1)
        sample = replace(SAMPLE, cells=cells, voltage=sum(cells))
        diff.changes(changed(REPORT, sample=sample, extreme_cells=extremes), float(tick))
        now = diff.values
        volts = [now[f"/Battery/1/Cell/{n}/Voltage"] for n in range(1, 5)]
        lowest, highest = now["/System/MinVoltageCellId"], now["/System/MaxVoltageCellId"]
        assert [now["/System/MinCellVoltage"], now["/System/MaxCellVoltage"]] == [
            now[f"/Battery/1/Cell/{str(cell).removeprefix('C')}/Voltage"] for cell in (lowest, highest)
        ]
        assert (now["/System/MinCellVoltage"], now["/System/MaxCellVoltage"]) == (
            min(volts, key=float),  # type: ignore[arg-type]
            max(volts, key=float),  # type: ignore[arg-type]
        )


def test_the_health_is_derived_from_the_learned_capacity() -> None:
    assert shown(changed(REPORT, sample=replace(SAMPLE, learned=90.0)))["/Soh"] == 90.0
    assert shown(changed(REPORT, sample=replace(SAMPLE, learned=110.0)))["/Soh"] == 100.0


def test_the_time_since_full_charge_is_capped_at_the_range_of_its_register() -> None:
    since = replace(REPORT.decision.history, since_full=1e9)
    assert shown(changed(REPORT, history=since))["/History/TimeSinceLastFullCharge"] == 6_553_500


def test_history_values_that_were_never_measured_are_invalid() -> None:
    new = shown(changed(REPORT, history=History(), extremes=Extremes()))
    assert new["/History/TimeSinceLastFullCharge"] is None
    assert new["/History/MinimumVoltage"] is None
    assert str(new["/History/DeepestDischarge"]) == "0.0"


def test_trips_of_cells_and_pack_count_together() -> None:
    got = shown(replace(REPORT, counters=COUNTERS))
    assert (got["/History/LowVoltageAlarms"], got["/History/HighVoltageAlarms"]) == (5, 5)


def test_each_protection_has_its_own_count() -> None:
    got = shown(replace(REPORT, counters=COUNTERS))
    names = [counter.name for counter in fields(Counters) if counter.name != "restarts"]
    paths = [f"/History/Trips/{name.title().replace('_', '')}" for name in names]
    assert [got[path] for path in paths] == [getattr(COUNTERS, name) for name in names]
    unknown = shown(replace(REPORT, counters=None))
    assert {unknown[path] for path in paths} == {None}


def test_held_values_are_not_shared_with_chargers() -> None:
    held = changed(REPORT, phase=Phase.HELD)
    sense = {"/Dc/0/Voltage", "/Dc/0/Current", "/Dc/0/Power", "/Dc/0/Temperature"}
    lost = {path for path, value in shown(replace(held, shared=True)).items() if value is None}
    assert lost - {path for path, value in shown(held).items() if value is None} == sense
    assert shown(replace(REPORT, shared=True))["/Dc/0/Voltage"] == shown(REPORT)["/Dc/0/Voltage"]


def test_a_pack_without_a_name_is_shown_as_its_product_and_the_end_of_its_address() -> None:
    named, nameless = replace(REPORT, product="ACME 12"), replace(REPORT, product="ACME 12", custom_name="")
    assert shown(named)["/ProductName"] == "ACME 12"
    assert shown(nameless)["/ProductName"] == f"ACME 12 {REPORT.address[-5:]}"


def test_a_bms_that_cannot_be_switched_has_no_path_that_switches_it() -> None:
    reduced = {item.path: item for item in items_for(IDENTITY, switchable=False, pane=LEND_OUTPUT)}
    complete = {item.path: item for item in items_for(IDENTITY)}
    assert set(complete) - set(reduced) == {
        *(f"/Settings/{name}" for name in ("ForceChargingOff", "ForceDischargingOff", "MosfetMode")),
        *("/Settings/TurnBalancingOff", "/Io/AllowToBalance"),
        *(path for path in complete if path.startswith(f"{PANE_PATH}/charge/")),
        *(path for path in complete if path.startswith(f"{PANE_PATH}/discharge/")),
    }
    assert not reduced["/Io/AllowToCharge"].writable
    assert reduced["/Settings/LendForMinutes"].writable
    assert f"{PANE_PATH}/lend/State" in reduced


def test_a_bms_without_mosfets_shows_none_as_on_or_off() -> None:
    got = values(
        items_for(IDENTITY, switchable=False, pane=LEND_OUTPUT),
        changed(REPORT, sample=replace(SAMPLE, mosfets=None)),
    )
    blocking = [f"/System/NrOfModulesBlocking{direction}" for direction in ("Charge", "Discharge")]
    paths = [*blocking, "/Io/AllowToCharge", "/Io/AllowToDischarge"]
    assert [got[path] for path in paths] == [None] * 4
    assert got["/Dc/0/Voltage"] is not None


PANE_PATH = "/SwitchableOutput"
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


def test_the_installed_capacity_is_shown_only_beside_the_remaining_one() -> None:
    silent = shown(changed(SILENT, phase=Phase.LOST))
    assert (silent["/InstalledCapacity"], silent["/Capacity"]) == (None, None)
    assert (shown(REPORT)["/InstalledCapacity"], shown(REPORT)["/Capacity"]) == (100.0, 80.0)


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


def test_a_pack_without_alarms_is_reported_as_ok() -> None:
    got = shown(changed(REPORT, alarms={"/Alarms/LowSoc": Level.WARNING}))
    assert {got[path] for path in ALARM_PATHS if path != "/Alarms/LowSoc"} == {0}
    assert got["/Alarms/LowSoc"] == 1


@pytest.mark.parametrize(
    ("protection", "bits"),
    [
        ([], 1),
        ([Protection.PACK_OVERVOLTAGE], 8 | 1),
        ([Protection.CELL_UNDERVOLTAGE, Protection.PACK_UNDERVOLTAGE], 32768 | 16 | 1),
        ([Protection.SHORT_CIRCUIT], 16384 | 1),
        ([Protection.SHORT_CIRCUIT, Protection.DISCHARGE_OVERCURRENT], 16384 | 1),
        ([Protection.CHARGE_FAULT], 1),
    ],
)
def test_the_battery_status_names_the_tripped_protection(protection: list[Protection], bits: int) -> None:
    sample = replace(SAMPLE, protection=frozenset(protection), balancing=frozenset())
    assert shown(changed(REPORT, sample=sample))["/Battery/1/Status"] == bits


def test_imbalance_shows_in_both_balancer_paths() -> None:
    sample = replace(SAMPLE, balancing=frozenset())
    got = shown(changed(REPORT, sample=sample, alarms={"/Alarms/CellImbalance": Level.WARNING}))
    assert (got["/Balancer/Status"], got["/Battery/1/Status"]) == (3, 2)


@pytest.mark.parametrize("celsius", [-273.1, -30.0, 120.0, 6280.4])
def test_an_implausible_sensor_is_invalid(celsius: float) -> None:
    sample = replace(SAMPLE, temperatures=(celsius, 21.0, 22.0))
    got = shown(changed(REPORT, sample=sample))
    assert got["/System/Temperature1"] is None
    assert got["/System/Temperature2"] == 21.0


def test_a_sample_with_fewer_cells_and_sensors_than_known_leaves_the_rest_invalid() -> None:
    got = shown(changed(REPORT, sample=replace(SAMPLE, cells=(3.3,), temperatures=())))
    assert (got["/Voltages/Cell1"], got["/Voltages/Cell2"], got["/System/Temperature1"]) == (3.3, None, None)


def test_characters_that_d_bus_cannot_carry_are_removed_from_texts() -> None:
    got = shown(replace(REPORT, custom_name="B\0o\x1bw\ud800 ü"))
    assert got["/CustomName"] == "Bow ü"


def test_nan_is_invalid_and_minus_zero_is_zero() -> None:
    def reading(value: Value) -> Value | None:
        item: Item[Report] = Item("/X", "d", "{:.1f}A", lambda report: value)
        return item.value(REPORT)

    assert reading(float("nan")) is None
    assert reading(float("inf")) is None
    assert str(reading(-0.04)) == "0.0"
    assert reading(3) == 3.0


@given(
    cells=st.lists(st.floats(0, 5), max_size=32),
    temperatures=st.lists(st.floats(-273, 6280), max_size=8),
    current=st.floats(-3276, 3276),
    voltage=st.floats(0, 655),
    remaining=st.floats(0, 6553),
    nominal=st.floats(0, 6553),
    learned=st.none() | st.floats(0, 6553),
    cycles=st.integers(0, 65535),
    protection=st.frozensets(st.sampled_from(Protection)),
    phase=st.sampled_from(Phase),
    limits=st.builds(
        replace,
        st.just(LIMITS),
        cvl=st.floats(0, 160),
        ccl=st.floats(0, 2000),
        dcl=st.floats(0, 2000),
        charge_request=st.booleans(),
        mode=st.text(),
        battery_low_voltage=st.floats(0, 160),
    ),
    history=st.builds(
        History,
        deepest_discharge=st.floats(0, 6553),
        last_discharge=st.floats(0, 6553),
        total_drawn=st.floats(0, 6553),
        charged_energy=st.floats(0, 6553),
        discharged_energy=st.floats(0, 6553),
        since_full=st.none() | st.floats(0, 1e10),
    ),
)
def test_with_any_sample_each_path_keeps_its_type_text_and_register(
    cells: list[float],
    temperatures: list[float],
    current: float,
    voltage: float,
    remaining: float,
    nominal: float,
    learned: float | None,
    cycles: int,
    protection: frozenset[Protection],
    phase: Phase,
    limits: Limits,
    history: History,
) -> None:
    sample = replace(
        SAMPLE,
        cells=tuple(cells),
        temperatures=tuple(temperatures),
        current=current,
        voltage=voltage,
        remaining=remaining,
        nominal=nominal,
        learned=learned,
        cycles=cycles,
        protection=protection,
    )
    connected = phase in (Phase.FRESH, Phase.HELD)
    report = changed(
        REPORT,
        phase=phase,
        sample=sample if connected else None,
        cell_temperatures=tuple(t for t in temperatures if -30 < t < 120) if connected else (),
        counters=COUNTERS,
        controls=True,
        limits=limits,
        history=history,
    )
    identity = replace(IDENTITY, cell_count=len(cells), ntc_count=8)
    items = {item.path: item for item in items_for(identity, controls=True)}
    for path, value in values(items.values(), report).items():
        text = items[path].show(value)
        if value is None:
            assert text == INVALID_TEXT
            continue
        assert type(value) is {"i": int, "d": float, "s": str}[items[path].kind]
        assert text or path == "/Info/ChargeMode" or items[path].writable
        if isinstance(value, str):
            assert len(value) <= 8 or not path.endswith("CellId")
        elif path in REGISTERS:
            scale, lowest, highest = REGISTERS[path]
            assert lowest <= round(value * scale) <= highest


def documented(*, bank: bool = False) -> set[tuple[str, str, str]]:
    """Return path, step and rate of each row in docs/dbus-paths.md about packs, or about banks alone."""
    text = (Path(__file__).parents[4] / "docs/dbus-paths.md").read_text()
    packs, _, banks = text.partition("\n## Banks\n")
    return {
        (path + writable, step, every)
        for path, writable, step, every in re.findall(
            r"^\| `(/\S+)`( \(writable\))? \| ([^|]+) \| ([^|]+) \| [^|]+\. \|$",
            banks if bank else packs,
            re.MULTILINE,
        )
    }


def described(item: Item[Any]) -> tuple[str, str, str]:
    unit = "" if item.text.startswith("0x") else re.sub(r"\{.*?\}", "", item.text)
    step = {"s": "text", "d": f"{10**-item.decimals:g} {unit}", "i": f"1 {unit}" if unit else "number"}
    path = re.sub(r"(Cell/?|Temperature(?:Role)?)\d+", r"\1<n>", item.path)
    path = re.sub(r"(/SwitchableOutput)/\w+", r"\1/<switch>", path) + (" (writable)" if item.writable else "")
    return path, step[item.kind], f"{item.every:g} s" if item.every else "poll"


def test_the_documented_paths_match_the_table() -> None:
    items = items_for(PackIdentity(cell_count=1, ntc_count=1), controls=True)
    assert documented() == {described(item) for item in items}
