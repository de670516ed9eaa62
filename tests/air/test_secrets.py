"""Logins are hidden in captures and in the log."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

import pytest

from dbus_xbms.ble.exchange import Exchange
from dbus_xbms.protocols import Conversation, NoReply, Request
from dbus_xbms.protocols.jbd import Jbd
from dbus_xbms.protocols.jbd.frames import module, module_reply
from dbus_xbms.protocols.jbd.login import ROOT_PASSWORD, USER_PASSWORD, scramble

ADDRESS, PASSWORD = "A4:C1:37:00:00:01", b"731946"
SECRETS = [
    module(0x16, PASSWORD, retries=0),
    module(USER_PASSWORD, scramble(ADDRESS, PASSWORD, 0x5A), retries=0),
    module(ROOT_PASSWORD, scramble(ADDRESS, b"JBDbtpwd!@#2023", 0x5A), retries=0),
]
Answer = Callable[[bytes], list[bytes]]


def whole(encoded: bytes) -> list[bytes]:
    return [encoded]


def torn(encoded: bytes) -> list[bytes]:
    return [encoded[:4], encoded[4:7], encoded[7:]]


def accepted(encoded: bytes) -> list[bytes]:
    return [module_reply(encoded[2], b"\0")]


async def exchange(request: Request, answer: Answer) -> list[str]:
    """Return the lines of a capture of a request and its answer."""
    lines: list[str] = []

    async def write(encoded: bytes) -> None:
        for chunk in answer(encoded):
            asyncio.get_running_loop().call_soon(open_one.feed, chunk)

    open_one = Exchange(
        ADDRESS, Jbd().framer(), lambda _, direction, chunk: lines.append(f"{direction} {chunk}")
    )
    open_one.write = write

    def ask() -> Conversation[None]:
        yield request

    try:
        await open_one.converse(ask())
    except NoReply:
        await asyncio.sleep(0)
    return lines


@pytest.mark.parametrize("answer", [whole, torn, accepted])
@pytest.mark.parametrize("request_sent", SECRETS, ids=lambda request: f"{request.encoded[2]:02x}")
async def test_a_login_and_its_echo_are_hidden_in_a_capture_and_in_the_log(
    request_sent: Request, answer: Answer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    lines = await exchange(request_sent, answer)
    output = "\n".join(lines) + caplog.text
    payload = request_sent.encoded[4:-1]
    assert lines[0] == f"> {request_sent.encoded[:3].hex()}.. (login hidden)"
    assert "(login hidden)" in caplog.text
    for start in range(len(payload) - 2):
        assert payload[start : start + 3].hex() not in output
    if answer is accepted:
        assert lines[1:] == [f"< {module_reply(request_sent.encoded[2], bytes(1)).hex()}"]


async def test_other_requests_of_the_module_are_shown() -> None:
    request = module(0x15, b"000000")
    assert (await exchange(request, accepted))[0] == f"> {request.encoded.hex()}"
