"""Requests to localsettings and its replies: built, parsed and explained, without I/O."""

from __future__ import annotations

import logging

from dbus_fast import ErrorType, Variant

from dbus_xbms.dbus import CallRefused, UnexpectedReply
from dbus_xbms.settings import AnySetting, NotStoredError, SettingsError, Value
from dbus_xbms.venus.bus_item import to_variant

log = logging.getLogger(__name__)

UNKNOWN = {ErrorType.UNKNOWN_OBJECT.value, ErrorType.UNKNOWN_METHOD.value}
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
INSTANCE = "ClassAndVrmInstance"  # the name of a setting that holds a device class and instance


def variant(value: Value) -> Variant:
    """Return a setting's value as localsettings takes it."""
    return to_variant(KINDS[type(value)], value)  # type: ignore[arg-type]


def is_absence(err: CallRefused | UnexpectedReply, path: str) -> bool:
    """Return whether an error means that localsettings is absent or still starting."""
    if not isinstance(err, CallRefused):
        return False
    # While it starts, its root is on the bus without its methods.
    return err.absent or (path == "/" and err.error in UNKNOWN)


def refusal(err: CallRefused | UnexpectedReply, what: str) -> SettingsError:
    """Return an error of localsettings, for a path or a method, in the owner's words."""
    if isinstance(err, UnexpectedReply):
        return SettingsError(f"{what}: localsettings returned a malformed reply of type {err.got!r}")
    if err.error in UNKNOWN:
        return SettingsError(f"localsettings does not know {what}: {err.words}")
    return NotStoredError(f"localsettings refuses {what}: {err.words}")


def definition(path: str, row: AnySetting) -> dict[str, Variant]:
    """Return a setting as AddSettings takes it."""
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
    """Return the meaning of an error number of AddSettings."""
    return ADD_ERRORS.get(error, error) if isinstance(error, int) else error


def usable(path: str, row: AnySetting, value: object) -> Value:
    """Return a stored value, or the fallback in place of one that another version may have stored."""
    try:
        return row.checked(value)
    except SettingsError as err:
        instead: Value = row.default if row.fallback is None else row.fallback
        log.warning(
            "%s: %s; using %s %r", path, err, "the default" if row.fallback is None else "instead", instead
        )
        return instead
