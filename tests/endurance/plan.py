"""Plan of a soak: its packs, their settings, and its duration. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dbus_xbms.simulator.scenario import BANK_PACKS, DEFAULT_PACKS, address_of
from tests.endurance.judge import RECOVERY
from tests.endurance.known import CHEMISTRIES, Known
from tests.endurance.orders import Allowed
from tests.endurance.owner import ALLOWED, allowed
from tests.endurance.storm import STORM, Fault
from tests.endurance.truth import JBD

ADAPTERS = (
    {"name": "hci0", "address": "00:1A:7D:DA:71:01"},
    {"name": "hci1", "address": "00:1A:7D:DA:71:02"},
)
# What owners chose, by turns; one of the first few controls, another for each seed.
OWNERS: tuple[dict[str, float], ...] = (
    {"HoldTime": 8.0, "StopAfter": 20.0, "ControlRemoveAfter": 40.0},
    {},
    {"HoldTime": 8.0, "RemoveAfter": 40.0},
    {"ConnectionMode": 1, "PollInterval": 5.0, "HoldTime": 20.0, "StopAfter": 60.0},
)
OTHER_PACKS: tuple[dict[str, Any], ...] = (
    {"make": "litime", "cells": 4, "capacity": 100.0, "soc": 58.0},
    {"make": "jikong", "cells": 16, "capacity": 280.0, "soc": 71.0, "sensors": 4},
)
PROTOCOLS = {"litime": "redodo", "jikong": "jikong"}  # the setting Protocol
LOADS: tuple[dict[str, Any], ...] = (
    {},
    {"load": "charge", "soc": 96.0},
    {"load": "discharge", "soc": 20.0},
    {},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Duration, number of packs, and frequency of faults."""

    seconds: float
    packs: int  # JBDs
    bank: int = 0  # of them, the last ones, which are wired in parallel and form a bank; it controls
    others: int = 0  # packs of other makes, which need aiobmsble
    seed: int
    every: float = 8.0  # s between strikes, in the mean
    longest: float = 400.0  # s of one fault
    before: float = 12.0  # s of calm before the storm
    order_every: float = 10.0  # s between orders to MOSFETs, in the mean
    calm: float = RECOVERY + 5.0  # s after the storm
    table: Sequence[Fault] = STORM
    adapters: Sequence[Mapping[str, str]] = ADAPTERS
    start_limit: float = 60.0  # s until all packs are shown
    exit_limit: float = 3.0  # s from SIGTERM to the end of the program

    @property
    def count(self) -> int:
        """Number of all packs."""
        return self.packs + self.others

    def rows(self) -> list[dict[str, Any]]:
        """The packs as rows of a scenario; the JBDs come first."""
        single = [DEFAULT_PACKS[n % len(DEFAULT_PACKS)] for n in range(self.packs - self.bank)]
        joined = [BANK_PACKS[n % len(BANK_PACKS)] for n in range(self.bank)]
        others = [OTHER_PACKS[n % len(OTHER_PACKS)] for n in range(self.others)]
        loaded = [{**row, **LOADS[n % len(LOADS)]} for n, row in enumerate((*single, *others))]
        return [*loaded[: len(single)], *joined, *loaded[len(single) :]]

    def wiring(self) -> list[dict[str, Any]]:
        """The bank as part of a scenario."""
        return [{"packs": [n + 1 for n in self.members]}] if self.bank else []

    @property
    def members(self) -> range:
        """The numbers of the packs of the bank, from 0."""
        return range(self.packs - self.bank, self.packs)

    def make(self, number: int) -> str:
        """Return the make of a pack."""
        return str(self.rows()[number].get("make", JBD))

    def address(self, number: int) -> str:
        """Return the address of a pack."""
        return address_of(number + 1, self.make(number))

    def allowed(self, number: int) -> Allowed:
        """Return what a pack's settings allow."""
        return allowed(number) if self.make(number) == JBD else Allowed(switchable=False)

    def owner(self, number: int) -> dict[str, float | str]:
        """Return the settings of a pack."""
        nmc = self.rows()[number].get("chemistry") == "nmc"
        chosen: dict[str, float | str] = {**OWNERS[number % len(OWNERS)]}
        make = self.make(number)
        chosen |= ALLOWED[number % len(ALLOWED)] if make == JBD else {"Protocol": PROTOCOLS[make]}
        return {**chosen, "Control": int(self.controls(number)), "Chemistry": "NMC" if nmc else "LiFePO4"}

    def controls(self, number: int) -> bool:
        """Return whether this pack controls chargers."""
        return not self.bank and number == self.seed % min(self.packs, len(OWNERS))

    def known(self, number: int) -> Known:
        """Return a pack as the watch knows it."""
        row, owner = self.rows()[number], OWNERS[number % len(OWNERS)]
        controls = self.controls(number)
        obeyed = controls or number in self.members  # by chargers, alone or in the bank
        return Known(
            address=self.address(number),
            make=self.make(number),
            cells=row["cells"],
            capacity=row["capacity"],
            chemistry=CHEMISTRIES[row.get("chemistry", "lfp")],
            controls=controls,
            interval=owner.get("PollInterval", 1.0),
            per_poll=owner.get("ConnectionMode") == 1,
            hold=owner.get("HoldTime", 30.0),
            stop=owner.get("StopAfter", 300.0),
            withdraw=owner.get("ControlRemoveAfter", 1800.0) if obeyed else owner.get("RemoveAfter", 900.0),
        )
