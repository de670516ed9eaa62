"""The advice in all messages of a program that runs on a GX or on another Linux machine."""

from __future__ import annotations

import subprocess
import sys

import pytest

from dbus_xbms.process.machine import GX, LINUX, Machine


@pytest.mark.parametrize(("name", "kind"), [("GX", GX), ("LINUX", LINUX)])
def test_all_messages_advise_what_helps_on_this_machine(name: str, kind: Machine) -> None:
    words = _said_on(name)
    for part in ("svc -t", "/etc/init.d", "restart the GX"):
        assert (part in words) == (kind is GX), part
    for part in ("systemctl restart bluetooth", "systemctl restart dbus-xbms-settings"):
        assert (part in words) == (kind is LINUX), part


def _said_on(name: str) -> str:
    """All advice of a program that runs on such a machine."""
    code = (
        "from dbus_xbms.process import machine\n"
        f"machine.HERE = machine.{name}\n"
        "from dbus_xbms.contact import ADVICE\n"
        "from dbus_xbms.dbus.errors import PEERS, peer_at\n"
        "from dbus_xbms.commands.session import SERVICE_ERRORS\n"
        "from dbus_xbms.ble.errors import HANGS\n"
        "print(ADVICE, PEERS, peer_at('x'), SERVICE_ERRORS, HANGS)"
    )
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
