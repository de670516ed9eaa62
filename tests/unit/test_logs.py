"""Repeated log lines are written once and counted."""

from __future__ import annotations

import asyncio
import logging

import pytest

from dbus_xbms.logs import BURST, MOST_KINDS, WINDOW, CountedLog
from tests.air.virtual_time import virtual_time

REFUSED = "%s: %s asks for %s: refused: %s"


def counted(caplog: pytest.LogCaptureFixture) -> CountedLog:
    caplog.set_level(logging.DEBUG, "counted")
    return CountedLog(logging.getLogger("counted"))


@virtual_time
async def test_equal_refusals_are_written_once_and_then_counted(caplog: pytest.LogCaptureFixture) -> None:
    log = counted(caplog)
    for _ in range(5000):
        log.warning(REFUSED, "A", ":1.18", "charge off", "switching is off")
    assert caplog.messages == ["A: :1.18 asks for charge off: refused: switching is off"]
    await asyncio.sleep(WINDOW + 1)
    assert caplog.messages[1:] == [f"{caplog.messages[0]} (4999 times more within 60 s)"]


@virtual_time
async def test_a_lasting_flood_is_one_line_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    log = counted(caplog)
    for _ in range(600):
        log.warning(REFUSED, "A", ":1.18", "charge off", "no")
        await asyncio.sleep(1)
    assert 10 <= len(caplog.messages) <= 12


@virtual_time
async def test_different_lines_of_a_kind_are_written_up_to_a_burst(caplog: pytest.LogCaptureFixture) -> None:
    log = counted(caplog)
    for number in range(5000):
        log.info("%s: CustomName was changed to %r, by %s", "A", f"name {number}", ":1.18")
    assert len(caplog.messages) == BURST
    await asyncio.sleep(WINDOW + 1)
    assert caplog.messages[BURST:] == [
        "A: CustomName was changed to 'name 4999', by :1.18 (the last of 4990 such lines within 60 s)"
    ]


@virtual_time
async def test_lines_of_another_pack_or_another_refusal_are_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    log = counted(caplog)
    for pack in ("A", "B"):
        for why in ("no contact", "switching is off"):
            for _ in range(3):
                log.warning(REFUSED, pack, ":1.18", "charge off", why)
    assert len(caplog.messages) == 4


@virtual_time
async def test_a_line_that_recurs_later_is_written_again(caplog: pytest.LogCaptureFixture) -> None:
    log = counted(caplog)
    log.warning(REFUSED, "A", ":1.18", "charge off", "no")
    await asyncio.sleep(WINDOW + 1)
    log.warning(REFUSED, "A", ":1.18", "charge off", "no")
    assert len(caplog.messages) == 2


@virtual_time
async def test_memory_is_bounded_for_any_number_of_kinds(caplog: pytest.LogCaptureFixture) -> None:
    log = counted(caplog)
    for number in range(10_000):
        log.warning("%s is in the way", f"com.victronenergy.battery.x{number}")
    assert len(log._kinds) <= MOST_KINDS + 1
    assert len(caplog.messages) <= MOST_KINDS + BURST
    await asyncio.sleep(3 * WINDOW)
    assert not log._kinds


def test_without_a_loop_every_line_is_written(caplog: pytest.LogCaptureFixture) -> None:
    log = counted(caplog)
    for _ in range(3):
        log.warning("again")
    assert caplog.messages == ["again"] * 3


def test_counts_of_another_loop_are_discarded(caplog: pytest.LogCaptureFixture) -> None:
    log = counted(caplog)

    async def flood() -> None:
        for _ in range(BURST + 5):
            log.info("%s: lent", "A")

    asyncio.run(flood())
    asyncio.run(flood())
    assert len(caplog.messages) == 2 * BURST
