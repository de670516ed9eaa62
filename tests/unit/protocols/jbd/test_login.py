"""Hello: the wake-up, the module's password as in seven recorded sessions, and the passkey pairing."""

from __future__ import annotations

import pytest

from dbus_xbms.protocols import LoginFailed, NoReply, NotPaired, Request
from dbus_xbms.protocols.jbd import Jbd
from dbus_xbms.protocols.jbd.frames import module_reply, read, reply
from dbus_xbms.protocols.jbd.login import ROOT_PASSWORD_TEXT, scramble
from tests.unit.recorded import SESSIONS, Answer, Entry, converse, frame_of

ADDRESS = "10:A5:62:32:75:36"
WAKE_UP = read(0x03).encoded.hex()
BASIC_REPLY = frame_of("snoop_v13_full_213ah")
APP_KEY = "ffaa15063030303030303b"


class Module:
    """A Bluetooth module with a password: ignores requests to the BMS until logged in."""

    def __init__(self, replies: dict[int, list[str]], opens_after: int | None) -> None:
        self._replies = {command: iter(encoded) for command, encoded in replies.items()}
        self._opens_after = opens_after  # the command that unlocks it
        self._open = False

    def __call__(self, request: Request) -> bytes | None:
        if request.reply.kind == "dd":
            return BASIC_REPLY if self._open else None
        self._open = self._open or request.reply.number == self._opens_after
        encoded = next(self._replies.get(request.reply.number, iter(())), None)
        return bytes.fromhex(encoded) if encoded else None


def hello(answer: Answer, password: str = "123456", address: str = ADDRESS) -> list[str]:
    return converse(Jbd().hello(address, password), answer)[1]


def recorded_module(session: Entry, opens_after: int) -> Module:
    root_random = session["root_random_byte_hex"] or session["random_byte_hex"]
    replies = {
        0x15: [session["app_key_response_hex"]],
        0x17: [session["random_response_hex"], module_reply(0x17, bytes.fromhex(root_random)).hex()],
        0x18: [session["user_password_response_hex"]],
        0x1D: [session["root_password_response_hex"]],
    }
    return Module(replies, opens_after)


def test_a_pack_without_a_password_is_only_woken() -> None:
    assert hello(lambda _: BASIC_REPLY) == [WAKE_UP]


def test_a_refused_wake_up_shows_that_the_bms_is_awake() -> None:
    assert hello(lambda _: reply(0x03, status=0x81)) == [WAKE_UP]


def test_the_wake_up_is_a_read_with_a_short_timeout_and_retries() -> None:
    request = next(Jbd().hello(ADDRESS, ""))
    assert (request.encoded.hex(), request.timeout, request.retries) == (WAKE_UP, 1.0, 2)


@pytest.mark.parametrize("session", [s for s in SESSIONS if s["accepted"]], ids=lambda s: s["id"])
def test_a_recorded_login_is_repeated_byte_for_byte(session: Entry) -> None:
    sent = hello(recorded_module(session, 0x1D), session["user_password"], session["mac_address"].upper())
    assert sent == [
        WAKE_UP,
        session["app_key_request_hex"],
        session["random_request_hex"],
        session["user_password_request_hex"],
        WAKE_UP,
        session["random_request_hex"],
        session["root_password_request_hex"],
        WAKE_UP,
    ]


@pytest.mark.parametrize("session", [s for s in SESSIONS if not s["accepted"]], ids=lambda s: s["id"])
def test_a_recorded_refusal_raises_an_error_about_the_password(session: Entry) -> None:
    sent: list[str] = []
    answer = recorded_module(session, 0x1D)

    def listen(request: Request) -> bytes | None:
        sent.append(request.encoded.hex())
        return answer(request)

    with pytest.raises(LoginFailed, match=r"refuses its password.*dbus-xbms set A4:C1:37:04:2D:BE Password"):
        hello(listen, session["user_password"], session["mac_address"].upper())
    assert sent == [
        WAKE_UP,
        *(session[f"{step}_request_hex"] for step in ("app_key", "random", "user_password")),
    ]


def test_the_root_password_is_not_sent_if_the_user_password_suffices() -> None:
    session = SESSIONS[-1]
    sent = hello(recorded_module(session, 0x18))
    assert sent[-2:] == [session["user_password_request_hex"], WAKE_UP]


def test_a_module_without_a_password_set_needs_only_the_app_key() -> None:
    assert hello(Module({0x15: ["ffaa15010218"]}, 0x15)) == [WAKE_UP, APP_KEY, WAKE_UP]


def test_no_password_is_sent_if_the_app_key_suffices() -> None:
    assert hello(Module({0x15: ["ffaa15010016"]}, 0x15), password="") == [WAKE_UP, APP_KEY, WAKE_UP]


def test_a_missing_password_raises_an_error_with_advice() -> None:
    with pytest.raises(LoginFailed, match=f"needs its password.*dbus-xbms set {ADDRESS} Password 123456"):
        hello(Module({0x15: ["ffaa15010016"]}, None), password="")


@pytest.mark.parametrize("password", ["12345", "1234567", "12345é"])
def test_a_password_of_the_wrong_length_is_never_sent(password: str) -> None:
    with pytest.raises(LoginFailed, match="does not have the 6 digits"):
        hello(Module({0x15: ["ffaa15010016"]}, None), password)


def test_a_rejected_app_key_is_reported() -> None:
    with pytest.raises(LoginFailed, match="not supported"):
        hello(Module({0x15: ["ffaa15010117"]}, None))


def test_a_module_that_stays_locked_after_all_passwords_is_reported() -> None:
    session = SESSIONS[-1]
    module = recorded_module(session | {"root_password_response_hex": "ffaa1d01011f"}, 0)
    with pytest.raises(LoginFailed, match="stays locked"):
        hello(module)


def test_a_module_that_never_answers_is_no_reply() -> None:
    with pytest.raises(NoReply):
        hello(lambda _: None)


def test_an_echo_means_that_the_module_requires_pairing() -> None:
    with pytest.raises(NotPaired, match="only echoes"):
        converse(Jbd().hello(ADDRESS, "123456"), lambda _: None, echoed=True)


def test_scrambling_follows_the_worked_example() -> None:
    assert scramble(ADDRESS, b"123456", 0x24).hex() == "45bb752a6424"
    assert scramble(ADDRESS, ROOT_PASSWORD_TEXT, 0xC9).hex() == "23b0ef19ca0f402dea09ecfbf9fbfc"
