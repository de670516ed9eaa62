"""The VM as the script sees it: processes, bluetoothd, the adapter, and the rig's control channel."""

from __future__ import annotations

import asyncio
import importlib
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

RUN = Path("/run")  # where the rig keeps its pid files
OUT = Path("/out") if Path("/out").is_dir() else RUN  # files here outlive the VM
STOP_LIMIT = 60.0  # s; the guest is about 20 times slower than the machine it runs on
CLK = os.sysconf("SC_CLK_TCK")


async def until(holds: Callable[[], bool]) -> None:
    """Wait for something that announces itself to nobody."""
    async with asyncio.timeout(STOP_LIMIT):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def ctl(op: str, **arguments: Any) -> Any:
    """Ask the rig for something; see its README."""
    return await asyncio.to_thread(importlib.import_module("rigctl").ctl, op, **arguments)


async def pack(index: int) -> dict[str, Any]:
    """What the rig says of one virtual pack."""
    described: dict[str, Any] = (await ctl("info"))["bms"][index]
    return described


async def answered(index: int, times: int) -> None:
    """Wait until a virtual pack has answered so often since it was made."""
    while (await pack(index))["answers"] < times:  # noqa: ASYNC110
        await asyncio.sleep(0.5)


def fresh_file(name: str) -> Path:
    """A file that outlives the VM and is not there yet."""
    (OUT / name).unlink(missing_ok=True)
    return OUT / name


async def program(*arguments: str) -> str:
    """Run one command of ours to its end and return what it printed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "dbus_xbms",
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    if process.returncode:
        raise AssertionError(f"dbus-xbms {' '.join(arguments)}: {process.returncode}: {output.decode()}")
    return output.decode()


@asynccontextmanager
async def background(*command: str, log: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process of ours, output to ``log``; ended on leaving if it still runs."""
    with log.open("ab") as file:
        process = await asyncio.create_subprocess_exec(*command, stdout=file, stderr=subprocess.STDOUT)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
            async with asyncio.timeout(STOP_LIMIT):
                await process.wait()


@asynccontextmanager
async def session_bus(directory: Path) -> AsyncIterator[int]:
    """A bus for the Venus side, named in the environment of this process and its children."""
    address = f"unix:path={directory / 'venus-bus'}"
    command = ("dbus-daemon", "--session", "--nofork", "--nopidfile", f"--address={address}")
    async with background(*command, log=OUT / "venus-bus.log") as daemon:
        await until(lambda: (directory / "venus-bus").exists())
        os.environ["DBUS_SESSION_BUS_ADDRESS"] = address
        yield daemon.pid


def _pid_file(name: str) -> Path:
    return RUN / f"{name}.pid"


def pid_of(name: str) -> int:
    """Process id of a daemon of the rig: ``bluetoothd``, or ``vbms`` for the adapter."""
    return int(_pid_file(name).read_text())


def _start(name: str, *command: str) -> None:
    with (OUT / f"{name}-again.log").open("ab") as file:
        process = subprocess.Popen(command, stdout=file, stderr=file)
    _pid_file(name).write_text(str(process.pid))


async def kill(name: str, number: signal.Signals) -> None:
    """End a daemon of the rig and wait until it is gone."""
    pid = pid_of(name)
    os.kill(pid, number)
    await until(lambda: not _alive(pid))


def _alive(pid: int) -> bool:
    """Whether the process still does something; nobody may have waited for a dead one yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


async def start_bluetoothd() -> None:
    """Start bluetoothd again."""
    _start("bluetoothd", "/usr/libexec/bluetooth/bluetoothd", "-n")


async def plug_in() -> None:
    """Bring the adapter back."""
    _start("vbms", f"{os.environ['CACHE']}/hciproxy", "/dev/vhci", "/dev/vport0p1")


def cpu_seconds(pid: int) -> float:
    """CPU time that a process has used, all its threads together."""
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9


def resident(pid: int) -> float:
    """MB of memory that a process holds."""
    fields = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(fields["VmRSS"].split()[0]) / 1024


def pids_named(name: str) -> Sequence[int]:
    """Processes by the name of their program."""
    found = []
    for comm in Path("/proc").glob("[0-9]*/comm"):
        try:
            if comm.read_text().strip() == name:
                found.append(int(comm.parent.name))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return sorted(found)
