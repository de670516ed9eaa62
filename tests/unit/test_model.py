"""Records that everything speaks."""

from __future__ import annotations

import pickle
from copy import copy

from dbus_xbms.model import COMBINATIONS, Protection


def test_any_bits_make_protections_and_few_combinations_are_kept() -> None:
    for raw in range(1 << 16):
        tripped = Protection(raw)
        assert tripped == raw == int(tripped)
        assert len(Protection._value2member_map_) <= COMBINATIONS + 1  # one made from a negative counts twice
    for raw in (0, 0x8001, 0xFFFF):
        assert [bit for bit in Protection if bit in Protection(raw)] == [
            b for b in Protection if raw & b.value
        ]
        assert ~Protection(raw) & Protection(0xFFFF) == raw ^ 0xFFFF


def test_a_single_protection_stays_the_one_that_it_is() -> None:
    for raw in range(1 << 10):
        Protection(raw << 6)
    for bit in Protection:
        assert Protection(bit.value) is bit
        assert copy(bit) is bit
        assert (Protection.SHORT_CIRCUIT | bit) & bit is bit
        assert pickle.loads(pickle.dumps(bit)) is bit
