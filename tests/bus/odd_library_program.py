"""The program with a module of aiobmsble that never ends: ``python -m tests.bus.odd_library_program run``.

It loses every cancellation, as a module can that catches all exceptions.
"""

from __future__ import annotations

import asyncio
import importlib
import runpy


async def never_ends(self: object) -> None:
    """Wait for ever, whatever is asked."""
    while True:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            continue


if __name__ == "__main__":
    importlib.import_module("aiobmsble.bms.redodo_bms").BMS._async_update = never_ends
    runpy.run_module("dbus_xbms", run_name="__main__", alter_sys=True)
