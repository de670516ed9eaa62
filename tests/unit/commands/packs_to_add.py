"""Packs that `add` and `set` find or add, without a bus."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from dbus_xbms.commands.known import Known
from dbus_xbms.commands.pack_to_add import PackToAdd
from dbus_xbms.policy.advice.consequences import Consequence
from dbus_xbms.settings import PackSettings, pack_path
from dbus_xbms.venus.localsettings import LocalSettings

ONE, TWO = "A4:C1:37:00:00:01", "A4:C1:37:00:00:02"


def pack(**chosen: float | str) -> PackSettings:
    return PackSettings({"Enabled": 1, "Cells": 4, **chosen})


def known(**packs: PackSettings) -> Known:
    """Return the added packs, under ONE and TWO."""
    addresses = {"one": ONE, "two": TWO}
    stored = {
        pack_path(addresses[which], name): value
        for which, settings in packs.items()
        for name, value in settings.items()
    }
    return Known(LocalSettings(lambda path, value: None), stored)


def subject(
    before: PackSettings | None = None, advertised: str = "xiaoxiang", **others: PackSettings
) -> PackToAdd:
    packs = known(**others) if before is None else known(one=before, **others)
    return PackToAdd(address=ONE, advertised=advertised, before=before or PackSettings(), known=packs)


@pytest.fixture
def no_service(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bus without a service that shows cells."""

    async def nothing(address: str, after: PackSettings, changed: Iterable[str]) -> list[Consequence]:
        return []

    monkeypatch.setattr("dbus_xbms.commands.pack_to_add.chemistry_conflicts", nothing)
