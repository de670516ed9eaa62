"""Errors of bleak, dbus-fast and BlueZ as errors of ours, in the owner's words.

BlueZ gives many failures one name and a text, and bleak raises many without a type: only there does the text
decide, and only here. The rest of the program tells errors by their class.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bleak.exc import (
    BleakDBusError,
    BleakDeviceNotFoundError,
    BleakError,
    BleakGATTProtocolError,
    BleakGATTProtocolErrorCode,
)
from bleak_retry_connector import BleakAbortedError, BleakConnectionError, BleakNotFoundError

from dbus_xbms.contact import HINDRANCES, ContactState, advice
from dbus_xbms.dbus.errors import BusError, CallRefused, NoAnswer
from dbus_xbms.protocols import LinkError, NotPaired

# What a link, a bluetoothd or a bus that dies raises. Faults of this program are not among them.
STACK_ERRORS = (BleakError, BusError, OSError, EOFError, TimeoutError)
# What bleak and dbus-fast let through besides: a reply that never came is None to them, one that came without
# its socket an empty list, and properties vanish under them.
FAULTS = (AssertionError, AttributeError, LookupError)


class StackFault(BleakError):
    """bleak or dbus-fast stumbled over something that died under it."""


@contextmanager
def calling_bleak() -> Iterator[None]:
    """Hold exactly one call of bleak's or dbus-fast's, whose own faults then count as errors of the stack.

    Raises:
        StackFault: instead of those.
    """
    try:
        yield
    except FAULTS as err:
        raise StackFault(f"{type(err).__name__}: {err}") from err


class RadioBusy(LinkError):
    """BlueZ refuses, because another program uses the adapter."""

    state = ContactState.BUSY


class NotInRange(LinkError):
    """The pack was not heard."""

    state = ContactState.NOT_HEARD


class BluetoothHangs(LinkError):
    """bluetoothd runs, and does not answer."""

    state = ContactState.BLUETOOTH_HANGS
    finding = "bluetoothd does not answer"


class OtherMake(LinkError):
    """The device was reached, and its GATT table is not that of a BMS we know."""

    state = ContactState.OTHER_MAKE
    finding = "reached, but it is another make of BMS"


class NotSubscribed(LinkError):
    """The connection stood, but notifications could not be switched on."""


class ReadElsewhere(NotSubscribed):
    """Another program on this machine has the notifications."""

    state = ContactState.READ_ELSEWHERE


class NoBluetooth(LinkError):
    """There is no bluetoothd."""

    state = ContactState.NO_BLUETOOTH


class NoAdapter(LinkError):
    """bluetoothd has no adapter."""

    state = ContactState.NO_ADAPTER


class AdapterOff(LinkError):
    """The adapter is there, and off."""

    state = ContactState.ADAPTER_OFF


_HINDERED: dict[ContactState, type[LinkError]] = {
    kind.state: kind for kind in (NoBluetooth, BluetoothHangs, NoAdapter, AdapterOff)
}


def hindered(state: ContactState) -> LinkError:
    """Return an error for what keeps every pack from being reached, with what the owner can do."""
    return advised(_HINDERED.get(state, LinkError)(HINDRANCES.get(state, state.value)))


def advised(err: LinkError) -> LinkError:
    """Return an error of this machine's Bluetooth with what the owner can do; any other as it is."""
    if not isinstance(err, RadioBusy | NoBluetooth | BluetoothHangs | NoAdapter | AdapterOff):
        return err
    what = advice(err.state, "")
    return err if what in str(err) else type(err)(f"{err}; {what}")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an error says to an owner, and which error of ours it is."""

    words: str
    kind: type[LinkError] = LinkError


HANGS = Meaning(str(hindered(ContactState.BLUETOOTH_HANGS)), BluetoothHangs)
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
# Under the names NotPermitted and Failed BlueZ hands over what only the text tells apart, and bleak's own
# errors have nothing but a text.
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
# The connector puts advice around the error that counts.
_WRAPPERS = (BleakConnectionError, BleakNotFoundError, BleakAbortedError)


def meaning(err: BaseException, late: Meaning = NO_ANSWER) -> Meaning:
    """Return what an error of the stack means; ``late`` is what it means that nothing came in time."""
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
    """Return an error of the stack as one of ours: of ``kind`` unless it has a class of its own."""
    told = meaning(err, late)
    if told.kind is NotPaired:
        return NotPaired(told.words)
    return (kind if told.kind is LinkError else told.kind)(doing + told.words)
