"""Every settings page and question fits the screen, in every size and language."""

from __future__ import annotations

import pytest

from tests.gx.menu import running, stored
from tests.gx.pages import PAGES
from tests.gx.screen import LANGUAGES, SIZES, Screen
from tests.gx.services import Value
from tests.gx.show import Show

SWITCHES = (  # with a question: page and row
    ("PackPage", "Read this pack"),
    ("PackSwitchingPage", "Allow switching charging"),
    ("PackSwitchingPage", "Allow turning discharging off"),
    ("PackSwitchingPage", "Allow switching balancing"),
    ("PackSwitchingPage", "Allow lending to the phone app"),
    ("PackCurrentsPage", "Limit currents by temperature"),
    ("BankPage", "These packs act as one battery"),
    ("DiagnosisPage", "Restart"),
)
CHOICES = (  # with a question: page, context, row and option
    ("PackPage", "PackChemistryRow", "Chemistry", 2),
    ("PackPage", "PackControlRow", "Control", 1),
    ("BankPage", "BankPage", "Control", 0),
)


def opened(show: Show, size: tuple[int, int], language: str) -> Screen:
    pack: dict[str, Value] = {
        "Chemistry": "LiFePO4",
        "CellFull": 3.7,  # contradicts the chemistry, which the page says
        "MaxChargeCurrent": 140.0,
        "HighTemperatureWarning": 45.0,
    }
    screen: Screen = show("Settings.qml", running(scan_left=27), stored(pack), size=size, language=language)
    return screen


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", SIZES)
def test_no_page_has_a_text_that_is_cut_off(show: Show, size: tuple[int, int], language: str) -> None:
    screen = opened(show, size, language)
    cut_off = []
    for page, properties in PAGES.items():
        screen.open(f"{page}.qml", **properties)
        cut_off += [f"{page}: {problem}" for problem in screen.cut_off]
    assert cut_off == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", SIZES)
def test_no_question_is_cut_off(show: Show, size: tuple[int, int], language: str) -> None:
    screen = opened(show, size, language)
    cut_off = []
    for page, row in SWITCHES:
        screen.open(f"{page}.qml", **PAGES[page])
        screen.tap(screen.translated(page, row))
        cut_off += [f"{row}: {problem}" for problem in screen.cut_off]
        screen.accept()  # some rows need the one before
    for page, context, row, option in CHOICES:
        screen.open(f"{page}.qml", **PAGES[page])
        screen.choose(screen.translated(context, row), option)
        cut_off += [f"{row}: {problem}" for problem in screen.cut_off]
        screen.reject()
    assert cut_off == []
