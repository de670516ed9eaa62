"""A command that finds the service stopped names what starts it on this machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from dbus_xbms.commands.session import stopped


@pytest.mark.parametrize(
    ("file", "starter"),
    [
        ("service/dbus-xbms", "svc -u /service/dbus-xbms"),
        ("etc/systemd/system/dbus-xbms.service", "sudo systemctl start dbus-xbms"),
        ("tmp/anything", "dbus-xbms run"),
    ],
)
def test_a_stopped_service_is_started_as_this_machine_does_it(
    tmp_path: Path, file: str, starter: str
) -> None:
    (tmp_path / file).parent.mkdir(parents=True)
    (tmp_path / file).touch()
    assert stopped(tmp_path) == f"the service is stopped; `{starter}` starts it"
