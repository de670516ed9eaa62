"""The session that fits a family."""

from __future__ import annotations

from dbus_xbms.ble.exchange import Capture
from dbus_xbms.ble.session import ConversationSession, Session
from dbus_xbms.ble.watched_session import LibrarySession
from dbus_xbms.protocols import BmsFamily, ConversationFamily
from dbus_xbms.protocols.aiobmsble import WatchedFamily


def new_session(address: str, family: BmsFamily, password: str, capture: Capture | None) -> Session:
    """Return a session for the next connection to a pack.

    Raises:
        LinkError: this machine cannot read the family; the message says what to do.
    """
    if isinstance(family, ConversationFamily):
        return ConversationSession(address, family, password, capture)
    if isinstance(family, WatchedFamily):
        return LibrarySession(address, family, password, capture)
    raise TypeError(f"nothing reads {family.name}")
