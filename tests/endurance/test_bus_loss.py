"""Supervision restores everything after the end of dbus-daemon."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.endurance.bus_loss import address_in, differences, lose_the_bus


async def test_after_the_loss_of_the_bus_supervision_restores_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DBUS_SYSTEM_BUS_ADDRESS", "DBUS_SESSION_BUS_ADDRESS"):
        monkeypatch.setenv(name, address_in(tmp_path))
    assert await lose_the_bus(tmp_path) == []


def test_each_difference_is_reported() -> None:
    before = {"A4:C1:37:00:00:01": {"/CustomName": "Bow", "/History/TotalAhDrawn": -5.0}}
    after = {"A4:C1:37:00:00:01": {"/CustomName": "", "/History/TotalAhDrawn": -4.0}}
    assert differences(before, before) == []
    assert len(differences(before, after)) == 2
    assert len(differences(before, {})) == 2
