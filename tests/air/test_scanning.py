"""A scan with progress shown on a terminal."""

from __future__ import annotations

import asyncio
import gc
from typing import Any

import pytest

from dbus_xbms.ble.discovery import longest_discovery
from dbus_xbms.commands.scanning import Found, _with_progress, scan_limit
from dbus_xbms.dbus.errors import BusLost
from tests.air.virtual_time import virtual_time

PACK = Found(address="A4:C1:37:00:00:01", name="xiaoxiang", rssi=-60, state="new")


async def failing() -> list[Found]:
    await asyncio.sleep(1.5)
    raise BusLost


async def scanned() -> list[Found]:
    await asyncio.sleep(5)
    return [PACK]


@virtual_time
async def test_a_bus_lost_during_a_scan_is_reported_once_and_without_a_traceback() -> None:
    unretrieved: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: unretrieved.append(context))

    async def found_so_far() -> list[Found]:
        raise BusLost

    message = ""
    try:
        await _with_progress(failing(), found_so_far, lambda found: None)
    except BusLost as err:
        message = str(err)
    gc.collect()  # with no reference to the traceback left, so that an unretrieved exception is reported
    assert (message, unretrieved) == ("lost the D-Bus connection", [])


@virtual_time
async def test_an_error_while_showing_progress_is_raised() -> None:
    async def found_so_far() -> list[Found]:
        return [PACK]

    def show(found: list[Found]) -> None:
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        await _with_progress(scanned(), found_so_far, show)


@pytest.mark.parametrize("seconds", [0.1, 10.0, 60.0])
def test_the_caller_waits_as_long_as_the_scan_may_take(seconds: float) -> None:
    assert scan_limit(seconds) >= longest_discovery(max(1.0, seconds)) + 5.0
