"""Run the service until it is stopped, and report why it ended otherwise."""

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
from dbus_xbms.process.gathering import GatheringSelector
from dbus_xbms.process.watchdog import Watchdog
from dbus_xbms.supervision import Hung

log = logging.getLogger(__name__)

FULL_COLLECTION_AFTER = 1  # searches in what is not quite new, 10 by default: a full one takes 1 ms


async def serve(capture: Path | None, watchdog: Watchdog, selector: GatheringSelector) -> int:
    """Run the service until SIGTERM or SIGINT, in a loop with this selector; return the exit status."""
    lost: list[Exception] = []
    with ExitStack() as stack:
        file = stack.enter_context(CaptureFile(capture)) if capture else None
        _tune_garbage_collection()
        try:
            app = App(file, given_up=supervision.end_at_last, beat=watchdog.beat)
            selector.gathers = app.gathers
            await _until_stopped(app, watchdog)
        except* (BusError, Hung) as errors:
            lost.extend(leaves(errors))
    if not lost:
        return 0
    why = lost[0]  # the others followed from it
    log.error("%s%s", why, "; ending, to be restarted" if isinstance(why, BusLost) else "")
    return 1


def _tune_garbage_collection() -> None:
    """Exclude imported modules from garbage collection, and collect full generations more often.

    Each connection leaves reference cycles. With the modules included, Python waits until megabytes have
    gathered, and then pauses for long.
    """
    gc.collect()
    gc.freeze()
    gc.collect()  # the next full collection is due by what is left now, nearly nothing
    young, middle, _ = gc.get_threshold()
    gc.set_threshold(young, middle, FULL_COLLECTION_AFTER)


def leaves(group: ExceptionGroup[Exception]) -> Iterator[Exception]:
    """Yield the exceptions of nested groups."""
    for err in group.exceptions:
        if isinstance(err, ExceptionGroup):
            yield from leaves(err)
        else:
            yield err


def unclaimed(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log an exception that was never retrieved; a failed D-Bus message at DEBUG.

    Users of a lost connection get an error anyway. dbus-fast also leaves an exception for the message that
    could not be sent, e.g. the first one of a connection that was opened while this machine hung.
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
    except BaseExceptionGroup as errors:
        if not task.cancelling() or errors.split(BusError)[1]:
            raise
        log.debug("while stopping: %r", errors)  # connections close one after the other
        log.info("stopped")
