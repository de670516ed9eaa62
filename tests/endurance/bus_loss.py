"""Loss of dbus-daemon: the program ends with a reason, supervision restarts it, and its state is restored."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from math import inf
from pathlib import Path
from typing import Any

from dbus_xbms.settings import device_id
from tests.bus.daemon import private_daemon
from tests.bus.simulation import Program, Simulation
from tests.bus.venus import BATTERY, Seen, Venus, plain
from tests.patience import PATIENCE

RESTART_AFTER = 1.0  # s, like daemontools
LOST = "lost the D-Bus connection"
NO_BUS = "cannot connect to the D-Bus"
PACKS = (
    {"name": "JBD-SP04S020A", "cells": 4, "capacity": 100.0, "soc": 62.0, "load": "discharge"},
    {"name": "JBD-SP17S005", "cells": 16, "capacity": 280.0, "soc": 48.0, "sensors": 3, "load": "rest"},
)
# What an owner chose, and a life that lies behind the packs.
CHOSEN: Mapping[str, float | str] = {
    "CustomName": "House bank",
    "Control": 1,
    "Chemistry": "LiFePO4",
    "MaxDischargeCurrent": 33.0,
    "AllowMosfetControl": 1,
}
LIFE: Mapping[str, float] = {"TotalDrawn": 4321.5, "DischargedEnergy": 56.75, "MaximumCellVoltage": 3.71}
# What must be as before, and by how much a few seconds of life may change it.
KEPT: Mapping[str, float] = {
    "/DeviceInstance": 0,
    "/CustomName": 0,
    "/HardwareVersion": 0,
    "/System/NrOfCellsPerBattery": 0,
    "/InstalledCapacity": 0,
    "/Info/ChargeMode": 0,
    "/Settings/MosfetMode": 0,
    "/Io/AllowToCharge": 0,
    "/Io/AllowToDischarge": 0,
    "/History/TotalAhDrawn": 0.2,
    "/History/DischargedEnergy": 0.02,
    "/History/MinimumVoltage": 0.1,
    "/History/MaximumVoltage": 0.1,
    "/History/MinimumCellVoltage": 0.02,
    "/History/MaximumCellVoltage": 0.005,
    "/History/MaximumTemperature": 1.0,
}

Shown = Mapping[str, Mapping[str, Any]]


def address_in(directory: Path) -> str:
    """Address of the daemon, the same after each restart."""
    return f"unix:path={directory / 'bus'}"


class Supervision:
    """Supervisor that restarts the program; :attr:`lives` holds every run."""

    def __init__(self) -> None:
        self.lives: list[Program] = []

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Supervise inside the context."""
        async with asyncio.TaskGroup() as group:
            task = group.create_task(self._keep())
            yield
            task.cancel()

    async def in_vain(self, first: Program) -> list[Program]:
        """Wait for the next run to end for want of a bus; return the runs that have ended since ``first``."""
        at = self.lives.index(first) + 1
        async with asyncio.timeout(PATIENCE):
            while True:
                if ended := [life for life in self.lives[at:] if life.status is not None]:
                    return ended
                await asyncio.sleep(0.1)

    async def _keep(self) -> None:
        while True:
            async with Program("run") as program:
                self.lives.append(program)
                await program.ended(inf)
            await asyncio.sleep(RESTART_AFTER)


def _whole(seen: Seen) -> bool:
    return all(seen[path] is not None for path in ("/Dc/0/Voltage", "/History/MinimumVoltage"))


async def _shown(venus: Venus, sim: Simulation) -> Shown:
    """Return the values of each pack once they are complete: extremes begin with the second sample."""
    shown = {}
    for address in sim.addresses:
        seen = await venus.until(address, _whole)
        shown[address] = {path: plain(item["Value"]) for path, item in seen.items.items()}
    return shown


async def charging_off(venus: Venus, address: str) -> None:
    """Give a command and wait until it is done."""
    await venus.until(address, lambda s: s["/Settings/MosfetMode"] == 0)
    await venus.write(BATTERY + device_id(address), "/Io/AllowToCharge", 0)
    # The outcome may be shown a poll before the MOSFET.
    await venus.until(
        address, lambda s: s["/Io/LastCommand"] == "charge off: done" and s["/Io/AllowToCharge"] == 0
    )


async def _bms(sim: Simulation) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the current mask of each pack and what was written to it, in words."""
    truths = [await sim.truth(address) for address in sim.addresses]
    rows = [{**row, "mask": truth["pack"]["mask"]} for row, truth in zip(PACKS, truths, strict=True)]
    return rows, [f"{truth['address'][-2:]}: {truth['writes']}" for truth in truths if truth["writes"]]


def differences(before: Shown, after: Shown) -> list[str]:
    """Return the differences between before and after."""
    found = []
    for address, old in before.items():
        for path, tolerance in KEPT.items():
            was, now = old.get(path), after.get(address, {}).get(path)
            alike = abs(now - was) <= tolerance if tolerance and was and now else was == now
            if not alike:
                found.append(f"pack {address[-2:]}: {path} was {was}, is {now}")
    return found


def _judge_end(first: Program, in_vain: list[Program]) -> list[str]:
    """Return what was wrong with the end of the program and with its failed starts."""
    lines = [*first.output, *first.log]
    found = [] if first.status == 1 else [f"status {first.status} after the loss of the bus"]
    found += [] if any(LOST in line for line in lines) else ["it did not say that the bus was lost"]
    found += [f"left behind: {line}" for line in first.left_behind]
    found += [] if in_vain else ["supervision never started it without a bus"]
    for life in in_vain:
        said = [*life.output, *life.log]
        if life.status != 1 or life.left_behind or not any(NO_BUS in line for line in said):
            found.append(f"a start without a bus ended with {said}")
    return found


async def lose_the_bus(directory: Path) -> list[str]:
    """Run packs, stop and restart the daemon, and return what was wrong.

    The environment must name :func:`address_in` the directory as both buses.
    """
    arguments = ("--settings-file", str(directory / "settings.json"))
    supervision = Supervision()
    async with supervision.running():
        async with AsyncExitStack() as outlives_the_bus:
            with private_daemon(directory, address_in(directory)):
                simulation = Simulation(PACKS, *arguments)
                sim = await outlives_the_bus.enter_async_context(simulation)
                async with Venus() as venus:
                    for address in sim.addresses:
                        await venus.enable(address, **CHOSEN, **LIFE)
                    await charging_off(venus, sim.addresses[0])
                    before = await _shown(venus, sim)
                    rows, _ = await _bms(sim)
            first = supervision.lives[-1]
            await first.ended()
            in_vain = await supervision.in_vain(first)
        with private_daemon(directory, address_in(directory)):
            async with Simulation(rows, *arguments) as sim, Venus() as venus:
                after = await _shown(venus, sim)
                _, written = await _bms(sim)
    return (
        differences(before, after)
        + [f"written to pack {words}" for words in written]
        + _judge_end(first, in_vain)
    )
