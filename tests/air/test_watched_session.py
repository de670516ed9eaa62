"""Packs that the library aiobmsble reads, over a fake radio: only its own pack suffers from what it does."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, ClassVar

import pytest
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.exc import BleakError

from dbus_xbms.ble import watched_session
from dbus_xbms.ble.bluez import aiobmsble as library
from dbus_xbms.ble.errors import LibraryMissing, NotSubscribed, OtherMake
from dbus_xbms.ble.link import Link
from dbus_xbms.ble.watched_client import MOST_RECEIVED
from dbus_xbms.ble.watched_session import CANCEL_LIMIT
from dbus_xbms.model import Notify
from dbus_xbms.protocols import LinkError, LoginFailed, NoReply, ProtocolError
from dbus_xbms.protocols.aiobmsble import WatchedFamily
from dbus_xbms.protocols.registry import family_named
from dbus_xbms.simulator.battery import Battery, BatterySpec
from dbus_xbms.simulator.device import WireSpec
from dbus_xbms.simulator.frame_faults import FaultKind, FrameFault
from dbus_xbms.simulator.makes.device import OtherDevice
from dbus_xbms.simulator.makes.table import MAKES
from tests.air.fakes import ADDRESSES, FakePack, FakeStack, gatt_table, question, running
from tests.air.virtual_time import VirtualTimeLoop, now, virtual_time

aiobmsble = pytest.importorskip("aiobmsble", reason="the library needs Python 3.12")

ADDRESS = ADDRESSES[0]
FAMILIES_BY_MAKE = {"litime": "redodo"}  # simulated make -> family that reads it


def table_of(make: str) -> BleakGATTServiceCollection:
    """Return the GATT table of a simulated make."""
    table, handle = BleakGATTServiceCollection(), 10
    for service in MAKES[make].services:
        added = BleakGATTService(None, handle, _uuid(service.uuid))
        table.add_service(added)
        for one in service.characteristics:
            handle += 2
            flags: Any = list(one.flags)
            table.add_characteristic(
                BleakGATTCharacteristic(None, handle, _uuid(one.uuid), flags, lambda: 20, added)
            )
        handle += 2
    return table


def _uuid(short: int) -> str:
    return f"0000{short:04x}-0000-1000-8000-00805f9b34fb"


def simulated(make: str = "litime") -> FakePack:
    """Return a simulated pack of another make."""
    battery = Battery(BatterySpec(cells=4, capacity=100.0))
    device = OtherDevice(
        ADDRESS,
        battery,
        MAKES[make],
        WireSpec(mtu=MAKES[make].keys.get("mtu", 23)),
        asyncio.get_running_loop(),
    )
    return FakePack(ADDRESS, device=device, services=lambda: table_of(make), disconnect_takes=0.5)


def family(make: str = "litime") -> WatchedFamily:
    """Return the family that reads a simulated make."""
    found = family_named(FAMILIES_BY_MAKE.get(make, make))
    assert isinstance(found, WatchedFamily)
    return found


@asynccontextmanager
async def closed(pack: FakePack, make: str = "litime", **more: Any) -> AsyncIterator[Link]:
    """A link to a pack that is not open yet."""
    stack = FakeStack(pack)
    stack.remember(pack)
    async with running(stack) as central:
        link = central.link(pack.address, family(make), **more)
        try:
            yield link
        finally:
            await link.close()
    assert not stack.violations


@pytest.mark.parametrize("make", ["litime", "jikong", "daly", "seplos", "renogy"])
@virtual_time
async def test_the_library_reads_a_simulated_pack_of_each_make(make: str) -> None:
    pack = simulated(make)
    async with closed(pack, make) as link:
        await link.open()
        await link.log_in()
        reading = await link.read(None, counters=True, limit=10.0)
        assert pack.device
        assert reading.sample.voltage == pytest.approx(sum(reading.sample.cells), abs=0.1)
        assert len(reading.sample.cells) == 4
        assert reading.sample.soc == pytest.approx(pack.device.battery and pack.device.battery.soc, abs=1)
        assert reading.identity
        assert reading.identity.cell_count == 4
        assert (await link.read(reading.identity, counters=False)).identity is None


@pytest.mark.parametrize(
    ("notify", "socket"), [(Notify.START, False), (Notify.AUTO, True), (Notify.ACQUIRE, True)]
)
@virtual_time
async def test_notifications_are_enabled_as_for_every_other_pack(notify: Notify, socket: bool) -> None:
    pack = simulated()
    async with closed(pack) as link:
        await link.open(notify)
        assert pack.client
        assert (pack.client.acquired, link.acquired) == (socket, socket)


@virtual_time
async def test_a_closed_link_leaves_the_pack_to_others_and_opens_again() -> None:
    pack = simulated()
    async with closed(pack) as link:
        for _ in range(3):
            await link.open()
            await link.read(None, counters=False)
            await link.close()
            assert pack.client is None
        with pytest.raises(LinkError, match="not connected"):
            await link.read(None, counters=False)


@virtual_time
async def test_a_lost_connection_ends_a_read_at_once_and_the_library_does_not_connect_again() -> None:
    pack = simulated()
    async with closed(pack) as link:
        await link.open()
        assert pack.device
        pack.device.faults.active.append(FrameFault(kind=FaultKind.LOSE, count=None))
        asyncio.get_running_loop().call_later(1.0, pack.drop)
        begun = now()
        with pytest.raises(LinkError, match="connection lost"):
            await link.read(None, counters=False, limit=10.0)
        assert now() - begun == pytest.approx(1.0)
        assert link.lost.is_set()
        await asyncio.sleep(60.0)
        assert pack.client is None


@virtual_time
async def test_what_a_pack_has_sent_while_the_program_was_stopped_is_never_read() -> None:
    pack = simulated("jikong")
    async with closed(pack, "jikong") as link:
        await link.open()
        await link.read(None, counters=False, limit=10.0)
        await asyncio.sleep(60.0)
        await link.read(None, counters=False, limit=10.0)
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualTimeLoop)
        loop.jump(90.0)
        with pytest.raises(LinkError, match="did not run"):
            await link.read(None, counters=False, limit=10.0)


@virtual_time
async def test_a_silent_pack_is_no_reply_in_time() -> None:
    pack = simulated()
    async with closed(pack) as link:
        await link.open()
        assert pack.device
        pack.device.faults.active.append(FrameFault(kind=FaultKind.LOSE, count=None))
        with pytest.raises(NoReply, match="no reply"):
            await link.read(None, counters=False, limit=10.0)


@virtual_time
async def test_a_table_without_its_characteristics_is_another_make() -> None:
    pack = simulated("daly")
    async with closed(pack, "litime") as link:
        with pytest.raises(OtherMake, match="another make"):
            await link.open()
        assert pack.client is None


@virtual_time
async def test_a_refused_subscription_is_told_from_a_failed_connection() -> None:
    pack = simulated()
    pack.notify_error = "Notify acquired"
    async with closed(pack) as link:
        with pytest.raises(NotSubscribed, match="another program"):
            await link.open()


@virtual_time
async def test_a_command_is_refused() -> None:
    async with closed(simulated()) as link:
        await link.open()
        with pytest.raises(LinkError, match="only watched"):
            await link.run(question("a"))


@virtual_time
async def test_everything_sent_and_received_is_captured_and_with_a_password_nothing_that_is_sent() -> None:
    lines: list[tuple[str, str]] = []

    def capture(_: str, direction: str, chunk: str) -> None:
        lines.append((direction, chunk))

    for password in ("", "123456"):
        lines.clear()
        async with closed(simulated(), capture=capture) as link:
            await link.open(password=password)
            await link.read(None, counters=False)
        sent = {chunk for direction, chunk in lines if direction == ">"}
        assert sent == ({".. (login hidden)"} if password else {"000004011355aa17"})
        assert any(direction == "<" for direction, _ in lines)


# Modules that do not behave


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
    async with closed(simulated()) as link:
        await link.open()
        with pytest.raises(kind, match=words):
            await link.read(None, counters=False, limit=10.0)


@virtual_time
async def test_a_module_that_hangs_is_ended_after_the_limit(odd: type[Odd]) -> None:
    odd.doing = _hang
    async with closed(simulated()) as link:
        await link.open()
        begun = now()
        with pytest.raises(NoReply, match="no reply in 10 s"):
            await link.read(None, counters=False, limit=10.0)
        assert now() - begun == pytest.approx(10.0)


@virtual_time
async def test_a_module_that_cannot_be_ended_is_left_behind_and_said_once(
    odd: type[Odd], caplog: pytest.LogCaptureFixture
) -> None:
    odd.doing = _ignore_cancellation
    async with closed(simulated()) as link:
        await link.open()
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
    async with closed(simulated()) as link:
        await link.open()
        reading = asyncio.ensure_future(link.read(None, counters=False, limit=10.0))
        await asyncio.sleep(1.0)
        reading.cancel()
        begun = now()
        await asyncio.wait([reading])
        assert reading.cancelled()
        assert now() - begun <= CANCEL_LIMIT
    await asyncio.sleep(60.0)


@virtual_time
async def test_a_handler_that_fails_ends_the_read_at_once(odd: type[Odd]) -> None:
    odd.doing = _hang
    pack = simulated()
    async with closed(pack) as link:
        await link.open()
        assert pack.client
        asyncio.get_running_loop().call_later(1.0, pack.client.notify, b"x")
        with pytest.raises(ProtocolError, match="IndexError: index out of range"):
            await link.read(None, counters=False, limit=10.0)


@virtual_time
async def test_a_pack_that_sends_without_end_is_disconnected(odd: type[Odd]) -> None:
    odd.doing = _hang
    odd.notified = lambda *_: None  # type: ignore[method-assign]
    pack = simulated()
    async with closed(pack) as link:
        await link.open()
        assert pack.client
        asyncio.get_running_loop().call_later(1.0, pack.client.notify, bytes(MOST_RECEIVED + 1))
        with pytest.raises(LinkError, match="sends without end"):
            await link.read(None, counters=False, limit=10.0)


@virtual_time
async def test_a_module_cannot_connect_by_itself(odd: type[Odd]) -> None:
    async def connect_again(bms: Odd) -> None:
        await bms.client.disconnect()
        await aiobmsble.basebms.establish_connection()

    odd.doing = connect_again
    pack = simulated()
    async with closed(pack) as link:
        await link.open()
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
    async with closed(simulated()) as link:
        await link.open()
        with pytest.raises(ProtocolError, match="expected a dict"):
            await link.read(None, counters=False)


@virtual_time
async def test_a_link_whose_closing_is_cancelled_in_the_library_still_disconnects(odd: type[Odd]) -> None:
    async def hang(_: Odd) -> None:
        await asyncio.get_running_loop().create_future()

    odd.disconnect = hang  # type: ignore[assignment, method-assign]
    pack = simulated()
    async with closed(pack) as link:
        await link.open()
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


# The library


def test_what_opens_and_closes_connections_is_replaced_and_exists_in_this_release() -> None:
    library.load("redodo")
    base = aiobmsble.basebms
    assert base.establish_connection is library._take_connection
    assert base.close_stale_connections is library._leave_connections
    assert base.BleakClient is library.NoClient


@virtual_time
async def test_without_a_handed_connection_the_library_gets_none() -> None:
    library.load("redodo")
    with pytest.raises(BleakError, match="Not connected"):
        await aiobmsble.basebms.establish_connection()


def test_another_release_of_the_library_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    library._import_base.cache_clear()
    monkeypatch.setattr(aiobmsble, "__version__", "0.30.0")
    with pytest.raises(LinkError, match=r"0\.31\.0 is needed, 0\.30\.0 is installed"):
        library.load("redodo")
    monkeypatch.undo()
    library.load("redodo")


def test_the_log_of_the_library_is_quiet(caplog: pytest.LogCaptureFixture) -> None:
    library.load("redodo")
    with caplog.at_level(logging.INFO):
        logging.getLogger("aiobmsble.bms.redodo_bms").error("TX BLE request error")
    assert caplog.text == ""


@virtual_time
async def test_a_machine_without_the_library_says_so_before_it_connects() -> None:
    pack = simulated()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(library, "missing", lambda: "needs Python 3.12: run dbus-xbms with that")
        async with closed(pack) as link:
            with pytest.raises(LibraryMissing, match=r"needs Python 3\.12"):
                await link.open()
            assert link.status.reconnects == 0


def test_no_log_shows_a_password(caplog: pytest.LogCaptureFixture) -> None:
    secret = "492715"

    @virtual_time
    async def run() -> None:
        pack = simulated()
        ffe0 = "0000ffe0-0000-1000-8000-00805f9b34fb"
        pack.services, pack.device = lambda: gatt_table(ffe0, _uuid(0xFFE1), _uuid(0xFFE2)), None
        pack.answer = lambda _: []
        async with closed(pack, "ant") as link:
            await link.open(password=secret)
            with pytest.raises(NoReply):
                await link.read(None, counters=False)

    with caplog.at_level(logging.DEBUG):
        library.load("ant")
        library._lower_log()
        run()
    library._lower_log()
    shown = caplog.text.replace(" ", "").lower()
    assert "loginhidden" in shown
    assert secret not in shown
    assert secret.encode().hex() not in shown
