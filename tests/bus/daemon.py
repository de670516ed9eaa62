"""A private dbus-daemon: system bus (BlueZ) and session bus (Venus) of every process with its address."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dbus_xbms.commands.demo import BUS_CONFIG


@contextmanager
def private_daemon(directory: Path, address: str | None = None) -> Iterator[str]:
    """Run a daemon with its files in ``directory``; yield its address, which may be given."""
    with daemon_with(BUS_CONFIG.format(folder=directory), directory, address) as listening:
        yield listening


@contextmanager
def daemon_with(configuration: str, directory: Path, address: str | None = None) -> Iterator[str]:
    """Run a daemon with a configuration; yield its address."""
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
