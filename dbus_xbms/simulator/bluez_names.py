"""Names, errors and timing of BlueZ's D-Bus interface."""

from __future__ import annotations

from dataclasses import dataclass

from dbus_fast import DBusError

BLUEZ = "org.bluez"
ADAPTER = "org.bluez.Adapter1"
DEVICE = "org.bluez.Device1"
GATT_SERVICE = "org.bluez.GattService1"
CHARACTERISTIC = "org.bluez.GattCharacteristic1"
BEARER = "org.bluez.Bearer.LE1"  # of devices, since BlueZ 5.84
AGENT = "org.bluez.Agent1"
AGENT_MANAGER = "org.bluez.AgentManager1"
ABORTED = "le-connection-abort-by-local"  # the text of nearly every failed connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Durations in s; the defaults are typical of BlueZ and of common adapters."""

    advertise: float = 1.0  # between the advertisements of a pack that BlueZ reports
    connect: float = 0.2  # to a pack that advertises
    connect_timeout: float = 20.0  # to a pack that does not
    resolve: float = 0.3  # GATT discovery; a tenth of it for a known pack
    disconnect: float = 2.0  # BlueZ waits this long before it ends a link
    forget: float = 30.0  # from the last advertisement of a device that was never connected to its removal
    supervision: float = 4.0  # until a lost link is noticed
    write: float = 0.04  # round trip of a request with response


def error(name: str, text: str) -> DBusError:
    """Return one of BlueZ's own errors."""
    return DBusError(f"org.bluez.Error.{name}", text)


def not_ready() -> DBusError:
    """Return the error for an adapter that is off."""
    return error("NotReady", "Resource Not Ready")


def acquired() -> DBusError:
    """Return the error for a characteristic whose notifications go to a socket."""
    return error("NotPermitted", "Notify acquired")


def in_progress() -> DBusError:
    """Return the error for an operation that is already under way."""
    return error("InProgress", "Operation already in progress")


def uuid(short: int) -> str:
    """Return a 16-bit UUID in its 128-bit form."""
    return f"0000{short:04x}-0000-1000-8000-00805f9b34fb"
