"""What pages of the GX request of the program, on fake settings and a fake radio, in virtual time."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from dbus_xbms.ble.errors import NotInRange
from dbus_xbms.dbus import NoAnswer
from dbus_xbms.program.changes import Changes
from dbus_xbms.program.checks import Checks
from dbus_xbms.program.discovered import SETTLED_AFTER, Sighting
from dbus_xbms.program.requests import MOST_WAITING, RESTART_AFTER, SCAN_TIME, Requests
from dbus_xbms.program_report import AddFound, CheckAgain, EnableBank, EnablePack, Restart, Scan
from dbus_xbms.protocols import Advertised
from dbus_xbms.settings import SettingsError, bank_path, pack_path
from tests.air.program_fakes import FakeScans, FakeStore
from tests.air.virtual_time import now, virtual_time

ONE, TWO = "A4:C1:37:00:00:01", "A4:C1:37:00:00:02"
SENDER = "gui-v2 (812)"


def seen(address: str = ONE, name: str = "Bow", rssi: int = -60) -> Sighting:
    return Advertised(address=address, name=name, rssi=rssi, manufacturer={}), 0.0


class Page:
    """What a page of the GX does."""

    def __init__(self, *found: Sighting, supervisor: str = "") -> None:
        self.store = FakeStore()
        self.scans = FakeScans(*found)
        self.told: list[str] = []  # paths that the program was told of
        self.restarts: list[float] = []  # s
        self.checks = Checks(lambda: None)
        self.requests = Requests(
            self.scans,
            Changes(self.store, lambda path, value: self.told.append(path)),
            self.checks,
            lambda: None,
            supervised=lambda: supervisor,
            end=lambda: self.restarts.append(now()),
        )

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.requests.run())
        self.requests.look(now())
        await asyncio.sleep(SETTLED_AFTER)
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])

    async def ask(self, request: object, wait: float = 1.0) -> str:
        """Request something and return the message that follows."""
        self.requests.accept(request, SENDER)  # type: ignore[arg-type]
        await asyncio.sleep(wait)
        return self.requests.message


@virtual_time
async def test_a_pack_that_cannot_be_read_here_is_not_added_and_the_message_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 11, 7))
    pack = Advertised(address=ONE, name="TP_123456", rssi=-60, manufacturer={})  # of TianPwr
    page = Page((pack, 0.0))
    async with page.open():
        message = await page.ask(AddFound(0))
    assert message == f"adding {ONE} failed: TianPwr needs Python 3.12: run dbus-xbms with that"
    assert not page.store.values


@virtual_time
async def test_a_pack_is_added_under_its_advertised_name_without_control_and_chemistry() -> None:
    page = Page(seen())
    async with page.open():
        assert await page.ask(AddFound(0)) == "Bow added"
    stored = page.store.of(ONE)
    wanted = {"CustomName": "Bow", "AdvertisedName": "Bow", "Control": 0, "Chemistry": "", "Enabled": 1}
    assert stored | wanted == stored
    assert page.told[-1] == pack_path(ONE, "Enabled")  # last, so that the pack starts with all of them


@virtual_time
async def test_a_pack_that_is_added_twice_is_stored_once() -> None:
    page = Page(seen())
    async with page.open():
        page.requests.accept(AddFound(0), SENDER)
        await page.ask(AddFound(0))
        sets = page.store.sets
        assert await page.ask(AddFound(0)) == "Bow is already added"
    assert page.store.sets == sets


@virtual_time
async def test_a_known_pack_keeps_its_settings_but_does_not_control() -> None:
    page = Page(seen(name="hostile"))
    page.store.put(ONE, CustomName="House", Chemistry="LTO", Control=1, Enabled=0)
    async with page.open():
        assert await page.ask(AddFound(0, ONE)) == "House added"
    stored = page.store.of(ONE)
    assert (stored["CustomName"], stored["Chemistry"], stored["Control"]) == ("House", "LTO", 0)


@virtual_time
async def test_a_pack_added_beside_a_bank_of_all_packs_does_not_join_it() -> None:
    page = Page(seen())
    page.store.values |= {bank_path(1, "Enabled"): 1, bank_path(1, "Members"): ""}
    async with page.open():
        await page.ask(AddFound(0))
    assert page.store.of(ONE)["JoinBank"] == 0


@pytest.mark.parametrize("stored", range(5))
@virtual_time
async def test_a_pack_whose_settings_cannot_be_stored_has_none_and_the_page_says_why(stored: int) -> None:
    page = Page(seen())
    page.store.fails = stored
    async with page.open():
        assert (
            await page.ask(AddFound(0)) == f"adding {ONE} failed: localsettings refuses it: the disk is full"
        )
        assert page.store.of(ONE) == {}
        page.store.fails = None
        assert await page.ask(AddFound(0)) == "Bow added"


@virtual_time
async def test_a_known_pack_whose_settings_cannot_be_stored_keeps_them() -> None:
    page = Page()
    page.store.put(ONE, CustomName="House", Enabled=1)
    page.store.fails, page.store.error = 0, NoAnswer("com.victronenergy.settings")
    async with page.open():
        assert "localsettings has not answered" in await page.ask(EnablePack(ONE, False))
    assert page.store.of(ONE)["CustomName"] == "House"


@virtual_time
async def test_a_row_that_has_just_changed_is_not_added() -> None:
    page = Page(seen(), seen(TWO, "Stern", -80))
    async with page.open():
        page.scans.found = [seen(), seen(TWO, "Stern", -30)]
        page.requests.look(now())
        with pytest.raises(SettingsError, match="just changed"):
            page.requests.accept(AddFound(0), SENDER)
        with pytest.raises(SettingsError, match="just changed"):
            page.requests.accept(AddFound(0, ONE), SENDER)
        assert await page.ask(AddFound(0, TWO)) == "Stern added"
    assert page.store.of(ONE) == {}


@virtual_time
async def test_a_pack_is_turned_off_and_on_and_does_not_control_then() -> None:
    page = Page()
    page.store.put(ONE, CustomName="House", Control=1, Enabled=1)
    async with page.open():
        assert await page.ask(EnablePack(ONE, False)) == "House turned off"
        assert page.store.of(ONE)["Enabled"] == 0
        assert await page.ask(EnablePack(ONE, True)) == "House turned on"
        assert (page.store.of(ONE)["Enabled"], page.store.of(ONE)["Control"]) == (1, 0)
        assert await page.ask(EnablePack(ONE, True)) == "House is already on"
        assert "was not added" in await page.ask(EnablePack(TWO, True))


@pytest.mark.parametrize("first", [True, False])
@virtual_time
async def test_a_bank_is_created_turned_off_whatever_is_written_first(first: bool) -> None:
    page = Page()
    async with page.open():
        assert await page.ask(EnableBank(2, first)) == "Bank 2 created; choose its packs, then turn it on"
        assert page.store.values[bank_path(2, "Enabled")] == 0
        assert await page.ask(EnableBank(2, True)) == "Bank 2 turned on"
        assert page.store.values[bank_path(2, "Enabled")] == 1
    assert page.told == [bank_path(2, "Enabled")] * 2


@virtual_time
async def test_a_scan_shows_the_seconds_left_and_ends() -> None:
    page = Page()
    async with page.open():
        await page.ask(Scan(True))
        assert page.requests.scan_left(now()) == SCAN_TIME - 1
        assert await page.ask(Scan(True), SCAN_TIME) == "scan ended"
        assert (page.requests.scan_left(now()), len(page.scans.ended)) == (0, 1)


@virtual_time
async def test_a_scan_that_is_ended_keeps_what_it_has_found() -> None:
    page = Page()
    async with page.open():
        await page.ask(Scan(True))
        await page.ask(Scan(False))
        assert (page.requests.scan_left(now()), page.scans.kept, page.scans.ended) == (0, 1, [])
        await page.ask(Scan(True))
        assert page.requests.scan_left(now()) > 0


@virtual_time
async def test_a_scan_that_fails_says_why() -> None:
    page = Page()
    page.scans.error = NotInRange("the Bluetooth adapter is off")
    async with page.open():
        assert await page.ask(Scan(True)) == "the scan failed: the Bluetooth adapter is off"
        assert page.requests.scan_left(now()) == 0


@virtual_time
async def test_an_error_in_this_program_ends_neither_the_service_nor_later_requests(
    caplog: pytest.LogCaptureFixture,
) -> None:
    page = Page(seen())
    page.scans.error = ZeroDivisionError()
    async with page.open():
        assert "an error in this program" in await page.ask(Scan(True))
        assert await page.ask(AddFound(0)) == "Bow added"
    assert "ZeroDivisionError" in caplog.text


@virtual_time
async def test_more_changes_than_can_wait_are_refused() -> None:
    page = Page()
    async with page.open():
        for _ in range(MOST_WAITING):
            page.requests.accept(EnablePack(ONE, True), SENDER)
        with pytest.raises(SettingsError, match="several changes are under way"):
            page.requests.accept(EnablePack(ONE, True), SENDER)


@virtual_time
async def test_a_restart_is_refused_if_nothing_would_start_the_program_again() -> None:
    page = Page()
    async with page.open():
        with pytest.raises(SettingsError, match="not started by a supervisor"):
            page.requests.accept(Restart(), SENDER)
        await asyncio.sleep(10)
    assert page.restarts == []


@virtual_time
async def test_a_restart_is_answered_first_and_logged_with_its_sender(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    page = Page(supervisor="supervise")
    async with page.open():
        asked = now()
        await page.ask(Restart())
    assert page.restarts == [asked + RESTART_AFTER]
    assert f"{SENDER} requests a restart" in caplog.text


@virtual_time
async def test_the_log_says_in_words_what_was_requested_and_by_whom(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    page = Page(seen())
    async with page.open():
        for request in (Scan(True), Scan(False), AddFound(0), EnablePack(ONE, False), EnableBank(2, True)):
            await page.ask(request)
        await page.ask(CheckAgain())
    wanted = ["a scan", "the end of the scan", "adding the pack in row 0", f"turning {ONE} off"]
    wanted += ["turning bank 2 on", "a check"]
    requested = [line for line in caplog.messages if " requests " in line]
    assert requested == [f"{SENDER} requests {what}" for what in wanted]
