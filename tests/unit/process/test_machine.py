"""Advice names the commands of this machine: svc on a GX, systemctl elsewhere."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from dbus_xbms.commands.session import stopped
from dbus_xbms.contact import ADVICE, ContactState
from dbus_xbms.dbus.errors import PEERS
from dbus_xbms.process.machine import GX, HERE, LINUX, VENUS, machine, supervisor

ON_A_GX = ("svc ", "/etc/init.d", "GX", "Venus")


def create(root: Path, *files: str) -> Path:
    for file in files:
        (root / file).parent.mkdir(parents=True)
        (root / file).touch()
    return root


@pytest.mark.parametrize(
    ("files", "starter"),
    [
        ([VENUS, GX.unit], "svc -u /service/dbus-xbms"),
        ([VENUS], "dbus-xbms run"),
        ([LINUX.unit], "sudo systemctl start dbus-xbms"),
        ([], "dbus-xbms run"),
    ],
)
def test_advice_for_a_stopped_service_fits_the_machine(
    tmp_path: Path, files: list[str], starter: str
) -> None:
    assert stopped(create(tmp_path, *files)) == f"the service is stopped; `{starter}` starts it"


def test_a_machine_with_the_version_of_venus_is_a_gx(tmp_path: Path) -> None:
    assert machine(tmp_path) is LINUX
    assert machine(create(tmp_path, VENUS)) is GX


def test_no_advice_for_a_gx_is_given_elsewhere() -> None:
    words = [str(getattr(LINUX, field.name)) for field in fields(LINUX)]
    assert [word for word in words if any(part in word for part in ON_A_GX)] == []
    assert [field.name for field in fields(GX) if "systemctl" in str(getattr(GX, field.name))] == []


def test_advice_of_this_process_is_for_its_own_machine() -> None:
    assert HERE is machine()
    assert ADVICE[ContactState.NO_BLUETOOTH] == HERE.bluetooth_helps
    (peer,) = [peer for peer in PEERS if peer.name == "org.bluez"]
    assert peer.advice == f"restart it with `{HERE.bluetooth}`"


@pytest.mark.parametrize(
    ("parent", "environment", "found"),
    [
        ("supervise", {}, "supervise"),
        ("systemd", {"SYSTEMD_EXEC_PID": "812"}, "systemd"),
        ("bash", {"SYSTEMD_EXEC_PID": "700", "INVOCATION_ID": "1"}, ""),  # a shell below a systemd service
        ("systemd", {}, ""),  # adopted, after its shell has ended
        ("", {}, ""),
    ],
)
def test_only_a_supervisor_that_started_the_process_itself_restarts_it(
    parent: str, environment: dict[str, str], found: str
) -> None:
    assert supervisor(parent, environment, 812) == found
