"""A private dbus-daemon: system bus (BlueZ) and session bus (Venus) of whoever is told its address."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dbus_xbms.commands.demo import BUS_CONFIG


@contextmanager
def private_daemon(directory: Path, address: str | None = None) -> Iterator[str]:
    """Run a fresh daemon with its files in ``directory``; its address, which may be chosen."""
    with daemon_with(BUS_CONFIG.format(folder=directory), directory, address) as listens:
        yield listens


@contextmanager
def daemon_with(configuration: str, directory: Path, address: str | None = None) -> Iterator[str]:
    """Run a fresh daemon with a configuration; its address."""
    daemon = shutil.which("dbus-daemon")
    assert daemon, "needs dbus-daemon (Debian: apt install dbus-bin or dbus)"
    config = directory / "bus.conf"
    config.write_text(configuration)
    command = [daemon, f"--config-file={config}", "--nofork", "--print-address"]
    chosen = [f"--address={address}"] if address else []
    with subprocess.Popen([*command, *chosen], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()
