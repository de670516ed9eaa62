"""What a soak is judged by as a whole."""

from __future__ import annotations

from tests.endurance.process import Usage
from tests.endurance.report import Report, log_budget, memory_course, memory_growth, settled


def used(*megabytes: float) -> list[Usage]:
    return [
        Usage(at=0.0, rss=rss, fds=9, threads=1, cpu=0.0, rules=0, connections=0, tasks=0)
        for rss in megabytes
    ]


def report(**more: object) -> Report:
    return Report(
        **{
            "seconds": 60,
            "packs": 2,
            "seed": 1,
            "figures": {"polls": 7},
            "struck": {"drop": 2},
            "findings": [],
        }
        | {"log": []}
        | more  # type: ignore[arg-type]
    )


def test_memory_that_is_taken_while_warming_up_is_no_growth() -> None:
    assert memory_growth(used(20, 29, 30, 30, 30, 30, 30, 30)) == 0.0
    assert memory_growth(used(30, 31, 32, 33, 34, 35, 36, 37)) == 2.0
    assert memory_course(used(30, 31, 32, 33, 34, 35, 36, 37), 2) == [31.5, 35.5]
    assert memory_growth(used(30, 40)) == 0.0


def test_what_comes_and_goes_is_counted_at_most_before_and_at_least_after() -> None:
    assert settled([18, 19, 18, 40, 17, 18, 19]) == (19, 17)


def test_each_fault_may_cost_some_lines_of_log_for_each_pack_that_it_hits() -> None:
    quiet = log_budget({}, 2)
    assert log_budget({"drop": 1}, 2) - quiet < log_budget({"stop": 1}, 2) - quiet
    assert log_budget({"cell": 1}, 2) > quiet


def test_a_report_is_good_only_if_nothing_was_found_and_nothing_broken() -> None:
    assert report().good
    assert not report(broken=["exit status 1"]).good
    assert not report(findings=["true, pack 01"]).good
    assert "| polls | 7 |" in report().table()
    assert "- exit status 1" in report(broken=["exit status 1"]).table()
    assert report().as_json()["good"] is True
