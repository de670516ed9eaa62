"""Run simulated packs, the real service and `watch` on a private bus, without Bluetooth and without a GX."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from dbus_xbms import rpc
from dbus_xbms.commands import CommandError
from dbus_xbms.commands.arguments import seconds, whole
from dbus_xbms.commands.batteries import Batteries, batteries
from dbus_xbms.commands.demo_packs import add_all, add_bank
from dbus_xbms.commands.progress import waiting
from dbus_xbms.commands.render import render
from dbus_xbms.commands.screen.terminal import is_screen
from dbus_xbms.commands.session import complete, end_by_signals, open_bus, wait_for_name
from dbus_xbms.commands.stories import STORIES, Player
from dbus_xbms.commands.table import CHARGE_MODE, Battery, terminal
from dbus_xbms.commands.watch import captioned, show
from dbus_xbms.dbus import TrustedBus
from dbus_xbms.process.interrupt import ExitAction
from dbus_xbms.protocols.aiobmsble.requirement import missing
from dbus_xbms.simulator import control
from dbus_xbms.simulator.scenario import MOST_IN_BANK, MOST_PACKS, ScenarioError, replayed_packs
from dbus_xbms.text import LINE, printable

START_LIMIT = 15.0  # s for each program to appear on the bus
VALUES_LIMIT = 30.0  # s for all packs to show values
STOP_LIMIT = 5.0  # s for a program to end after SIGTERM
PART_OF_BANK = "part of the bank"  # in what a pack says about control
PROGRAMS = 3  # dbus-daemon, simulator, service
REPLAYED = "dh04sc02-4s,sp15s020-7s,sp15s001-11s,daren-16s-300ah"  # 4, 7, 11 and 16 cells
LOG_TAIL = 20  # lines

BUS_CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:dir={folder}</listen>
  <policy context="default">
    <allow user="*"/><allow own="*"/><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
  </policy>
</busconfig>
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``dbus-xbms demo``."""
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--packs", type=whole(1, MOST_PACKS, "packs"), default=2, metavar="N", help="number of packs (2)"
    )
    what.add_argument(
        "--bank",
        type=whole(2, MOST_IN_BANK, "packs"),
        nargs="?",
        const=2,
        metavar="N",
        help="N packs in parallel that act as one battery (2)",
    )
    what.add_argument("--brands", action="store_true", help="a JBD and packs of other makes")
    what.add_argument(
        "--replay",
        nargs="?",
        const=REPLAYED,
        metavar="NAMES",
        help="replay recordings of real devices, separated by commas; `simulate --list-models` lists them",
    )
    what.add_argument(
        "--scenario",
        choices=STORIES,
        help="run a scripted demo; mosfet: switching of MOSFETs; bank: two packs as one battery",
    )
    parser.add_argument("--quick", action="store_true", help="run the scenario without pauses")
    parser.add_argument("--seconds", type=seconds, metavar="N", help="stop after N seconds")
    parser.add_argument("--once", action="store_true", help="print one table and exit")


def run(args: argparse.Namespace) -> int:
    """Show the demo until Ctrl-C, or for ``--seconds``."""
    if args.brands and (lacking := missing()):
        raise CommandError(f"--brands {lacking}")
    try:
        replayed_packs((args.replay or "").split(",") if args.replay is not None else [])
    except ScenarioError as err:
        raise CommandError(str(err)) from err
    with TemporaryDirectory(prefix="dbus-xbms-demo-") as folder, ExitAction(lambda: _clean_up(folder)):
        try:
            return complete(_demo(args, Path(folder)), grace=STOP_LIMIT * PROGRAMS)
        except CommandError as err:
            tails = "".join(_tail(path) for path in sorted(Path(folder).glob("*.log")))
            print(tails, end="", file=sys.stderr)
            raise CommandError(f"{err}; the last lines of the logs are above" if tails else str(err)) from err


async def _demo(args: argparse.Namespace, folder: Path) -> int:
    end_by_signals()  # child processes must not outlive this one
    async with AsyncExitStack() as stack:
        async with waiting("Starting simulated packs and the service"):
            bus, live = await _started(args, folder, stack)
        if args.once:
            print(render(live.all, terminal().columns))
        elif args.scenario:
            await _play(Player(STORIES[args.scenario], live, bus, quick=args.quick), live, args.seconds)
        else:
            await show(live, seconds=args.seconds)
    return 0


async def _started(
    args: argparse.Namespace, folder: Path, stack: AsyncExitStack
) -> tuple[TrustedBus, Batteries]:
    """Start everything on a private bus, and wait until every pack shows values."""
    address = await stack.enter_async_context(_private_bus(folder))
    os.environ |= {"DBUS_SYSTEM_BUS_ADDRESS": address, "DBUS_SESSION_BUS_ADDRESS": address}
    bus = await stack.enter_async_context(open_bus())
    await stack.enter_async_context(_program(["simulate", *_packs(args, folder)], folder / "simulate.log"))
    await wait_for_name(bus, control.NAME, START_LIMIT)
    await stack.enter_async_context(_program(["run"], folder / "run.log"))
    await wait_for_name(bus, rpc.NAME, START_LIMIT)
    live = await stack.enter_async_context(batteries())
    if packs := _in_bank(args):
        await add_bank(bus)
        await _values(live, packs + 1)
    else:
        await _values(live, await add_all(bus, simulated=args.replay is None and not args.scenario))
    return bus, live


