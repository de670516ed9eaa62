"""The selector of the service's event loop."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from selectors import EVENT_READ

import pytest

from dbus_xbms.process.gathering import GATHER, GatheringSelector

FIRST, SECOND = GATHER / 5, GATHER / 2  # s, when messages arrive
LONG = 60.0  # s


@pytest.fixture
def selector() -> Iterator[GatheringSelector]:
    """A selector of two pipes; a message arrives in one, then in the other."""
    pipes = [os.pipe() for _ in range(2)]
    with GatheringSelector() as made:
        senders = [
            threading.Timer(after, os.write, (write, b"x"))
            for (_, write), after in zip(pipes, (FIRST, SECOND), strict=True)
        ]
        for read, _ in pipes:
            made.register(read, EVENT_READ)
        for sender in senders:
            sender.start()
        yield made
        for sender in senders:
            sender.join()
    for end in (end for pipe in pipes for end in pipe):
        os.close(end)


def test_messages_that_gather_are_returned_together(selector: GatheringSelector) -> None:
    selector.gathers = lambda: True
    began = time.monotonic()
    assert len(selector.select(LONG)) == 2
    assert time.monotonic() - began >= GATHER


def test_otherwise_the_first_message_ends_the_wait(selector: GatheringSelector) -> None:
    assert selector.select(LONG)


def test_nothing_gathers_while_the_loop_has_work(selector: GatheringSelector) -> None:
    asked: list[float] = []
    selector.gathers = lambda: bool(asked.append(time.monotonic()))  # type: ignore[func-returns-value]
    selector.select(0)
    assert not asked
    selector.select(FIRST)
    assert asked


def test_nothing_gathers_beyond_the_next_timer() -> None:
    with GatheringSelector() as selector:
        selector.gathers = lambda: True
        began = time.monotonic()
        for _ in range(50):
            assert selector.select(0.001) == []
        assert time.monotonic() - began < 50 * GATHER
