"""What can go wrong on D-Bus, in the owner's words: which program is at fault, and what to do about it."""

from __future__ import annotations

from dbus_fast import ErrorType

from dbus_xbms.process.machine import HERE
from dbus_xbms.record import record

ANSWER_LIMIT = 5.0  # s for one reply; it takes milliseconds unless the program is starting
# Error replies, mostly of the bus daemon, in place of a program that is not on the bus or leaves it.
ABSENT = frozenset(
    error.value
    for error in (
        *(ErrorType.SERVICE_UNKNOWN, ErrorType.NAME_HAS_NO_OWNER, ErrorType.NO_REPLY),
        *(ErrorType.DISCONNECTED, ErrorType.TIMEOUT, ErrorType.TIMED_OUT),
    )
)


@record
class Peer:
    """The program behind a bus name, or behind all names with that beginning."""

    name: str
    program: str
    advice: str


_SERVICE_NAMES = ("dbus_xbms.Service", "com.victronenergy.battery.xbms_", "com.victronenergy.switch.xbms_")
PEERS = (
    *(
        Peer(name=name, program="the dbus-xbms service", advice=f"restart it with `{HERE.restart}`")
        for name in _SERVICE_NAMES
    ),
    Peer(
        name="com.victronenergy.settings",
        program="localsettings",
        advice=f"restart it with `{HERE.settings}`",
    ),
    Peer(
        name="com.victronenergy.system",
        program="systemcalc",
        advice=f"restart it with `{HERE.systemcalc}`",
    ),
    Peer(name="org.bluez", program="bluetoothd", advice=f"restart it with `{HERE.bluetooth}`"),
    Peer(name="org.freedesktop.DBus", program="dbus-daemon", advice=HERE.reboot),
)


def peer_at(name: str) -> Peer:
    """Return the program behind a bus name."""
    for peer in PEERS:
        if name.startswith(peer.name):
            return peer
    return Peer(name=name, program=name, advice=f"restart that program, or: {HERE.reboot}")


class BusError(Exception):
    """A failure of the bus or of a program on it; the message says what to do."""


class NoBus(BusError):
    """There is no bus to connect to."""


class NameTaken(BusError):
    """Another program owns the name of a service."""


class NameRefused(BusError):
    """The bus does not allow this program to own the name of a service; ``error`` is its D-Bus error."""

    def __init__(self, name: str, err: CallRefused) -> None:
        super().__init__(f"the bus does not let dbus-xbms own {name}: {err.words}")
        self.error = err.error


class BusLost(BusError):
    """The bus closed the connection."""

    def __init__(self) -> None:
        super().__init__("lost the D-Bus connection")


class CallFailed(BusError):
    """A call did not return what was asked for."""


class NoAnswer(CallFailed):
    """A program did not reply in time; the message names it and says what to do."""

    def __init__(self, name: str, *, limit: float = ANSWER_LIMIT, wrote: bool = False) -> None:
        """Name the program at ``name``; ``wrote``: the call was to change something and may still do so."""
        peer = peer_at(name)
        later = "; it may still do what it was asked to" if wrote else ""
        super().__init__(f"{peer.program} has not answered for {limit:g} s: {peer.advice}{later}")


class CallRefused(CallFailed):
    """A program replied with an error.

    ``error`` is its D-Bus name, such as ``org.freedesktop.DBus.Error.Failed``; ``words`` are its text.
    """

    def __init__(self, service: str, error: str, words: str) -> None:
        super().__init__(f"{service}: {words}")
        self.error = error
        self.words = words

    @property
    def absent(self) -> bool:
        """Whether the program was not on the bus, or left it without a reply."""
        return self.error in ABSENT


class UnexpectedReply(CallFailed):
    """A program replied with values of other types than expected."""

    def __init__(self, service: str, member: str, *, expected: str, got: str) -> None:
        super().__init__(f"{service}: {member} returned {got!r}, not {expected!r}")
        self.got = got
