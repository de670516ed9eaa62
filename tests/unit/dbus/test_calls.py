"""One D-Bus call: its reply, its errors, its time limit."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from dbus_fast import Message, MessageFlag, MessageType

from dbus_xbms.dbus.calls import call, call_daemon, has_owner, ping
from dbus_xbms.dbus.errors import BusLost, CallRefused, NoAnswer, UnexpectedReply

NAME, INTERFACE = "com.victronenergy.settings", "com.victronenergy.BusItem"
UNKNOWN = "org.freedesktop.DBus.Error.UnknownObject"


def reply(signature: str, *body: Any) -> Message:
    return Message(
        message_type=MessageType.METHOD_RETURN, reply_serial=1, signature=signature, body=list(body)
    )


def error(*words: str) -> Message:
    return Message(
        message_type=MessageType.ERROR,
        error_name=UNKNOWN,
        reply_serial=1,
        signature="s" * len(words),
        body=list(words),
    )


class FakeBus:
    """A fake bus that answers every call with the same message or exception, or never."""

    def __init__(self, answer: Message | Exception | None = None, *, silent: bool = False) -> None:
        self.calls: list[Message] = []
        self._answer = answer
        self._silent = silent

    async def call(self, message: Message) -> Message | None:
        self.calls.append(message)
        if self._silent:
            await asyncio.Event().wait()
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


async def result_of(bus: FakeBus, **options: Any) -> list[Any]:
    return await call(bus, NAME, "/a", INTERFACE, "GetValue", **options)  # type: ignore[arg-type]


async def test_the_body_of_the_reply_is_returned() -> None:
    bus = FakeBus(reply("si", "x", 1))
    assert await result_of(bus, signature="s", body=("in",), returns="si") == ["x", 1]
    (sent,) = bus.calls
    assert (sent.destination, sent.path, sent.member, sent.body) == (NAME, "/a", "GetValue", ["in"])


@pytest.mark.parametrize(("autostart", "flag"), [(False, MessageFlag.NO_AUTOSTART), (True, MessageFlag.NONE)])
async def test_a_program_is_started_for_a_call_only_on_request(autostart: bool, flag: MessageFlag) -> None:
    bus = FakeBus(reply(""))
    await result_of(bus, autostart=autostart)
    assert bus.calls[0].flags == flag


@pytest.mark.parametrize(("words", "said"), [(("no such path",), "no such path"), ((), UNKNOWN)])
async def test_an_error_keeps_its_name_and_text(words: tuple[str, ...], said: str) -> None:
    with pytest.raises(CallRefused) as caught:
        await result_of(FakeBus(error(*words)))
    assert (caught.value.error, caught.value.words) == (UNKNOWN, said)
    assert str(caught.value) == f"{NAME}: {said}"


async def test_a_reply_of_another_signature_is_an_error_only_where_one_is_expected() -> None:
    assert await result_of(FakeBus(reply("s", "x"))) == ["x"]
    with pytest.raises(UnexpectedReply, match="GetValue returned 's', not 'v'"):
        await result_of(FakeBus(reply("s", "x")), returns="v")


async def test_the_error_for_a_missing_reply_names_the_program_and_warns_about_writes() -> None:
    with pytest.raises(NoAnswer, match=r"localsettings has not answered for 0\.01 s") as caught:
        await result_of(FakeBus(silent=True), limit=0.01)
    assert "may still" not in str(caught.value)
    with pytest.raises(NoAnswer, match="may still"):
        await result_of(FakeBus(silent=True), limit=0.01, writes=True)


@pytest.mark.parametrize("end", [ConnectionResetError(), EOFError(), None])
async def test_a_closed_bus_raises_one_error_for_every_failure_of_dbus_fast(end: Exception | None) -> None:
    with pytest.raises(BusLost):
        await result_of(FakeBus(end))


async def test_the_daemon_is_called_with_strings_and_its_first_value_returned() -> None:
    bus = FakeBus(reply("s", ":1.5"))
    assert await call_daemon(bus, "GetNameOwner", NAME) == ":1.5"  # type: ignore[arg-type]
    assert await call_daemon(FakeBus(reply("")), "AddMatch", "a rule") is None  # type: ignore[arg-type]
    assert await has_owner(FakeBus(reply("b", False)), NAME) is False  # type: ignore[arg-type]
    assert (bus.calls[0].destination, bus.calls[0].body) == ("org.freedesktop.DBus", [NAME])


async def test_an_error_is_a_reply_to_a_ping() -> None:
    assert await ping(FakeBus(reply("")), NAME) is None  # type: ignore[arg-type]
    refused = await ping(FakeBus(error("denied")), NAME)  # type: ignore[arg-type]
    assert refused is not None
    assert refused.words == "denied"
