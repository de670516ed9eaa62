"""The verdict on a whole soak."""

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


def test_memory_taken_while_warming_up_is_no_growth() -> None:
    assert memory_growth(used(20, 29, 30, 30, 30, 30, 30, 30)) == 0.0
    assert memory_growth(used(30, 31, 32, 33, 34, 35, 36, 37)) == 2.0
    assert memory_course(used(30, 31, 32, 33, 34, 35, 36, 37), 2) == [31.5, 35.5]
    assert memory_growth(used(30, 40)) == 0.0


def test_resources_that_come_and_go_are_compared_by_most_before_and_least_after() -> None:
    assert settled([18, 19, 18, 40, 40, 17, 18, 19, 18, 18, 18, 19]) == (19, 17)
    assert settled([18, 19, 18, 40, 20, 20, 21, 20, 20, 20, 21, 20]) == (19, 20)


def test_each_fault_may_cause_some_log_lines_for_each_pack_that_it_hits() -> None:
    quiet = log_budget({}, 2)
    assert log_budget({"drop": 1}, 2) - quiet < log_budget({"stop": 1}, 2) - quiet
    assert log_budget({"cell": 1}, 2) > quiet


def test_a_soak_passes_only_without_findings() -> None:
    assert report().good
    assert not report(broken=["exit status 1"]).good
    assert not report(findings=["true, pack 01"]).good
    assert "| polls | 7 |" in report().table()
    assert "- exit status 1" in report(broken=["exit status 1"]).table()
    assert report().as_json()["good"] is True
