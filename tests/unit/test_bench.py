"""The bench's results become a table, a page and a plot."""

from __future__ import annotations

import json
from dataclasses import replace

from bench.speed.measure import CYTHON, FLOOR, PROGRAM, PURE, Result
from bench.speed.plot import drawn
from bench.speed.report import as_json, goals, page, table

ONE = Result(
    subject=PROGRAM,
    build=CYTHON,
    notify="start",
    packs=1,
    polls=30,
    cpu=3.0,
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
    replace(ONE, subject=subject, build=build, packs=packs, resident=30.0 + packs / 2, cpu=cpu)
    for build in (CYTHON, PURE)
    for packs in (4, 1)
    for subject, cpu in ((FLOOR, 2.0), (PROGRAM, 3.0))
]


def test_each_build_and_number_of_packs_is_a_line_with_its_multiple_of_the_floor() -> None:
    lines = [line.split(" | ") for line in table(RESULTS).splitlines()[2:]]
    assert [(line[0], line[1]) for line in lines] == [
        ("| cython", "1"),
        ("| cython", "4"),
        ("| pure", "1"),
        ("| pure", "4"),
    ]
    assert {line[4] for line in lines} == {"1.50"}


def test_memory_per_further_pack_is_counted_from_the_next_smaller_number_of_packs() -> None:
    lines = [line.split(" | ") for line in table(RESULTS).splitlines()[2:]]
    assert [line[9] for line in lines] == ["", "0.50", "", "0.50"]


def test_a_goal_that_is_missed_says_by_how_much() -> None:
    assert "| CPU with 4 packs, times the floor | 1.3 | 1.50 | missed by 0.20 |" in goals(RESULTS)
    assert "| Memory with 4 packs, MB | 32 | 32.00 | met |" in goals(RESULTS)


def test_the_results_make_a_page_a_file_and_a_plot() -> None:
    assert "at 1 Hz" in page(RESULTS, "at 1 Hz")
    assert len(json.loads(as_json(RESULTS, "at 1 Hz"))["results"]) == len(RESULTS)
    assert drawn(RESULTS).count("<polyline") == 3 * 4
