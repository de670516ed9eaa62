"""The stand-in and the harness themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from dbus_xbms.model import PackIdentity
from tests.gx.screen import LANGUAGES, SIZES
from tests.gx.services import battery, program
from tests.gx.show import Show
from tests.unit.samples import SAMPLE, report

PACK = battery(
    report(address="A4:C1:37:00:00:01", instance=3, sample=SAMPLE, identity=PackIdentity(cell_count=4))
)


@pytest.mark.parametrize("backend", ["dbus", "mqtt"])
def test_a_device_page_reads_its_service_on_the_touch_screen_and_in_a_browser(
    show: Show, backend: str
) -> None:
    screen = show("Cells.qml", PACK, backend=backend)
    assert "3.321 V" in screen.texts


def test_a_page_follows_changes_on_the_bus(show: Show) -> None:
    screen = show("Cells.qml", PACK)
    screen.change(PACK, {"/System/MaxCellVoltage": 3.5})
    assert "3.500 V" in screen.texts
    screen.change(PACK, {"/System/MaxCellVoltage": None})
    assert "--" in screen.texts


@pytest.mark.parametrize("backend", ["dbus", "mqtt"])
def test_what_is_tapped_is_written(show: Show, backend: str) -> None:
    screen = show("DiscoveredPage.qml", program({"/Scan": 0}), backend=backend)
    screen.tap("Start")
    assert screen.written == [("com.victronenergy.xbms", "/Scan", 1)]


def test_a_page_can_be_saved_as_a_picture(show: Show, tmp_path: Path) -> None:
    show("Cells.qml", PACK).save(tmp_path / "cells.png")
    assert (tmp_path / "cells.png").stat().st_size > 1000


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("page", ["Cells.qml", "Bank.qml"])
def test_nothing_is_cut_off(show: Show, page: str, size: tuple[int, int], language: str) -> None:
    screen = show(page, PACK, size=size, language=language)
    assert screen.cut_off == []
