"""The programs that answer on the buses: what they are called, and what helps when one does not answer."""

from __future__ import annotations

from dataclasses import dataclass

from dbus_xbms.dbus.connection import BusError
from dbus_xbms.process.machine import HERE

ANSWER_LIMIT = 5.0  # s for one answer; it takes milliseconds unless a program is starting


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """Who answers at a name, or at all names that begin so."""

    name: str
    program: str
    advice: str


_OURS = ("the dbus-xbms service", f"restart it with `{HERE.restart}`")
PEERS = (
    *(
        Peer(name=name, program=_OURS[0], advice=_OURS[1])
        for name in (
            "dbus_xbms.Service",
            "com.victronenergy.battery.xbms_",
            "com.victronenergy.switch.xbms_",
        )
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


class NoAnswer(BusError):
    """A program on the bus does not answer; the message says which, and what to do."""

    def __init__(self, name: str, *, limit: float = ANSWER_LIMIT, wrote: bool = False) -> None:
        """Word it; ``wrote``: it was asked to change something."""
        peer = peer_at(name)
        later = "; it may still do what it was asked to" if wrote else ""
        super().__init__(f"{peer.program} has not answered for {limit:g} s: {peer.advice}{later}")


def peer_at(name: str) -> Peer:
    """Return who answers at a bus name."""
    for peer in PEERS:
        if name.startswith(peer.name):
            return peer
    return Peer(name=name, program=name, advice=f"restart that program, or: {HERE.reboot}")
