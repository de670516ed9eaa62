"""Which values of a report are published, and how soon."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import product
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbus_xbms.model import Level
from dbus_xbms.policy.alarms import CELL_IMBALANCE
from dbus_xbms.policy.decision import Decision
from dbus_xbms.report import Report
from dbus_xbms.settings import Value
from dbus_xbms.venus.diff import Diff
from dbus_xbms.venus.item import Item
from dbus_xbms.venus.tables.battery import items_for, values
from tests.unit.samples import SAMPLE, changed
from tests.unit.samples import report as report_of
from tests.unit.venus.tables.battery_reports import CONTROLLING, COUNTERS, IDENTITY, REPORT

NOTHING = report_of(address="A4:C1:37:01:02:03", instance=3)


def cell(n: int) -> Callable[[Report], float | None]:
    return lambda report: report.decision.sample.cells[n - 1] if report.decision.sample else None


ITEMS: tuple[Item[Report], ...] = (
    Item("/Dc/0/Voltage", "d", "{:.2f}V", lambda r: r.decision.sample.voltage if r.decision.sample else None),
    Item("/Voltages/Cell1", "d", "{:.3f}V", cell(1), every=5.0),
    Item("/Voltages/Cell2", "d", "{:.3f}V", cell(2), every=5.0),
    Item("/Soc", "d", "{:.1f}%", lambda r: r.decision.soc, every=60.0),
    Item("/CustomName", "s", "{}", lambda r: r.custom_name),
)


def report(voltage: float, *cells: float) -> Report:
    return changed(NOTHING, sample=replace(SAMPLE, voltage=voltage, cells=cells or (3.3, 3.3)))


def test_the_first_report_publishes_all_valid_values() -> None:
    first = report(13.2)
    assert Diff(ITEMS).changes(first, 0.0) == {
        path: value for path, value in values(ITEMS, first).items() if value is not None
    }


def test_unchanged_values_are_not_published_again() -> None:
    reader = Diff(ITEMS)
    reader.changes(report(13.2), 0.0)
    assert not any(reader.changes(report(13.2), float(second)) for second in range(1, 100))


def test_changes_below_the_step_of_a_path_are_not_published() -> None:
    reader = Diff(ITEMS)
    reader.changes(report(13.2), 0.0)
    assert reader.changes(report(13.2004), 1.0) == {}
    assert reader.changes(report(13.206), 2.0) == {"/Dc/0/Voltage": 13.21}


def test_slow_paths_change_together_at_most_at_their_rate() -> None:
    reader = Diff(ITEMS)
    at = {}
    for second in range(12):
        at[second] = reader.changes(
            report(13.0 + second, 3.3 + second / 100, 3.4 + second / 100), float(second)
        )
    slow = {second for second, changed in at.items() if "/Voltages/Cell1" in changed}
    assert slow == {second for second, changed in at.items() if "/Voltages/Cell2" in changed} == {0, 5, 10}
    assert all("/Dc/0/Voltage" in changed for changed in at.values())


@pytest.mark.parametrize("invalid", [None, nan, inf])
def test_becoming_invalid_or_valid_is_published_at_once(invalid: float | None) -> None:
    reader = Diff(ITEMS)
    assert reader.changes(changed(NOTHING, soc=50.0), 0.0)["/Soc"] == 50.0
    assert reader.changes(changed(NOTHING, soc=invalid), 1.0) == {"/Soc": None}
    assert reader.changes(changed(NOTHING, soc=invalid), 2.0) == {}
    assert reader.changes(changed(NOTHING, soc=51.0), 3.0) == {"/Soc": 51.0}
    assert reader.changes(changed(NOTHING, soc=52.0), 4.0) == {}


def test_a_delayed_value_is_published_when_its_interval_has_passed() -> None:
    reader = Diff(ITEMS)
    reader.changes(report(13.2, 3.3, 3.3), 0.0)
    assert reader.changes(report(13.2, 3.4, 3.3), 1.0) == {}
    assert reader.changes(report(13.2, 3.4, 3.3), 5.0) == {"/Voltages/Cell1": 3.4}


def test_an_alarm_between_two_polls_does_not_delay_the_cells_of_the_next_one() -> None:
    reader = Diff(items_for(IDENTITY))
    reader.changes(REPORT, 0.0)
    assert "/Battery/1/Status" in reader.changes(changed(REPORT, alarms={CELL_IMBALANCE: Level.WARNING}), 5.5)
    assert REPORT.decision.sample
    cells = tuple(volts + 0.1 for volts in REPORT.decision.sample.cells)
    changes = reader.changes(changed(REPORT, sample=replace(REPORT.decision.sample, cells=cells)), 6.0)
    assert {"/System/MinCellVoltage", "/System/MaxCellVoltage", "/Voltages/Cell1"} <= set(changes)


def test_delayed_cells_of_one_sample_do_not_delay_those_of_the_next() -> None:
    reader = Diff(items_for(IDENTITY))
    assert REPORT.decision.sample
    samples = [
        replace(REPORT.decision.sample, cells=tuple(volts + n / 10 for volts in REPORT.decision.sample.cells))
        for n in range(3)
    ]
    reader.changes(changed(REPORT, sample=samples[0]), 0.0)
    assert "/Voltages/Cell1" not in reader.changes(changed(REPORT, sample=samples[1]), 1.0)
    assert "/Voltages/Cell1" not in reader.changes(changed(REPORT, sample=samples[1]), 9.0)  # no poll
    changes = reader.changes(changed(REPORT, sample=samples[2]), 9.5)
    assert {"/System/MinCellVoltage", "/System/MaxCellVoltage", "/Voltages/Cell1"} <= set(changes)


def test_cells_that_arrived_late_do_not_delay_those_of_the_next_sample() -> None:
    reader = Diff(items_for(IDENTITY))
    assert REPORT.decision.sample
    newer = replace(REPORT.decision.sample, cells=tuple(v + 0.1 for v in REPORT.decision.sample.cells))
    reader.changes(changed(REPORT, age=8.0), 8.0)  # the program was suspended after the reply
    changes = reader.changes(changed(REPORT, sample=newer, age=0.1), 9.0)
    assert {"/System/MinCellVoltage", "/System/MaxCellVoltage", "/Voltages/Cell1"} <= set(changes)


def test_the_age_of_the_last_sample_causes_no_signal_while_polls_succeed() -> None:
    reader = Diff(items_for(IDENTITY))
    reader.changes(changed(REPORT, age=0.1), 0.0)
    assert not any(reader.changes(changed(REPORT, age=0.1 + n % 7 / 10), float(n)) for n in range(1, 600))


def test_a_growing_age_of_the_last_sample_is_published_once_a_minute() -> None:
    reader = Diff(items_for(IDENTITY))
    changes = {n: reader.changes(changed(NOTHING, age=float(n)), float(n)) for n in range(0, 241, 10)}
    assert {n: change["/Bluetooth/SampleAge"] for n, change in changes.items() if change and n} == {
        60: 60,
        120: 120,
        180: 180,
        240: 240,
    }


NOTED: Item[Report] = Item("/Soc", "d", "{:.1f}%", lambda r: r.decision.soc, note=lambda r: r.custom_name)


def test_a_change_of_the_note_alone_is_published_with_the_value() -> None:
    reader = Diff((NOTED,))
    assert reader.changes(changed(NOTHING, soc=50.0, custom_name="Bow"), 0.0) == {"/Soc": 50.0}
    assert reader.changes(changed(NOTHING, soc=50.0, custom_name="Bow"), 1.0) == {}
    assert reader.changes(changed(NOTHING, soc=50.0, custom_name="Stern"), 2.0) == {"/Soc": 50.0}
    assert reader.notes == {"/Soc": "Stern"}


def test_a_text_has_its_note_in_brackets_unless_the_value_is_invalid() -> None:
    assert NOTED.show(50.0, "Stern") == "50.0% (Stern)"
    assert NOTED.show(50.0) == "50.0%"
    assert NOTED.show(None, "Stern") == "---"


def test_a_note_has_no_character_that_d_bus_cannot_carry() -> None:
    assert NOTED.noted(replace(NOTHING, custom_name="{B}\0o\ud800w")) == "{B}ow"


seconds = st.integers(0, 70)
reports = st.builds(
    lambda volts, soc: changed(report(volts) if volts else NOTHING, soc=soc),
    st.sampled_from([None, 13.2, 13.3, 13.3001]),
    st.sampled_from([None, nan, 50.0, 50.04, 51.0]),
)


@given(st.lists(st.tuples(seconds, reports), min_size=1, max_size=30))
def test_every_path_has_its_reported_value_or_waits_for_its_interval(
    course: list[tuple[int, Report]],
) -> None:
    reader, now = Diff(ITEMS), 0.0
    shown: dict[str, Value | None] = dict.fromkeys(item.path for item in ITEMS)
    differs_since: dict[str, float] = {}
    for passed, current in course:
        now += passed
        changes = reader.changes(current, now)
        shown |= changes
        for item in ITEMS:
            true, seen = item.value(current), shown[item.path]
            if true == seen:
                differs_since.pop(item.path, None)
            else:
                assert None not in (true, seen)
                assert now - differs_since.setdefault(item.path, now) < item.every
            assert item.path not in changes or true == seen


class Spy:
    """A report that records which fields of it and of its decision are read."""

    def __init__(self, watched: object, fields: set[str] | None = None) -> None:
        self.watched = watched
        self.fields: set[str] = set() if fields is None else fields

    def __getattr__(self, name: str) -> object:
        value = getattr(self.watched, name)
        if isinstance(value, Decision):
            return Spy(value, self.fields)
        self.fields.add(name)
        return value


ALL_ROWS = items_for(IDENTITY, controls=True)
FULL = replace(CONTROLLING, counters=COUNTERS)


def test_a_row_reads_only_the_fields_named_by_its_source() -> None:
    for item, watched in product(ALL_ROWS, (FULL, changed(FULL, sample=None), NOTHING)):
        read, said = Spy(watched), Spy(watched)
        item.read(read)  # type: ignore[arg-type]
        item.source.parts(said)  # type: ignore[arg-type]
        assert read.fields <= said.fields, item.path


def test_whether_rows_are_valid_depends_only_on_the_shape_of_their_source() -> None:
    other = replace(
        SAMPLE,
        cells=tuple(reversed(REPORT.decision.sample.cells)) if REPORT.decision.sample else (),
        learned=None,
        balancing=frozenset(),
    )
    pairs = (
        FULL,
        changed(FULL, sample=other, counters=None, history=replace(FULL.decision.history, total_drawn=3.0)),
    )
    for item in ALL_ROWS:
        if item.source.shape is None:
            continue
        shapes = {item.source.shape(report) for report in pairs}
        assert len(shapes) == 1, item.path
        assert len({item.valid(item.read(report)) for report in pairs}) == 1, item.path
