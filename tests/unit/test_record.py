"""Records: named fields, copies with changes, equality."""

from __future__ import annotations

import dataclasses

import pytest

from dbus_xbms.model import PackSample
from dbus_xbms.policy.charge.limits_state import LimitsState
from dbus_xbms.policy.decision import Decision
from dbus_xbms.policy.pack_state import PackState
from dbus_xbms.record import record, replace
from dbus_xbms.report import Report


@record
class Point:
    """A record with a default."""

    x: float
    y: float = 0.0


@record
class Square:
    """A record with a field that is made from another one."""

    side: float
    area: float = dataclasses.field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "area", self.side**2)


def test_a_copy_with_changes_equals_a_new_record_and_leaves_the_first_alone() -> None:
    before = Point(x=1.0, y=2.0)
    assert replace(before, y=3.0) == Point(x=1.0, y=3.0)
    assert before == Point(x=1.0, y=2.0)
    assert replace(before) == before
    assert replace(before) is not before


def test_a_change_of_an_unknown_field_is_refused() -> None:
    with pytest.raises(TypeError, match="z"):
        replace(Point(x=1.0), z=3.0)  # type: ignore[call-arg]


def test_what_a_record_makes_of_its_fields_is_made_again_in_a_copy() -> None:
    assert replace(Square(side=2.0), side=3.0).area == 9.0


def test_equal_records_have_the_same_hash() -> None:
    assert len({Point(x=1.0), Point(x=1.0), Point(x=2.0)}) == 2


def test_records_of_different_classes_differ_and_a_single_field_is_compared_too() -> None:
    others: list[object] = [Square(side=1.0), (1.0, 0.0)]
    assert Point(x=1.0) not in others
    assert Square(side=2.0) != Square(side=3.0)


def test_a_record_names_its_fields_in_a_log() -> None:
    assert repr(Point(x=1.0, y=2.0)) == "Point(x=1.0, y=2.0)"


def test_a_record_compiles_its_comparison_when_it_is_first_compared() -> None:
    @record
    class Fresh:
        x: float

    shared = Fresh.__eq__
    assert Fresh(x=1.0) == Fresh(x=1.0)
    assert Fresh.__eq__ is not shared
    assert Fresh(x=1.0) != Fresh(x=2.0)


def test_a_class_derived_from_a_record_keeps_its_own_fields_in_copies() -> None:
    @record
    class Space(Point):
        z: float = 0.0

    assert replace(Point(x=1.0), y=2.0) == Point(x=1.0, y=2.0)
    assert replace(Space(x=1.0, z=3.0), y=2.0) == Space(x=1.0, y=2.0, z=3.0)


def test_fields_of_a_record_can_be_given_by_position() -> None:
    @record(kw_only=False)
    class Pair:
        first: int
        second: int = 2

    assert Pair(1) == Pair(first=1, second=2)


def test_records_have_no_other_attributes() -> None:
    with pytest.raises(AttributeError):
        object.__setattr__(Point(x=1.0), "z", 1.0)


def test_no_record_of_a_poll_has_20_fields() -> None:
    # Python 3.12 keeps 2000 freed tuples of 20 and never uses them again; a call with 20 names makes one.
    records = (PackSample, PackState, Decision, LimitsState, Report)
    assert 20 not in {len(dataclasses.fields(one)) for one in records}
