"""Settings of a bank."""

from __future__ import annotations

import pytest

from dbus_xbms.settings import DEVICE_PREFIX, BankSettings, SettingsError

MONITOR = "com.victronenergy.battery.ttyUSB0"


@pytest.mark.parametrize("service", ["", MONITOR])
def test_a_battery_monitor_may_be_the_shunt(service: str) -> None:
    assert BankSettings.shunt.checked(service) == service


@pytest.mark.parametrize("name", [f"battery.{DEVICE_PREFIX}bank_1", "battery.", "system"])
def test_a_pack_or_bank_of_this_program_is_never_the_shunt(name: str) -> None:
    with pytest.raises(SettingsError, match=f"service of another battery monitor, like {MONITOR}"):
        BankSettings.shunt.checked(f"com.victronenergy.{name}")
