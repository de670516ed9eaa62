"""Another BMS at the address of a known pack, seen on the bus."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bus.simulation import Program, Simulation
from tests.bus.venus import CONTROL, Seen, Venus

pytestmark = pytest.mark.usefixtures("private_bus")

ONE = "A4:C1:37:00:00:01"
CVL, CCL = "/Info/MaxChargeVoltage", "/Info/MaxChargeCurrent"
DOUBT, FAILURE = "/Diagnostics/Doubt", "/Alarms/InternalFailure"


def shown(seen: Seen, path: str) -> Any:
    """The value of a path; ``None`` also if the path does not exist."""
    return seen[path] if path in seen.items else None


async def test_another_bms_is_not_charged_until_the_owner_confirms_it() -> None:
    currents: list[float] = []

    def look(seen: Seen) -> None:
        if shown(seen, CCL) is not None:
            currents.append(seen[CCL])

    async with Simulation(1) as _, Venus(look) as venus, Program("run") as program:
        # The stored identity has 8 cells; the pack that answers has 4.
        await venus.enable(ONE, **CONTROL, Cells=8, Nominal=100.0)
        seen = await venus.until(ONE, lambda s: shown(s, FAILURE) == 2)
        assert "4 cells instead of 8" in seen[DOUBT]
        await venus.until(ONE, lambda s: s[CCL] == 0)
        assert seen[CVL] <= seen["/Dc/0/Voltage"]
        assert set(currents) == {0.0}
        assert await venus.setting(ONE, "Cells") == 8
        await program.until("Another BMS?")
        assert len([line for line in program.output if "Another BMS?" in line]) == 1
        await venus.set(ONE, "AcceptNewBms", 1)
        await venus.until_setting(ONE, "Cells", 4)
        await venus.until_setting(ONE, "AcceptNewBms", 0)
        seen = await venus.until(ONE, lambda s: shown(s, FAILURE) == 0 and s[DOUBT] is None)
        assert seen["/System/NrOfCellsPerBattery"] == 4
        await venus.until(ONE, lambda s: s[CCL] > 0)
