"""`watch` as a full screen: the whole command on a real terminal, at every size."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from csv import DictReader
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from bench import pty
from dbus_xbms.contact import Contact, ContactState
from dbus_xbms.model import LinkStatus
from dbus_xbms.protocols import Advertised
from dbus_xbms.rpc import RpcService
from dbus_xbms.venus.service import ItemService
from dbus_xbms.venus.tables.battery import BATTERY, items_for, values
from tests.bus.venus import show
from tests.on_terminal import start_program
from tests.patience import PATIENCE
from tests.unit.commands.reports import ADDRESS, CONTROLLING, SAMPLE
from tests.unit.samples import changed

on_terminal = partial(pty.on_terminal, start=start_program)

CHARGING = changed(
    CONTROLLING,
    identity=replace(CONTROLLING.identity, cell_count=16),
    sample=replace(SAMPLE, cells=tuple(3.3 + n / 1000 for n in range(16))),
)
ITEMS = items_for(CHARGING.identity, controls=True)


@pytest.fixture
async def pack(private_bus: str) -> AsyncIterator[ItemService]:
    """A controlling pack of 16 cells on the bus, as the service publishes it."""
    name = f"{BATTERY}.xbms_a4c137010203"
    service = ItemService(name, ITEMS, values(ITEMS, CHARGING), lambda path, value, sender: True)
    await service.start()
    yield service
    await service.stop()


@pytest.mark.parametrize("size", [(34, 20), (50, 30), (80, 24), (120, 40), (200, 60)])
async def test_the_screen_shows_its_keys_and_restores_the_terminal(
    pack: ItemService, size: tuple[int, int]
) -> None:
    async with on_terminal("watch", size=size) as terminal:
        lines = await terminal.shows("CVL 13.80V Absorption, balancing")
        assert lines[0].startswith("dbus-xbms service stopped")
        assert "Starboard" in " ".join(lines)
        assert terminal.screen.modes == {"alternate": True, "cursor": False, "wrap": False}
        assert not terminal.echoes()
        terminal.type("1")
        await terminal.shows("cells ▼ lowest ▲ highest")
        if size == (34, 20):
            await terminal.shows("more lines below")
        terminal.type("\x1b[F")  # End
        await terminal.shows("alarms none")
        terminal.type("?")
        await terminal.shows("q, Ctrl-C quit")
        terminal.type("q")
        assert await terminal.ended() == 0
        assert terminal.screen.modes == {"alternate": False, "cursor": True, "wrap": True}
        assert terminal.echoes()
        assert not terminal.screen.overran


async def test_the_screen_follows_the_bus_and_the_size_of_the_window(pack: ItemService) -> None:
    async with on_terminal("watch", size=(120, 40)) as terminal:
        await terminal.shows("76.3%")
        low = changed(CHARGING, soc=12.0)
        show(pack, values(ITEMS, low))
        await terminal.shows("12.0%")
        terminal.resize(34, 20)
        await terminal.shows("q quit ? help Enter open")
        assert "DCL 50.0A 0.5 C of 100 Ah" in " ".join(" ".join(terminal.screen.text).split())
        assert not terminal.screen.overran
        await pack.stop()
        await terminal.shows("left the bus")


@pytest.mark.parametrize(
    "number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT], ids=lambda number: number.name
)
async def test_a_signal_restores_the_terminal(pack: ItemService, number: signal.Signals) -> None:
    async with on_terminal("watch") as terminal:
        await terminal.shows("Starboard")
        terminal.process.send_signal(number)
        assert await terminal.ended() == 130
        assert terminal.screen.modes == {"alternate": False, "cursor": True, "wrap": True}
        assert terminal.echoes()
        assert "Traceback" not in terminal.sent


async def test_a_suspended_screen_restores_the_terminal_and_is_redrawn(pack: ItemService) -> None:
    async with on_terminal("watch") as terminal:
        await terminal.shows("Starboard")
        terminal.process.send_signal(signal.SIGTSTP)
        await terminal.until(lambda _: not terminal.screen.modes["alternate"])
        await terminal.stopped()
        terminal.process.send_signal(signal.SIGCONT)
        await terminal.shows("Starboard")
        terminal.type("q")
        assert await terminal.ended() == 0
        assert terminal.echoes()


async def test_no_color_disables_colours(pack: ItemService) -> None:
    async with on_terminal("watch", environment={"NO_COLOR": "1"}) as terminal:
        await terminal.shows("Starboard")
        terminal.type("q")
        assert await terminal.ended() == 0
        assert not any(f"[{colour}m" in terminal.sent for colour in ("31", "32", "33", "1;31", "1;36"))


@pytest.mark.parametrize("environment", [{"TERM": "linux"}, {"PYTHONIOENCODING": "ascii"}], ids=str)
async def test_a_terminal_that_lacks_block_characters_gets_ascii(
    pack: ItemService, environment: dict[str, str]
) -> None:
    async with on_terminal("watch", size=(80, 40), environment=environment) as terminal:
        await terminal.shows("v lowest ^ highest * balancing")
        terminal.type("q")
        assert await terminal.ended() == 0
        assert terminal.sent.replace("°", "?").isascii()
        assert "31.0?C" in terminal.sent.replace("°", "?")


async def test_the_screen_works_without_a_keyboard(pack: ItemService) -> None:
    async with on_terminal("watch", keys=False) as terminal:
        await terminal.shows("Ctrl-C ends")
        terminal.process.send_signal(signal.SIGINT)
        assert await terminal.ended() == 130
        assert not terminal.screen.modes["alternate"]


async def test_a_dumb_terminal_gets_tables_and_no_escape_sequences(pack: ItemService) -> None:
    async with on_terminal("watch", "--seconds", "0.5", environment={"TERM": "dumb"}) as terminal:
        assert await terminal.ended() == 0
        assert "CVL     13.80V  Absorption, balancing" in terminal.sent
        assert "\x1b" not in terminal.sent


async def test_the_screen_ends_after_the_given_seconds(pack: ItemService) -> None:
    async with on_terminal("watch", "--seconds", "1") as terminal:
        assert await terminal.ended() == 0
        assert "Starboard" in terminal.sent
        assert not terminal.screen.modes["alternate"]


async def test_only_polls_are_logged_with_or_without_a_screen(pack: ItemService, tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    async with on_terminal("watch", "starb", "--log", str(path)) as terminal:
        await terminal.shows("76.3%")
        for soc in (70.0, 69.0):
            report = changed(CHARGING, soc=soc)
            show(pack, values(ITEMS, report))
            for link in (LinkStatus(state="no answer"), LinkStatus(state="connected", rssi=-71)):
                show(pack, values(ITEMS, replace(report, link=link, custom_name="Starboard bank")))
        await terminal.shows("69.0%")
        terminal.type("q")
        assert await terminal.ended() == 0
    async with on_terminal("watch", "--once", "--log", str(path), environment={"TERM": "dumb"}) as terminal:
        assert await terminal.ended() == 0
    with path.open(newline="") as file:
        assert [line["soc_percent"] for line in DictReader(file)] == ["76.3", "70.0", "69.0", "69.0"]


async def test_a_log_that_cannot_be_written_is_reported_and_the_terminal_restored(
    pack: ItemService,
) -> None:
    async with on_terminal("watch", "--log", "/nonexistent/log.csv") as terminal:
        assert await terminal.ended() == 1
        assert "cannot write /nonexistent/log.csv: No such file or directory" in terminal.sent
        assert "Traceback" not in terminal.sent
    async with on_terminal("watch", "unknown") as terminal:
        assert await terminal.ended() == 2
        assert "no pack is called 'unknown'" in terminal.sent


AWAY = "A4:C1:37:0A:0B:0D"
NOT_HEARD = Contact(
    state=ContactState.NOT_HEARD, reason="not heard for 12 min", advice="is it in range?", silence=720
)


async def no_scan(seconds: float) -> list[tuple[Advertised, bool, bool]]:
    return []


async def test_the_reason_of_an_absent_pack_and_the_age_of_a_sample_come_from_the_service(
    pack: ItemService,
) -> None:
    contacts = {
        AWAY: NOT_HEARD,
        ADDRESS: Contact(state=ContactState.CONNECTED, reason="connected", silence=7.0),
    }
    show(pack, {**values(ITEMS, CHARGING), "/Bluetooth/SampleAge": 0})
    async with (
        RpcService(no_scan, dict, lambda: contacts, list, list),
        on_terminal("watch", size=(80, 30)) as terminal,
    ):
        await terminal.shows("A4:C1:37:0A:0B:0D not heard for 12 min")
        assert terminal.screen.text[0].startswith("dbus-xbms service running")
        terminal.type("1")
        await terminal.shows("sample 7 s old")
        terminal.type("2")
        await terminal.shows("try is it in range?")
        terminal.type("q")
        assert await terminal.ended() == 0


@pytest.mark.usefixtures("private_bus")
async def test_without_a_pack_the_screen_and_the_table_say_why_there_is_nothing_to_show() -> None:
    async with on_terminal("watch") as terminal:
        await terminal.shows("Nothing to show: the service is stopped")
        async with RpcService(no_scan, dict, dict, list, list):
            await terminal.shows(
                "Nothing to show: no pack has been added; `dbus-xbms scan` lists those in range"
            )
        terminal.type("q")
        assert await terminal.ended() == 0
    contacts = {AWAY: NOT_HEARD}
    async with RpcService(no_scan, dict, lambda: contacts, list, list):
        async with on_terminal("watch", "--once", environment={"TERM": "dumb"}) as terminal:
            assert await terminal.ended() == 1
        assert "A4:C1:37:0A:0B:0D: not heard for 12 min" in terminal.sent
        assert "is it in range?" in terminal.sent


@pytest.mark.parametrize(("polled", "lines"), [(True, 3), (False, 1)], ids=["polled", "silent"])
async def test_an_unchanged_poll_is_logged_and_silence_is_not(
    pack: ItemService, tmp_path: Path, polled: bool, lines: int
) -> None:
    path, began = tmp_path / "log.csv", time.monotonic()
    calls: list[float] = []
    enough_calls = asyncio.Event()  # by the screen every 2 s, for the log every second

    def contacts() -> dict[str, Contact]:
        calls.append(time.monotonic())
        if len(calls) >= 6:
            enough_calls.set()
        silence = 0.0 if polled else time.monotonic() - began + 60.0
        return {ADDRESS: Contact(state=ContactState.CONNECTED, reason="connected", silence=silence)}

    async with (
        RpcService(no_scan, dict, contacts, list, list),
        on_terminal("watch", "--log", str(path)) as terminal,
    ):
        await terminal.shows("Starboard")
        async with asyncio.timeout(PATIENCE):
            await enough_calls.wait()
            while polled and _lines(path) < lines:  # noqa: ASYNC110 (a file)
                await asyncio.sleep(0.1)
        terminal.type("q")
        assert await terminal.ended() == 0
    assert polled or _lines(path) == lines


def _lines(path: Path) -> int:
    """Return the number of samples in a log."""
    with path.open(newline="") as file:
        return len(list(DictReader(file)))
