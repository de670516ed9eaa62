"""The rating and the name of a board, from the model texts of recorded packs."""

from __future__ import annotations

import pytest

from dbus_xbms.protocols.jbd.models import product, rating


@pytest.mark.parametrize(
    ("model", "amperes"),
    [
        ("JBD-SP04S034-L4S-200A-B-U", 200.0),
        ("JBD-SP04S034L4S200A-V", 200.0),
        ("JBD-SP04S034L4S200A-", 200.0),
        ("SP15S001-P13S-30A", 30.0),
        ("JBD-SP15S020A-P7S-40A", 40.0),
        ("JBD-SP25S003-L16S-100A-100A-B", 100.0),
        ("JBD-SP04S060-300A-L", 300.0),
        ("DP04S007L4S100A", 100.0),
        ("DP04S007L4S60A", 60.0),
        ("SP17S005P17S120A", 120.0),
        ("SP21S001HL16S200A", 200.0),
        ("JBD-DP04S007L4S100A-BLE", 100.0),
        ("SP04S060L4S250A", 250.0),
    ],
)
def test_the_rating_of_a_board_is_in_its_model_text(model: str, amperes: float) -> None:
    assert rating(model) == amperes


@pytest.mark.parametrize("model", ["", "JBD-SP04S020A", "SP15S020A", "12150BLH1805", "-0A", "S99999A"])
def test_a_model_text_without_a_rating_gives_none(model: str) -> None:
    assert rating(model) == 0


def test_of_two_ratings_the_lower_one_is_used() -> None:
    assert rating("JBD-SP25S003-L16S-100A-60A-B") == 60.0


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("SP17S005-L17S-100A", "JBD BMS SP17S005"),
        ("LH-SP15S001-P13S-30A", "JBD BMS SP15S001"),
        ("JBD-SP15S020A-P7S-40A", "JBD BMS SP15S020A"),
        ("J-12320-250304-077", "JBD BMS"),
        ("", "JBD BMS"),
    ],
)
def test_the_name_of_a_product_has_the_series_of_its_board(model: str, name: str) -> None:
    assert product(model) == name
