"""The page of a bank: its packs beside each other, and the way to the page of each."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.gx import packs
from tests.gx.screen import LANGUAGES, SIZES
from tests.gx.services import battery
from tests.gx.show import Show
from tests.unit import samples


def test_the_worst_cells_are_named_by_pack(show: Show) -> None:
    texts = show("Bank.qml", *packs.bank_services()).texts
    assert "Lowest cell\nBow, cell 2" in texts
    assert "Highest cell\nStern, cell 1" in texts


def test_each_pack_shows_charge_current_share_cells_and_what_limits_it(show: Show) -> None:
    texts = show("Bank.qml", *packs.bank_services()).texts
    bow = texts[texts.index("Bow") : texts.index("Stern")]
    assert {"72 %", "-5.0 A", "25 % of the current", "3.319 V", "3.321 V"} <= set(bow)
    assert "Charging at most 35.2 A: cell 3 at 3.46 V" in bow


def test_a_pack_without_contact_is_marked_and_has_no_values(show: Show) -> None:
    texts = show("Bank.qml", *packs.bank_services()).texts
    stern = texts[texts.index("Stern") + 1 : texts.index("Port")]
    assert [text for text in stern if text != "›"] == ["No contact", "Does not answer"]


def test_the_limits_of_the_bank_say_what_sets_them(show: Show) -> None:
    texts = show("Bank.qml", *packs.bank_services()).texts
    assert texts[texts.index("Charging at most") + 1] == "190.0 A"
    assert "MaxChargeCurrent of Bow" in texts


@pytest.mark.parametrize("backend", ["dbus", "mqtt"])
def test_a_tap_opens_the_page_of_the_pack(show: Show, backend: str) -> None:
    bank, first, *others = packs.bank_services()
    opened = battery(replace(packs.HEALTHY, address=samples.member_address(1), instance=first.instance))
    screen = show("Bank.qml", bank, opened, *others, backend=backend)
    screen.tap("Bow")
    assert screen.title == "Bow"
    assert "Lowest, cell 5" in screen.texts
    screen.back()
    assert "All packs" in screen.texts


@pytest.mark.parametrize("count", [2, 4, 10])
def test_every_pack_is_listed(show: Show, count: int) -> None:
    texts = show("Bank.qml", *packs.bank_services(count)).texts
    assert texts.count("›") == count


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", SIZES)
def test_nothing_is_cut_off(show: Show, size: tuple[int, int], language: str) -> None:
    assert show("Bank.qml", *packs.bank_services(4), size=size, language=language).cut_off == []


def test_a_watch_only_pack_is_marked(show: Show) -> None:
    bank, *others = packs.bank_services()
    assert "watch only, 25 % of the current" not in show("Bank.qml", bank, *others).texts
    marked = replace(bank, values={**bank.values, "/Members/1/WatchOnly": 1})
    texts = show("Bank.qml", marked, *others).texts
    assert "watch only, 25 % of the current" in texts[texts.index("Bow") : texts.index("Stern")]
