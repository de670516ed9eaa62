"""Advice about any packs and banks: words or nothing, never an error."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dbus_xbms.policy.advice.bank_meaning import charge, currents, meaning, strings_of
from dbus_xbms.policy.advice.consequences import of_change
from dbus_xbms.policy.advice.controllers import Configuration, willing
from dbus_xbms.settings import BankSettings, PackSettings
from dbus_xbms.settings.bank import MOST_BANKS

ADDRESSES = [f"A4:C1:37:00:00:0{number}" for number in range(1, 7)]

packs = st.dictionaries(
    st.sampled_from(ADDRESSES[:-1]),  # the last one was never added
    st.fixed_dictionaries(
        {
            "Enabled": st.integers(0, 1),
            "JoinBank": st.integers(0, 1),
            "Control": st.integers(0, 1),
            "Controlled": st.integers(0, 1),
            "InBank": st.integers(0, 1),
            "Chemistry": st.sampled_from(["", "LiFePO4", "NMC", "custom"]),
            "Cells": st.sampled_from([0, 4, 8]),
            "Nominal": st.sampled_from([0.0, 100.0]),
        }
    ).map(PackSettings),
)
banks = st.dictionaries(
    st.integers(1, MOST_BANKS),
    st.fixed_dictionaries(
        {
            "Enabled": st.integers(0, 1),
            "Control": st.integers(0, 1),
            "Controlled": st.integers(0, 1),
            "Members": st.lists(st.sampled_from(ADDRESSES)).map(lambda chosen: " ".join(chosen[:16])),
            "Topology": st.sampled_from(["parallel", "series", "1s2p", "2s1p", "2s2p", "99s99p"]),
        }
    ).map(BankSettings),
)
configurations = st.builds(Configuration, packs=packs, banks=banks)


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