def _packs(args: argparse.Namespace, folder: Path) -> list[str]:
    """Return the options of ``simulate``."""
    if args.scenario:
        model = folder / "scenario.json"
        model.write_text(json.dumps(STORIES[args.scenario].scenario))
        return ["--model", str(model)]
    if packs := _in_bank(args):
        return ["--bank", str(packs)]
    if args.brands:
        return ["--brands"]
    return ["--packs", str(args.packs)] if args.replay is None else ["--replay", args.replay]


def _in_bank(args: argparse.Namespace) -> int:
    """Return how many packs act as one battery; 0: none."""
    if args.scenario:
        story = STORIES[args.scenario]
        return len(story.packs) if len(story.packs) > 1 else 0
    return args.bank or 0


async def _play(player: Player, live: Batteries, seconds: float | None) -> None:
    """Play a story: on a terminal above the live packs until the owner quits, else with a table per step."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            if is_screen():
                playing = asyncio.create_task(_play_steps(player))
                showing = asyncio.create_task(show(live, caption=lambda: player.caption))
                await first_of(playing, showing)
                return
            async for caption in player.steps():
                width = terminal().columns
                print(captioned(caption, render(live.all, width), width), end="\n\n", flush=True)


async def _play_steps(player: Player) -> None:
    async for _ in player.steps():
        pass


async def first_of(*tasks: asyncio.Task[None]) -> None:
    """Wait until one of the tasks ends, and cancel the others; raise the error of that task, if any."""
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    for task in done:
        task.result()


async def _values(live: Batteries, count: int) -> None:
    """Wait until ``count`` packs and banks show a voltage, and the packs of a bank their place in it."""
    try:
        async with asyncio.timeout(VALUES_LIMIT):
            while sum(_shows_values(one, in_bank=bool(live.banks)) for one in live.all) < count:
                live.changed.clear()
                await live.changed.wait()
    except TimeoutError as err:
        raise CommandError(f"not all of {count} batteries showed values within {VALUES_LIMIT:g} s") from err


def _shows_values(one: Battery, *, in_bank: bool) -> bool:
    placed = one.bank or not in_bank or PART_OF_BANK in str(one.values.get(CHARGE_MODE))
    return bool(placed) and one.values.get("/Dc/0/Voltage") is not None and not one.gone


@asynccontextmanager
async def _private_bus(folder: Path) -> AsyncIterator[str]:
    """Run a private dbus-daemon while inside; yield its address."""
    daemon = shutil.which("dbus-daemon")
    if daemon is None:
        raise CommandError("needs dbus-daemon; on Debian or Ubuntu: sudo apt install dbus-daemon")
    config = folder / "bus.conf"
    config.write_text(BUS_CONFIG.format(folder=folder))
    command = [daemon, f"--config-file={config}", "--nofork", "--print-address"]
    with (folder / "dbus-daemon.log").open("wb") as log_file:
        process = await asyncio.create_subprocess_exec(
            *command, stdout=asyncio.subprocess.PIPE, stderr=log_file, start_new_session=True
        )
    try:
        assert process.stdout
        yield (await process.stdout.readline()).decode().strip()
    finally:
        await _stop(process)


@asynccontextmanager
async def _program(arguments: Sequence[str], log_file: Path) -> AsyncIterator[None]:
    """Run this program as a child process while inside; fail if it ends by itself."""
    with log_file.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "dbus_xbms", *arguments),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,  # Ctrl-C is for this process, which stops the child
        )
    try:
        async with asyncio.TaskGroup() as group:
            watched = group.create_task(_fail_at_end(process, arguments[0]))
            try:
                yield
            finally:
                watched.cancel()
    finally:
        await _stop(process)


async def _fail_at_end(process: asyncio.subprocess.Process, name: str) -> None:
    status = await process.wait()
    raise CommandError(f"`dbus-xbms {name}` ended with status {status}")


def _clean_up(folder: str) -> None:
    """Kill the child processes and remove the folder, for exits without other cleanup."""
    for child in _children():
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    shutil.rmtree(folder, ignore_errors=True)


def _children() -> list[int]:
    """Return the ids of the child processes, including one that is just being started."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has ended
            _state, parent, *_ = stat.read_text(errors="replace").rpartition(")")[2].split()
            if int(parent) == os.getpid():
                found.append(int(stat.parent.name))
    return found


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(STOP_LIMIT):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


def _tail(path: Path) -> str:
    lines = path.read_text(errors="replace").splitlines()[-LOG_TAIL:]
    return "".join(f"{path.stem}: {printable(line, LINE)}\n" for line in lines)
