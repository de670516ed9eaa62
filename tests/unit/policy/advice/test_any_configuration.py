"""Advice about any packs and banks: words or nothing, never an error."""

from __future__ import annotations

from hypothesis import given

from dbus_xbms.policy.advice.bank_meaning import charge, currents, meaning, strings_of
from dbus_xbms.policy.advice.consequences import of_change
from dbus_xbms.policy.advice.controllers import Configuration, willing
from dbus_xbms.settings import BankSettings
from tests.unit.policy.advice.configurations import configurations


@given(configurations, configurations)
def test_any_change_of_any_configuration_has_consequences_in_words(
    before: Configuration, after: Configuration
) -> None:
    assert all(one.words for one in of_change(before, after))


@given(configurations)
def test_no_member_of_a_bank_may_control_and_no_pack_is_in_two_banks(configuration: Configuration) -> None:
    able = willing(configuration)
    assert [one.key for one in able if one.bank is None and one.key in configuration.member_of] == []
    formed = [one.members for one in configuration.formations.values() if one.formed]
    addresses = [address for chosen in formed for address in chosen]
    assert len(addresses) == len(set(addresses))


@given(configurations)
def test_every_setting_of_any_bank_can_be_explained(configuration: Configuration) -> None:
    for number in configuration.banks:
        explained = {row.name: meaning(row, number, configuration) for row in BankSettings.rows}
        assert explained["Enabled"]
        strings = strings_of(number, configuration)
        charging, discharging = currents(strings)
        assert min(charge(strings), charging, discharging) >= 0
