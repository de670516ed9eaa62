"""The storm on the real BlueZ: its faults, and the plan of a soak. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from tests.endurance.known import Known
from tests.endurance.orders import Allowed
from tests.endurance.plan import OWNERS, Plan
from tests.endurance.storm import OFF, STORM, Draw, Fault, Harm, Parameters, Scope

ADAPTER = {"name": "hci0", "address": "00:1A:7D:DA:71:13"}
PACK_COUNT = 4
SLOW = 2.0  # on the virtual machine, a poll with its connection takes about twice as long, with other load
SCAN_PHASE = 10.24  # s; the kernel filters advertisements that it had within one
CAPACITY, CELLS = 100.0, 4  # Ah, of each virtual pack


def _on(random: Random, seconds: float) -> Parameters:
    return {"on": True}


def _replies(random: Random, seconds: float) -> Parameters:
    return {"count": random.randint(1, 3)}


def _signal(random: Random, seconds: float) -> Parameters:
    return {"signal": random.choice(["TERM", "KILL", "STOP"]), "on": True}


def _switched(
    name: str,
    lasts: tuple[float, float],
    *,
    weight: float = 2.0,
    scope: Scope = Scope.PACK,
    harm: Harm = Harm.TARGET,
    after: float = 0.0,
) -> Fault:
    """Return a fault that is turned on, and off when it ends."""
    return Fault(
        name=name, scope=scope, weight=weight, lasts=lasts, harm=harm, after=after, draw=_on, end=OFF
    )


def _of_the_stack(
    name: str, lasts: tuple[float, float], *, weight: float = 2.0, draw: Draw = _on, slot: str = "stack"
) -> Fault:
    """Return a fault of bluetoothd or the adapter, which all packs share."""
    return Fault(
        name=name,
        scope=Scope.WORLD,
        weight=weight,
        lasts=lasts,
        harm=Harm.ALL,
        draw=draw,
        end=OFF,
        slot=slot,
    )


# What the packs measure, and a suspended program, are those of the simulator.
SHARED = ("cell", "temperature", "soc", "protection", "stop")
RIG_STORM = (
    Fault(name="drop", weight=4),
    Fault(name="link_loss", weight=3),
    Fault(name="tear", weight=2, after=5),  # the next reply may be some seconds away
    Fault(name="corrupt", weight=2, after=5, draw=_replies),
    _switched("mute", (2, 60), weight=3),
    _switched("vanish", (5, 90), weight=3),
    # Every pack is dropped, and the next five connections to any of them fail.
    _of_the_stack("fail_connects", (10, 20), slot=""),
    _of_the_stack("bluetoothd", (0.5, 40), weight=4, draw=_signal),
    _of_the_stack("adapter_removed", (2, 30)),
    _of_the_stack("power", (2, 30)),
    # Another program with Bluetooth: its requests mix with ours, its subscription must not matter. While it
    # scans, the adapter reports each pack once in 10.24 s, and the kernel connects upon such a report only.
    _switched("other_scans", (5, 60), scope=Scope.WORLD, harm=Harm.CONNECTING, after=SCAN_PHASE),
    _switched("other_notifies", (5, 60), harm=Harm.NOBODY),
    _switched("other_polls", (5, 30)),
    *(row for row in STORM if row.name in SHARED),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RigPlan(Plan):
    """Plan of a soak with the packs of the virtual machine, whose MOSFETs cannot be switched."""

    packs: int = PACK_COUNT
    table: Sequence[Fault] = RIG_STORM
    adapters: Sequence[Mapping[str, str]] = (ADAPTER,)
    start_limit: float = 300.0  # s, of the slow guest
    exit_limit: float = 10.0

    def rows(self) -> list[dict[str, Any]]:
        """The packs, all alike."""
        return [{"cells": CELLS, "capacity": CAPACITY} for _ in range(self.packs)]

    def address(self, number: int) -> str:
        """Return the address of a pack."""
        return f"A4:C1:38:00:00:{number + 1:02X}"

    def allowed(self, number: int) -> Allowed:
        """Return what a pack's settings allow: nothing."""
        return Allowed()

    def known(self, number: int) -> Known:
        """Return a pack as the watch knows it."""
        return replace(Plan.known(self, number), slow=SLOW)

    def owner(self, number: int) -> dict[str, float | str]:
        """Return the settings of a pack."""
        chosen: dict[str, float | str] = {**OWNERS[number % len(OWNERS)]}
        return {**chosen, "Control": int(self.controls(number)), "Chemistry": "LiFePO4"}
