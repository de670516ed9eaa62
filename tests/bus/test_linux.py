"""A machine without Venus OS: the system bus allows only what service/linux allows; settings in a file."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Iterator
from configparser import RawConfigParser
from contextlib import contextmanager
from pathlib import Path

import pytest
from dbus_fast import BusType, Message, Variant

from dbus_xbms.commands import CommandError, permission
from dbus_xbms.commands.session import open_bus
from dbus_xbms.dbus.calls import call_daemon
from dbus_xbms.settings_store.service import NAME, LocalSettings
from dbus_xbms.venus.bus_item import set_value
from tests.bus.daemon import daemon_with
from tests.bus.simulation import Program, Simulation
from tests.bus.venus import CONTROL, Venus

PASSWORD = "/Settings/Devices/xbms_a4c137000001/Password"
LINUX = Path(__file__).parents[2] / "service/linux"
POLICY = (LINUX / "dbus-xbms.conf").read_text()
UNITS = sorted(LINUX.glob("*.service"))
# What Debian 12 and Ubuntu 24.04 have in /usr/share/dbus-1/system.conf; the simulator replaces bluetoothd.
SYSTEM_BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <listen>unix:dir={folder}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <deny own="*"/>
    <deny send_type="method_call"/>
    <allow send_type="signal"/>
    <allow send_requested_reply="true" send_type="method_return"/>
    <allow send_requested_reply="true" send_type="error"/>
    <allow receive_type="method_call"/>
    <allow receive_type="method_return"/>
    <allow receive_type="error"/>
    <allow receive_type="signal"/>
    <allow send_destination="org.freedesktop.DBus" send_interface="org.freedesktop.DBus"/>
    <allow send_destination="org.bluez"/>
  </policy>
  <policy user="{user}">
    <allow own="org.bluez"/><allow own="dbus_xbms.Simulator"/>
    <allow send_destination="dbus_xbms.Simulator"/>
    <allow send_interface="org.bluez.Agent1"/>
  </policy>
  {policy}
</busconfig>
"""


def system_bus(folder: Path, policy: str) -> str:
    return SYSTEM_BUS.format(folder=folder, policy=policy, user=pwd.getpwuid(os.geteuid()).pw_name)


@contextmanager
def bus_with(policy: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The system bus of Debian with a policy for dbus-xbms, applied to the current user."""
    user = pwd.getpwuid(os.geteuid()).pw_name
    file = tmp_path / "dbus-xbms.conf"
    file.write_text(policy.replace('user="dbus-xbms"', f'user="{user}"'))
    with daemon_with(system_bus(tmp_path, f"<include>{file}</include>"), tmp_path) as address:
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)  # which the tests and the simulator use
        yield


@pytest.fixture
def debian(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with bus_with(POLICY, tmp_path, monkeypatch):
        yield


async def test_a_pack_is_read_and_controls_on_the_bus_of_debian(debian: None, tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    async with Program("settings", "--file", str(file)) as settings:
        await settings.until("0 settings are in")
        async with Simulation(1, "--bluez-only") as simulation, Program("run") as service:
            address = simulation.addresses[0]
            await service.until("no pack is enabled yet")
            async with Venus() as venus:
                await venus.enable(address, CustomName="Bank", **CONTROL)
                battery = await venus.until(
                    address, lambda seen: seen["/Info/MaxChargeVoltage"] is not None, 60
                )
                assert battery["/CustomName"] == "Bank"
            assert await service.stop() == 0
            assert [line for line in service.output if "ERROR" in line or "WARNING" in line] == []
        assert await settings.stop() == 0
    assert '"Bank"' in file.read_text()


async def test_only_root_and_the_service_receive_the_signal_of_a_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_others = re.sub(r"<allow receive_sender=.*/>", "", POLICY)  # the policy as it applies to other users
    assert POLICY.count("<allow receive_sender=") == len(("root", "dbus-xbms"))
    assert await _received_with(POLICY, tmp_path, monkeypatch) == ["secret"]
    assert await _received_with(of_others, tmp_path, monkeypatch) == []


async def _received_with(policy: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The passwords in signals that reach a listener while one is set."""
    received: list[str] = []

    def on_message(message: Message) -> None:
        if message.member == "PropertiesChanged" and message.path == PASSWORD:
            received.append(message.body[0]["Value"].value)

    with bus_with(policy, tmp_path, monkeypatch):
        store = LocalSettings(BusType.SYSTEM)
        await store.open()
        store.store.add(PASSWORD, "s", "")
        async with open_bus() as listener, open_bus() as owner:
            listener.add_message_handler(on_message)
            await listener.follow(NAME)
            await call_daemon(listener, "AddMatch", "type='signal'")
            assert await set_value(owner, NAME, PASSWORD, Variant("s", "secret"))
            await call_daemon(listener, "GetId")  # signals sent before the reply have arrived by now
        await store.close()
    return received


async def test_without_the_policy_settings_and_service_say_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with daemon_with(system_bus(tmp_path, ""), tmp_path) as address:
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)  # which the tests and the simulator use
        async with Program("settings", "--file", str(tmp_path / "settings.json")) as settings:
            assert await settings.ended() == 1
        assert settings.log[-1].endswith("install service/linux/dbus-xbms.conf in /etc/dbus-1/system.d")
        async with Program("run") as service:
            assert await service.ended() == 1
        assert "does not let" in service.output[-1]
        assert settings.left_behind + service.left_behind == []


async def test_a_user_whose_calls_the_bus_refuses_is_told_to_use_sudo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = pwd.getpwuid(os.geteuid()).pw_name
    owns = f'<policy user="{user}"><allow own="com.victronenergy.settings"/></policy>'
    with daemon_with(system_bus(tmp_path, owns), tmp_path) as address:
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
        monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
        await permission.ask()  # no program owns the name, so nothing is refused
        async with Program("settings", "--file", str(tmp_path / "settings.json")) as settings:
            await settings.until("settings are in")
            with pytest.raises(CommandError, match="use sudo"):
                await permission.ask()


async def test_the_user_of_the_policy_may_call_the_settings_store(debian: None, tmp_path: Path) -> None:
    async with Program("settings", "--file", str(tmp_path / "settings.json")) as settings:
        await settings.until("settings are in")
        await permission.ask()
        async with Program("list") as lists:
            assert await lists.ended() == 0, lists.log


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_runs_a_command_as_the_user_of_the_policy_and_always_restarts_it(unit: Path) -> None:
    parser = RawConfigParser(strict=False)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read(unit)
    service = parser["Service"]
    assert f'<policy user="{service["User"]}">' in POLICY
    assert f'<allow own="{service["BusName"]}"/>' in POLICY
    assert service["ExecStart"].split()[-1] in {"run", "settings"}
    assert service["Restart"] == "always"
    assert parser["Unit"]["StartLimitIntervalSec"] == "0"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd-analyze")
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_accepts_each_unit(unit: Path) -> None:
    done = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, timeout=60)
    errors = [line for line in done.stderr.splitlines() if "is not executable" not in line]
    assert [line for line in errors if unit.name in line] == []


def test_the_command_ignores_the_session_bus_of_the_login() -> None:
    command = (LINUX / "dbus-xbms").read_text().replace("/opt/dbus-xbms/bin/dbus-xbms", "/usr/bin/env")
    done = subprocess.run(
        ["sh", "-c", command],
        env={**os.environ, "DBUS_SESSION_BUS_ADDRESS": "unix:path=/none", "OTHER": "kept"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "OTHER=kept" in done.stdout
    assert "DBUS_SESSION_BUS_ADDRESS" not in done.stdout
