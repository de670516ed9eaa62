"""How the service ends, and log messages for exceptions that were never retrieved."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Callable

import pytest

from dbus_xbms import serve as serve_module
from dbus_xbms.dbus import BusLost
from dbus_xbms.process.gathering import GatheringSelector
from dbus_xbms.process.watchdog import Watchdog
from dbus_xbms.serve import serve, unclaimed
from dbus_xbms.supervision import Hung


class FailingApp:
    """A service that raises errors: at once, or only when it is stopped."""

    def __init__(self, *errors: Exception, at_once: bool) -> None:
        self._errors = errors
        self._at_once = at_once

    def __call__(self, *_: object, **__: object) -> FailingApp:
        return self

    def gathers(self) -> bool:
        return False

    async def run(self) -> None:
        try:
            await asyncio.sleep(0 if self._at_once else 3600)
        finally:
            raise ExceptionGroup("", self._errors)


class StoppingWatchdog(Watchdog):
    """A watchdog with a SIGTERM that comes at once, or never."""

    def __init__(self, *, stops: bool) -> None:
        super().__init__(2)
        self._stops = stops

    def on_end(self, stop: Callable[[], object]) -> None:
        if self._stops:
            asyncio.get_running_loop().call_soon(stop)


@pytest.mark.parametrize(
    ("stopped", "error", "status", "last"),
    [
        (True, BusLost(), 0, "stopped"),
        (True, Hung("a pack hangs"), 1, "a pack hangs"),
        (False, BusLost(), 1, "ending, to be restarted"),
    ],
)
async def test_connections_that_close_while_the_service_stops_are_no_failure(
    stopped: bool,
    error: Exception,
    status: int,
    last: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(serve_module, "_tune_garbage_collection", lambda: None)  # of this process
    monkeypatch.setattr(serve_module, "App", FailingApp(error, at_once=not stopped))
    assert await serve(None, StoppingWatchdog(stops=stopped), GatheringSelector()) == status
    assert last in caplog.records[-1].getMessage()


async def abandon_future(err: Exception) -> None:
    """Abandon a failed future, as dbus-fast does with a message that it could not send."""
    asyncio.get_running_loop().set_exception_handler(unclaimed)
    asyncio.get_running_loop().create_future().set_exception(err)
    gc.collect()


@pytest.mark.parametrize("err", [BrokenPipeError(32, "Broken pipe"), EOFError()])
async def test_an_unretrieved_error_of_a_closed_connection_is_not_logged(
    err: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    await abandon_future(err)
    assert caplog.text == ""


async def test_any_other_unretrieved_exception_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    await abandon_future(ValueError("a bug"))
    assert "never retrieved" in caplog.text


async def test_a_failed_task_that_was_never_awaited_is_always_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def fail() -> None:
        raise BrokenPipeError(32, "Broken pipe")

    asyncio.get_running_loop().set_exception_handler(unclaimed)
    await asyncio.wait([asyncio.ensure_future(fail())])
    gc.collect()
    assert "never retrieved" in caplog.text
