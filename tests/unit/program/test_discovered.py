"""Which discovered pack is in which row."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbus_xbms.program.discovered import CLEARLY, SETTLED_AFTER, Discovered, Sighting
from dbus_xbms.program_report import MOST_FOUND
from dbus_xbms.protocols import Advertised


def seen(n: int, rssi: int | None = -60, name: str = "xiaoxiang", age: float = 0.0) -> Sighting:
    return Advertised(address=f"A4:C1:37:00:00:{n:02X}", name=name, rssi=rssi, manufacturer={}), age


def addresses(rows: Discovered) -> list[int]:
    """Return the numbers of the packs in the rows."""
    return [int(pack.address[-2:], 16) for pack in rows.shown(())]


def test_the_strongest_pack_comes_first_and_one_that_does_not_advertise_last() -> None:
    rows = Discovered()
    rows.update([seen(1, -80), seen(2, None), seen(3, -50)], 0.0)
    assert addresses(rows) == [3, 1, 2]


def test_of_forty_packs_the_strongest_are_shown() -> None:
    rows = Discovered()
    rows.update([seen(n, -100 + n) for n in range(40)], 0.0)
    assert addresses(rows) == [*range(39, 39 - MOST_FOUND, -1)]


def test_rows_stay_while_signals_vary() -> None:
    rows = Discovered()
    rows.update([seen(1, -60), seen(2, -63)], 0.0)
    rows.update([seen(1, -64), seen(2, -60)], 1.0)
    assert addresses(rows) == [1, 2]
    rows.update([seen(1, -70), seen(2, -60)], 2.0)
    assert addresses(rows) == [2, 1]


def test_a_pack_is_added_by_its_row_only_if_the_row_has_not_just_changed() -> None:
    rows = Discovered()
    rows.update([seen(1, -60)], 0.0)
    assert rows.pack_in(0, SETTLED_AFTER - 1) is None
    assert rows.pack_in(0, SETTLED_AFTER) == seen(1)[0]
    rows.update([seen(1, -60), seen(2, -40)], 10.0)
    assert rows.pack_in(0, 11.0) is None
    assert rows.pack_in(0, 10.0 + SETTLED_AFTER) == seen(2, -40)[0]


def test_a_pack_is_added_by_row_and_address_only_if_the_row_has_that_address() -> None:
    rows = Discovered()
    rows.update([seen(1, -60), seen(2, -40)], 0.0)
    assert rows.pack_in(0, 0.0, "A4:C1:37:00:00:02") == seen(2, -40)[0]
    assert rows.pack_in(0, 99.0, "A4:C1:37:00:00:01") is None


@pytest.mark.parametrize("row", [-1, 1, 19, 20])
def test_no_pack_is_in_an_empty_row(row: int) -> None:
    rows = Discovered()
    rows.update([seen(1)], 0.0)
    assert rows.pack_in(row, 99.0) is None


def test_what_a_pack_advertises_is_shown_printable_and_with_its_age_in_minutes() -> None:
    rows = Discovered()
    rows.update([seen(1, name="\x1b[2J" + "x" * 400, age=119.0)], 0.0)
    (pack,) = rows.shown({"A4:C1:37:00:00:01"})
    assert pack.name.isprintable()
    assert len(pack.name) <= 41
    assert (pack.age, pack.known, pack.protocol) == (60.0, True, "JBD")


@given(st.lists(st.dictionaries(st.integers(0, 60), st.integers(-100, -20)), max_size=8))
def test_rows_are_sorted_within_the_variation_of_signals_after_any_history(
    scans: list[dict[int, int]],
) -> None:
    rows = Discovered()
    for now, scan in enumerate(scans):
        rows.update([seen(n, rssi) for n, rssi in scan.items()], float(now))
        shown = addresses(rows)
        assert len(shown) == len(set(shown)) == min(len(scan), MOST_FOUND)
        for above, below in pairwise(shown):
            assert scan[below] <= scan[above] + CLEARLY
