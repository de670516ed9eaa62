"""The settings pages name only paths that exist, and write only values that are accepted there."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from dbus_xbms.settings import BankSettings, PackSettings, Settings
from dbus_xbms.venus.tables.program import ITEMS
from gx import build
from tests.gx.menu import SETTINGS, running, stored
from tests.gx.pages import PAGES
from tests.gx.show import Show

PAGE_NAMES = sorted(path.stem for path in build.PAGES.glob("*.qml"))
NUMBERS = (  # page and row
    ("PackCurrentsPage", "Highest charge current"),
    ("PackCurrentsPage", "Highest discharge current"),
    ("PackCurrentsPage", "Capacity"),
    ("PackVoltagesPage", "Charging stops at"),
    ("PackVoltagesPage", "Full"),
    ("PackVoltagesPage", "Float"),
    ("PackVoltagesPage", "Discharging is reduced from"),
    ("PackVoltagesPage", "Discharging stops at"),
    ("PackWarningsPage", "Low state of charge"),
    ("PackWarningsPage", "Difference between cells"),
    ("PackWarningsPage", "High cell voltage"),
    ("PackWarningsPage", "Low cell voltage"),
    ("PackWarningsPage", "High cell temperature"),
    ("PackWarningsPage", "Low cell temperature"),
    ("PackWarningsPage", "MOSFET temperature"),
    ("BankPage", "Highest charge current"),
    ("BankPage", "Highest discharge current"),
)


def named(page: str, what: str) -> Iterator[str]:
    """Return the paths that a page adds to the uid ``what``."""
    source = (build.PAGES / f"{page}.qml").read_text()
    return (match[1] for match in re.finditer(rf'\b{what} \+ "/([\w/]+)"', source))


def table(page: str) -> type[Settings]:
    return BankSettings if page.startswith("Bank") else PackSettings


def test_the_pages_name_settings_that_exist() -> None:
    pages = {page: list(named(page, "base")) for page in PAGE_NAMES}
    assert sum(map(len, pages.values())) > 30
    for page, names in pages.items():
        for name in names:
            assert table(page).named(name).name == name


def test_the_pages_name_paths_of_the_program_that_exist() -> None:
    known = {item.path for item in ITEMS}
    menu = [
        page for page in PAGE_NAMES if "com.victronenergy.xbms" in (build.PAGES / f"{page}.qml").read_text()
    ]
    paths = [f"/{path}" for page in menu for path in named(page, "uid") if not path.endswith("/")]
    assert len(paths) > 10
    assert [
        path for path in paths if path not in known and not any(one.startswith(f"{path}/") for one in known)
    ] == []


@pytest.mark.parametrize("wanted", [-1e6, 1e6])
@pytest.mark.parametrize(("page", "row"), NUMBERS)
def test_the_ends_of_a_range_are_accepted(show: Show, page: str, row: str, wanted: float) -> None:
    screen = show("Settings.qml", running(), stored({"Chemistry": "NMC"}))
    screen.open(f"{page}.qml", **PAGES[page])
    screen.choose(row, wanted)
    [(service, path, value)] = screen.written
    assert service == SETTINGS
    setting = table(page).named(path.rpartition("/")[2])
    assert setting.checked(value) == value
    assert not isinstance(value, str)
    assert value != setting.unset


@pytest.mark.parametrize(
    ("page", "row", "options"),
    [
        ("PackPage", "Chemistry", 5),
        ("PackBluetoothPage", "Connection", 2),
        ("PackWarningsPage", "Cell over-voltage at the end of a charge", 2),
        ("PackSwitchingPage", "Charging", 4),
        ("PackSwitchingPage", "Discharging", 4),
        ("PackSwitchingPage", "Lend to the phone app", 4),
        ("BankPage", "Wiring", 6),
        ("BankPage", "Control", 2),
    ],
)
def test_every_option_is_accepted(show: Show, page: str, row: str, options: int) -> None:
    screen = show("Settings.qml", running(), stored({"AllowMosfetControl": 1, "AllowLending": 1}))
    for option in range(options):
        screen.open(f"{page}.qml", **PAGES[page])
        screen.choose(row, option)
        if "Cancel" in screen.texts:
            screen.accept()
    written = [(path.rpartition("/")[2], value) for _, path, value in screen.written]
    assert len({value for _, value in written}) == options
    for name, value in written:
        assert table(page).named(name).checked(value) == value
