"""Which banks are formed of which packs, and the reasons why others are not."""

from __future__ import annotations

import pytest

from dbus_xbms.policy.bank.formation import NOT_CONFIRMED, Formation, form
from dbus_xbms.settings import BankSettings, PackSettings, Value

ONE, TWO, THREE, FOUR = (f"A4:C1:37:00:00:0{n}" for n in range(1, 5))


def pack(**chosen: Value) -> PackSettings:
    return PackSettings({"Enabled": 1, "Chemistry": "LiFePO4", "Cells": 4, **chosen})


def bank(*members: str, **chosen: Value) -> BankSettings:
    return BankSettings({"Enabled": 1, "Members": " ".join(members), **chosen})


ALL = {ONE: pack(), TWO: pack(), THREE: pack(), FOUR: pack()}


def test_the_bank_of_all_packs_is_formed_of_them_once_it_is_confirmed() -> None:
    assert form({1: bank()}, ALL)[1] == Formation(members=(ONE, TWO, THREE, FOUR))
    unconfirmed = form({1: bank(Enabled=0)}, ALL)[1]
    assert (unconfirmed.refusal, unconfirmed.members) == (NOT_CONFIRMED, (ONE, TWO, THREE, FOUR))


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (pack(JoinBank=0, CustomName="Stern"), "Stern: JoinBank 0"),
        (pack(Cells=0), f"{FOUR}: never read"),
        (pack(Chemistry=""), f"{FOUR}: no Chemistry chosen"),
        (pack(Chemistry="NMC"), f"{FOUR}: NMC with 4 cells"),
        (pack(Cells=8), f"{FOUR}: LiFePO4 with 8 cells"),
    ],
)
def test_a_pack_that_does_not_fit_stays_outside_the_bank_of_all_packs_for_a_stated_reason(
    other: PackSettings, why: str
) -> None:
    found = form({1: bank()}, ALL | {FOUR: other})[1]
    assert (found.members, found.outside) == ((ONE, TWO, THREE), (why,))


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (bank(ONE), "a bank needs at least two packs"),
        (bank(ONE, TWO, THREE, Topology="2s2p"), "2s2p needs 4 packs, not 3"),
        (bank(ONE, ONE), "a pack is named twice"),
    ],
)
def test_a_bank_that_cannot_be_wired_so_is_not_formed_for_a_stated_reason(
    one: BankSettings, why: str
) -> None:
    assert form({1: one}, ALL)[1].refusal == why


def test_packs_of_different_chemistries_or_cell_counts_are_no_bank() -> None:
    assert "LiFePO4 and NMC" in form({1: bank(ONE, TWO)}, ALL | {TWO: pack(Chemistry="NMC")})[1].refusal
    assert "number of cells" in form({1: bank(ONE, TWO)}, ALL | {TWO: pack(Cells=8)})[1].refusal


def test_a_named_pack_that_is_disabled_or_removed_stays_in_its_bank() -> None:
    packs = {address: settings for address, settings in ALL.items() if address != TWO}
    assert form({1: bank(ONE, TWO, THREE)}, packs)[1] == Formation(members=(ONE, TWO, THREE))


def test_a_pack_belongs_to_one_bank_only() -> None:
    found = form({1: bank(ONE, TWO, Name="Bow"), 2: bank(TWO, THREE)}, ALL)
    assert found[1].formed
    assert found[2].refusal == f"{TWO} is part of the bank Bow"


def test_the_bank_of_all_packs_leaves_those_that_another_bank_names() -> None:
    found = form({1: bank(), 2: bank(THREE, FOUR, Name="Bow")}, ALL)
    assert found[1].members == (ONE, TWO)
    assert found[1].outside == (f"{THREE}: part of the bank Bow", f"{FOUR}: part of the bank Bow")
    assert found[2].formed
