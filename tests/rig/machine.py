"""The virtual machine: processes, bluetoothd, the adapter, and the rig's control channel."""

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


async def until(holds: Callable[[], bool]) -> None:
    """Poll until a condition holds."""
    async with asyncio.timeout(STOP_LIMIT):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def ctl(op: str, **arguments: Any) -> Any:
    """Send a request to the rig; see its README."""
    return await asyncio.to_thread(importlib.import_module("rigctl").ctl, op, **arguments)


async def pack(index: int) -> dict[str, Any]:
    """Return the state of one virtual pack."""
    described: dict[str, Any] = (await ctl("info"))["bms"][index]
    return described


async def answered(index: int, times: int) -> None:
    """Wait until a virtual pack has sent this many replies."""
    while (await pack(index))["answers"] < times:  # noqa: ASYNC110
        await asyncio.sleep(0.5)


def fresh_file(name: str) -> Path:
    """Return the path of a new file that outlives the virtual machine."""
    (OUT / name).unlink(missing_ok=True)
    return OUT / name


async def program(*arguments: str) -> str:
    """Run a command of the program and return its output."""
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
    """Run a process with output to ``log``; end it on leaving if it still runs."""
    with log.open("ab") as file:
        process = await asyncio.create_subprocess_exec(*command, stdout=file, stderr=subprocess.STDOUT)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
            async with asyncio.timeout(STOP_LIMIT):
                await process.wait()


def _pid_file(name: str) -> Path:
    return RUN / f"{name}.pid"


def pid_of(name: str) -> int:
    """Return the process id of a daemon of the rig: ``bluetoothd``, or ``vbms`` for the adapter."""
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
    """Return whether the process runs; a dead one may not have been reaped yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


async def start_bluetoothd() -> None:
    """Start bluetoothd again."""
    _start("bluetoothd", "/usr/libexec/bluetooth/bluetoothd", "-n")


async def plug_in() -> None:
    """Attach the adapter again."""
    _start("vbms", f"{os.environ['CACHE']}/hciproxy", "/dev/vhci", "/dev/vport0p1")


def pids_named(name: str) -> Sequence[int]:
    """Return the processes of a program."""
    found = []
    for comm in Path("/proc").glob("[0-9]*/comm"):
        try:
            if comm.read_text().strip() == name:
                found.append(int(comm.parent.name))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return sorted(found)
