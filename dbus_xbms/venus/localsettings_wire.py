"""What goes over the bus to localsettings and comes back, made and read: nothing here waits or remembers."""

from __future__ import annotations

import logging
from typing import Any

from dbus_fast import ErrorType, Message, MessageType, Variant

from dbus_xbms.settings import AnySetting, NotStoredError, SettingsError, Value
from dbus_xbms.venus.objects import wired

log = logging.getLogger(__name__)

ABSENT = (
    ErrorType.SERVICE_UNKNOWN,
    ErrorType.NAME_HAS_NO_OWNER,
    ErrorType.NO_REPLY,
    ErrorType.DISCONNECTED,
    ErrorType.TIMEOUT,
    ErrorType.TIMED_OUT,
)
UNFINISHED = (ErrorType.UNKNOWN_OBJECT, ErrorType.UNKNOWN_METHOD)  # what its root answers while it starts
UNKNOWN = [error.value for error in UNFINISHED]
ADD_ERRORS = {
    -2: "a name in its path begins with an underscore",
    -3: "its type is unknown",
    -4: "its path is missing",
    -5: "it exists with another type; remove the old one first",
    -6: "its default is malformed",
    -7: "its default is out of range",
    -8: "its path is a group of settings",
    -9: "its path is not below /Settings",
}
KINDS: dict[type, str] = {int: "i", float: "d", str: "s"}


def variant(value: Value) -> Variant:
    """A setting's value as localsettings takes it."""
    return wired(KINDS[type(value)], value)


def plain(value: Any) -> Any:
    """A value out of its variants."""
    while isinstance(value, Variant):
        value = value.value
    return value


def is_absence(reply: Message, path: str) -> bool:
    """Whether a reply says that localsettings is not there, or not ready."""
    errors = (*ABSENT, *UNFINISHED) if path == "/" else ABSENT
    return reply.message_type is MessageType.ERROR and reply.error_name in [error.value for error in errors]


def definition(path: str, row: AnySetting) -> dict[str, Variant]:
    """A setting as AddSettings takes it."""
    defined = {"path": Variant("s", path), "default": variant(row.default)}
    kind = type(row.default)
    if kind is not str:
        lowest = row.lowest if row.lowest is None or row.unset is None else min(row.lowest, row.unset)
        limits = {"min": lowest, "max": row.highest}
        defined |= {name: variant(kind(limit)) for name, limit in limits.items() if limit is not None}
    if row.silent:
        defined["silent"] = Variant("i", 1)
    return defined


def why_refused(error: object) -> object:
    """What AddSettings means by an error, in words."""
    return ADD_ERRORS.get(error, error) if isinstance(error, int) else error


def usable(path: str, row: AnySetting, value: object) -> Value:
    """A stored value, or the default for one that another version may have stored."""
    try:
        return row.checked(value)
    except SettingsError as err:
        log.warning("%s: %s; using the default %r", path, err, row.default)
        default: Value = row.default
        return default


def carried(reply: Message, what: str, signature: str) -> Any:
    """What a reply of that signature carries.

    Raises:
        NotStoredError: it is an error.
        SettingsError: there is no such setting, or the reply has another signature.
    """
    if reply.message_type is MessageType.ERROR:
        text = reply.body[0] if reply.body else reply.error_name
        if reply.error_name in UNKNOWN:
            raise SettingsError(f"localsettings does not know {what}: {text}")
        raise NotStoredError(f"localsettings refuses {what}: {text}")
    if reply.signature != signature:
        raise SettingsError(f"{what}: localsettings answers {reply.signature!r}, not {signature!r}")
    return reply.body[0]
