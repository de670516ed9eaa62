"""When the voltages of packs in parallel are too far apart to connect them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dbus_xbms.policy.bank.inrush import danger
from tests.unit.samples import sample

FOUR_CELLS = replace(sample(), voltage=13.2, cells=(3.3,) * 4)


@pytest.mark.parametrize("string", [13.2, 13.49, 12.91])
def test_packs_within_a_third_of_a_volt_per_four_cells_may_be_connected(string: float) -> None:
    assert not danger(FOUR_CELLS, string)


@pytest.mark.parametrize("string", [13.51, 12.89, 0.0, 26.4])
def test_packs_further_apart_are_dangerous_and_the_words_have_both_voltages(string: float) -> None:
    words = danger(FOUR_CELLS, string)
    assert "13.20 V" in words
    assert f"{string:.2f} V" in words
    assert "0.30 V" in words


def test_more_cells_may_differ_by_more() -> None:
    sixteen = replace(sample(), voltage=52.8, cells=(3.3,) * 16)
    assert not danger(sixteen, 53.9)
    assert danger(sixteen, 54.1)


def test_without_packs_beside_it_or_without_a_reading_there_is_nothing_to_compare() -> None:
    assert not danger(FOUR_CELLS, None)
    assert not danger(None, 13.2)
