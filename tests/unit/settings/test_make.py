"""The make of a pack, from its settings."""

from __future__ import annotations

from dbus_xbms.settings import PackSettings, described_make, family_of, make_of


def test_a_pack_is_of_the_make_of_its_protocol_and_of_the_brand_of_its_name() -> None:
    pack = PackSettings({"Protocol": "redodo", "AdvertisedName": "L-12100BNNA70-A09683"})
    assert family_of(pack).name == "redodo"
    assert (make_of(pack), described_make(pack)) == ("LiTime", "LiTime (watch only)")
    assert described_make(PackSettings({"Protocol": "redodo"})) == "Redodo (watch only)"


def test_a_pack_without_the_setting_is_a_jbd_and_may_control() -> None:
    assert make_of(PackSettings()) == described_make(PackSettings()) == "JBD"
    assert not family_of(PackSettings()).watch_only
