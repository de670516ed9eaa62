"""The paths of the program's own service."""

from __future__ import annotations

import pytest

from dbus_xbms.program_report import (
    MOST_FOUND,
    MOST_KNOWN,
    AdapterUse,
    AddFound,
    CheckAgain,
    CheckFinding,
    EnableBank,
    EnablePack,
    FoundPack,
    KnownBank,
    KnownPack,
    ProgramReport,
    Restart,
    Scan,
)
from dbus_xbms.settings import SettingsError, Value
from dbus_xbms.venus.diff import Diff
from dbus_xbms.venus.tables.program import ITEMS

ONE, TWO = "A4:C1:37:00:00:01", "A4:C1:37:00:00:02"
REPORT = ProgramReport(
    scan_left=12,
    found=(
        FoundPack(
            address=TWO,
            name="xiaoxiang",
            rssi=-60,
            protocol="JBD",
            make="JBD",
            watch_only=False,
            known=False,
            age=60.0,
        ),
    ),
    packs=(
        KnownPack(
            address=ONE,
            name="Bow",
            make="LiTime",
            watch_only=True,
            state="connected",
            enabled=True,
            service="com.victronenergy.battery.xbms_a4c137000001",
            instance=600,
        ),
    ),
    banks=(
        KnownBank(
            number=2,
            name="Saloon",
            state="off",
            members=(ONE, TWO),
            topology="parallel",
            enabled=False,
            service="",
            instance=590,
        ),
    ),
    adapters=(AdapterUse(address="00:1A:7D:DA:71:13", name="hci0", state="on", slots=16, used=1),),
    interference="dbus-ble-sensors: it scans",
    cpu=1.25,
    memory=31.04,
    uptime=3600,
    findings=(CheckFinding(level=2, text="packs: broken"),),
    checking=True,
    message="Bow added",
)
ROWS = {item.path: item for item in ITEMS}


def values(report: ProgramReport) -> dict[str, Value]:
    """Return the valid values by path."""
    diff = Diff(ITEMS)
    diff.changes(report, 0.0)
    return {path: value for path, value in diff.values.items() if value is not None}


def written(path: str, value: Value) -> object:
    """Return what writing a value to a path requests."""
    request = ROWS[path].request
    assert request
    return request(value, REPORT)


def test_every_part_of_a_report_is_shown() -> None:
    shown = values(REPORT)
    assert {path: value for path, value in shown.items() if path.startswith("/Discovered/")} == {
        "/Discovered/0/Address": TWO,
        "/Discovered/0/Name": "xiaoxiang",
        "/Discovered/0/Rssi": -60,
        "/Discovered/0/Protocol": "JBD",
        "/Discovered/0/Make": "JBD",
        "/Discovered/0/WatchOnly": 0,
        "/Discovered/0/Known": 0,
        "/Discovered/0/LastSeen": 60,
        "/Discovered/0/Add": "0",
    }
    assert (shown["/Packs/0/Name"], shown["/Packs/0/Enabled"], shown["/Packs/0/Instance"]) == ("Bow", 1, 600)
    assert (shown["/Banks/2/Members"], shown["/Banks/2/Enabled"]) == (f"{ONE} {TWO}", 0)
    assert "/Banks/2/Service" not in shown
    assert (shown["/Adapters/0/Slots"], shown["/Adapters/0/Used"]) == (16, 1)
    assert (shown["/Findings/Count"], shown["/Findings/0/Level"]) == (1, 2)
    assert (shown["/Findings/Refresh"], shown["/Scan"], shown["/Message"]) == (1, 12, "Bow added")
    assert (shown["/Cpu"], shown["/Memory"], shown["/Uptime"]) == (1.2, 31.0, 3600)


def test_of_a_program_without_packs_no_row_is_valid() -> None:
    shown = values(ProgramReport())
    assert [path for path in shown if path.count("/") > 2] == []
    assert "/Findings/Count" not in shown
    assert (shown["/DeviceInstance"], shown["/ProductName"], shown["/Scan"]) == (0, "dbus-xbms", 0)


def test_there_are_rows_for_as_many_packs_as_are_published() -> None:
    assert f"/Discovered/{MOST_FOUND - 1}/Add" in ROWS
    assert f"/Packs/{MOST_KNOWN - 1}/Enabled" in ROWS
    assert {path for path in ROWS if path.startswith("/Banks/") and path.endswith("/Name")} == {
        f"/Banks/{number}/Name" for number in (1, 2, 3, 4)
    }


@pytest.mark.parametrize(
    ("path", "value", "request_"),
    [
        ("/Scan", 1, Scan(True)),
        ("/Scan", 0, Scan(False)),
        ("/Discovered/0/Add", "1", AddFound(0)),
        ("/Discovered/0/Add", "1.0", AddFound(0)),
        ("/Discovered/3/Add", "a4c137000002", AddFound(3, TWO)),
        ("/Discovered/0/Add", "0", None),
        ("/Packs/0/Enabled", 0, EnablePack(ONE, False)),
        ("/Banks/4/Enabled", 1, EnableBank(4, True)),
        ("/Findings/Refresh", 1, CheckAgain()),
        ("/Findings/Refresh", 0, None),
        ("/Restart", 1, Restart()),
        ("/Restart", 0, None),
    ],
)
def test_a_write_requests_what_the_path_says(path: str, value: Value, request_: object) -> None:
    assert written(path, value) == request_


@pytest.mark.parametrize(
    ("path", "value"),
    [
        *(("/Scan", 30), ("/Restart", 2), ("/Findings/Refresh", -1), ("/Packs/1/Enabled", 1)),
        *(("/Discovered/0/Add", "2"), ("/Discovered/0/Add", "yes"), ("/Discovered/0/Add", "")),
    ],
)
def test_any_other_value_is_refused(path: str, value: Value) -> None:
    with pytest.raises(SettingsError):
        written(path, value)
