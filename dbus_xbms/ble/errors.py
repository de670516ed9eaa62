"""Translate errors of bleak, dbus-fast and BlueZ into link errors with messages for the owner.

BlueZ gives many failures the same name and a text, and bleak raises many without a type: only these are told
apart by their text, and only here. The rest of the program distinguishes errors by class.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bleak.exc import (
    BleakDBusError,
    BleakDeviceNotFoundError,
    BleakError,
    BleakGATTProtocolError,
    BleakGATTProtocolErrorCode,
)
from bleak_retry_connector import BleakAbortedError, BleakConnectionError, BleakNotFoundError

from dbus_xbms.contact import UNREACHABLE, ContactState, advice
from dbus_xbms.dbus import BusError, CallRefused, NoAnswer
from dbus_xbms.protocols import LinkError, NotPaired
from dbus_xbms.record import record

# Raised when a link, bluetoothd or the bus fails; not by faults of this program.
STACK_ERRORS = (BleakError, BusError, OSError, EOFError, TimeoutError)
# Raised by bleak and dbus-fast themselves: they take a missing reply for None, a missing socket for an empty
# list, and do not expect properties to disappear.
FAULTS = (AssertionError, AttributeError, LookupError)


class StackFault(BleakError):
    """A fault in bleak or dbus-fast, after a connection has failed."""


@contextmanager
def calling_bleak() -> Iterator[None]:
    """Wrap a single call of bleak or dbus-fast, to report its faults as errors of the stack.

    Raises:
        StackFault: the call raised one of ``FAULTS``.
    """
    try:
        yield
    except FAULTS as err:
        raise StackFault(f"{type(err).__name__}: {err}") from err


class RadioBusy(LinkError):
    """Another program uses the adapter."""

    state = ContactState.BUSY


class NotInRange(LinkError):
    """The pack was not found by a scan."""

    state = ContactState.NOT_HEARD


class BluetoothHangs(LinkError):
    """bluetoothd runs but does not answer."""

    state = ContactState.BLUETOOTH_HANGS
    finding = "bluetoothd does not answer"


class OtherMake(LinkError):
    """The device was reached, but its GATT table is not that of a known BMS."""

    state = ContactState.OTHER_MAKE
    finding = "reached, but it is another make of BMS"


class NotSubscribed(LinkError):
    """The connection is up, but notifications could not be enabled."""


class ReadElsewhere(NotSubscribed):
    """Another program on this machine receives the notifications."""

    state = ContactState.READ_ELSEWHERE


class LibraryMissing(LinkError):
    """This machine lacks what reads the make of the pack."""

    state = ContactState.LIBRARY_MISSING
    finding = "not read: this machine lacks the library for its make"


class NoBluetooth(LinkError):
    """bluetoothd is not running."""

    state = ContactState.NO_BLUETOOTH


class NoAdapter(LinkError):
    """There is no adapter."""

    state = ContactState.NO_ADAPTER


class AdapterOff(LinkError):
    """The adapter is switched off."""

    state = ContactState.ADAPTER_OFF


_ERRORS: dict[ContactState, type[LinkError]] = {
    kind.state: kind for kind in (NoBluetooth, BluetoothHangs, NoAdapter, AdapterOff)
}


def unreachable(state: ContactState) -> LinkError:
    """Return the error for a state in which no pack can be reached, with advice for the owner."""
    return with_advice(_ERRORS.get(state, LinkError)(UNREACHABLE.get(state, state.value)))


def with_advice(err: LinkError) -> LinkError:
    """Add advice for the owner to an error of this machine's Bluetooth; return any other as it is."""
    if not isinstance(err, RadioBusy | NoBluetooth | BluetoothHangs | NoAdapter | AdapterOff):
        return err
    what = advice(err.state, "")
    return err if what in str(err) else type(err)(f"{err}; {what}")


@record(kw_only=False)
class Meaning:
    """Message and class of a translated error."""

    words: str
    kind: type[LinkError] = LinkError


HANGS = Meaning(str(unreachable(ContactState.BLUETOOTH_HANGS)), BluetoothHangs)
NO_ANSWER = Meaning("no answer; out of range, or connected to a phone")
LATE = Meaning("the pack did not answer in time")
GONE = Meaning("not in range", NotInRange)
LOST = Meaning("connection lost")
WEAK = Meaning("the connection failed; a weak signal?")
UNPAIRED = Meaning("the pack needs to be paired", NotPaired)

