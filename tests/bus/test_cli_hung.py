"""Every command ends although a program hangs that it needs, and names that program."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest
from dbus_fast import BusType, MessageType
from dbus_fast.aio import MessageBus

from dbus_xbms.process.machine import HERE
from dbus_xbms.rpc import NAME as SERVICE
from tests.bus.cli import Done, command
from tests.bus.peers import ONE, peers
from tests.bus.simulation import Simulation
from tests.bus.venus import Venus
from tests.bus.venus_services import venus_service

MESSAGES = {  # the message about each
    "service": f"the dbus-xbms service has not answered for 5 s: restart it with `{HERE.restart}`",
    "localsettings": f"localsettings has not answered for 5 s: restart it with `{HERE.settings}`",
    "bluetoothd": f"bluetoothd has not answered for 5 s: restart it with `{HERE.bluetooth}`",
}
COMMANDS = (
    ("list",),
    ("watch", "--once"),
    ("watch", "--seconds", "1"),
    ("get", ONE),
    ("set", ONE, "HoldTime", "60"),
    ("set", "service", "MaxConnections", "5"),
    ("scan", "--seconds", "1"),
    ("switch", ONE, "charge", "on"),
    ("lend", ONE, "1"),
    ("bank",),
    ("bank", "create", "--yes"),
    ("wait", "--seconds", "3"),
    ("add", ONE),
    ("probe", "A4:C1:37:00:00:02"),
)
REMOVALS = (("remove", ONE), ("remove", ONE, "--forget"))
# The commands that need each program, and have to name it when it hangs.
NEEDED_BY = {
    "service": {
        *("list", "bank", "watch", "set", "scan", "switch", "lend", "wait", "add", "remove"),
        "remove --forget",
    },
    "localsettings": {"list", "bank", "get", "set", "scan", "add", "remove", "remove --forget"},
    "bluetoothd": {"scan", "probe"},
}


async def run_all() -> Mapping[tuple[str, ...], Done]:
    """Run all commands concurrently, then those that remove the pack."""
    done = await asyncio.gather(*(command(*arguments) for arguments in COMMANDS))
    return dict(zip(COMMANDS, done, strict=True)) | {last: await command(*last) for last in REMOVALS}


@pytest.mark.parametrize("hung", MESSAGES)
async def test_every_command_ends_and_names_the_program_that_hangs(
    hung: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with peers(tmp_path, monkeypatch) as system:
        with system.stopped(hung):
            results = await run_all()
    for arguments, done in results.items():
        called = arguments[0] + (" --forget" if "--forget" in arguments else "")
        output = done.out + done.err
        assert (MESSAGES[hung] in output) == (called in NEEDED_BY[hung]), (arguments, output)
        assert "Traceback" not in output


@pytest.mark.parametrize(
    ("hung", "words"),
    [
        ("service", "PROBLEM  service: it is running but does not answer"),
        ("localsettings", "PROBLEM  settings: com.victronenergy.settings is missing or does not answer"),
        ("bluetoothd", "PROBLEM  bluetoothd: it is running but does not answer"),
    ],
)
async def test_the_doctor_names_the_program_that_hangs(
    hung: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with peers(tmp_path, monkeypatch) as system:
        with system.stopped(hung):
            done = await command("doctor", "--root", str(tmp_path))
    assert words in done.out


@pytest.mark.usefixtures("private_bus")
async def test_list_shows_stored_packs_while_the_service_hangs() -> None:
    async with Simulation([{"address": ONE}]), Venus() as venus:
        await venus.enable(ONE, CustomName="House bank")
        bus = await MessageBus(bus_type=BusType.SESSION).connect()
        bus.add_message_handler(lambda message: message.message_type is MessageType.METHOD_CALL)
        await bus.request_name(SERVICE)  # and never answers
        done = await command("list")
        bus.disconnect()
        await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]
    assert done.status == 1
    assert MESSAGES["service"] in done.err
    assert "House bank" in done.out
    assert "service does not answer" in done.out


@pytest.mark.usefixtures("private_bus")
async def test_the_doctor_names_a_systemcalc_that_hangs(tmp_path: Path) -> None:
    async with venus_service("com.victronenergy.system", {}, hangs=True):
        done = await command("doctor", "--root", str(tmp_path))
    words = " ".join(done.out.split())
    assert f"systemcalc has not answered for 2 s: restart it with `{HERE.systemcalc}`" in words
