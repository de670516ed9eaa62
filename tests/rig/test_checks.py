"""Tests of the checks of the rig, which need no rig."""

from tests.rig.notifications import count
from tests.rig.service_log import lost, unexpected

ADDRESS = "A4:C1:38:00:00:01"
POLL = [
    f"2026-11-22T08:00:00.000Z {ADDRESS} {rest}"
    for rest in ("> dda50300fffd77", "< dd03", "< 1177", "> dda50400fffc77", "< dd0477")
]


def test_a_poll_whose_notifications_came_once_counts_as_complete() -> None:
    counted, complete = count(POLL, ADDRESS)
    assert complete
    assert (counted.requests, counted.expected, counted.received) == (2, 3, 3)


def test_a_doubled_notification_is_found() -> None:
    counted, _ = count([line for line in POLL for _ in range(1 + ("<" in line))], ADDRESS)
    assert counted.received == 2 * counted.expected


def test_an_answer_under_way_is_not_complete() -> None:
    assert not count(POLL[:2], ADDRESS)[1]


def test_another_packs_notifications_are_not_counted() -> None:
    assert count(POLL, "A4:C1:38:00:00:02")[0].received == 0


def test_a_pack_may_report_each_of_its_gaps_once_and_nothing_else_may_be_reported() -> None:
    line = f"WARNING dbus_xbms.pack.pack: {ADDRESS}: no contact (lost): not in range"
    once = {lost(ADDRESS): 1}
    assert unexpected(["INFO x: y", line], once) == []
    assert unexpected([line, line], once) == [line]
    assert unexpected(["Traceback (most recent call last):"], once) != []
