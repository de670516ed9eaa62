"""Watchdog for hung tasks: ends a pack's task, or the program when nothing progresses at all."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Collection
from typing import NoReturn, Protocol

from dbus_xbms.beat import SLOW, next_beat
from dbus_xbms.pack.poller import LONGEST_END, Progress
from dbus_xbms.pack.publisher import LONGEST_REST

log = logging.getLogger(__name__)

WATCH_EVERY = SLOW  # s between checks
HANGS_AFTER = LONGEST_REST + 13.0  # s without an update of the bus
SUSPENDED = 3.0  # s that a check comes late if the whole process was suspended
END_LIMIT = LONGEST_END + 3.0  # s for a task to end
STANDSTILL = 300.0  # s in which no attempt of any pack has finished
LAST_LIMIT = 30.0  # s for the program to end by itself after a hang
ATTEMPT = 60.0  # s that an attempt may take beyond the poll interval


class Hung(Exception):
    """A task hangs and cannot be ended; the process has to be restarted."""


class Watched(Protocol):
    """What the watchdog uses of a :class:`dbus_xbms.pack.pack.Pack` or a bank."""

    address: str

    @property
    def published_at(self) -> float:
        """When it was last published, in s."""
        ...

    async def run(self) -> None:
        """Serve until cancelled."""
        ...


class Polling(Protocol):
    """The part of a :class:`dbus_xbms.pack.pack.Pack` that shows whether anything is polled."""

    @property
    def progress(self) -> Progress:
        """Progress of its polling."""
        ...


def _now() -> float:
    return asyncio.get_running_loop().time()


def _slept(looked: float) -> bool:
    """Return whether the whole process was suspended since the last check."""
    return _now() - looked > WATCH_EVERY + SUSPENDED


async def run(pack: Watched) -> None:
    """Run a pack or a bank until it fails or hangs, so that its last values do not stay on the bus.

    Raises:
        Hung: its task cannot be ended.
    """
    task = asyncio.create_task(pack.run(), name=f"run {pack.address}")
    since = _now()  # what the process was suspended for does not count
    try:
        while not task.done():
            looked = _now()
            await asyncio.wait([task], timeout=next_beat(looked, WATCH_EVERY) - looked)
            if _slept(looked):
                since = _now()
            elif _now() - max(pack.published_at, since) > HANGS_AFTER and not task.done():
                log.error("%s: task hung; restarting", pack.address)
                break
    finally:
        task.cancel()
        await asyncio.wait([task], timeout=END_LIMIT)
        if not task.done():  # judged here, so that a pack that is removed is judged, too
            raise Hung(f"{pack.address} hangs and cannot be ended; ending, to be restarted")
    if not task.cancelled() and (err := task.exception()):
        log.error("%s: stopped by an error in this program; restarting", pack.address, exc_info=err)


async def watch_progress(
    packs: Callable[[], Collection[Polling]], beat: Callable[[], object] = lambda: None
) -> NoReturn:
    """Watch the progress of all packs. A failed attempt is progress; waiting for an adapter does not count.

    ``beat`` is called every 10 s, to show that the loop runs.

    Raises:
        Hung: an adapter is available, but for minutes no attempt of any pack has finished.
    """
    since = _now()  # what came before does not count
    while True:
        looked = _now()
        await asyncio.sleep(next_beat(looked, WATCH_EVERY) - looked)
        beat()
        trying = [progress for pack in packs() if (progress := pack.progress).possible]
        if not trying or _slept(looked):
            since = _now()
        elif all(_stands(progress, since) for progress in trying):
            idle = _now() - max(since, *(progress.ended_at for progress in trying))
            raise Hung(
                f"no poll of any pack has finished for {idle:.0f} s although Bluetooth is available; "
                "ending, to be restarted"
            )


def _stands(progress: Progress, since: float) -> bool:
    idle = _now() - max(progress.ended_at, since)
    return idle > max(STANDSTILL, progress.interval + ATTEMPT)


def end_at_last(why: Hung) -> None:
    """End this process even if its tasks do not end; its supervisor restarts it."""
    asyncio.get_running_loop().call_later(LAST_LIMIT, _end, why)


def _end(why: Hung) -> None:
    log.error("%s; its tasks did not end either", why)
    logging.shutdown()
    os._exit(1)
