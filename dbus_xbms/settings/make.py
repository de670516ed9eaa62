"""The make of a pack, from its settings. Pure."""

from __future__ import annotations

from dbus_xbms.protocols import Advertised, BmsFamily
from dbus_xbms.protocols.registry import family_named
from dbus_xbms.settings.pack import PackSettings


def family_of(pack: PackSettings) -> BmsFamily:
    """Return the family with which a pack is read."""
    return family_named(pack.protocol)


def make_of(pack: PackSettings) -> str:
    """Return the make of a pack, for people: "JBD" or "LiTime (watch only)"."""
    return family_of(pack).described(Advertised(address="", name=pack.advertised_name, manufacturer={}))
