"""Makes of BMS that the library aiobmsble reads: recognised and described here, without the library. Pure."""

from dbus_xbms.protocols.aiobmsble.family import WatchedFamily, watched_families

__all__ = ["WatchedFamily", "watched_families"]
