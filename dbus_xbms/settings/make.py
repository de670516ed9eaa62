"""The make of a pack, from its settings. Pure."""

from __future__ import annotations

from dbus_xbms.protocols import Advertised, BmsFamily
from dbus_xbms.protocols.registry import family_named
from dbus_xbms.settings.pack import PackSettings


def family_of(pack: PackSettings) -> BmsFamily:
    """Return the family with which a pack is read."""
    return family_named(pack.protocol)


def make_of(pack: PackSettings) -> str:
    """Return the make of a pack, for people, such as "LiTime"."""
    return family_of(pack).make_of(_advertised(pack))


def described_make(pack: PackSettings) -> str:
    """Return the make of a pack, and whether it is only watched: "LiTime (watch only)"."""
    return family_of(pack).described(_advertised(pack))


def _advertised(pack: PackSettings) -> Advertised:
    return Advertised(address="", name=pack.advertised_name, manufacturer={})
