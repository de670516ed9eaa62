"""Log in to the Bluetooth module with its own FF AA frames, and detect that it needs pairing. Pure.

A module with a password does not answer DD requests before the login; one that needs pairing echoes each
request instead. A login lasts until the connection ends.
"""

from __future__ import annotations

from enum import IntEnum

from dbus_xbms.contact import ContactState, advice
from dbus_xbms.protocols import Conversation, LoginFailed, Mute, NoReply, NotPaired, Refused
from dbus_xbms.protocols.jbd.frames import ask, module, read
from dbus_xbms.protocols.jbd.registers import BASIC

APP_KEY, RANDOM, USER_PASSWORD, ROOT_PASSWORD = 0x15, 0x17, 0x18, 0x1D  # commands of the module
APP_KEY_TEXT = b"000000"  # the same for every module
ROOT_PASSWORD_TEXT = b"JBDbtpwd!@#2023"  # constant of the vendor's app
PASSWORD_LENGTH = 6

# The first request after connecting is often lost, or only wakes the BMS.
WAKE_UP = read(BASIC, timeout=1.0, retries=2)


class LoginVerdict(IntEnum):
    """The module's answer to a login step."""

    ACCEPTED = 0
    REJECTED = 1
    NO_PASSWORD = 2  # accepted, and no password is set


def hello(address: str, password: str) -> Conversation[None]:
    """Wake the BMS, and log in to its module if necessary; the contract is ``BmsFamily.hello``."""
    if not (yield from _answers(address)):
        yield from _login(address, password)


def scramble(address: str, password: bytes, random: int) -> bytes:
    """Return a password as the module expects it: mixed with its address and its random byte."""
    mac = bytes.fromhex(address.replace(":", "")).ljust(len(password), b"\0")
    return bytes((octet ^ letter) + random & 0xFF for octet, letter in zip(mac, password, strict=False))


def _login(address: str, password: str) -> Conversation[None]:
    try:
        verdict = yield from _command(APP_KEY, APP_KEY_TEXT)
    except NoReply as silence:
        raise Mute(f"{Mute.what}; {advice(Mute.state, address)}") from silence
    if verdict == LoginVerdict.REJECTED:
        raise LoginFailed("the Bluetooth module rejects the login of JBD's own app: not supported")
    if verdict == LoginVerdict.NO_PASSWORD:
        yield from ask(WAKE_UP)
        return
    if not password:  # for some modules the app key is enough
        if (yield from _answers(address)):
            return
        raise LoginFailed("the Bluetooth module needs its password", _advice(address))
    yield from _send_password(address, password)


def _send_password(address: str, password: str) -> Conversation[None]:
    secret = password.encode("utf-8")
    if len(secret) != PASSWORD_LENGTH:
        raise LoginFailed(
            f"the setting Password does not have the {PASSWORD_LENGTH} digits of a module's password",
            _advice(address),
        )
    random = yield from _command(RANDOM)
    verdict = yield from _command(USER_PASSWORD, scramble(address, secret, random))
    if verdict != LoginVerdict.ACCEPTED:
        raise LoginFailed("the Bluetooth module refuses its password", _advice(address))
    if (yield from _answers(address)):
        return
    random = yield from _command(RANDOM)
    if (
        yield from _command(ROOT_PASSWORD, scramble(address, ROOT_PASSWORD_TEXT, random))
    ) != LoginVerdict.ACCEPTED:
        raise LoginFailed("the Bluetooth module accepts its password but stays locked: please report it")
    yield from ask(WAKE_UP)


def _answers(address: str) -> Conversation[bool]:
    """Return whether the BMS answers a read.

    Raises:
        NotPaired: the module only echoes: it needs to be paired.
    """
    try:
        yield from ask(WAKE_UP)
    except Refused:
        return True
    except NoReply as silence:
        if silence.echoed:
            raise NotPaired("the Bluetooth module only echoes: it is not paired") from silence
        return False
    return True


def _command(command: int, text: bytes = b"") -> Conversation[int]:
    """Send a command to the module and return its answer, one byte."""
    payload = yield from ask(module(command, text))
    return payload[0]


def _advice(address: str) -> str:
    return advice(ContactState.NEEDS_PASSWORD, address)
