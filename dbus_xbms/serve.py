"""Runs the service until it is told to end, and says why it ended otherwise."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from dbus_xbms import supervision
from dbus_xbms.app import App
from dbus_xbms.capture import Capture as CaptureFile
from dbus_xbms.dbus import BusError, BusLost
from dbus_xbms.process.watchdog import Watchdog
from dbus_xbms.supervision import Hung

log = logging.getLogger(__name__)

FULL_SEARCH_AFTER = 1  # searches in what is not quite new, 10 by default: a full one takes 1 ms


async def serve(capture: Path | None, watchdog: Watchdog) -> int:
    """Run the service until SIGTERM or SIGINT; return the exit status."""
    lost: list[Exception] = []
    with ExitStack() as stack:
        file = stack.enter_context(CaptureFile(capture)) if capture else None
        _look_only_at_what_is_new()
        try:
            await _until_stopped(App(file, given_up=supervision.end_at_last, beat=watchdog.beat), watchdog)
        except* (BusError, Hung) as errors:
            lost.extend(leaves(errors))
    if not lost:
        return 0
    why = lost[0]  # the others followed from it
    log.error("%s%s", why, "; ending, to be restarted" if isinstance(why, BusLost) else "")
    return 1


def _look_only_at_what_is_new() -> None:
    """Take what was imported out of the search for circular garbage, and search more often.

    Each connection leaves some. Python would look for it in everything, and therefore not before a quarter
    as much as all modules has gathered: megabytes, and a long pause then.
    """
    gc.collect()
    gc.freeze()
    gc.collect()  # the next time is due by what is left now: nearly nothing
    young, middle, _ = gc.get_threshold()
    gc.set_threshold(young, middle, FULL_SEARCH_AFTER)


def leaves(group: ExceptionGroup[Exception]) -> Iterator[Exception]:
    """What went wrong, out of groups within groups."""
    for err in group.exceptions:
        if isinstance(err, ExceptionGroup):
            yield from leaves(err)
        else:
            yield err


def unclaimed(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log what nobody has waited for, in the loop's own way but for one thing.

    When a bus cuts a connection its users are told so; but dbus-fast also leaves behind the message that it
    could not send, e.g. the first one of a connection that was being made while this machine hung, or the
    end of a connection that broke while it was being made.
    """
    future, err = context.get("future"), context.get("exception")
    if isinstance(err, OSError | EOFError) and not isinstance(future, asyncio.Task):
        log.debug("%s: %r", context["message"], err)
    else:
        loop.default_exception_handler(context)


async def _until_stopped(app: App, watchdog: Watchdog) -> None:
    asyncio.get_running_loop().set_exception_handler(unclaimed)
    task = asyncio.ensure_future(app.run())
    watchdog.on_end(task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        log.info("stopped")
