"""A simulated pack whose MOSFETs may be switched: its paths, what they show, and the writes to its BMS."""

from __future__ import annotations

from typing import Any

from tests.bus.shown_packs import ONE
from tests.bus.simulation import Simulation
from tests.bus.venus import CONTROL, Seen

CHARGE, DISCHARGE = "/Io/AllowToCharge", "/Io/AllowToDischarge"
STATE, STATUS = "/SwitchableOutput/charge/State", "/SwitchableOutput/charge/Status"
CCL, LAST = "/Info/MaxChargeCurrent", "/Io/LastCommand"
OPT_INS: dict[str, float | str] = {**CONTROL, "AllowMosfetControl": 1, "AllowDischargeOff": 1}
ACCEPTED, REFUSED = 0, 2
RESTING = {"address": ONE, "load": "rest"}


def mosfets(seen: Seen) -> tuple[Any, Any]:
    return seen[CHARGE], seen[DISCHARGE]


def last_command_has(seen: Seen, words: str) -> bool:
    return words in (seen[LAST] or "")


async def writes(sim: Simulation) -> list[str]:
    """Writes to the BMS, as register and payload."""
    return [f"{register:02x} {payload}" for _, register, payload in (await sim.truth(ONE))["writes"]]
