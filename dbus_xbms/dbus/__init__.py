"""D-Bus: connections that reject forgeries, calls, owners of names, and a server of method tables."""

from dbus_xbms.dbus.calls import DAEMON, DAEMON_PATH, PEER, call, call_daemon, has_owner, ping
from dbus_xbms.dbus.connection import PatientBus, close, connect, connected, until_closed, venus_bus
from dbus_xbms.dbus.encoded import EncodedCalls, EncodedSignal, MessageHead
from dbus_xbms.dbus.errors import (
    ANSWER_LIMIT,
    BusError,
    BusLost,
    CallFailed,
    CallRefused,
    NameRefused,
    NameTaken,
    NoAnswer,
    NoBus,
    UnexpectedReply,
    peer_at,
)
from dbus_xbms.dbus.framed import FramedBus
from dbus_xbms.dbus.names import NameWatcher
from dbus_xbms.dbus.objects import LATER, PROPERTIES, Method, Node, children_of
from dbus_xbms.dbus.server import Server
from dbus_xbms.dbus.trusted import TrustedBus

__all__ = [
    "ANSWER_LIMIT",
    "DAEMON",
    "DAEMON_PATH",
    "LATER",
    "PEER",
    "PROPERTIES",
    "BusError",
    "BusLost",
    "CallFailed",
    "CallRefused",
    "EncodedCalls",
    "EncodedSignal",
    "FramedBus",
    "MessageHead",
    "Method",
    "NameRefused",
    "NameTaken",
    "NameWatcher",
    "NoAnswer",
    "NoBus",
    "Node",
    "PatientBus",
    "Server",
    "TrustedBus",
    "UnexpectedReply",
    "call",
    "call_daemon",
    "children_of",
    "close",
    "connect",
    "connected",
    "has_owner",
    "peer_at",
    "ping",
    "until_closed",
    "venus_bus",
]
