"""The two walks in docs/architecture.md are the calls of a running pack: short, each file once, one way."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import pytest

from dbus_xbms.ble.central import Central
from dbus_xbms.model import CommandState
from dbus_xbms.pack.pack import Pack
from dbus_xbms.protocols.jbd import Jbd
from dbus_xbms.settings import PackSettings
from dbus_xbms.simulator.battery import Battery, BatterySpec
from dbus_xbms.simulator.board import BatteryBoard, BoardSpec
from dbus_xbms.simulator.device import WireSpec
from dbus_xbms.simulator.jbd_device import JbdDevice
from dbus_xbms.venus.battery import BatteryService
from tests.air.fakes import ADDRESSES, FakePack, FakeStack
from tests.air.simulated_pack import store_setting
from tests.bus.venus import Venus
from tests.patience import PATIENCE

pytestmark = pytest.mark.usefixtures("private_bus")

ROOT = Path(__file__).parents[2]
PROGRAM = ROOT / "dbus_xbms"
PAGE = (ROOT / "docs" / "architecture.md").read_text()
WALKS = PAGE.split("## Two walks")[1].split("\n## ")[0].split("From ")[1:]
LONGEST = 12  # steps
ADDRESS = ADDRESSES[0]
SERVICE = "com.victronenergy.battery.xbms_" + ADDRESS.replace(":", "").lower()

Function = tuple[str, str]  # file within the program, qualified name


def steps(walk: str) -> list[Function]:
    """The file and the function of each step."""
    return re.findall(r"^\d+\. `(\S+\.py)` `([\w.]+)`", walk, re.MULTILINE)


def function_of(frame: FrameType | None) -> Function | None:
    path = Path(frame.f_code.co_filename) if frame else None
    if frame is None or path is None or not path.is_relative_to(PROGRAM):
        return None
    return path.relative_to(PROGRAM).as_posix(), frame.f_code.co_qualname


@contextmanager
def recorded() -> Iterator[set[tuple[Function | None, Function]]]:
    """Record calls of the program's functions in the context, as pairs of caller and callee."""
    calls: set[tuple[Function | None, Function]] = set()

    def profile(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and (callee := function_of(frame)):
            calls.add((function_of(frame.f_back), callee))

    sys.setprofile(profile)
    try:
        yield calls
    finally:
        sys.setprofile(None)


async def calls_of_a_pack() -> set[tuple[Function | None, Function]]:
    """The calls of a pack from its first poll to the end of a command."""
    board = BatteryBoard(Battery(BatterySpec(cells=4, capacity=100.0)), BoardSpec())
    device = JbdDevice(ADDRESS, board, WireSpec(), asyncio.get_running_loop())
    central = Central([Jbd()], stack=FakeStack(FakePack(ADDRESS, device=device)))
    settings = PackSettings({"Enabled": 1, "AllowMosfetControl": 1})
    with recorded() as calls:
        pack = Pack(
            ADDRESS, settings, central=central, protocol=Jbd(), service=BatteryService, store=store_setting
        )
        tasks = [asyncio.ensure_future(task) for task in (central.run(), pack.run())]
        async with Venus() as venus, asyncio.timeout(PATIENCE):
            await venus.until(ADDRESS, lambda seen: bool(seen["/Dc/0/Voltage"]))
            assert await venus.write(SERVICE, "/Io/AllowToCharge", 0) == 0
            await venus.until(ADDRESS, lambda seen: seen["/Io/LastCommandState"] == CommandState.DONE)
        for task in reversed(tasks):
            task.cancel()
        await asyncio.wait(tasks)
    return calls


@pytest.mark.parametrize("walk", WALKS, ids=["sample", "write"])
def test_a_walk_is_short_and_names_each_file_once(walk: str) -> None:
    files = [file for file, _ in steps(walk)]
    assert 8 <= len(files) <= LONGEST
    assert len(files) == len(set(files))


async def test_a_running_pack_calls_the_functions_of_both_walks_and_none_of_them_one_above_it() -> None:
    calls = await calls_of_a_pack()
    called = {callee for _, callee in calls}
    assert len(WALKS) == 2
    for walk in WALKS:
        functions = steps(walk)
        assert [step for step in functions if step not in called] == []
        backwards = [
            (functions[low], functions[high])
            for high in range(len(functions))
            for low in range(high + 1, len(functions))
        ]
        assert [pair for pair in backwards if pair in calls] == []
