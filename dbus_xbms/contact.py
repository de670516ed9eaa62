"""State of the contact with a pack, the reason in words, and advice for the owner. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from dbus_xbms.model import LENT, VALID, Phase
from dbus_xbms.process.machine import HERE
from dbus_xbms.record import record
from dbus_xbms.text import duration


class ContactState(StrEnum):
    """State of the contact with a pack; the values are also used on D-Bus."""

    UNKNOWN = "unknown"
    STARTING = "starting"
    SEARCHING = "searching"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    LENT = "lent"
    # The pack was reached:
    NEEDS_PASSWORD = "needs password"
    NEEDS_PASSKEY = "needs passkey"
    MUTE = "connects but never answers"
    OTHER_MAKE = "another make of BMS"
    READ_ELSEWHERE = "read by another program"
    GARBLED = "answers make no sense"
    DOUBTED = "readings not believed"
    # It was not reached:
    NOT_HEARD = "not heard"
    NO_CONNECTION = "no connection"
    WITHDRAWN = "withdrawn"
    # It cannot be reached: something is wrong on this machine.
    NO_BLUETOOTH = "no Bluetooth"
    BLUETOOTH_HANGS = "bluetoothd hangs"
    BUSY = "Bluetooth is busy"
    NO_ADAPTER = "no adapter"
    ADAPTER_OFF = "adapter off"
    SLOTS_FULL = "slots full"
    LIBRARY_MISSING = "library missing"
    NAME_TAKEN = "name taken"
    UNPUBLISHED = "not published"  # D-Bus does not let its service appear
    STOPPED = "stopped by an error"

    @classmethod
    def _missing_(cls, value: object) -> ContactState:
        """Accept a suffix, as in ``slots full 3/3``; states of a newer service are unknown."""
        found = (state for state in cls if isinstance(value, str) and value.startswith(state.value))
        return max(found, key=len, default=cls.UNKNOWN)


# States of the radio in which no pack on an adapter can be reached.
UNREACHABLE: Mapping[ContactState, str] = {
    ContactState.NO_BLUETOOTH: "bluetoothd is not running",
    ContactState.BLUETOOTH_HANGS: "bluetoothd does not answer",
    ContactState.NO_ADAPTER: "there is no Bluetooth adapter",
    ContactState.ADAPTER_OFF: "the Bluetooth adapter is off",
    ContactState.SLOTS_FULL: "other packs have all connections that are allowed on the adapter",
}
LOGINS = (ContactState.NEEDS_PASSWORD, ContactState.NEEDS_PASSKEY)  # only the owner can resolve these
# States that are not reported while the pack's values are still valid.
TRANSIENT = (ContactState.NOT_HEARD, ContactState.NO_CONNECTION, ContactState.GARBLED)
IN_PROGRESS: Mapping[ContactState, str] = {
    ContactState.STARTING: "starting",
    ContactState.SEARCHING: "searching for it",
    ContactState.CONNECTING: "connecting",
    ContactState.CONNECTED: "connected",
}

FACTORY_PASSKEY = "123456"
_AWAY = "is it in range, awake (a small load wakes it), and is every phone app that reads it closed?"
ADVICE: Mapping[ContactState, str] = {
    ContactState.LENT: "`dbus-xbms lend {pack} 0` ends lending at once",
    ContactState.NEEDS_PASSWORD: (
        "it is the one that the phone app asks for (from the factory 123456, 123123 or 000000): "
        "dbus-xbms set {pack} Password 123456"
    ),
    ContactState.NEEDS_PASSKEY: (
        f"it is what a phone asks for when it pairs (from the factory {FACTORY_PASSKEY}): "
        f"dbus-xbms set {{pack}} Passkey {FACTORY_PASSKEY}"
    ),
    ContactState.MUTE: (
        "an app may hold it (close it on every phone), its module may need a password or pairing "
        "(settings Password, Passkey), the BMS behind it may be asleep, or it is another make of BMS"
    ),
    ContactState.OTHER_MAKE: (
        "scan, then add it again, so that its make is recognised; first: dbus-xbms remove {pack} --forget"
    ),
    ContactState.READ_ELSEWHERE: "stop the other program that reads it, such as an older battery driver",
    ContactState.GARBLED: "if this goes on, send a capture with a report: dbus-xbms probe {pack}",
    ContactState.DOUBTED: "they are shown again once they can be true; a restart of the BMS may help",
    ContactState.NOT_HEARD: _AWAY,
    ContactState.NO_CONNECTION: (
        "close every phone app that reads it; if it is far away, move the adapter nearer "
        "(a USB adapter on an extension cable helps)"
    ),
    ContactState.WITHDRAWN: _AWAY,
    ContactState.NO_BLUETOOTH: HERE.bluetooth_helps,
    ContactState.BLUETOOTH_HANGS: HERE.bluetooth_helps,
    ContactState.BUSY: "stop the other program that scans; `dbus-xbms doctor` names those it knows",
    ContactState.NO_ADAPTER: HERE.adapter_helps,
    ContactState.ADAPTER_OFF: f"switch it on (bluetoothctl power on), or unplug it, or {HERE.reboot}",
    ContactState.SLOTS_FULL: (
        "raise MaxConnections (`dbus-xbms get service`), add an adapter, "
        "or set ConnectionMode 1 of some packs"
    ),
    ContactState.LIBRARY_MISSING: "on a GX, install dbus-xbms again; elsewhere see docs/other-machines.md",
    ContactState.NAME_TAKEN: "stop the other dbus-xbms that runs on this bus",
    ContactState.UNPUBLISHED: (
        "D-Bus must let this program own names that begin with com.victronenergy.battery and .switch: "
        "see service/linux/dbus-xbms.conf"
    ),
    ContactState.STOPPED: "the log says more; send its end with a report",
}


def advice(state: ContactState, pack: str) -> str:
    """Return what the owner can do about a state, or an empty text. ``pack``: its name in a command."""
    return ADVICE.get(state, "").format(pack=pack)


def argument(name: str, address: str) -> str:
    """A pack as an argument in a shell command: its name in quotes, or its address."""
    plain = name.isprintable() and not name.startswith("-") and not set(name) & set("\"'`$\\!")
    return f'"{name}"' if name and plain else address


@record
class Contact:
    """Contact with a pack now."""

    state: ContactState = ContactState.STARTING
    reason: str = IN_PROGRESS[ContactState.STARTING]  # in words
    advice: str = ""  # for the owner
    seconds: float = 0.0  # s since the state last changed
    silence: float | None = None  # s since the newest good sample; None: none since the service started
    left: float = 0.0  # s for which the link stays lent

    @property
    def well(self) -> bool:
        """Whether the pack is connected."""
        return self.state is ContactState.CONNECTED


UNKNOWN = Contact(state=ContactState.UNKNOWN, reason="the service does not know it")  # for other packs


@record(kw_only=False)
class Failure:
    """Why the newest attempt failed; cleared by a successful one."""

    state: ContactState
    words: str


@record
class ContactView:
    """Input of :func:`judge`."""

    link: str  # state of the link
    phase: Phase
    failure: Failure | None = None
    adapter: str = ""  # address of the adapter that must be used, if the owner has chosen one
    lent_for: float = 0.0  # s
    silence: float | None = None  # s since the newest good sample
    running: float = 0.0  # s since the search for the pack began
    withdraws_after: float = 0.0  # s of silence
    doubt: str = ""  # why readings are rejected
    unshown: Failure | None = None  # why the pack is not on the bus although it is read
    fault: str = ""  # in this program


def judge(view: ContactView) -> tuple[ContactState, str]:
    """The state and its reason; causes on this machine take precedence."""
    link = ContactState(view.link)
    if view.fault:
        return ContactState.STOPPED, view.fault
    if view.lent_for:
        return ContactState.LENT, f"lent for another {duration(view.lent_for)}"
    if link in UNREACHABLE:
        own = link is ContactState.NO_ADAPTER and view.adapter
        return link, f"its adapter {view.adapter} is not there" if own else UNREACHABLE[link]
    if view.failure:
        return _failed(view, view.failure, link)
    if view.doubt:
        return ContactState.DOUBTED, view.doubt
    if view.unshown:
        return view.unshown.state, view.unshown.words
    return _in_progress(view, link)


def _failed(view: ContactView, failure: Failure, link: ContactState) -> tuple[ContactState, str]:
    if failure.state not in TRANSIENT:
        return failure.state, failure.words
    if view.phase in (*VALID, *LENT):  # a gap that is not visible on the bus
        return link if link in IN_PROGRESS else ContactState.CONNECTING, failure.words
    reason = (
        f"{_silence(view)} ({failure.words})" if failure.state is ContactState.NOT_HEARD else failure.words
    )
    return _withdrawn(view, failure.state, reason)


def _in_progress(view: ContactView, link: ContactState) -> tuple[ContactState, str]:
    if view.phase in VALID:
        return ContactState.CONNECTED, IN_PROGRESS[ContactState.CONNECTED]
    state = link if link in IN_PROGRESS else ContactState.CONNECTING
    return _withdrawn(view, state, IN_PROGRESS[state])


def _withdrawn(view: ContactView, state: ContactState, reason: str) -> tuple[ContactState, str]:
    if view.phase is not Phase.WITHDRAWN or view.silence is None:
        return state, reason
    return ContactState.WITHDRAWN, f"withdrawn after {duration(view.withdraws_after)} of silence: {reason}"


def _silence(view: ContactView) -> str:
    if view.silence is None:
        return f"not heard yet, after {duration(view.running)} of searching"
    return f"not heard for {duration(view.silence)}"
