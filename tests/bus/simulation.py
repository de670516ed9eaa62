"""The simulator and the program as subprocesses on the private bus, for every test of this layer.

async with Simulation(packs=2) as sim, Program("run") as program:
    await sim.fault("drop", sim.addresses[0])
    assert (await sim.truth(sim.addresses[0]))["counters"]["connections"] == 2
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from dbus_fast import BusType, Variant
from dbus_fast.aio import MessageBus

from tests import forked
from tests.bus.calls import result_of
from tests.patience import PATIENCE

# With a watchdog that waits longer at the end, for busy machines; tests of the watchdog use other commands.
PATIENT = f"""
import runpy
from dbus_xbms.process import watchdog
watchdog.END_LIMIT = {PATIENCE}
runpy.run_module("dbus_xbms", run_name="__main__", alter_sys=True)
"""
COMMAND = (sys.executable, "-W", "error", "-c", PATIENT)
CONTROL = "dbus_xbms.Simulator"
# Output of Python about leaked tasks, sockets and exceptions.
LEFT_BEHIND = ("Traceback", "was never retrieved", "was never awaited", "was destroyed", "ResourceWarning")
QUICK = {"disconnect": 0.2}  # BlueZ takes 2 s for a disconnect, which few tests depend on


class Start:
    """How programs are started."""

    forks = False  # as forks of a process that has imported the program: see tests/forked.py


async def start(
    *arguments: str, command: Sequence[str], environment: Mapping[str, str], typed: str = ""
) -> asyncio.subprocess.Process | forked.Forked:
    """Start a program with ``typed`` as its standard input, and with pipes for its output."""
    if Start.forks and command is COMMAND and forked.obeys(environment):
        return await forked.start_with_pipes(*arguments, environment=environment, typed=typed.encode())
    process = await asyncio.create_subprocess_exec(
        *(*command, *arguments),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=environment,
        process_group=0,  # Ctrl-C ends who started it, and by that this one, even while Python starts
    )
    assert process.stdin
    process.stdin.write(typed.encode())
    process.stdin.close()
    return process


class Program:
    """``python -m dbus_xbms ARGUMENTS`` as a subprocess whose output is kept, line by line."""

    def __init__(
        self,
        *arguments: str,
        command: Sequence[str] = COMMAND,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.command = command
        self.arguments = arguments
        self.environment = environment or {}  # added to that of this process
        self.log: list[str] = []  # standard error
        self.output: list[str] = []  # standard output
        self.status: int | None = None
        self._process: asyncio.subprocess.Process | forked.Forked | None = None
        self._readers = asyncio.TaskGroup()
        self._line = asyncio.Event()  # set at each new line

    async def __aenter__(self) -> Self:
        environment = {**os.environ, **self.environment}
        self._process = await start(*self.arguments, command=self.command, environment=environment)
        await self._readers.__aenter__()
        assert self._process.stdout
        assert self._process.stderr
        self._readers.create_task(self._collect(self._process.stdout, self.output))
        self._readers.create_task(self._collect(self._process.stderr, self.log))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, err: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await self.stop()
        finally:
            assert self._process
            if self._process.returncode is None:
                self._process.kill()
            await self._readers.__aexit__(None, None, None)
            await self._process.wait()
        if err is not None:
            self._show()

    async def stop(self, number: int = signal.SIGTERM, timeout: float = PATIENCE) -> int:
        """Send it a signal and return its exit status; it must end within ``timeout`` s."""
        assert self._process
        if self._process.returncode is None:
            self._process.send_signal(number)
        return await self.ended(timeout)

    async def ended(self, timeout: float = PATIENCE) -> int:
        """Wait until it ends and return its exit status."""
        assert self._process
        async with asyncio.timeout(timeout):
            self.status = await self._process.wait()
        return self.status

    async def until(self, text: str, timeout: float = PATIENCE, times: int = 1) -> str:
        """Wait for the ``times``-th line, in the output or the log, that contains ``text``, and return it."""
        async with asyncio.timeout(timeout):
            while True:
                lines = self.lines(text)
                if len(lines) >= times:
                    return lines[times - 1]
                self._line.clear()
                await self._line.wait()

    def lines(self, text: str) -> list[str]:
        """Return all lines so far, of the output and of the log, that contain ``text``."""
        return [line for line in (*self.output, *self.log) if text in line]

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process
        return self._process.pid

    @property
    def left_behind(self) -> list[str]:
        """Lines about leaked tasks, sockets or exceptions; read it after the process has ended."""
        lines = [*self.log, *self.output]
        return [line for line in lines if any(mark in line for mark in LEFT_BEHIND)]

    async def _collect(self, stream: asyncio.StreamReader, lines: list[str]) -> None:
        async for line in stream:
            lines.append(line.decode("utf-8", "replace").rstrip("\n"))
            self._line.set()

    def _show(self) -> None:
        """Print everything for pytest to show with the failure."""
        print(f"--- {' '.join(self.arguments)}: status {self.status}")
        print("\n".join([*self.output, *self.log][-200:]))


class Simulation(Program):
    """Simulated packs, BlueZ and localsettings.

    ``packs`` is the number of default packs, or rows as in a scenario file; see docs/simulator.md.
    """

    def __init__(
        self,
        packs: int | Sequence[dict[str, Any]] = 2,
        *arguments: str,
        timing: dict[str, float] | None = None,
        **scenario: Any,
    ) -> None:
        self._directory = tempfile.TemporaryDirectory()
        file = Path(self._directory.name) / "scenario.json"
        rows = packs if isinstance(packs, int) else list(packs)
        file.write_text(json.dumps({"packs": rows, "timing": {**QUICK, **(timing or {})}, **scenario}))
        super().__init__("simulate", "--model", str(file), *arguments)
        self.addresses: list[str] = []
        self._bus: MessageBus | None = None

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        try:
            await self.until("ready:")
            session = MessageBus(bus_type=BusType.SESSION)
            self._bus = await session.connect()
            self.addresses = await self._call("Packs")
        except BaseException as err:
            await self.__aexit__(type(err), err, None)
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, err: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bus is not None:
            self._bus.disconnect()
            with suppress(OSError, EOFError):  # the bus may be gone already
                await self._bus.wait_for_disconnect()  # type: ignore[no-untyped-call]
        self._directory.cleanup()
        await super().__aexit__(kind, err, trace)

    async def fault(self, name: str, target: str = "", /, **parameters: bool | int | float | str) -> None:
        """Inject a fault; a restart returns when it is over, any other fault at once."""
        types = {bool: "b", int: "i", float: "d", str: "s"}
        variants = {key: Variant(types[type(value)], value) for key, value in parameters.items()}
        await self._call("Inject", "ssa{sv}", target, name, variants)

    async def truth(self, address: str) -> dict[str, Any]:
        """The true state of a pack."""
        truth: dict[str, Any] = json.loads(await self._call("Truth", "s", address))
        return truth

    async def counters(self) -> dict[str, Any]:
        """Counters of each adapter, by its name."""
        counters: dict[str, Any] = json.loads(await self._call("Counters"))
        return counters

    async def truth_when(
        self, address: str, condition: Callable[[dict[str, Any]], bool], timeout: float = PATIENCE
    ) -> dict[str, Any]:
        """Poll the true state of a pack until ``condition`` holds, and return it."""
        async with asyncio.timeout(timeout):
            while True:
                truth = await self.truth(address)
                if condition(truth):
                    return truth
                await asyncio.sleep(0.05)

    async def _call(self, member: str, signature: str = "", *body: Any) -> Any:
        assert self._bus
        result = await result_of(self._bus, CONTROL, "/", CONTROL, member, signature, *body)
        return result[0] if result else None
