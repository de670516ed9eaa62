"""Tests of the checks of the rig, which need no rig."""

from pathlib import Path

from tests.rig.notifications import Traffic
from tests.rig.service_log import lost, unexpected

ADDRESS = "A4:C1:38:00:00:01"
POLL = [
    f"2026-11-22T08:00:00.000Z {ADDRESS} {rest}\n"
    for rest in ("> dda50300fffd77", "< dd03", "< 1177", "> dda50400fffc77", "< dd0477")
]


def traffic(directory: Path, *lines: str) -> Traffic:
    """A capture with these lines."""
    (directory / "capture").write_text("".join(lines))
    return Traffic(directory / "capture")


def test_a_poll_whose_notifications_came_once_counts_as_complete(tmp_path: Path) -> None:
    counted, complete = traffic(tmp_path, *POLL).count(ADDRESS)
    assert complete
    assert (counted.requests, counted.expected, counted.received) == (2, 3, 3)


def test_a_doubled_notification_is_found(tmp_path: Path) -> None:
    doubled = [line for line in POLL for _ in range(1 + ("<" in line))]
    counted, _ = traffic(tmp_path, *doubled).count(ADDRESS)
    assert counted.received == 2 * counted.expected


def test_an_answer_under_way_is_not_complete(tmp_path: Path) -> None:
    assert not traffic(tmp_path, *POLL[:2]).count(ADDRESS)[1]


def test_another_packs_notifications_are_not_counted(tmp_path: Path) -> None:
    assert traffic(tmp_path, *POLL).count("A4:C1:38:00:00:02")[0].received == 0


def test_a_capture_that_grows_is_read_on_from_its_last_whole_line(tmp_path: Path) -> None:
    growing = traffic(tmp_path, *POLL, POLL[0][:40])
    assert growing.count(ADDRESS)[0].requests == 2
    with (tmp_path / "capture").open("a") as file:
        file.write(POLL[0][40:] + POLL[1])
    counted, complete = growing.count(ADDRESS)
    assert (counted.requests, counted.received, complete) == (3, 4, False)
    assert growing.count(ADDRESS) == (counted, complete)


def test_a_pack_may_report_each_of_its_gaps_once_and_nothing_else_may_be_reported() -> None:
    line = f"WARNING dbus_xbms.pack.state_log: {ADDRESS}: no contact (lost): not in range"
    once = {lost(ADDRESS): 1}
    assert unexpected(["INFO x: y", line], once) == []
    assert unexpected([line, line], once) == [line]
    assert unexpected(["Traceback (most recent call last):"], once) != []
