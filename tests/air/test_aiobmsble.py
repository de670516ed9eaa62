"""The library aiobmsble itself: its release, its log, and what of it is replaced."""

from __future__ import annotations

import logging

import pytest
from bleak.exc import BleakError

from dbus_xbms.ble.bluez import aiobmsble as library
from dbus_xbms.ble.errors import LibraryMissing
from dbus_xbms.protocols import LinkError, NoReply
from tests.air.fakes import gatt_table
from tests.air.virtual_time import virtual_time
from tests.air.watched import aiobmsble, closed, simulated, uuid


def test_what_opens_and_closes_connections_is_replaced_and_exists_in_this_release() -> None:
    library.load("redodo")
    base = aiobmsble.basebms
    assert base.establish_connection is library._take_connection
    assert base.close_stale_connections is library._leave_connections
    assert base.BleakClient is library.NoClient


@virtual_time
async def test_without_a_handed_connection_the_library_gets_none() -> None:
    library.load("redodo")
    with pytest.raises(BleakError, match="Not connected"):
        await aiobmsble.basebms.establish_connection()


def test_another_release_of_the_library_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    library._import_base.cache_clear()
    monkeypatch.setattr(aiobmsble, "__version__", "0.30.0")
    with pytest.raises(LinkError, match=r"0\.31\.0 is needed, 0\.30\.0 is installed"):
        library.load("redodo")
    monkeypatch.undo()
    library.load("redodo")


def test_the_log_of_the_library_is_quiet(caplog: pytest.LogCaptureFixture) -> None:
    library.load("redodo")
    with caplog.at_level(logging.INFO):
        logging.getLogger("aiobmsble.bms.redodo_bms").error("TX BLE request error")
    assert caplog.text == ""


@virtual_time
async def test_a_machine_without_the_library_says_so_before_it_connects() -> None:
    pack = simulated()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(library, "missing", lambda: "needs Python 3.12: run dbus-xbms with that")
        async with closed(pack) as link:
            with pytest.raises(LibraryMissing, match=r"needs Python 3\.12"):
                await link.open()
            assert link.status.reconnects == 0


def test_no_log_shows_a_password(caplog: pytest.LogCaptureFixture) -> None:
    secret = "492715"

    @virtual_time
    async def run() -> None:
        pack = simulated()
        ffe0 = "0000ffe0-0000-1000-8000-00805f9b34fb"
        pack.services, pack.device = lambda: gatt_table(ffe0, uuid(0xFFE1), uuid(0xFFE2)), None
        pack.answer = lambda _: []
        async with closed(pack, "ant") as link:
            await link.open(password=secret)
            with pytest.raises(NoReply):
                await link.read(None, counters=False)

    with caplog.at_level(logging.DEBUG):
        library.load("ant")
        library._lower_log()
        run()
    library._lower_log()
    shown = caplog.text.replace(" ", "").lower()
    assert "loginhidden" in shown
    assert secret not in shown
    assert secret.encode().hex() not in shown
