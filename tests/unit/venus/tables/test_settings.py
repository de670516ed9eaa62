"""Settings of a pack on the stock settings page of a battery: ranges, scale, refusals."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbus_xbms.model import PackIdentity
from dbus_xbms.report import ChangeSetting, Report
from dbus_xbms.settings import SettingsError, Value
from dbus_xbms.venus.item import Item
from dbus_xbms.venus.tables.battery import items_for
from dbus_xbms.venus.tables.settings import EDITED, PANE
from tests.unit.samples import settings
from tests.unit.venus.tables.battery_reports import CONTROLLING, IDENTITY, REPORT, shown

COLD = "/Settings/Alarm/LowBatteryTemperature"


def setting_row(path: str, cells: int = 4) -> Item[Report]:
    (item,) = (item for item in items_for(replace(IDENTITY, cell_count=cells)) if item.path == path)
    return item


def setting_written(path: str, value: Value, report: Report) -> tuple[str, Value]:
    """Return the setting that a write changes, and its value."""
    item = setting_row(path, report.identity.cell_count)
    assert item.request
    change = item.request(value, report)
    assert isinstance(change, ChangeSetting)
    return change.name, change.value


@pytest.mark.parametrize(
    ("path", "lowest", "highest", "default"),
    [
        ("/Settings/Battery/Capacity", 0.0, 10000.0, None),
        ("/Settings/Battery/ChargedVoltage", 8.0, 18.0, None),
        ("/Settings/Battery/TailCurrent", 0.0, 100.0, 5.0),
        ("/Settings/Alarm/LowSoc", 0.0, 100.0, 10.0),
        ("/Settings/Alarm/LowBatteryTemperature", 233.15, 323.15, None),
    ],
)
def test_the_settings_page_has_ranges_and_defaults(
    path: str, lowest: float, highest: float, default: float | None
) -> None:
    item = setting_row(path)
    assert (item.lowest, item.highest, item.default) == (lowest, highest, default)


def test_every_row_of_the_settings_page_accepts_its_bounds() -> None:
    rows = [setting_row(edited.path, cells=16) for edited in EDITED]
    report = replace(REPORT, identity=replace(IDENTITY, cell_count=16))
    for item in rows:
        assert item.writable
        assert item.lowest is not None
        assert item.highest is not None
        for bound in (item.lowest, item.highest, *([] if item.default is None else [item.default])):
            assert setting_written(item.path, bound, report)


@pytest.mark.parametrize("cells", [4, 7, 16, 24])
@given(cell=st.integers(2000, 4200))
def test_a_pack_voltage_on_the_page_is_a_cell_voltage_in_the_settings_and_back(cells: int, cell: int) -> None:
    path = "/Settings/Battery/ChargedVoltage"
    report = replace(REPORT, identity=replace(IDENTITY, cell_count=cells))
    on_page = round(cell / 1000 * cells, 2)
    written = setting_written(path, on_page, report)
    name, volts = written
    assert name == "CellFull"
    assert volts == pytest.approx(cell / 1000, abs=0.006 / cells + 0.00005)
    shown_again = setting_row(path, cells).value(replace(report, settings=settings(CellFull=volts)))
    assert shown_again == pytest.approx(on_page, abs=0.0101)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("/Settings/Battery/ChargedVoltage", 20.1),
        ("/Settings/Battery/ChargedVoltage", -0.1),
        ("/Settings/Battery/ChargedVoltage", 0.0),
        ("/Settings/Battery/ChargedVoltage", 0.1),
        ("/Settings/Battery/Capacity", 10001.0),
        ("/Settings/Alarm/LowSoc", 100.1),
        ("/Settings/Alarm/HighBatteryTemperature", 45.0),
        ("/Settings/Alarm/LowSoc", "10"),
    ],
)
def test_an_invalid_value_is_refused_from_the_settings_page_too(path: str, value: Value) -> None:
    with pytest.raises(SettingsError):
        setting_written(path, value, REPORT)


def test_a_pack_voltage_is_refused_if_the_cell_count_is_unknown() -> None:
    with pytest.raises(SettingsError, match="before the pack is known"):
        setting_written("/Settings/Battery/ChargedVoltage", 13.8, replace(REPORT, identity=PackIdentity()))


@pytest.mark.parametrize(
    ("path", "value", "written"),
    [
        (
            "/SwitchableOutput/charge/Settings/CustomName",
            "Stop charging",
            ("ChargeSwitchName", "Stop charging"),
        ),
        ("/SwitchableOutput/discharge/Settings/Group", "", ("DischargeSwitchGroup", "")),
        ("/SwitchableOutput/lend/Settings/ShowUIControl", 6, ("LendSwitchShow", 6)),
    ],
)
def test_how_an_output_appears_on_the_switch_pane_is_a_setting(
    path: str, value: Value, written: tuple[str, Value]
) -> None:
    assert setting_written(path, value, REPORT) == written
    assert setting_row(path).value(replace(REPORT, settings=settings(**dict([written])))) == value


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("/SwitchableOutput/charge/Settings/ShowUIControl", 7),
        ("/SwitchableOutput/charge/Settings/ShowUIControl", "1"),
        ("/SwitchableOutput/charge/Settings/Group", 1),
    ],
)
def test_an_unknown_way_to_show_an_output_is_refused(path: str, value: Value) -> None:
    with pytest.raises(SettingsError):
        setting_written(path, value, REPORT)


def test_an_output_is_hidden_on_the_switch_pane_until_the_owner_shows_it() -> None:
    hidden = {path: value for path, value in shown(REPORT).items() if path.endswith("ShowUIControl")}
    assert (len(hidden), set(hidden.values())) == (3, {0})


def test_of_the_other_paths_only_the_name_writes_a_setting() -> None:
    settings_rows = {edited.path for edited in (*EDITED, *PANE)}
    writing = set()
    for item in items_for(IDENTITY):
        if item.request and item.path not in settings_rows:
            request = item.request(item.highest or 1, REPORT)
            writing |= {item.path} if isinstance(request, ChangeSetting) else set()
    assert writing == {"/CustomName"}


def on_page(report: Report, path: str) -> Value | None:
    return shown(report)[f"/Settings/{path}"]


def test_the_page_shows_what_holds_until_it_is_set() -> None:
    chosen = replace(CONTROLLING, settings=settings(Chemistry="NMC"))
    assert on_page(chosen, "Battery/ChargedVoltage") == 16.6
    assert on_page(chosen, "Battery/Capacity") == 100.0
    assert on_page(chosen, "Alarm/HighBatteryTemperature") == 318.15
    owners = replace(CONTROLLING, settings=settings(CellFull=3.5, Capacity=280.0))
    assert on_page(owners, "Battery/ChargedVoltage") == 14.0
    assert on_page(owners, "Battery/Capacity") == 280.0
    assert on_page(replace(REPORT, settings=settings(Chemistry="NMC")), "Battery/ChargedVoltage") == 16.6


@pytest.mark.parametrize("chemistry", ["", "custom"])
def test_the_page_shows_no_voltage_without_a_preset_rather_than_0(chemistry: str) -> None:
    for report in (REPORT, CONTROLLING):
        unset = replace(report, settings=settings(Chemistry=chemistry))
        assert on_page(unset, "Battery/ChargedVoltage") is None


def test_the_page_shows_a_warning_of_the_preset_only_while_it_holds() -> None:
    freezing = settings(Chemistry="LiFePO4", LowTemperatureWarning=0.0)
    assert shown(CONTROLLING)[COLD] == 263.15
    assert shown(replace(REPORT, bank="House"))[COLD] == 263.15
    assert shown(replace(CONTROLLING, settings=freezing))[COLD] == 273.15
    assert shown(replace(REPORT, settings=freezing))[COLD] == 273.15
    assert shown(REPORT)[COLD] is None


def test_each_alarm_has_the_value_at_which_it_ends_or_the_gx_hides_it() -> None:
    got = shown(CONTROLLING)
    for path, back in (("LowSoc", 2.0), ("HighBatteryTemperature", -2.0), ("LowBatteryTemperature", 2.0)):
        threshold, clear = got[f"/Settings/Alarm/{path}"], got[f"/Settings/Alarm/{path}Clear"]
        assert isinstance(threshold, float)
        assert clear == pytest.approx(threshold + back)
    assert shown(REPORT)[f"{COLD}Clear"] is None


@pytest.mark.parametrize(
    ("path", "value", "written"),
    [
        ("/Settings/Battery/TailCurrent", 4.9, ("TailCurrent", 4.9)),
        ("/Settings/Battery/DischargeFloor", 12.5, ("DischargeFloor", 12.5)),
        ("/Settings/Alarm/LowSoc", 10.5, ("LowSocWarning", 10.5)),
        ("/Settings/Alarm/HighBatteryTemperature", 318.15, ("HighTemperatureWarning", 45.0)),
        ("/Settings/Alarm/LowBatteryTemperature", 263.15, ("LowTemperatureWarning", -10.0)),
    ],
)
def test_a_value_is_stored_with_its_decimals(path: str, value: float, written: tuple[str, Value]) -> None:
    assert setting_written(path, value, REPORT) == written
