"""An owner who switches MOSFETs from time to time, also during faults."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from dbus_xbms.settings import device_id
from tests.bus.venus import BATTERY, Venus
from tests.endurance.look import Violation
from tests.endurance.orders import CHARGE, DISCHARGE, Allowed, Book, Wish

ACCEPTED, NOT_WRITABLE, REFUSED = 0, 1, 2
# What owners allow, by turns.
ALLOWED: tuple[dict[str, float], ...] = (
    {"AllowMosfetControl": 1, "AllowDischargeOff": 1},
    {"AllowMosfetControl": 1},
    {},
    {"AllowMosfetControl": 1, "AllowDischargeOff": 1},
)


@dataclass(frozen=True, slots=True)
class Write:
    """One kind of write, its meaning, and its weight."""

    path: str
    value: int
    wish: Wish
    weight: int = 1


def _both(mode: int) -> Wish:
    return {CHARGE: not mode & 1, DISCHARGE: not mode & 2}


WRITES = (
    Write("/Io/AllowToCharge", 0, {CHARGE: False}, 3),
    Write("/Io/AllowToCharge", 1, {CHARGE: True}, 3),
    Write("/SwitchableOutput/charge/State", 0, {CHARGE: False}),
    Write("/SwitchableOutput/charge/State", 1, {CHARGE: True}),
    Write("/Settings/ForceDischargingOff", 1, {DISCHARGE: False}, 3),
    Write("/Settings/ForceDischargingOff", 0, {DISCHARGE: True}, 3),
    *(Write("/Settings/MosfetMode", mode, _both(mode)) for mode in range(4)),
    Write("/Settings/TurnBalancingOff", 1, {}),  # nobody has allowed that
)


def allowed(number: int) -> Allowed:
    """What the settings of a pack allow."""
    chosen = ALLOWED[number % len(ALLOWED)]
    return Allowed(control="AllowMosfetControl" in chosen, discharge_off="AllowDischargeOff" in chosen)


class Owner:
    """Give commands to all packs, the same for the same seed."""

    def __init__(
        self,
        venus: Venus,
        books: Mapping[str, Book],
        found: Callable[[str, Iterable[Violation]], None],
        *,
        seed: int,
        every: float,
    ) -> None:
        self._venus = venus
        self._books = books
        self._found = found
        self._lots = random.Random(f"orders {seed}")
        self._every = every

    async def run(self, seconds: float) -> None:
        """Give commands for ``seconds`` s."""
        end = _now() + seconds
        while (pause := self._lots.expovariate(1 / self._every)) < end - _now():
            await asyncio.sleep(pause)
            address = self._lots.choice(sorted(self._books))
            await self._give(address, self._lots.choices(WRITES, [row.weight for row in WRITES])[0])

    async def _give(self, address: str, write: Write) -> None:
        book = self._books[address]
        order = book.given(_now(), write.wish)
        try:
            answer = await self._venus.write(BATTERY + device_id(address), write.path, write.value)
        except AssertionError:  # the pack is not on the bus
            order.accepted = False
            return
        if answer not in (ACCEPTED, REFUSED if book.allowed.switchable else NOT_WRITABLE):
            self._found(address, [Violation("orders", f"{write.path} answers {answer}")])
        self._found(address, book.answered(order, answer == ACCEPTED, _now()))


def _now() -> float:
    return asyncio.get_running_loop().time()
