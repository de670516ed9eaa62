"""The values and texts of the paths of a battery that is connected."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest

from dbus_xbms.model import Counters, Extremes, History, Level, LowestHighest, Phase, Protection
from dbus_xbms.policy.alarms import ALARM_PATHS
from dbus_xbms.settings import Value
from dbus_xbms.venus.diff import Diff
from dbus_xbms.venus.tables.battery import BATTERY, devices, items_for, values
from dbus_xbms.venus.tables.pane import LEND_OUTPUT
from tests.unit.samples import changed
from tests.unit.venus.tables.battery_reports import (
    CONTROLLING,
    COUNTERS,
    IDENTITY,
    LIMITS,
    REPORT,
    SAMPLE,
    SILENT,
    shown,
)


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
    assert new["/History/DeepestDischarge"] is None
    assert new["/History/LastDischarge"] is None


def test_the_deepest_discharge_of_a_full_pack_is_0_and_not_minus_0() -> None:
    new = shown(changed(REPORT, history=History(charge_known=True)))
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


def test_a_bms_without_mosfets_shows_none_as_on_or_off() -> None:
    got = values(
        items_for(IDENTITY, switchable=False, pane=LEND_OUTPUT),
        changed(REPORT, sample=replace(SAMPLE, mosfets=None)),
    )
    blocking = [f"/System/NrOfModulesBlocking{direction}" for direction in ("Charge", "Discharge")]
    paths = [*blocking, "/Io/AllowToCharge", "/Io/AllowToDischarge"]
    assert [got[path] for path in paths] == [None] * 4
    assert got["/Dc/0/Voltage"] is not None


def test_the_installed_capacity_is_shown_only_beside_the_remaining_one() -> None:
    silent = shown(changed(SILENT, phase=Phase.LOST))
    assert (silent["/InstalledCapacity"], silent["/Capacity"]) == (None, None)
    assert (shown(REPORT)["/InstalledCapacity"], shown(REPORT)["/Capacity"]) == (100.0, 80.0)


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
