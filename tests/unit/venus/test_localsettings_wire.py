"""Values from localsettings: what is used in place of those that cannot be used."""

from __future__ import annotations

from dbus_xbms.settings import BankSettings, PackSettings
from dbus_xbms.settings.bank import NO_PACK
from dbus_xbms.venus.localsettings_wire import usable


def test_a_stored_value_that_cannot_be_used_is_replaced_by_the_default() -> None:
    assert usable("/HoldTime", PackSettings.hold_time, -1.0) == PackSettings.hold_time.default


def test_packs_of_a_bank_that_cannot_be_read_are_not_replaced_by_all_packs() -> None:
    assert usable("/Members", BankSettings.members, "a4:c1, a4:c2") == NO_PACK
    assert BankSettings.members.checked(NO_PACK) == NO_PACK
