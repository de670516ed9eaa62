"""The password of a module is in no capture and in no DEBUG log, those of the libraries included."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from dbus_xbms.protocols.jbd.login import ROOT_PASSWORD_TEXT, scramble
from tests.bus.cli import command
from tests.bus.simulation import Program, Simulation
from tests.bus.venus import Venus

pytestmark = pytest.mark.usefixtures("private_bus")

ADDRESS, PASSWORD = "A4:C1:37:00:00:01", "731946"
DEBUG = ("--log-level", "DEBUG")
HIDDEN = "> ffaa18.. (login hidden)"


def leaks(text: str) -> list[str]:
    """Forms of the password, plain or scrambled with any key, that are in a text."""
    forms = [PASSWORD, PASSWORD.encode().hex()]
    for key, password in itertools.product(range(256), (PASSWORD.encode(), ROOT_PASSWORD_TEXT)):
        sent = bytes(scramble(ADDRESS, password, key))
        forms += [sent.hex(), sent.hex(" "), repr(sent)[2:-1], str([*sent])[1:-1]]
    return [form for form in forms if form in text]


async def test_a_capture_and_the_output_of_probe_have_no_password(tmp_path: Path) -> None:
    capture = tmp_path / "probe.txt"
    async with Simulation([{"password": PASSWORD}]):
        login = ("--password", PASSWORD, "--capture", str(capture))
        done = await command(*DEBUG, "probe", ADDRESS, *login)
    assert done.status == 0
    assert HIDDEN in capture.read_text()
    assert leaks(done.out + done.err + capture.read_text()) == []
    assert capture.stat().st_mode & 0o777 == 0o600


async def test_a_capture_and_the_debug_log_of_the_service_have_no_password(tmp_path: Path) -> None:
    capture = tmp_path / "run.txt"
    async with (
        Simulation([{"password": PASSWORD}]),
        Venus() as venus,
        Program(*DEBUG, "run", "--capture", str(capture)) as service,
    ):
        await venus.enable(ADDRESS, Password=PASSWORD)
        await venus.until(ADDRESS, lambda seen: seen["/Dc/0/Voltage"] is not None)
        log = "\n".join(service.output)
    assert HIDDEN in log
    assert HIDDEN in capture.read_text()
    assert leaks(log + capture.read_text()) == []


def test_a_leaked_login_would_be_found() -> None:
    assert leaks(f"> ffaa1806{scramble(ADDRESS, PASSWORD.encode(), 0x5A).hex()}00")
