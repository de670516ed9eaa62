"""The client of localsettings against the simulated one and, if VICTRON_SRC is set, the real one.

The environment's VICTRON_SRC names a directory with clones of victronenergy/localsettings and
victronenergy/velib_python. They need a Python with dbus-python, PyGObject, lxml and psutil: VICTRON_PYTHON,
by default /usr/bin/python3.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol

import pytest
from dbus_fast import BusType, Message, Variant

from dbus_xbms.dbus.connection import close, connect, until_closed
from dbus_xbms.dbus.errors import BusError, BusLost
from dbus_xbms.settings import (
    AnySetting,
    PackSettings,
    ProgramSettings,
    Setting,
    SettingsError,
    Value,
    instance_of,
    pack_path,
    service_path,
)
from dbus_xbms.settings_store.service import LocalSettings as Simulated
from dbus_xbms.venus.localsettings import NAME, LocalSettings
from tests.patience import PATIENCE

FIRST, SECOND = "A4:C1:37:01:02:03", "A4:C1:37:01:02:04"


class Server(Protocol):
    """A localsettings that a test can stop and start."""

    async def start(self) -> None: ...
    async def stop(self) -> None: ...


class SimulatedServer:
    def __init__(self, directory: Path) -> None:
        self._file = directory / "settings.json"
        self._served: Simulated | None = None

    async def start(self) -> None:
        self._served = Simulated(BusType.SESSION, self._file)
        await self._served.open()

    async def stop(self) -> None:
        if self._served:
            await self._served.close()


class RealServer:
    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        source = Path(os.environ["VICTRON_SRC"])
        self._process = await asyncio.create_subprocess_exec(
            os.environ.get("VICTRON_PYTHON", "/usr/bin/python3"),
            str(source / "localsettings/localsettings.py"),
            *("--path", str(self._directory), "--no-delay"),
            env={**os.environ, "PYTHONPATH": str(source / "velib_python")},
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )

    async def stop(self) -> None:
        process, self._process = self._process, None
        if process:
            process.terminate()
            await process.wait()


@pytest.fixture(params=["simulated", "real"])
async def server(request: pytest.FixtureRequest, private_bus: str, tmp_path: Path) -> AsyncIterator[Server]:
    if request.param == "real" and "VICTRON_SRC" not in os.environ:
        pytest.skip("VICTRON_SRC does not name the source of localsettings")
    server: Server = (RealServer if request.param == "real" else SimulatedServer)(tmp_path)
    yield server
    await server.stop()


class Changes(asyncio.Queue[tuple[str, Value]]):
    """Changes that the client reports."""

    def record(self, path: str, value: Value) -> None:
        self.put_nowait((path, value))


@asynccontextmanager
async def serving(changes: Changes | None = None) -> AsyncIterator[LocalSettings]:
    local = LocalSettings((changes or Changes()).record)
    task = asyncio.create_task(local.run())
    try:
        async with asyncio.timeout(PATIENCE):
            yield local
    finally:
        task.cancel()
        await asyncio.wait([task])


@asynccontextmanager
async def other_program() -> AsyncIterator[Callable[..., Awaitable[Message]]]:
    """Calls to localsettings by another program."""
    bus = await connect()
    closed = until_closed(bus)

    async def call(
        path: str, member: str, signature: str, *body: object, interface: str = "BusItem"
    ) -> Message:
        reply = await bus.call(
            Message(
                destination=NAME,
                path=path,
                interface=f"com.victronenergy.{interface}",
                member=member,
                signature=signature,
                body=list(body),
            )
        )
        assert reply
        return reply

    yield call
    await close(bus, closed)


def rows(address: str) -> dict[str, AnySetting]:
    return {pack_path(address, row.name): row for row in PackSettings.rows}


def instance(address: str) -> str:
    return pack_path(address, "ClassAndVrmInstance")


def name(address: str) -> str:
    return pack_path(address, "CustomName")


async def test_a_new_setting_gets_its_default_and_is_not_reported_as_a_change(server: Server) -> None:
    await server.start()
    changes = Changes()
    async with serving(changes) as local:
        values = await local.add(rows(FIRST))
        assert values == {pack_path(FIRST, row.name): row.default for row in PackSettings.rows}
        assert {path: type(value) for path, value in values.items()} == {
            pack_path(FIRST, row.name): type(row.default) for row in PackSettings.rows
        }
        await local.stored([])
        assert changes.empty()


async def test_every_setting_of_the_program_can_be_stored(server: Server) -> None:
    await server.start()
    async with serving() as local:
        values = await local.add({service_path(row.name): row for row in ProgramSettings.rows})
    assert values == {service_path(row.name): row.default for row in ProgramSettings.rows}


async def test_each_pack_gets_an_instance_of_its_own_and_keeps_it(server: Server) -> None:
    await server.start()
    async with serving() as local:
        assert (await local.add(rows(FIRST)))[instance(FIRST)] == "battery:600"
        assert (await local.add(rows(SECOND)))[instance(SECOND)] == "battery:601"
        assert (await local.add(rows(FIRST)))[instance(FIRST)] == "battery:600"


async def test_a_taken_instance_becomes_the_next_free_one(server: Server) -> None:
    await server.start()
    async with serving() as local:
        await local.add(rows(FIRST))
        await local.add(rows(SECOND))
        assert await local.set(instance(SECOND), "battery:600") == "battery:601"
        assert await local.set(instance(SECOND), "battery:7") == "battery:7"


async def test_a_value_is_stored_in_its_type_over_a_restart(server: Server) -> None:
    await server.start()
    async with serving() as local:
        await local.add(rows(FIRST))
        chosen: dict[str, Value] = {"CustomName": "Küche", "HoldTime": 45.5, "Enabled": 1}
        for setting, value in chosen.items():
            assert await local.set(pack_path(FIRST, setting), value) == value
    await server.stop()
    await server.start()
    async with serving() as local:
        values = await local.add(rows(FIRST))
    assert values[name(FIRST)] == "Küche"
    assert values[pack_path(FIRST, "HoldTime")] == 45.5
    assert values[pack_path(FIRST, "Enabled")] == 1


async def test_only_writes_of_other_programs_are_reported(server: Server) -> None:
    await server.start()
    changes = Changes()
    async with serving(changes) as local, other_program() as call:
        await local.add(rows(FIRST))
        await local.set(name(FIRST), "mine")
        await call(name(FIRST), "SetValue", "v", Variant("s", "theirs"))
        assert await changes.get() == (name(FIRST), "theirs")
        assert changes.empty()


async def test_a_pack_that_another_program_adds_is_reported(server: Server) -> None:
    await server.start()
    changes = Changes()
    async with serving(changes) as local, serving() as other:
        await local.stored([])
        await other.add({pack_path(SECOND, "Enabled"): PackSettings.rows[0]})
        await other.set(pack_path(SECOND, "Enabled"), 1)
        seen = [await changes.get(), await changes.get()]
    assert seen == [(pack_path(SECOND, "Enabled"), 0), (pack_path(SECOND, "Enabled"), 1)]


async def test_settings_of_other_devices_are_never_reported(server: Server) -> None:
    await server.start()
    changes = Changes()
    async with serving(changes) as local, other_program() as call:
        await local.add(rows(FIRST))
        row = {"path": Variant("s", "/Settings/Devices/ttyUSB1/CustomName"), "default": Variant("s", "x")}
        await call("/", "AddSettings", "aa{sv}", [row], interface="Settings")
        await call(name(FIRST), "SetValue", "v", Variant("s", "after"))
        assert await changes.get() == (name(FIRST), "after")
        stored = await local.stored(["/Settings/Devices", "/Settings/Services/Xbms"])
        assert stored.keys() == rows(FIRST).keys()


async def test_stored_settings_are_found_without_adding_them(server: Server) -> None:
    await server.start()
    async with serving() as local:
        assert await local.stored(["/Settings/Devices", "/Settings/Services/Xbms"]) == {}
        await local.add(rows(FIRST))
        await local.set(pack_path(FIRST, "Enabled"), 1)
    async with serving() as local:
        stored = await local.stored(["/Settings/Devices", "/Settings/Services/Xbms"])
    assert stored[pack_path(FIRST, "Enabled")] == 1
    assert stored[pack_path(FIRST, "HoldTime")] == 30.0
    assert stored.keys() == rows(FIRST).keys()


@asynccontextmanager
async def hasty_server(path: str, value: Value) -> AsyncIterator[None]:
    """A localsettings that announces a write by another program before it replies to AddSettings."""
    bus = await connect()
    closed = until_closed(bus)

    def answer(call: Message) -> bool:
        if call.member != "AddSettings":
            return False
        added = [
            {"path": row["path"], "error": Variant("i", 0), "value": row["default"]} for row in call.body[0]
        ]
        change = {"Value": Variant("s", value), "Text": Variant("s", value)}
        # In the other order both may arrive in one read, and then either may be handled first.
        bus.send(
            Message.new_signal(path, "com.victronenergy.BusItem", "PropertiesChanged", "a{sv}", [change])
        )
        bus.send(Message.new_method_return(call, "aa{sv}", [added]))
        return True

    bus.add_message_handler(answer)
    await bus.request_name(NAME)
    try:
        yield
    finally:
        await close(bus, closed)


async def test_a_write_announced_before_the_reply_to_add_is_not_lost(private_bus: str) -> None:
    path, changes = name(FIRST), Changes()
    async with hasty_server(path, "House"), serving(changes) as local:
        assert (await local.add(rows(FIRST)))[path] == "House"
        assert (await local.add(rows(FIRST)))[path] == "House"
        assert changes.get_nowait() == (path, "House")
        assert changes.empty()


UNUSABLE = "x" * 1000  # too long for a name


@asynccontextmanager
async def contested_server(path: str, written: list[Value]) -> AsyncIterator[Callable[[Value], None]]:
    """A localsettings to which another program writes while the client repairs an unusable value."""
    bus = await connect()
    closed = until_closed(bus)

    def signal(value: Value) -> None:
        change = {"Value": Variant("s", value), "Text": Variant("s", str(value))}
        bus.send(
            Message.new_signal(path, "com.victronenergy.BusItem", "PropertiesChanged", "a{sv}", [change])
        )

    def answer(call: Message) -> bool:
        if call.member == "AddSettings":
            added = [
                {"path": row["path"], "error": Variant("i", 0), "value": row["default"]}
                for row in call.body[0]
            ]
            bus.send(Message.new_method_return(call, "aa{sv}", [added]))
        elif call.member == "SetValue":
            written.append(call.body[0].value)
            if len(written) == 1:
                signal("Stern")
                signal(UNUSABLE)
            bus.send(Message.new_method_return(call, "i", [0]))
        elif call.member == "GetValue":
            stored = UNUSABLE if len(written) == 1 else written[-1]
            bus.send(Message.new_method_return(call, "v", [Variant("s", stored)]))
        else:
            return False
        return True

    bus.add_message_handler(answer)
    await bus.request_name(NAME)
    try:
        yield signal
    finally:
        await close(bus, closed)


async def test_a_write_during_the_repair_of_an_unusable_value_is_not_undone(private_bus: str) -> None:
    path, changes, written = name(FIRST), Changes(), list[Value]()
    async with contested_server(path, written) as signal, serving(changes) as local:
        await local.add(rows(FIRST))
        signal(UNUSABLE)
        assert await changes.get() == (path, "Stern")
        while len(written) < 2:  # noqa: ASYNC110 (the fake server has no event)
            await asyncio.sleep(0.01)
        assert written == ["", "Stern"]


async def test_removed_settings_are_gone_and_unknown_ones_ignored(server: Server) -> None:
    await server.start()
    changes = Changes()
    async with serving(changes) as local:
        await local.add(rows(FIRST))
        await local.remove([*rows(FIRST), pack_path(SECOND, "Enabled")])
        assert await local.stored(["/Settings/Devices"]) == {}
        with pytest.raises(SettingsError, match="does not know"):
            await local.set(name(FIRST), "gone")
        assert changes.empty()


async def test_a_setting_that_another_program_removes_counts_as_its_default(server: Server) -> None:
    await server.start()
    changes = Changes()
    async with serving(changes) as local, serving() as other:
        await local.add(rows(FIRST))
        await local.set(pack_path(FIRST, "Enabled"), 1)
        await other.remove([name(FIRST), pack_path(FIRST, "Enabled")])
        assert await changes.get() == (pack_path(FIRST, "Enabled"), 0)
        assert changes.empty()


async def test_refusals_raise_errors_with_a_message(server: Server) -> None:
    await server.start()
    async with serving() as local:
        await local.add(rows(FIRST))
        with pytest.raises(SettingsError, match="HoldTime must be a number from 5 to 300 s"):
            await local.set(pack_path(FIRST, "HoldTime"), 1.0)
        with pytest.raises(SettingsError, match="another type"):
            await local.add({pack_path(FIRST, "HoldTime"): Setting(name="HoldTime", default="long", help="")})
        with pytest.raises(SettingsError, match="underscore"):
            await local.add({"/Settings/Devices/_x/HoldTime": Setting(name="HoldTime", default=1, help="")})
    async with serving() as without_rows:
        with pytest.raises(SettingsError, match="refuses 1000"):
            await without_rows.set(pack_path(FIRST, "HoldTime"), 1000.0)


async def test_a_stored_value_out_of_the_present_range_counts_as_the_default(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    await server.start()
    path = pack_path(FIRST, "HoldTime")
    async with serving() as local:
        await local.add({path: Setting(name="HoldTime", default=30.0, lowest=0.0, highest=9000.0, help="")})
        await local.set(path, 8000.0)
    async with serving() as local:
        values = await local.add(rows(FIRST))
    assert values[path] == 30.0
    assert "HoldTime must be a number from 5 to 300 s" in caplog.text


async def test_calls_wait_for_localsettings_and_log_it_once(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "dbus_xbms.venus")
    async with serving() as local:
        adding = asyncio.create_task(local.add(rows(FIRST)))
        other = asyncio.create_task(local.add(rows(SECOND)))
        await asyncio.wait([adding], timeout=0.5)
        assert not adding.done()
        await server.start()
        assert (await adding).keys() == rows(FIRST).keys()
        await other
    logged = [(record.levelname, record.message) for record in caplog.records]
    assert logged == [
        ("WARNING", "waiting for localsettings (com.victronenergy.settings)"),
        ("INFO", "localsettings answers"),
    ]


async def test_a_restart_restores_the_settings_and_reports_differences(
    server: Server, tmp_path: Path
) -> None:
    await server.start()
    changes = Changes()
    async with serving(changes) as local:
        await local.add(rows(FIRST))
        await local.set(name(FIRST), "before")
        await server.stop()
        for file in (tmp_path / "settings.json", tmp_path / "settings.xml"):  # as after a reset to defaults
            file.unlink(missing_ok=True)
        await server.start()
        assert await changes.get() == (name(FIRST), "")
        assert (await local.stored(["/Settings/Devices"])).keys() == rows(FIRST).keys()
        assert await local.set(name(FIRST), "after") == "after"
        assert changes.empty()


async def test_the_programs_own_memory_that_a_restart_has_lost_is_stored_again(
    server: Server, tmp_path: Path
) -> None:
    await server.start()
    changes, cells = Changes(), pack_path(FIRST, PackSettings.cells.name)
    async with serving(changes) as local:
        await local.add({cells: PackSettings.cells})
        await local.set(cells, 4)
        await server.stop()
        for file in (tmp_path / "settings.json", tmp_path / "settings.xml"):  # it ended before it stored that
            file.unlink(missing_ok=True)
        await server.start()
        while (await local.stored(["/Settings/Devices"])).get(cells) != 4:  # noqa: ASYNC110
            await asyncio.sleep(0.05)  # it is written as soon as localsettings is seen
        assert changes.empty()


class CountingReads(Simulated):
    """A localsettings that counts how often a setting is read."""

    reads = 0

    def _attribute(self, name: str) -> Callable[[Message], object]:
        read = super()._attribute(name)

        def counted(call: Message) -> object:
            self.reads += 1
            return read(call)

        return counted


async def test_the_programs_own_memory_is_stored_with_one_call(private_bus: str) -> None:
    server = CountingReads(BusType.SESSION)
    await server.open()
    cells, control = (pack_path(FIRST, row.name) for row in (PackSettings.cells, PackSettings.control))
    async with serving() as local:
        await local.add({cells: PackSettings.cells, control: PackSettings.control})
        assert await local.set(cells, 4) == 4
        assert server.reads == 0
        assert await local.set(control, 1) == 1
        assert server.reads == 1
    await server.close()


async def test_a_write_during_a_restart_is_made_afterwards(server: Server) -> None:
    await server.start()
    async with serving() as local:
        await local.add(rows(FIRST))
        await server.stop()
        writing = asyncio.create_task(local.set(name(FIRST), "patient"))
        await asyncio.wait([writing], timeout=0.3)
        assert not writing.done()
        await server.start()
        assert await writing == "patient"


async def test_the_loss_of_the_bus_ends_the_client(private_bus: str) -> None:
    local = LocalSettings(lambda path, value: None)
    running = asyncio.create_task(local.run())
    await local._connected.wait()
    assert local._bus
    local._bus.disconnect()
    with pytest.raises(BusLost, match="lost the D-Bus connection"):
        await running


async def test_no_bus_ends_the_client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")
    with pytest.raises(BusError):
        await LocalSettings(lambda path, value: None).run()


async def test_a_cancelled_client_leaves_nothing_behind(private_bus: str) -> None:
    async with serving() as local:
        adding = asyncio.create_task(local.add({}))
        await asyncio.wait([adding], timeout=0.05)
        adding.cancel()
        await asyncio.wait([adding])
    assert asyncio.all_tasks() == {asyncio.current_task()}


def test_an_instance_number_is_read_from_its_text() -> None:
    assert instance_of("battery:3") == 3


@pytest.mark.parametrize(
    "text", ["", "3", "battery", "battery:", "battery:-1", "battery:1:2", "battery:1.5", "b:٣"]
)
def test_a_malformed_instance_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="looks like battery:1"):
        instance_of(text)
