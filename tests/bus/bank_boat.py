"""Packs that are wired together and form a bank, for tests of the whole program on a bus.

async with boat(2) as running, Program("run"):
    bank = await house(running)
    ...
    running.judge()
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from dbus_xbms.settings import bank_id, device_id
from tests.bus.control_record import CVL, ControlRecord, controlling
from tests.bus.simulation import Simulation
from tests.bus.venus import BATTERY, Seen, Venus

BANK = BATTERY + bank_id(1)
CCL, DCL = "/Info/MaxChargeCurrent", "/Info/MaxDischargeCurrent"
MODE = "/Info/ChargeMode"
ONLINE, OFFLINE = "/System/NrOfModulesOnline", "/System/NrOfModulesOffline"
PACK: dict[str, Any] = {"cells": 4, "capacity": 100.0, "soc": 60.0}
CHARGE, DISCHARGE = 30.0, 50.0  # A of each pack: 0.3 C and 0.5 C of 100 Ah
MEMBER: dict[str, float | str] = {"Chemistry": "LiFePO4", "HoldTime": 6.0, "StopAfter": 60.0}
LONGEST_GAP = 10.0  # s without control, at most
ADDRESSES = [f"A4:C1:37:00:00:{number:02X}" for number in range(1, 5)]
ONE, TWO, THREE, FOUR = ADDRESSES


@dataclass
class Running:
    """The packs, the bus as Venus OS sees it, and who controlled when."""

    sim: Simulation
    venus: Venus
    record: ControlRecord = field(default_factory=ControlRecord)

    def shown(self, address: str) -> Seen:
        """The service of a pack, which must be on the bus."""
        return self.venus.services[BATTERY + device_id(address)]

    def judge(self) -> None:
        """Check the whole record: at most one service controlled, and never none for long."""
        assert self.record.overlaps() == []
        assert self.record.longest_gap() < LONGEST_GAP


def wired(packs: int = 4, **more: Any) -> dict[str, Any]:
    """A scenario's wiring of its packs, in parallel unless ``series`` is given."""
    return {"banks": [{"packs": list(range(1, packs + 1)), "load": "rest", **more}]}


@asynccontextmanager
async def boat(packs: int = 4, *, wiring: dict[str, Any] | None = None) -> AsyncIterator[Running]:
    """Packs that are wired together, settings, and a witness; the service does not run yet."""
    async with boat_of([PACK] * packs, wiring=wiring) as running:
        yield running


@asynccontextmanager
async def boat_of(
    specs: Sequence[dict[str, Any]], *, wiring: dict[str, Any] | None = None
) -> AsyncIterator[Running]:
    """Return the same with packs of any make."""
    record = ControlRecord()
    simulation = Simulation(specs, **(wired(len(specs)) if wiring is None else wiring))
    async with simulation as sim, Venus(record.changed, record.left) as venus:
        yield Running(sim, venus, record)


async def house(running: Running, **chosen: float | str) -> Seen:
    """Add all packs, confirm the bank House of them, and wait until it controls with all of them."""
    venus = running.venus
    await venus.enable(*running.sim.addresses, **MEMBER)
    await venus.confirm_bank(Name="House", **chosen)
    return await venus.until_bank(complete(len(running.sim.addresses)))


def complete(packs: int) -> Callable[[Seen], bool]:
    """Return a condition: so many packs are online, and their limits are the highest."""

    def condition(seen: Seen) -> bool:
        highest = (packs * CHARGE, packs * DISCHARGE)
        return controlling(seen) and seen[ONLINE] == packs and (seen[CCL], seen[DCL]) == highest

    return condition


def fresh(seen: Seen) -> bool:
    return seen["/Dc/0/Voltage"] is not None


def says(words: str) -> Callable[[Seen], bool]:
    """Return a condition: the pack does not control, for a reason with these words."""
    return lambda seen: fresh(seen) and CVL not in seen.items and words in str(seen[MODE])
