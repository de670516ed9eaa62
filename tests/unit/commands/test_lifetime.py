"""The output of `history`."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from dbus_xbms.commands.history import remembered
from dbus_xbms.commands.lifetime import TRIP_WORDS, TRIPS, by_path, lines
from dbus_xbms.model import Counters, Extremes, History, PackIdentity
from dbus_xbms.settings import PackSettings
from dbus_xbms.settings.persisted import remembered as stored_of
from dbus_xbms.venus.tables.battery import items_for
from tests.unit.commands.reports import ADDRESS, REPORT, shown
from tests.unit.samples import changed

EXTREMES = Extremes(
    pack_min=11.0, pack_max=14.4, cell_min=2.8, cell_max=3.65, temperature_min=-3.0, temperature_max=31.0
)
HISTORY = History(
    deepest_discharge=71.26,
    last_discharge=20.0,
    total_drawn=1234.0,
    charged_energy=20.5,
    discharged_energy=18.25,
    since_full=3 * 86400.0,
    discharges=10,
    full_discharges=1,
)
NO_TRIPS = Counters(**{field.name: 0 for field in fields(Counters)})
LIVED = changed(REPORT, extremes=EXTREMES, history=HISTORY, counters=NO_TRIPS)


def test_the_history_shows_counts_extremes_energy_and_the_last_full_charge() -> None:
    tripped = replace(LIVED, counters=replace(NO_TRIPS, cell_overvoltage=3, short_circuit=1))
    assert lines(shown(tripped), 80) == [
        "Starboard  A4:C1:37:01:02:03",
        "full        fully charged 3 days ago, counted while the service ran",
        "cycles      42 cycles by the BMS  down to 0 %: 1 time",
        "drawn       in all 1234.0Ah  per discharge 123.4Ah",
        "below full  at most 71.3Ah  last 20.0Ah",
        "energy      charged 20.50kWh  discharged 18.25kWh",
        "voltage     11.00V to 14.40V",
        "cells       2.800V to 3.650V",
        "temp        -3.0°C to 31.0°C",
        "trips       cell voltage high 3  short circuit 1",
    ]


def test_a_pack_without_history_says_so() -> None:
    text = lines(shown(REPORT), 80)
    assert "full        not fully charged since the pack was added" in text
    assert "voltage     not known yet" in text
    assert "trips       not reported by the BMS" in text
    assert "trips       none" in lines(shown(LIVED), 80)


def test_a_capped_counter_is_not_shown_as_an_exact_time() -> None:
    long_ago = changed(LIVED, history=replace(HISTORY, since_full=400 * 86400.0))
    assert "full        fully charged more than 75 days ago, counted while the service ran" in lines(
        shown(long_ago), 80
    )


def test_every_protection_count_has_a_label() -> None:
    paths = {item.path for item in items_for(PackIdentity()) if item.path.startswith(TRIPS)}
    assert {TRIPS + name for name in TRIP_WORDS} == paths


@pytest.mark.parametrize("width", [34, 50, 80, 120])
def test_no_line_of_the_history_is_wider_than_the_terminal(width: int) -> None:
    everything = replace(LIVED, counters=Counters(**{field.name: 10_000 for field in fields(Counters)}))
    text = lines(shown(everything), width)
    assert max(map(len, text)) <= width
    assert " ".join(" ".join(text).split()).count("10000") == len(TRIP_WORDS)


def test_for_a_pack_that_is_not_on_the_bus_the_stored_history_is_shown() -> None:
    stored = PackSettings()
    for record in (EXTREMES, HISTORY):
        for name, value in stored_of(record).items():
            stored.put(name, value)
    stored.put("CustomName", "Starboard")
    text = lines(remembered(ADDRESS, stored), 80, stored=True)
    assert text[0] == "Starboard  A4:C1:37:01:02:03"
    assert "full        fully charged 3 days ago, counted while the service ran" in text
    assert "cells       2.800V to 3.650V" in text
    assert "trips       not stored" in text


def test_json_output_uses_the_bus_paths() -> None:
    values = by_path(shown(LIVED))
    assert values["/History/MinimumVoltage"] == 11.0
    assert values["/History/Trips/ShortCircuit"] == 0
    assert all(path.startswith("/History/") for path in values)
    assert not {"/History/Clear", "/History/CanBeCleared"} & set(values)


def test_charge_missing_before_the_pack_was_added_does_not_count_as_drawn() -> None:
    new = changed(REPORT, history=History(deepest_discharge=50.0, last_discharge=50.0))
    text = lines(shown(new), 80)
    assert "drawn       in all 0.0Ah" in text
    assert "below full  at most 50.0Ah  last 50.0Ah" in text
