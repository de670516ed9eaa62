"""Which paths a battery has, and which of them can be written."""

from __future__ import annotations

import re
from dataclasses import replace

from dbus_xbms.model import PackIdentity
from dbus_xbms.policy.alarms import ALARM_PATHS
from dbus_xbms.venus.battery import BatteryService
from dbus_xbms.venus.tables.battery import ITEMS, items_for
from dbus_xbms.venus.tables.control import CONTROL_ITEMS
from dbus_xbms.venus.tables.device import PRODUCT_ID
from dbus_xbms.venus.tables.pane import LEND_OUTPUT
from dbus_xbms.venus.tables.settings import EDITED, PANE
from dbus_xbms.venus.tables.switches import BMS_SWITCHES, CHARGE, DISCHARGE, LEND_MINUTES, LEND_SWITCH
from tests.unit.venus.tables.battery_reports import IDENTITY, REPORT
from tests.unit.venus.tables.documented import described, documented
from tests.unit.venus.tables.venus_battery import TAKEN_PRODUCT_IDS, VENUS_ALARMS

PANE_PATH = "/SwitchableOutput"


def test_every_path_is_there_once_for_up_to_32_cells_and_8_sensors() -> None:
    paths = [item.path for item in items_for(PackIdentity(cell_count=32, ntc_count=8))]
    assert len(paths) == len(set(paths))
    assert {"/Voltages/Cell32", "/Battery/1/Cell/32/Voltage", "/Balances/Cell32"} <= set(paths)
    assert "/System/Temperature8" in paths


def test_a_monitored_pack_has_no_path_that_makes_it_a_bms() -> None:
    paths = {item.path for item in items_for(IDENTITY)}
    assert {path for path in paths if path.startswith("/Info/")} == {"/Info/ChargeMode"}
    assert paths & {item.path for item in CONTROL_ITEMS} == {"/Info/ChargeMode"}


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


def test_the_documented_paths_match_the_table() -> None:
    items = items_for(PackIdentity(cell_count=1, ntc_count=1), controls=True)
    assert documented() == {described(item) for item in items}
