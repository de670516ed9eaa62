"""A scan that a terminal is told of as it goes on."""

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
    unseen: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: unseen.append(context))

    async def heard() -> list[Found]:
        raise BusLost

    told = ""
    try:
        await _with_progress(failing(), heard, lambda found: None)
    except BusLost as err:
        told = str(err)
    gc.collect()  # here, where nothing holds the traceback: then an exception that nobody took is reported
    assert (told, unseen) == ("lost the D-Bus connection", [])


@virtual_time
async def test_what_cannot_be_shown_of_a_scan_is_an_error_and_is_not_lost() -> None:
    async def heard() -> list[Found]:
        return [PACK]

    def tell(found: list[Found]) -> None:
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        await _with_progress(scanned(), heard, tell)


@pytest.mark.parametrize("seconds", [0.1, 10.0, 60.0])
def test_the_service_is_given_the_time_that_its_scan_may_take(seconds: float) -> None:
    assert scan_limit(seconds) >= longest_discovery(max(1.0, seconds)) + 5.0