_CODE = BleakGATTProtocolErrorCode
_BY_CODE = {
    _CODE.INSUFFICIENT_AUTHENTICATION: UNPAIRED,
    _CODE.INSUFFICIENT_AUTHORIZATION: UNPAIRED,
    _CODE.INSUFFICIENT_ENCRYPTION: UNPAIRED,
    _CODE.INSUFFICIENT_ENCRYPTION_KEY_SIZE: UNPAIRED,
    _CODE.WRITE_NOT_PERMITTED: Meaning("the pack does not permit it"),
}
_BY_TYPE: tuple[tuple[type[BaseException], Meaning], ...] = (
    (BleakDeviceNotFoundError, GONE),
    (StackFault, LOST),
)
# Errors that BlueZ names NotPermitted or Failed differ only by text, and bleak's own have nothing but a text.
_BY_TEXT = (
    ("Notify acquired", Meaning("another program on this machine reads the pack", ReadElsewhere)),
    ("Not paired", UNPAIRED),
    ("Insufficient Authentication", UNPAIRED),
    ("Insufficient Encryption", UNPAIRED),
    ("abort-by-local", WEAK),
    ("failed to discover services", Meaning("the connection broke while reading the GATT table")),
    ("Not connected", LOST),
    ("not found", GONE),
)
_BY_NAME = {
    "org.freedesktop.DBus.Error.UnknownObject": GONE,
    "org.freedesktop.DBus.Error.ServiceUnknown": Meaning("bluetoothd is not running", NoBluetooth),
    "org.freedesktop.DBus.Error.NoReply": Meaning("bluetoothd has stopped", NoBluetooth),
    "org.freedesktop.DBus.Error.AccessDenied": Meaning("D-Bus does not allow this user to use Bluetooth"),
    "org.bluez.Error.InProgress": Meaning("Bluetooth is busy with another program", RadioBusy),
    "org.bluez.Error.NotReady": Meaning("the adapter is off", AdapterOff),
    "org.bluez.Error.AuthenticationCanceled": Meaning("the connection broke meanwhile"),
    "org.bluez.Error.AuthenticationTimeout": LATE,
    "org.bluez.Error.AuthenticationFailed": UNPAIRED,
    "org.bluez.Error.AuthenticationRejected": UNPAIRED,
    "org.bluez.Error.NotPermitted": Meaning("the pack does not permit it"),
    "org.bluez.Error.ConnectionAttemptFailed": WEAK,
}
# The connector wraps the original error in advice.
_WRAPPERS = (BleakConnectionError, BleakNotFoundError, BleakAbortedError)


def meaning(err: BaseException, late: Meaning = NO_ANSWER) -> Meaning:
    """Translate an error of the stack; ``late`` is the meaning of a timeout."""
    if isinstance(err, _WRAPPERS) and err.__cause__:
        err = err.__cause__
    if isinstance(err, TimeoutError | NoAnswer):
        return late
    if found := next((known for kind, known in _BY_TYPE if isinstance(err, kind)), None):
        return found
    if isinstance(err, BleakGATTProtocolError) and err.code in _BY_CODE:
        return _BY_CODE[err.code]
    text = err.words if isinstance(err, CallRefused) else str(err) or type(err).__name__
    if found := next((known for fragment, known in _BY_TEXT if fragment in text), None):
        return found
    name = err.dbus_error if isinstance(err, BleakDBusError) else ""
    name = err.error if isinstance(err, CallRefused) else name
    if name in _BY_NAME:
        return _BY_NAME[name]
    return Meaning(text.splitlines()[0])


def failure(
    err: BaseException, doing: str = "", kind: type[LinkError] = LinkError, *, late: Meaning = NO_ANSWER
) -> LinkError:
    """Return the link error for an error of the stack: of ``kind`` unless it has a class of its own."""
    found = meaning(err, late)
    if found.kind is NotPaired:
        return NotPaired(found.words)
    return (kind if found.kind is LinkError else found.kind)(doing + found.words)
