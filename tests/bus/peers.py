"""The service and the programs that it talks to, each a process that can be suspended."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.bus.daemon import private_daemon
from tests.bus.simulation import Program
from tests.bus.venus import Venus

ONE = "A4:C1:37:00:00:01"


@dataclass(frozen=True, slots=True, kw_only=True)
class Peers:
    """The processes by name, and the bus as Venus OS sees it."""

    processes: dict[str, Program]
    venus: Venus

    @contextmanager
    def stopped(self, name: str) -> Iterator[None]:
        """Suspend a process in the context."""
        pid = self.processes[name].pid
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)


@asynccontextmanager
async def peers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Peers]:
    """A pack and its bluetoothd on a bus of their own, localsettings, and the service that shows it."""
    venus_files, bluez_files = tmp_path / "venus", tmp_path / "bluez"
    venus_files.mkdir()
    bluez_files.mkdir()
    with private_daemon(venus_files) as session, private_daemon(bluez_files) as system:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", session)
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", system)
        control_bus = {"DBUS_SESSION_BUS_ADDRESS": system}  # for its control interface
        async with (
            Program("simulate", "--bluez-only", "--packs", "1", environment=control_bus) as bluetoothd,
            Program("simulate", "--settings-only") as localsettings,
            Venus() as venus,
        ):
            await bluetoothd.until("ready:")
            await localsettings.until("ready:")
            async with Program("run") as service:
                await venus.enable(ONE)
                await venus.until(ONE, lambda seen: seen["/Dc/0/Voltage"] is not None)
                processes = {"service": service, "localsettings": localsettings, "bluetoothd": bluetoothd}
                yield Peers(processes=processes, venus=venus)
