"""The log names the program behind each change, and a flood of writes does not fill it."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from dbus_fast import BusType, Message, Variant
from dbus_fast.aio import MessageBus

from dbus_xbms.dbus.trusted import TrustedBus
from dbus_xbms.settings import Value
from dbus_xbms.venus.bus_item import BUS_ITEM
from dbus_xbms.venus.item import Item
from dbus_xbms.venus.service import ItemService
from dbus_xbms.venus.writers import MOST, Writers, _named, program
from tests.bus.calls import reply_to
from tests.bus.simulation import Program, Simulation
from tests.bus.venus import BATTERY, Venus
from tests.patience import PATIENCE

pytestmark = pytest.mark.usefixtures("private_bus")

ONE = "A4:C1:37:00:00:01"
SERVICE = f"{BATTERY}xbms_a4c137000001"
REFUSED, ACCEPTED = 2, 0
WRITER = """
import sys
from tests.bus.test_writers import write_once
write_once(sys.argv[1])
"""


def write_once(value: str) -> None:
    """Write a name and leave the bus at once, as `dbus -y` does."""

    async def write() -> None:
        async with Venus() as venus:
            assert await venus.write(SERVICE, "/CustomName", value) == ACCEPTED

    asyncio.run(write())


@asynccontextmanager
async def served(address: str = ONE) -> AsyncIterator[tuple[Venus, Program]]:
    pack = {"address": address, "load": "rest"}
    async with Simulation([pack]), Venus() as venus, Program("run") as program:
        await venus.enable(address)
        await venus.until(address, lambda seen: seen["/Dc/0/Voltage"] is not None)
        yield venus, program


async def test_a_write_is_logged_with_the_writing_program_even_if_it_exits_at_once() -> None:
    async with served() as (venus, service):
        script = "dbus-writer.py"
        writer = await asyncio.create_subprocess_exec(sys.executable, "-c", WRITER, script)
        assert await writer.wait() == 0
        line = await service.until("CustomName was changed")
        assert f"(pid {writer.pid}, :1." in line
        assert f"from '' to '{script}', by " in line
        assert await venus.write(SERVICE, "/Settings/Battery/TailCurrent", 7) == ACCEPTED
        line = await service.until("TailCurrent was changed")
        assert f"(pid {os.getpid()}, :1." in line


async def test_a_change_through_localsettings_is_logged_with_the_old_value() -> None:
    async with served() as (venus, service):
        for name, value, change in (
            ("AllowMosfetControl", 1, "from 0 to 1"),
            ("AllowDischargeOff", 1, "from 0 to 1"),
            ("Chemistry", "NMC", "from '' to 'NMC'"),
            ("CellFull", 4.1, "from 0.0 to 4.1"),
            ("CellHighCutoff", 4.19, "from 0.0 to 4.19"),
            ("Control", 1, "from 0 to 1"),
            ("Password", "731946", ", through"),
        ):
            assert await venus.set(ONE, name, value) == 0
            line = await service.until(f"{name} was changed")
            assert change in line
            assert "through localsettings" in line
            assert "731946" not in line


async def test_five_thousand_refused_writes_are_a_few_lines() -> None:
    async with served() as (venus, service):
        for _ in range(50):
            requests = [venus.write(SERVICE, "/Io/AllowToCharge", 0) for _ in range(100)]
            assert set(await asyncio.gather(*requests)) == {REFUSED}
        for number in range(500):
            assert await venus.write(SERVICE, "/CustomName", f"name {number}") == ACCEPTED
        await venus.until(ONE, lambda seen: seen["/CustomName"] == "name 499")
        lines = [line for line in service.output if "refused" in line or "CustomName" in line]
        assert 2 <= len(lines) <= 12


class Silent:
    """A bus that never answers."""

    async def call(self, message: Message) -> Message:
        await asyncio.sleep(3600)
        raise AssertionError


async def test_a_daemon_that_does_not_answer_delays_a_write_by_half_a_second_at_most(
    caplog: pytest.LogCaptureFixture,
) -> None:
    writers = Writers()
    async with asyncio.timeout(PATIENCE):
        assert await writers.find(Silent(), ":1.18") == ":1.18"  # type: ignore[arg-type]
    assert writers.is_known(":1.18")
    assert not [record for record in caplog.records if record.levelno > logging.DEBUG]


async def test_the_memory_for_writers_is_bounded(private_bus: str) -> None:
    bus = await TrustedBus(bus_address=private_bus).connect()
    writers = Writers()
    for number in range(3 * MOST):
        await writers.find(bus, f":9.{number}")
    assert len(writers._known) <= MOST
    bus.disconnect()


def test_a_program_is_named_by_its_script_and_not_by_its_interpreter() -> None:
    assert _named(["/usr/bin/python3", "/opt/x/dbus_x.py", "-v"]) == "dbus_x.py"
    assert _named(["python3", "-u", "-m", "dbus_xbms", "run"]) == "dbus_xbms"
    assert _named(["python3", "-c", "import sys"]) == "python3"
    assert _named(["node", "/usr/lib/node_modules/red.js"]) == "red.js"
    assert _named(["/opt/victronenergy/dbus-flashmq/dbus-flashmq"]) == "dbus-flashmq"
    assert _named([""]) == ""
    assert program(2**22 + 1) == "a program that has ended"


async def test_an_error_in_a_write_is_answered_with_a_message(
    private_bus: str, caplog: pytest.LogCaptureFixture
) -> None:
    def failing(path: str, value: Value, sender: str) -> bool:
        raise KeyError(path)

    def unread(report: object) -> Value | None:
        return None

    name = f"{BATTERY}test"
    service = ItemService(name, (Item("/CustomName", "s", "{}", unread, writable=True),), {}, failing)
    await service.start()
    bus = await MessageBus(bus_type=BusType.SESSION).connect()
    for _ in range(2):  # a program that is not known yet, and one that is
        reply = await reply_to(bus, name, "/CustomName", BUS_ITEM, "SetValue", "v", Variant("s", "x"))
        assert reply.body == ["an error in the service; see its log"]
    assert caplog.text.count("KeyError: '/CustomName'") == 2
    await service.stop()
    bus.disconnect()
    await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]


async def test_writes_right_after_the_first_one_of_a_program_keep_their_order(private_bus: str) -> None:
    written: list[Value] = []

    def on_write(path: str, value: Value, sender: str) -> bool:
        written.append(value)
        return True

    item: Item[object] = Item("/Counter", "i", "{}", lambda report: None, writable=True)
    service = ItemService(f"{BATTERY}test", (item,), {"/Counter": None}, on_write)
    await service.start()
    bus = await MessageBus(bus_type=BusType.SESSION).connect()
    writes = [
        reply_to(bus, f"{BATTERY}test", "/Counter", BUS_ITEM, "SetValue", "v", Variant("i", number))
        for number in range(50)
    ]
    replies = await asyncio.gather(*writes)
    assert {reply.body[0] for reply in replies} == {ACCEPTED}
    assert written == list(range(50))
    await service.stop()
    bus.disconnect()
    await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]
