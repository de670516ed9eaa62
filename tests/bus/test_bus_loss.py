"""When the bus is lost, the program ends at once, logs one line, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

from tests.bus.cable import Cable
from tests.bus.simulation import Program, Simulation
from tests.bus.venus import Venus
from tests.patience import PATIENCE

STARTING = (*range(1, 12), *range(12, 40, 4))  # chunks from the daemon, up to the first polls
LEAVING = (1, 2, 4, 7)  # more of them, after SIGTERM
MESSAGES = ("lost the D-Bus connection; ending, to be", "cannot connect to the D-Bus")


def errors(program: Program) -> list[str]:
    return [line for line in program.output if line.startswith("ERROR")]


async def test_losing_the_bus_at_any_message_of_the_start_ends_the_program_with_one_error(
    private_bus: str, tmp_path: Path
) -> None:
    async with Simulation(2) as sim, Venus() as venus:
        for address in sim.addresses:
            await venus.enable(address, NotifyMethod=1)
        for chunks in STARTING:
            async with (
                Cable(tmp_path, private_bus, chunks) as cable,
                Program("run", environment=cable.environment) as program,
            ):
                async with asyncio.timeout(PATIENCE):
                    await cable.cut.wait()
                assert await program.ended() == 1, chunks
            assert program.left_behind == [], chunks
            (error,) = errors(program)
            assert any(message in error for message in MESSAGES), (chunks, error)


async def test_losing_the_bus_during_shutdown_leaves_nothing_behind(private_bus: str, tmp_path: Path) -> None:
    async with Simulation(2) as sim, Venus() as venus:
        for address in sim.addresses:
            await venus.enable(address, NotifyMethod=1)
        for chunks in LEAVING:
            async with (
                Cable(tmp_path, private_bus) as cable,
                Program("run", environment=cable.environment) as program,
            ):
                for address in sim.addresses:
                    await venus.until(address, lambda s: s["/Dc/0/Voltage"] is not None)
                cable.cut_after = cable.forwarded + chunks
                status = await program.stop(signal.SIGTERM)
            assert program.left_behind == [], chunks
            assert status == len(errors(program)), chunks
            for address in sim.addresses:
                await venus.until_gone(address)
