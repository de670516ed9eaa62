"""Every order in which the programs of a GX start, and a restart of each: who controls, with which limits.

Prints one line per case, for the table in docs/endurance.md (pytest -s).
"""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path

import pytest

from tests.bus.bank_boat import ADDRESSES, MEMBER, PACK, complete, wired
from tests.bus.daemon import private_daemon
from tests.bus.simulation import Program
from tests.bus.start_orders import (
    ABSENT,
    BLUETOOTHD,
    ERROR_67,
    LOCALSETTINGS,
    SERVICE,
    Start,
    Witness,
    started,
)
from tests.bus.venus import Venus

PACKS = ADDRESSES[:2]
STOP = {"TERM": signal.SIGTERM, "KILL": signal.SIGKILL}


@dataclass
class Gx:
    """The programs of a GX; none of them runs yet."""

    starts: dict[str, Start]
    witness: Witness
    venus: Venus


@pytest.fixture
async def gx(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Gx]:
    """A GX whose localsettings has stored a bank that controls."""
    async with _gx(tmp_path, monkeypatch) as running:
        yield running


@asynccontextmanager
async def _gx(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Gx]:
    files, model = {name: tmp_path / name for name in ("venus", "bluez")}, tmp_path / "model.json"
    for directory in files.values():
        directory.mkdir()
    model.write_text(json.dumps({"packs": [PACK] * len(PACKS), **wired(len(PACKS))}))
    with private_daemon(files["venus"]) as session, private_daemon(files["bluez"]) as system:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", session)
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", system)
        settings = ("simulate", "--settings-only", "--settings-file", str(tmp_path / "settings.json"))
        bluez = ("simulate", "--bluez-only", "--model", str(model))
        control_bus = {"DBUS_SESSION_BUS_ADDRESS": system}  # for its control interface
        async with Program(*settings) as localsettings, Venus() as owner:
            await localsettings.until("ready:")
            await owner.enable(*PACKS, **MEMBER)
            await owner.confirm_bank(Name="House")
        witness = Witness()
        starts: dict[str, Start] = {
            LOCALSETTINGS: lambda: Program(*settings),
            BLUETOOTHD: lambda: Program(*bluez, environment=control_bus),
            SERVICE: lambda: Program("run"),
        }
        async with Venus(witness.changed, witness.record.left) as venus:
            yield Gx(starts, witness, venus)


@pytest.mark.parametrize("order", [*permutations((LOCALSETTINGS, BLUETOOTHD, SERVICE))], ids=", ".join)
async def test_in_every_order_of_starts_the_bank_alone_controls_and_without_a_gap(
    gx: Gx, order: tuple[str, ...]
) -> None:
    async with AsyncExitStack() as stack:
        _, began = await started(stack, gx.starts, order)
        await gx.venus.until_bank(complete(len(PACKS)))
        await asyncio.sleep(ABSENT)
        assert gx.witness.judge(f"start: {', '.join(order)}", began) == 0.0


@pytest.mark.parametrize("by", STOP)
@pytest.mark.parametrize("name", [LOCALSETTINGS, BLUETOOTHD, SERVICE])
async def test_after_a_restart_of_any_program_the_bank_alone_controls_as_before(
    gx: Gx, name: str, by: str
) -> None:
    async with AsyncExitStack() as stack:
        running, began = await started(stack, gx.starts, gx.starts)
        await gx.venus.until_bank(complete(len(PACKS)))
        await running[name].stop(STOP[by])
        await asyncio.sleep(ABSENT)
        await started(stack, gx.starts, [name])
        await asyncio.sleep(ABSENT)  # it may not know yet that anything happened
        await gx.venus.until_bank(complete(len(PACKS)))
        gap = gx.witness.judge(f"restart: {name} by {by}", began)
        assert gap < ERROR_67 if name == SERVICE else gap == 0.0
