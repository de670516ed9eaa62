"""Xiaoxiang / JBD / LLT / Overkill Bluetooth batteries on Victron Venus OS."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dbus_xbms.client import NotReached, PackClient, connect
    from dbus_xbms.model import Counters, Mosfets, PackIdentity, PackSample, Protection, Reading
    from dbus_xbms.protocols import LinkError, LoginFailed, Mute, NoReply, NotPaired, ProtocolError
    from dbus_xbms.settings import SettingsError

__version__ = "0.1.0"

__all__ = [
    "Counters",
    "LinkError",
    "LoginFailed",
    "Mosfets",
    "Mute",
    "NoReply",
    "NotPaired",
    "NotReached",
    "PackClient",
    "PackIdentity",
    "PackSample",
    "Protection",
    "ProtocolError",
    "Reading",
    "SettingsError",
    "connect",
]

# Imported on first use: the command line starts without bleak.
_MODULES = {
    "client": ("NotReached", "PackClient", "connect"),
    "model": ("Counters", "Mosfets", "PackIdentity", "PackSample", "Protection", "Reading"),
    "protocols": ("LinkError", "LoginFailed", "Mute", "NoReply", "NotPaired", "ProtocolError"),
    "settings": ("SettingsError",),
}
_MODULE_OF = {name: f"{__name__}.{module}" for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> Any:
    """Import a public name on first use."""
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULE_OF[name]), name)
