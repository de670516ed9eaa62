"""Scans by the service: what they store of packs that are added, and that nothing of this ends a scan."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

import pytest

from dbus_xbms.ble.central import Central
from dbus_xbms.protocols import Advertised
from dbus_xbms.scans import Scans
from dbus_xbms.schema import LONGEST_TEXT
from dbus_xbms.settings import PackSettings, SettingsError, Value, pack_path

ADDED, STRANGER = "A4:C1:37:00:00:01", "A4:C1:37:00:00:02"
NAME = PackSettings.advertised_name
ENABLED_PATH, NAME_PATH = (pack_path(ADDED, row.name) for row in (PackSettings.enabled, NAME))


class Store:
    """Settings that are checked like those in localsettings."""

    def __init__(self) -> None:
        self.values: dict[str, object] = {ENABLED_PATH: 1, NAME_PATH: "House"}

    async def stored(self, groups: Iterable[str]) -> dict[str, object]:
        return dict(self.values)

    async def set(self, path: str, value: Value) -> Value:
        self.values[path] = NAME.checked(str(value))
        return value


class Air:
    """Bluetooth in which a scan finds an added pack of the given name, and a stranger's."""

    def __init__(self, name: str) -> None:
        self._name = name

    async def discover(self, seconds: float) -> list[Advertised]:
        return [
            Advertised(address=ADDED, name=self._name, manufacturer={}, rssi=-50),
            Advertised(address=STRANGER, name="Neighbour", manufacturer={}, rssi=-60),
        ]


async def scanned(store: Store, name: str) -> list[tuple[str, bool, bool]]:
    found = await Scans(cast(Central, Air(name)), store, [ADDED]).scan(1.0)
    return [(seen.address, added, enabled) for seen, added, enabled in found]


async def test_a_scan_stores_a_new_name_of_an_added_pack_and_nothing_of_others() -> None:
    store = Store()
    assert await scanned(store, "Bow") == [(ADDED, True, True), (STRANGER, False, False)]
    assert store.values == {ENABLED_PATH: 1, NAME_PATH: "Bow"}


async def test_a_name_that_settings_refuse_ends_no_scan(caplog: pytest.LogCaptureFixture) -> None:
    store, name = Store(), "x" * (LONGEST_TEXT + 1)
    with pytest.raises(SettingsError):
        await store.set(NAME_PATH, name)
    assert await scanned(store, name) == [(ADDED, True, True), (STRANGER, False, False)]
    assert store.values[NAME_PATH] == "House"
    assert f"{ADDED}: its advertised name is not stored" in caplog.text
