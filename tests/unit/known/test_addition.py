"""What adding a pack stores."""

from __future__ import annotations

import pytest

from dbus_xbms.known.addition import Advertisement, default_name, to_store
from dbus_xbms.known.stored import Stored, StoredBank
from dbus_xbms.schema import LONGEST_TEXT
from dbus_xbms.settings import PackSettings, Settings, SettingsError

ONE, TWO = "A4:C1:37:00:00:01", "A4:C1:37:00:00:02"


def unusable(values: dict[str, object], table: Settings) -> list[str]:
    """Return the names of the values that a table refuses."""
    refused = []
    for name, value in values.items():
        try:
            table.put(name, value)
        except SettingsError:
            refused.append(name)
    return refused


def test_a_new_pack_is_enabled_and_does_not_control() -> None:
    assert to_store(Advertisement(name="JBD-1", protocol="JBD"), None, {}) == {
        "Control": 0,
        "AdvertisedName": "JBD-1",
        "Protocol": "JBD",
        "Enabled": 1,
    }


def test_a_pack_that_was_removed_keeps_its_protocol_and_does_not_control() -> None:
    removed = PackSettings({"Control": 1, "Protocol": "JBD"})
    assert to_store(Advertisement(protocol="JBD"), removed, {}) == {"Control": 0, "Enabled": 1}


def test_a_pack_that_is_added_already_keeps_its_control() -> None:
    assert to_store(Advertisement(), PackSettings({"Enabled": 1}), {}) == {"Enabled": 1}


@pytest.mark.parametrize("name", ["x" * 5000, "\x1b[2J", "\u202eevil", "\N{PILE OF POO}" * 400, ""])
def test_any_advertised_name_can_be_stored(name: str) -> None:
    values = to_store(Advertisement(name=name), None, {})
    assert unusable({**values}, PackSettings()) == []
    assert len(str(values.get("AdvertisedName", ""))) <= LONGEST_TEXT


@pytest.mark.parametrize(
    "name",
    [
        *("", "  ", "service", "Bank 2", "BANK2", "A4:C1:37:00:00:01", "a4c137000001"),
        *("\x1b[2J", "House", "house", "Saloon", "x" * 200),
    ],
)
def test_an_advertised_name_that_means_something_else_is_not_given_to_a_pack(name: str) -> None:
    stored = Stored(
        packs={TWO: PackSettings({"CustomName": "House"})}, banks={1: StoredBank({"Name": "Saloon"})}
    )
    assert default_name(ONE, name, stored) == ""


def test_the_advertised_name_is_the_name_of_a_new_pack() -> None:
    assert default_name(ONE, " Bow ", Stored()) == "Bow"
