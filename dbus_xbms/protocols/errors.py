"""Errors of protocols and of the radio link. Pure."""

from __future__ import annotations

from dbus_xbms.contact import ContactState


class ProtocolError(Exception):
    """Unexpected bytes from a BMS; the message says what was expected and what was received."""

    state = ContactState.GARBLED  # of the contact with the pack
    what = ""  # the message without its advice, if it has one
    finding = ""  # result of the failed attempt, in a short phrase


class Refused(ProtocolError):
    """The BMS answered with a refusal."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class NotVerified(ProtocolError):
    """A command was acknowledged, but the BMS did not follow it."""


class LoginFailed(ProtocolError):
    """The Bluetooth module needs a password or a pairing: ``what`` it needs, and ``advice`` for the owner."""

    state = ContactState.NEEDS_PASSWORD
    finding = "reached, but its Bluetooth module needs a password"

    def __init__(self, what: str, advice: str = "") -> None:
        super().__init__(f"{what}; {advice}" if advice else what)
        self.what = what
        self.advice = advice


class LinkError(Exception):
    """No adapter, no pack, no connection or no reply."""

    state = ContactState.NO_CONNECTION  # of the contact with the pack, and of a link that could not be opened
    what = ""  # the message without its advice, if it has one
    finding = ""  # result of the failed attempt, in a short phrase


class PairingNext(LinkError):
    """The pack needs to be paired, and will be before the next connection."""

    state = ContactState.CONNECTING


class NotPaired(LoginFailed, LinkError):
    """The pack only answers paired devices."""

    state = ContactState.NEEDS_PASSKEY
    finding = "reached, but it needs to be paired"


class NoReply(LinkError):
    """No reply to a request. ``echoed``: the module sent the request itself back."""

    def __init__(self, message: str, *, echoed: bool = False) -> None:
        super().__init__(message)
        self.echoed = echoed


class Mute(NoReply):
    """The connection works, but nothing that was sent over it was answered."""

    state = ContactState.MUTE
    what = "it connects, but never answers"
    finding = "reached, but does not answer"
