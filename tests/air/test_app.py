"""What the service tells of packs that it could not start."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from dbus_xbms.app import App
from dbus_xbms.contact import ContactState
from dbus_xbms.settings import AnySetting, SettingsError, Value, pack_path
from tests.air.virtual_time import virtual_time

ADDRESS = "A4:C1:37:00:00:01"


class Store:
    """Settings that cannot be read as long as ``broken``."""

    def __init__(self) -> None:
        self.broken = True
        self.enabled = 1

    async def add_usable(self, rows: Mapping[str, AnySetting]) -> dict[str, Value]:
        if self.broken:
            raise SettingsError("localsettings refuses")
        defaults = {path: row.default for path, row in rows.items()}
        return defaults | {pack_path(ADDRESS, "Enabled"): self.enabled}


@virtual_time
async def test_a_pack_that_could_not_be_started_is_told_of_until_it_is_removed() -> None:
    app, store = App(), Store()
    local: Any = store
    app._local = local
    async with asyncio.TaskGroup() as group:
        await app._apply(group, ADDRESS)
        told = app.contacts()
        assert {address: contact.state for address, contact in told.items()} == {
            ADDRESS: ContactState.STOPPED
        }
        store.broken, store.enabled = False, 0  # removed
        await app._apply(group, ADDRESS)
        assert app.contacts() == {}
