"""Modules of the library that fail, hang or connect by themselves: only their own pack suffers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from bleak.exc import BleakError

from dbus_xbms.ble import watched_session
from dbus_xbms.ble.bluez import aiobmsble as library
from dbus_xbms.ble.errors import OtherMake
from dbus_xbms.ble.watched_client import MOST_RECEIVED
from dbus_xbms.ble.watched_session import CANCEL_LIMIT
from dbus_xbms.protocols import LinkError, LoginFailed, NoReply, ProtocolError
from tests.air.virtual_time import now, virtual_time
from tests.air.watched import ADDRESS, aiobmsble, closed, opened, simulated


class Odd:
    """A module of the library that does what a test wants."""

    accept_secret = False
    doing: ClassVar[Callable[[Any], Any]]  # by async_update
    starting: ClassVar[Callable[[Any], Any]]  # by __aenter__

    def __init__(self, device: object, config: Any, logger_name: str) -> None:
        self.secret = config.secret
        self.client: Any = None
        self.left = 0

    async def __aenter__(self) -> Odd:
        self.client = await aiobmsble.basebms.establish_connection()
        await self.client.start_notify("ffe1", self.notified)
        await type(self).starting(self)
        return self

    def notified(self, sender: object, chunk: bytearray) -> None:
        raise IndexError("index out of range")

    async def async_update(self) -> object:
        return await type(self).doing(self)

    async def device_info(self) -> dict[str, str]:
        return {}

    async def disconnect(self) -> None:
        self.left += 1
        await self.client.disconnect()


@pytest.fixture
def odd(monkeypatch: pytest.MonkeyPatch) -> type[Odd]:
    """A module that takes the place of all others."""
    library.load("redodo")
    made: type[Odd] = type("Made", (Odd,), {})
    made.starting = made.doing = _do_nothing
    monkeypatch.setattr(library, "load", lambda name: made)
    return made


async def _do_nothing(_: Odd) -> None:
    pass


async def _hang(_: Odd) -> None:
    await asyncio.get_running_loop().create_future()


async def _ignore_cancellation(_: Odd) -> None:
    for _second in range(60):
        try:
            await asyncio.sleep(1.0)
        except asyncio.CancelledError:
            continue
    raise KeyError("too late")


def _raising(err: BaseException) -> Callable[[Odd], Any]:
    async def fail(_: Odd) -> None:
        raise err

    return fail


@pytest.mark.parametrize(
    ("err", "kind", "words"),
    [
        (KeyError("x"), ProtocolError, "aiobmsble redodo_bms: KeyError: 'x'"),
        (IndexError("index out of range"), ProtocolError, "aiobmsble redodo_bms: IndexError"),
        (AssertionError(), ProtocolError, "aiobmsble redodo_bms: AssertionError"),
        (TimeoutError(), NoReply, "no reply"),
        (BleakError("Not connected"), LinkError, "connection lost"),
        (OSError(5, "Input/output error"), LinkError, "Input/output error"),
        (ConnectionError("Failed to detect characteristics"), OtherMake, "another make"),
    ],
)
@virtual_time
async def test_every_error_of_the_library_becomes_one_of_this_program(
    odd: type[Odd], err: Exception, kind: type[Exception], words: str
) -> None:
    odd.doing = _raising(err)
    async with opened(simulated()) as link:
        with pytest.raises(kind, match=words):
            await link.read(None, counters=False, limit=10.0)


@virtual_time
async def test_a_module_that_hangs_is_ended_after_the_limit(odd: type[Odd]) -> None:
    odd.doing = _hang
    async with opened(simulated()) as link:
        begun = now()
        with pytest.raises(NoReply, match="no reply in 10 s"):
            await link.read(None, counters=False, limit=10.0)
        assert now() - begun == pytest.approx(10.0)


@virtual_time
async def test_a_module_that_cannot_be_ended_is_left_behind_and_said_once(
    odd: type[Odd], caplog: pytest.LogCaptureFixture
) -> None:
    odd.doing = _ignore_cancellation
    async with opened(simulated()) as link:
        begun = now()
        with pytest.raises(LinkError, match="aiobmsble redodo_bms hangs"):
            await link.read(None, counters=False, limit=10.0)
        assert now() - begun == pytest.approx(10.0 + CANCEL_LIMIT)
    await asyncio.sleep(60.0)
    assert not watched_session._left_behind
    assert caplog.text.count("left behind") == 1


@virtual_time
async def test_a_cancelled_read_is_over_within_the_limit_whatever_the_module_does(odd: type[Odd]) -> None:
    odd.doing = _ignore_cancellation
    async with opened(simulated()) as link:
        reading = asyncio.ensure_future(link.read(None, counters=False, limit=10.0))
        await asyncio.sleep(1.0)
        reading.cancel()
        begun = now()
        await asyncio.wait([reading])
        assert reading.cancelled()
        assert now() - begun <= CANCEL_LIMIT
    await asyncio.sleep(60.0)


async def failed_after(notification: bytes, kind: type[Exception], words: str) -> float:
    """Read a pack that sends only this, after 1 s; return how long it took to fail, in s."""
    pack = simulated()
    async with opened(pack) as link:
        assert pack.client
        begun = now()
        asyncio.get_running_loop().call_later(1.0, pack.client.notify, notification)
        with pytest.raises(kind, match=words):
            await link.read(None, counters=False, limit=10.0)
        return now() - begun


@virtual_time
async def test_a_handler_that_fails_ends_the_read_at_once(odd: type[Odd]) -> None:
    odd.doing = _hang
    words = "IndexError: index out of range"
    assert await failed_after(b"x", ProtocolError, words) == pytest.approx(1.0)


@virtual_time
async def test_a_pack_that_sends_without_end_ends_the_read_at_once(odd: type[Odd]) -> None:
    odd.doing = _hang
    odd.notified = lambda *_: None  # type: ignore[method-assign]
    flood = bytes(MOST_RECEIVED + 1)
    assert await failed_after(flood, LinkError, "sends without end") == pytest.approx(1.0)


@virtual_time
async def test_a_module_cannot_connect_by_itself(odd: type[Odd]) -> None:
    async def connect_again(bms: Odd) -> None:
        await bms.client.disconnect()
        await aiobmsble.basebms.establish_connection()

    odd.doing = connect_again
    pack = simulated()
    async with opened(pack) as link:
        with pytest.raises(LinkError, match="connection lost"):
            await link.read(None, counters=False)
        assert pack.client  # it is the link that disconnects


@pytest.mark.parametrize("err", [PermissionError("Incorrect secret."), ConnectionRefusedError("no")])
@virtual_time
async def test_a_refused_password_is_a_failed_login_with_advice(odd: type[Odd], err: Exception) -> None:
    odd.starting = _raising(err)
    async with closed(simulated()) as link:
        with pytest.raises(LoginFailed, match=f"set {ADDRESS} Password"):
            await link.open(password="1234")


@virtual_time
async def test_a_make_with_passwords_that_is_silent_may_need_one(odd: type[Odd]) -> None:
    odd.accept_secret, odd.starting = True, _raising(TimeoutError())
    async with closed(simulated()) as link:
        with pytest.raises(NoReply, match="if it needs a password"):
            await link.open()


@virtual_time
async def test_a_result_that_is_no_sample_is_an_error(odd: type[Odd]) -> None:
    async with opened(simulated()) as link:
        with pytest.raises(ProtocolError, match="expected a dict"):
            await link.read(None, counters=False)


@virtual_time
async def test_a_link_whose_closing_is_cancelled_in_the_library_still_disconnects(odd: type[Odd]) -> None:
    odd.disconnect = _hang  # type: ignore[assignment, method-assign]
    pack = simulated()
    async with opened(pack) as link:
        closing = asyncio.ensure_future(link.close())
        await asyncio.sleep(0.5)
        closing.cancel()
        await asyncio.wait([closing])
        assert closing.cancelled()
        assert pack.client is None


@virtual_time
async def test_an_error_of_this_program_keeps_its_cause(odd: type[Odd]) -> None:
    odd.starting = _raising(PermissionError("Incorrect secret."))
    async with closed(simulated()) as link:
        with pytest.raises(LoginFailed) as failed:
            await link.open(password="1234")
        assert isinstance(failed.value.__cause__, PermissionError)
