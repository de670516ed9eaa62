"""Strategies for the settings of any packs and banks."""

from __future__ import annotations

from hypothesis import strategies as st

from dbus_xbms.policy.advice.controllers import Configuration
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
