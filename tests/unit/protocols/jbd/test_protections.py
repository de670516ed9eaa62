"""The protection word of JBD: the meaning of each bit, and no new enum members."""

from __future__ import annotations

import pytest

from dbus_xbms.model import Mosfets, MosfetTarget, Protection
from dbus_xbms.protocols.jbd.protections import LOCK, MEANINGS, ProtectionBit, commanded, protections


def test_every_bit_except_the_lock_is_its_own_protection() -> None:
    assert set(MEANINGS) == set(ProtectionBit) - {LOCK}
    assert len(set(MEANINGS.values())) == len(Protection) == len(MEANINGS)


def test_any_protection_word_is_read_without_adding_enum_members() -> None:
    for word in range(1 << 16):
        tripped = protections(word)
        assert {bit for bit, meaning in MEANINGS.items() if meaning in tripped} == {
            bit for bit in MEANINGS if word & bit
        }
    assert len(ProtectionBit._value2member_map_) == 16
    assert len(Protection._value2member_map_) == 15


@pytest.mark.parametrize(
    ("charge", "discharge", "word", "known"),
    [
        (True, True, 0, MosfetTarget(charge=True, discharge=True)),
        (False, False, ProtectionBit.SHORT_CIRCUIT, MosfetTarget(charge=True, discharge=True)),
        (False, True, LOCK, MosfetTarget(charge=False, discharge=True)),
        (False, True, LOCK | ProtectionBit.CELL_OVERVOLTAGE, MosfetTarget(charge=None, discharge=True)),
        (False, False, LOCK | ProtectionBit.CELL_OVERVOLTAGE, MosfetTarget(charge=None, discharge=False)),
        (False, False, LOCK | ProtectionBit.VENDOR_BIT_13, MosfetTarget()),
        (True, True, LOCK, MosfetTarget(charge=True, discharge=True)),
    ],
)
def test_a_mosfet_that_is_off_was_commanded_off_only_if_no_protection_explains_it(
    charge: bool, discharge: bool, word: int, known: MosfetTarget
) -> None:
    assert commanded(Mosfets(charge=charge, discharge=discharge), word) == known
