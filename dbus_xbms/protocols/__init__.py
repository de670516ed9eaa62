"""Protocols of BMSes: conversations without I/O, one package per family. Pure."""

from dbus_xbms.protocols.advertisement import Advertised
from dbus_xbms.protocols.conversation import (
    Conversation,
    Echo,
    Field,
    Frame,
    Framer,
    Key,
    Request,
    T,
    decode,
    expect,
)
from dbus_xbms.protocols.errors import (
    LinkError,
    LoginFailed,
    Mute,
    NoReply,
    NotPaired,
    NotVerified,
    PairingNext,
    ProtocolError,
    Refused,
)
from dbus_xbms.protocols.family import (
    WATCH_ONLY,
    BmsFamily,
    BmsSwitching,
    ConversationFamily,
    GattLayout,
)

__all__ = [
    "WATCH_ONLY",
    "Advertised",
    "BmsFamily",
    "BmsSwitching",
    "Conversation",
    "ConversationFamily",
    "Echo",
    "Field",
    "Frame",
    "Framer",
    "GattLayout",
    "Key",
    "LinkError",
    "LoginFailed",
    "Mute",
    "NoReply",
    "NotPaired",
    "NotVerified",
    "PairingNext",
    "ProtocolError",
    "Refused",
    "Request",
    "T",
    "decode",
    "expect",
]
