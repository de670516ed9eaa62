"""Which packs belong to which bank, by their settings."""

from __future__ import annotations

import pytest

from dbus_xbms.policy.bank.membership import bank_of, members, title
from dbus_xbms.settings import BankSettings, PackSettings

ONE, TWO, THREE, FOUR = (f"A4:C1:37:00:00:0{number}" for number in range(1, 5))
ALL = BankSettings({"Enabled": 1})


def pack(**chosen: float | str) -> PackSettings:
    return PackSettings({"Enabled": 1, "Chemistry": "LiFePO4", "Cells": 4, **chosen})


def bank(*addresses: str, **chosen: float | str) -> BankSettings:
    return BankSettings({"Enabled": 1, "Members": " ".join(addresses), **chosen})


def test_the_bank_of_all_packs_has_all_that_join() -> None:
    assert members(1, {1: ALL}, {TWO: pack(), ONE: pack()}) == (ONE, TWO)


@pytest.mark.parametrize(
    "chosen", [{"Enabled": 0}, {"JoinBank": 0}, {"Chemistry": ""}, {"Cells": 0}], ids=str
)
def test_a_pack_that_cannot_or_may_not_join_is_left_out(chosen: dict[str, float | str]) -> None:
    assert members(1, {1: ALL}, {ONE: pack(), TWO: pack(), THREE: pack(**chosen)}) == (ONE, TWO)


def test_packs_that_a_confirmed_bank_names_are_not_in_the_bank_of_all_packs() -> None:
    packs = {address: pack() for address in (ONE, TWO, THREE, FOUR)}
    assert members(1, {1: ALL, 2: bank(THREE, FOUR)}, packs) == (ONE, TWO)
    assert members(1, {1: ALL, 2: bank(THREE, FOUR, Enabled=0)}, packs) == (ONE, TWO, THREE, FOUR)


def test_another_kind_of_pack_does_not_end_the_bank_of_all_packs() -> None:
    house = {ONE: pack(), TWO: pack()}
    assert members(1, {1: ALL}, house | {THREE: pack(Chemistry="NMC")}) == (ONE, TWO)
    starters = {THREE: pack(Cells=8), FOUR: pack(Cells=8)}
    assert members(1, {1: ALL}, house | starters) == ()
    were = {address: PackSettings({**settings, "InBank": 1}) for address, settings in house.items()}
    assert members(1, {1: ALL}, were | starters | {"A4:C1:37:00:00:05": pack(Cells=8)}) == (ONE, TWO)


def test_a_bank_that_names_its_packs_keeps_their_order_and_those_that_were_removed() -> None:
    assert members(2, {2: bank(TWO, ONE)}, {ONE: pack(Enabled=0)}) == (TWO, ONE)


def test_only_the_first_bank_can_have_all_packs() -> None:
    packs = {ONE: pack(), TWO: pack()}
    assert members(2, {1: ALL, 2: ALL}, packs) == ()
    assert members(2, {1: BankSettings(), 2: ALL}, packs) == (ONE, TWO)


def test_a_pack_belongs_to_a_confirmed_bank_only() -> None:
    packs = {ONE: pack(), TWO: pack(), THREE: pack(JoinBank=0)}
    assert [bank_of(address, {3: ALL}, packs) for address in (ONE, TWO, THREE)] == [3, 3, None]
    assert bank_of(ONE, {3: BankSettings()}, packs) is None


def test_a_bank_without_a_name_has_its_number() -> None:
    assert [title(2, BankSettings()), title(2, BankSettings({"Name": "House"}))] == ["Bank 2", "House"]
