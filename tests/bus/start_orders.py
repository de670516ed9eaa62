"""Programs of a GX, started in any order, and a witness of who controls meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from contextlib import AsyncExitStack
from math import inf
from typing import Any

from tests.bus.bank_boat import BANK
from tests.bus.control_record import CVL, ControlRecord, controlling
from tests.bus.venus import Seen

LOCALSETTINGS, BLUETOOTHD, SERVICE = "localsettings", "bluetoothd", "service"
LATER = 1.0  # s until the next program starts
ABSENT = 2.0  # s that a restarted program is away, and that the end is watched
ERROR_67 = 60.0  # s without a BMS until chargers show error 67
LOWEST = 12.0  # V; a CVL is never below the voltage of these packs at rest, less 0.4 V
Start = Callable[[], Any]  # of a program that runs in the context returned


class Witness:
    """All CVLs that any consumer has seen, and who showed them when."""

    def __init__(self) -> None:
        self.record = ControlRecord()
        self.lowest = inf  # V

    def changed(self, seen: Seen) -> None:
        """Take a service after a change."""
        self.record.changed(seen)
        if controlling(seen):
            self.lowest = min(self.lowest, seen[CVL])

    def judge(self, case: str, began: float) -> float:
        """Check what was seen, print it, and return the longest time without a CVL, in s."""
        first, gap = self.record.spans[0].start - began, max(0.0, self.record.longest_gap())
        print(f"| {case} | {first:.1f} | {gap:.1f} | {self.lowest:.2f} |")
        assert self.record.overlaps() == []
        assert self.lowest > LOWEST
        assert {span.name for span in self.record.spans} == {BANK}
        return gap


async def started(
    stack: AsyncExitStack, starts: Mapping[str, Start], order: Iterable[str]
) -> tuple[dict[str, Any], float]:
    """Start programs, each some time after the one before; return them, and when the last one was started."""
    running: dict[str, Any] = {}
    at = 0.0
    for name in order:
        await asyncio.sleep(LATER if running else 0.0)
        at = asyncio.get_running_loop().time()
        running[name] = await stack.enter_async_context(starts[name]())
    return running, at
