"""The bench's results become a table, a page and a plot."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from bench.speed import makes, rest
from bench.speed.measure import (
    BANK,
    BEAT,
    CYTHON,
    FLOOR,
    PROGRAM,
    PURE,
    RESTING,
    SOCKETS,
    WATCHED_MAKES,
    Result,
    as_on_a_gx,
)
from bench.speed.report import as_json, fleet_table, goals, page, table

ONE = Result(
    subject=PROGRAM,
    build=CYTHON,
    packs=1,
    polls=30,
    slices=(3.0, 3.0, 3.0),
    daemon_cpu=0.8,
    signals=1.0,
    signal_bytes=800.0,
    resident=31.0,
    first_value=1.6,
    last_value=1.6,
    latency_p50=1.0,
    latency_p99=2.0,
)
RESULTS = [
    replace(ONE, subject=subject, build=build, packs=packs, resident=30.0 + packs / 2, slices=slices)
    for build in (CYTHON, PURE)
    for packs in (4, 1)
    for subject, slices in ((FLOOR, (2.0, 2.0, 4.0)), (PROGRAM, (3.0, 9.0, 6.0)))
]
FLEET = [
    replace(ONE, subject=subject, build=PURE, packs=4, slices=(cpu,) * 3, latency_p99=None)
    for subject, cpu in ((BEAT, 1.0), (SOCKETS, 2.0))
]


def test_each_build_and_number_of_packs_is_a_row_with_its_multiple_of_the_floor() -> None:
    lines = [line.split(" | ") for line in table(RESULTS).splitlines()[2:]]
    assert [(line[0], line[1]) for line in lines] == [
        ("| cython", "1"),
        ("| cython", "4"),
        ("| pure", "1"),
        ("| pure", "4"),
    ]
    assert {line[4] for line in lines} == {"1.50"}


def test_the_program_is_started_as_a_release_starts_it() -> None:
    command, environment = as_on_a_gx(sys.executable)
    script = (Path(__file__).parents[2] / "bundle" / "bin" / "dbus-xbms").read_text()
    assert f" {' '.join(command[1:])} " in script
    done = subprocess.run(
        (*command, "--version"), env=os.environ | environment, capture_output=True, text=True
    )
    assert done.stdout.startswith("dbus-xbms ")


def test_memory_per_further_pack_is_counted_from_the_next_smaller_number_of_packs() -> None:
    lines = [line.split(" | ") for line in table(RESULTS).splitlines()[2:]]
    assert [line[9] for line in lines] == ["-", "0.50", "-", "0.50"]


def test_a_multiple_is_the_median_of_the_ratios_of_simultaneous_slices() -> None:
    # 3 of 2, 9 of 2, 6 of 4
    assert "| CPU of a fleet, times the floor | 1 | 1.50 | missed by 0.50 |" in goals(RESULTS)


def test_a_goal_is_met_missed_or_not_measured() -> None:
    assert "| First value of a fleet, s | 2.5 | 1.60 | met |" in goals(RESULTS)
    assert "| Memory with 4 packs, MB | 26 | 32.00 | missed by 6.00 |" in goals(RESULTS)
    assert "| the same, times the floor that polls all at once | 1.6 | - | not measured |" in goals(RESULTS)
    with_beat = goals(RESULTS + FLEET)
    assert "| the same, times the floor that polls all at once | 1.6 | 6.00 | missed by 4.40 |" in with_beat
    assert "times the same of the floor | 1 | 1.00 | met |" in with_beat  # 2 + 0.8 each


def test_goals_are_judged_by_the_build_of_a_gx_if_it_was_measured() -> None:
    faster = [result if result.build == CYTHON else replace(result, first_value=1.2) for result in RESULTS]
    assert "| First value of a fleet, s | 2.5 | 1.20 | met |" in goals(faster)
    compiled = [result for result in faster if result.build == CYTHON]
    assert "| First value of a fleet, s | 2.5 | 1.60 | met |" in goals(compiled)


def test_a_subject_that_is_not_on_the_bus_has_no_latency() -> None:
    line = "| pure | program | sockets | 2.00 | 0.80 | 2.80 | 1.00 | - |"
    assert line in fleet_table(RESULTS + FLEET)


def test_a_bank_is_compared_with_the_same_packs_alone() -> None:
    bank = replace(ONE, subject=BANK, build=PURE, packs=4, slices=(3.3, 9.9, 6.6), signals=1.25)
    assert "| pure | program, all packs one bank | signals | 6.60 |" in fleet_table([*RESULTS, bank])
    goal = "| CPU of a fleet as one bank, times the same of single packs | 1.1 | 1.10 | met |"
    assert goal in goals([*RESULTS, bank])


def test_a_measurement_that_failed_is_missing_and_the_page_says_so() -> None:
    rest = [result for result in RESULTS if (result.build, result.packs) != (PURE, 4)]
    assert len(table(rest).splitlines()) == 2 + 3
    assert "pure: not measured: why" in page(rest, "at 1 Hz", ["4 packs, pure: not measured: why"])


def test_the_results_make_a_page_and_a_file() -> None:
    assert "at 1 Hz" in page(RESULTS, "at 1 Hz")
    assert len(json.loads(as_json(RESULTS, "at 1 Hz"))["results"]) == len(RESULTS)


def test_the_plot_names_each_panel_and_line_and_is_the_same_each_time() -> None:
    from bench.speed.plot import plot  # matplotlib takes 0.5 s to import

    drawn = plot(RESULTS)
    names = ["CPU per pack and poll, ms", "Memory, MB", "Latency p99, ms", "program, pure", "floor, cython"]
    assert [name for name in names if name not in drawn] == []
    assert plot(RESULTS) == drawn


def test_a_make_is_compared_with_jbds_that_were_measured_at_the_same_time() -> None:
    results = [
        replace(ONE, subject=make, packs=packs, slices=(cpu,) * 3, resident=30.0 + packs * more)
        for make, cpu, more in (("jbd", 2.0, 0.2), ("daly", 3.0, 0.5))
        for packs in (1, 4)
    ]
    lines = [line.split(" | ") for line in makes.table(results).splitlines()[2:]]
    assert [line[0] for line in lines] == ["| jbd", "| daly"]
    assert lines[1][1:4] == ["3.00", "1.50", "0.80"]
    assert lines[1][5:] == ["30.5", "0.3", "0.50 |"]


def test_the_table_of_makes_that_was_kept_has_a_line_for_each() -> None:
    assert len(makes.KEPT.shown().splitlines()) == 2 + len(WATCHED_MAKES)
    assert "<!-- makes -->" in page(RESULTS, "here")


def test_packs_at_rest_are_compared_with_busy_ones_that_were_measured_at_the_same_time() -> None:
    busy = rest.Rest(build="pure", subject=PROGRAM, packs=4, polls=4.0, wake_ups=23.0, cpu=0.01)
    resting = replace(busy, subject=RESTING, polls=0.4, wake_ups=0.4, cpu=0.001)
    lines = rest.table([busy, resting]).splitlines()[2:]
    assert lines[0] == "| pure | 4 | busy | 1.00 | 23.00 | 1.00 | 1.00 |"
    assert lines[1] == "| pure | 4 | at rest | 0.10 | 0.40 | 0.10 | 0.10 |"


def test_the_table_of_packs_at_rest_that_was_kept_has_a_line_for_each_fleet() -> None:
    assert all(f"| {packs} | at rest |" in rest.KEPT.shown() for packs in rest.FLEETS)
    assert "<!-- rest -->" in page(RESULTS, "here")
