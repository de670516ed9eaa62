"""The full screen on a terminal, and the age of data from the service."""

from __future__ import annotations

import pytest

from dbus_xbms.commands.full_screen import Screen
from dbus_xbms.commands.screen import terminal
from dbus_xbms.commands.screen.glyphs import ASCII, BLOCKS, Glyphs
from dbus_xbms.commands.table import Battery
from dbus_xbms.contact import Contact, ContactState
from tests.unit.commands.screen.scenes import GONE, PORT, Bus


@pytest.mark.parametrize(
    ("sent", "more"),
    [
        (b"\x1b", True),
        (b"\x1b[", True),
        (b"\x1bO", True),
        (b"\x1b[1", True),
        (b"\x1b[1;", True),  # of Ctrl with an arrow; the rest is no key
        (b"\x1b[1;5", True),
        (b"\x1b[1;5D", False),
        (b"\x1b[A", False),
        (b"\x1bq", False),
        (b"q", False),
    ],
)
def test_an_escape_sequence_is_read_to_its_last_byte(sent: bytes, more: bool) -> None:
    assert terminal.is_partial(sent) is more


class Utf8:
    """A standard output with encoding UTF-8, which Python uses in the locale C too."""

    encoding = "utf-8"


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, BLOCKS),
        ({"LANG": "C"}, BLOCKS),
        ({"LC_ALL": "C.UTF-8"}, BLOCKS),
        ({"LC_ALL": "C"}, ASCII),
        ({"LC_ALL": "POSIX"}, ASCII),
        ({"TERM": "linux"}, ASCII),
    ],
    ids=str,
)
def test_the_locale_c_gets_ascii_characters(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], expected: Glyphs
) -> None:
    for name in ("LC_ALL", "LANG", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.stdout", Utf8())
    assert terminal.glyphs() is expected


PUBLISHED = Battery(service=PORT.service, values={**PORT.values, "/Bluetooth/SampleAge": 0}, texts=PORT.texts)
CONNECTED = {PORT.address: Contact(state=ContactState.CONNECTED, reason="connected", silence=0.5)}


@pytest.mark.parametrize("answers", [True, False])
def test_the_age_of_a_sample_grows_while_the_service_is_silent(answers: bool) -> None:
    clock = [100.0]
    screen = Screen(contacts=CONNECTED, answered=100.0, answers=answers, now=lambda: clock[0])
    ages = []
    for passed in (0.0, 0.6, 13.0):
        clock[0] = 100.0 + passed
        (pack,) = screen.scene(Bus(PUBLISHED), keys=True, chars=BLOCKS).packs
        ages.append(pack.values["/Bluetooth/SampleAge"])
    assert ages == [0, 1, 13]


def test_a_removed_pack_leaves_the_screen_once_the_service_reports_it() -> None:
    waiting, informed = Screen(), Screen(contacts=CONNECTED)
    assert waiting.scene(Bus(PUBLISHED, GONE), keys=True, chars=BLOCKS).packs == [PUBLISHED, GONE]
    (remaining,) = informed.scene(Bus(PUBLISHED, GONE), keys=True, chars=BLOCKS).packs
    assert remaining.service == PUBLISHED.service
