"""The settings store behaves as Victron's localsettings: each rule of the contract, over a real bus."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
from collections.abc import AsyncIterator
from errno import EISDIR
from pathlib import Path
from typing import Any

import pytest
from dbus_fast import BusType, Message, MessageType, Variant, unpack_variants
from dbus_fast.aio import MessageBus

from dbus_xbms.commands import CommandError
from dbus_xbms.commands import settings as settings_command
from dbus_xbms.commands.doctor_bus import settings_file
from dbus_xbms.commands.session import open_bus
from dbus_xbms.dbus.calls import call_daemon
from dbus_xbms.dbus.errors import NameTaken
from dbus_xbms.doctor.facts import SettingsFile
from dbus_xbms.settings_store import file as files
from dbus_xbms.settings_store import service
from dbus_xbms.settings_store.saver import SavingFailedError
from dbus_xbms.settings_store.service import BUS_ITEM, NAME, SETTINGS, LocalSettings
from tests.bus.calls import result_of
from tests.bus.simulation import Program
from tests.patience import PATIENCE

ENABLED = "/Settings/Devices/xbms_a4c137000001/Enabled"
MEMORY = "/Settings/Devices/xbms_a4c137000001/Memory"


def instance(device: str) -> str:
    return f"/Settings/Devices/{device}/ClassAndVrmInstance"


class Client:
    """A bus client that records every PropertiesChanged."""

    def __init__(self, bus: MessageBus) -> None:
        self.bus = bus
        self.seen: list[tuple[str, dict[str, Any]]] = []
        bus.add_message_handler(self._on_message)

    def _on_message(self, message: Message) -> bool:
        if message.message_type is MessageType.SIGNAL and message.member == "PropertiesChanged":
            self.seen.append((message.path or "", unpack_variants(message.body[0])))
        return False

    async def call_all(
        self, path: str, interface: str, member: str, signature: str = "", *body: Any
    ) -> list[Any]:
        result = unpack_variants(await result_of(self.bus, NAME, path, interface, member, signature, *body))
        assert isinstance(result, list)
        return result

    async def call(self, path: str, interface: str, member: str, signature: str = "", *body: Any) -> Any:
        return (await self.call_all(path, interface, member, signature, *body))[0]

    async def add(self, **row: Variant) -> dict[str, Any]:
        (result,) = await self.call("/", SETTINGS, "AddSettings", "aa{sv}", [row])
        assert isinstance(result, dict)
        return result

    async def get(self, path: str) -> Any:
        return await self.call(path, BUS_ITEM, "GetValue")

    async def put(self, path: str, value: Variant) -> Any:
        return await self.call(path, BUS_ITEM, "SetValue", "v", value)


@pytest.fixture
async def settings(private_bus: str) -> AsyncIterator[LocalSettings]:
    store = LocalSettings(BusType.SYSTEM)
    await store.open()
    yield store
    await store.close()


@pytest.fixture
async def client(private_bus: str) -> AsyncIterator[Client]:
    bus = await MessageBus(bus_type=BusType.SYSTEM).connect()
    await call_daemon(bus, "AddMatch", f"type='signal',interface='{BUS_ITEM}'")
    yield Client(bus)
    bus.disconnect()
    await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]


@pytest.mark.parametrize(
    ("path", "default", "error"),
    [
        (Variant("s", "/Settings/_Hidden/X"), Variant("i", 1), -2),
        (Variant("s", "/Settings/X"), Variant("u", 1), -3),
        (Variant("s", "/Settings/X"), Variant("b", True), -3),
        (Variant("s", "/Settings/X"), Variant("y", 1), -3),
        (Variant("i", 5), Variant("i", 1), -4),
        (Variant("s", "/Settings/Known"), Variant("s", "text"), -5),
        (Variant("s", "/Settings/Devices/a/ClassAndVrmInstance"), Variant("s", "battery"), -6),
        (Variant("s", "/Settings/X"), Variant("i", 11), -7),
        (Variant("s", "/Settings/Group"), Variant("i", 1), -8),
        (Variant("s", "/Elsewhere/X"), Variant("i", 1), -9),
        (Variant("s", "/Settings/a b"), Variant("i", 1), -4),
    ],
)
async def test_a_setting_that_cannot_be_added_is_refused_with_its_own_error(
    settings: LocalSettings, client: Client, path: Variant, default: Variant, error: int
) -> None:
    await client.add(path=Variant("s", "/Settings/Known"), default=Variant("i", 1))
    await client.add(path=Variant("s", "/Settings/Group/Member"), default=Variant("i", 1))
    limits = {"min": Variant("i", 0), "max": Variant("i", 10)} if default.signature == "i" else {}
    result = await client.add(path=path, default=default, **limits)
    assert result["error"] == error
    assert "value" not in result


async def test_adding_again_keeps_the_value_and_updates_the_limits(
    settings: LocalSettings, client: Client
) -> None:
    row = {"path": Variant("s", ENABLED), "default": Variant("i", 0)}
    assert await client.add(**row, min=Variant("i", 0), max=Variant("i", 1)) == {
        "path": ENABLED,
        "error": 0,
        "value": 0,
    }
    assert await client.put(ENABLED, Variant("i", 1)) == 0
    again = await client.add(**row, min=Variant("i", 0), max=Variant("i", 5))
    assert again["value"] == 1
    assert await client.call(ENABLED, BUS_ITEM, "GetMax") == 5


async def test_a_value_out_of_range_is_refused_and_nothing_changes(
    settings: LocalSettings, client: Client
) -> None:
    await client.add(
        path=Variant("s", ENABLED), default=Variant("i", 0), min=Variant("i", 0), max=Variant("i", 1)
    )
    assert await client.put(ENABLED, Variant("i", 2)) == -1
    assert await client.put(ENABLED, Variant("s", "on")) == -1
    assert await client.get(ENABLED) == 0


async def test_a_change_is_announced_once_and_the_same_value_never(
    settings: LocalSettings, client: Client
) -> None:
    await client.add(path=Variant("s", ENABLED), default=Variant("i", 0))
    client.seen.clear()
    await client.put(ENABLED, Variant("i", 1))
    await client.put(ENABLED, Variant("i", 1))
    assert client.seen == [(ENABLED, {"Value": 1, "Text": "1"})]


async def test_instances_of_a_class_stay_unique_when_added_and_when_set(
    settings: LocalSettings, client: Client
) -> None:
    first, second, other = instance("a"), instance("b"), instance("c")
    default = Variant("s", "battery:1")
    assert (await client.add(path=Variant("s", first), default=default))["value"] == "battery:1"
    assert (await client.add(path=Variant("s", second), default=default))["value"] == "battery:2"
    assert (await client.add(path=Variant("s", first), default=default))["value"] == "battery:1"
    assert (await client.add(path=Variant("s", other), default=Variant("s", "tank:1")))["value"] == "tank:1"
    assert await client.put(second, Variant("s", "battery:1")) == 0
    assert await client.get(second) == "battery:2"
    assert await client.put(second, Variant("s", "nonsense")) == -1
    assert await client.call(second, BUS_ITEM, "SetDefault") == -1


async def test_the_root_and_the_groups_list_what_is_below_them(
    settings: LocalSettings, client: Client
) -> None:
    await client.add(
        path=Variant("s", ENABLED), default=Variant("i", 0), min=Variant("i", 0), max=Variant("i", 1)
    )
    items = await client.call("/", BUS_ITEM, "GetItems")
    assert items == {ENABLED: {"Value": 0, "Text": "0", "Min": 0, "Max": 1, "Default": 0}}
    assert await client.get("/Settings/Devices") == {"xbms_a4c137000001/Enabled": 0}


async def test_removed_settings_are_gone_and_announced_as_invalid(
    settings: LocalSettings, client: Client
) -> None:
    await client.add(path=Variant("s", ENABLED), default=Variant("i", 0))
    answers = await client.call("/", SETTINGS, "RemoveSettings", "as", [ENABLED, "/Settings/Nowhere"])
    assert answers == [0, -1]
    assert client.seen[-1] == (ENABLED, {"Value": [], "Text": ""})
    with pytest.raises(AssertionError, match="UnknownObject"):
        await client.get(ENABLED)


async def test_the_old_single_add_works_on_the_settings_group(
    settings: LocalSettings, client: Client
) -> None:
    body = ("Services/Xbms", "Level", Variant("d", 1.5), "f", Variant("d", 0.0), Variant("d", 2.0))
    assert await client.call("/Settings", SETTINGS, "AddSetting", "ssvsvv", *body) == 0
    assert await client.get("/Settings/Services/Xbms/Level") == 1.5


async def test_settings_are_kept_in_the_file_over_a_restart(private_bus: str, tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    first = LocalSettings(BusType.SYSTEM, file)
    await first.open()
    first._add(ENABLED, "i", 0, 0, 1, False)
    first.store.put(ENABLED, 1)
    await first.close()
    assert json.loads(file.read_text())[ENABLED]["value"] == 1
    second = LocalSettings(BusType.SYSTEM, file)
    await second.open()
    await second.close()
    assert second.store.entries[ENABLED].value == 1


async def test_settings_survive_a_kill_of_the_store_and_a_second_store_is_refused(
    private_bus: str, tmp_path: Path, client: Client
) -> None:
    file = tmp_path / "kept" / "settings.json"
    async with Program("settings", "--file", str(file)) as first:
        await first.until("0 settings are in")
        await client.add(path=Variant("s", ENABLED), default=Variant("i", 0))
        await client.put(ENABLED, Variant("i", 1))
        async with Program("settings", "--file", str(file.with_name("other.json"))) as second:
            assert await second.ended() == 1
            assert "another settings store is running" in second.log[-1]
        assert not file.with_name("other.json.lock").exists()
        await first.stop(signal.SIGKILL)
    async with Program("settings", "--file", str(file)) as again:
        await again.until("1 settings are in")
        assert await client.get(ENABLED) == 1
        assert await again.stop() == 0
        assert again.left_behind == []


async def test_a_damaged_file_is_kept_aside_and_reported(
    private_bus: str, tmp_path: Path, client: Client
) -> None:
    file = tmp_path / "settings.json"
    file.write_text('{"/Settings/Half": {"kind"')
    async with Program("settings", "--file", str(file)) as store:
        await store.until(f"copied to {file}.damaged")
        await client.add(path=Variant("s", ENABLED), default=Variant("i", 0))
        assert await store.stop() == 0
    assert file.with_name("settings.json.damaged").read_text() == '{"/Settings/Half": {"kind"'
    assert list(json.loads(file.read_text())) == [ENABLED]
    async with Program("settings", "--file", str(file)) as store:
        await store.until(f"{file}.damaged: settings were lost")


@pytest.fixture
async def kept(private_bus: str, client: Client, tmp_path: Path) -> AsyncIterator[Path]:
    """The file of a store that serves ENABLED with the value 0, and a silent setting."""
    file = tmp_path / "settings.json"
    store = LocalSettings(BusType.SYSTEM, file)
    await store.open()
    await client.add(path=Variant("s", ENABLED), default=Variant("i", 0))
    await client.add(path=Variant("s", MEMORY), default=Variant("i", 0), silent=Variant("i", 1))
    yield file
    with contextlib.suppress(SavingFailedError):  # some tests make saving fail
        await store.close()


def stored_in(file: Path) -> dict[str, Any]:
    rows = json.loads(file.read_text())
    assert isinstance(rows, dict)
    return rows


def value_in(file: Path, path: str) -> Any:
    return stored_in(file)[path]["value"]


async def test_a_change_is_in_the_file_before_it_is_answered(client: Client, kept: Path) -> None:
    assert value_in(kept, ENABLED) == 0
    assert await client.put(ENABLED, Variant("i", 1)) == 0
    assert value_in(kept, ENABLED) == 1
    assert await client.call("/Settings", BUS_ITEM, "SetDefault") == 0
    assert value_in(kept, ENABLED) == 0
    assert await client.call("/", SETTINGS, "RemoveSettings", "as", [ENABLED]) == [0]
    assert ENABLED not in stored_in(kept)


async def test_silent_settings_are_written_with_the_next_change_at_the_latest(
    client: Client, kept: Path
) -> None:
    assert await client.put(MEMORY, Variant("i", 5)) == 0
    assert value_in(kept, MEMORY) == 0
    assert await client.put(ENABLED, Variant("i", 1)) == 0
    assert value_in(kept, MEMORY) == 5


async def test_a_change_that_cannot_be_saved_is_refused_and_undone(client: Client, kept: Path) -> None:
    kept.with_name("settings.json.new").mkdir()
    client.seen.clear()
    for path, interface, member, signature, *body in (
        (ENABLED, BUS_ITEM, "SetValue", "v", Variant("i", 1)),
        ("/", SETTINGS, "RemoveSettings", "as", [ENABLED]),
    ):
        with pytest.raises(AssertionError, match="it cannot be saved: Is a directory"):
            await client.call(path, interface, member, signature, *body)
    assert await client.get(ENABLED) == 0
    assert client.seen == []
    kept.with_name("settings.json.new").rmdir()
    assert await client.put(ENABLED, Variant("i", 1)) == 0


async def test_doctor_reads_the_state_of_the_settings_file(client: Client, kept: Path) -> None:
    blocked, damaged = kept.with_name("settings.json.new"), kept.with_name("settings.json.damaged")
    blocked.mkdir()
    damaged.touch()
    async with open_bus() as bus:
        with pytest.raises(AssertionError, match="it cannot be saved"):
            await client.put(ENABLED, Variant("i", 1))
        found = await settings_file(bus)
        assert found is not None
        assert found.damaged == (str(damaged),)
        assert found.trouble == f"Is a directory ({blocked})"
        blocked.rmdir()
        damaged.unlink()
        await client.put(ENABLED, Variant("i", 1))
        assert await settings_file(bus) == SettingsFile()


async def test_a_command_says_that_a_change_was_not_saved_and_fails(kept: Path) -> None:
    kept.with_name("settings.json.new").mkdir()
    async with Program("set", "service", "MaxConnections", "5") as command:
        assert await command.ended() == 1
    assert "MaxConnections: it cannot be saved: Is a directory" in command.log[-1]
    assert command.left_behind == []


async def test_a_store_that_cannot_save_ends_with_status_1(
    private_bus: str, tmp_path: Path, client: Client
) -> None:
    file = tmp_path / "settings.json"
    async with Program("settings", "--file", str(file)) as store:
        await store.until("0 settings are in")
        file.with_name("settings.json.new").mkdir()
        await client.add(path=Variant("s", ENABLED), default=Variant("i", 0))
        assert await store.stop() == 1
    assert f"{file} cannot be written: Is a directory" in store.log[-1]
    assert "Traceback" not in "\n".join(store.log)


async def test_a_read_only_file_is_served_and_changes_are_refused(
    private_bus: str, tmp_path: Path, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "UNWRITABLE", (EISDIR,))  # in place of EROFS, which needs a mount
    file = tmp_path / "settings.json"
    row = {"kind": "i", "value": 1, "default": 0, "lowest": 0, "highest": 1, "silent": False}
    file.write_text(json.dumps({ENABLED: row}))
    for name in ("lock", "new"):
        (tmp_path / f"settings.json.{name}").mkdir()
    store = LocalSettings(BusType.SYSTEM, file)
    await store.open()
    assert await client.get(ENABLED) == 1
    with pytest.raises(AssertionError, match="it cannot be saved"):
        await client.put(ENABLED, Variant("i", 0))
    assert await client.get(ENABLED) == 1
    with pytest.raises(SavingFailedError):
        await store.close()


async def test_a_file_of_another_version_is_left_alone_and_the_command_says_so(
    private_bus: str, tmp_path: Path
) -> None:
    file = tmp_path / "settings.json"
    file.write_text('{"version": 2}')
    with pytest.raises(CommandError, match=r"it contains 'version'.*install the version that wrote it"):
        await settings_command._serve(file)
    assert file.read_text() == '{"version": 2}'
    assert files.set_aside(file) == []


async def test_a_store_without_the_name_does_not_read_the_file(private_bus: str, tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    row = {"kind": "i", "value": 1, "default": 0, "lowest": 0, "highest": 1, "silent": False}
    file.write_text(json.dumps({ENABLED: row}))
    first, second = LocalSettings(BusType.SYSTEM), LocalSettings(BusType.SYSTEM, file)
    await first.open()
    with pytest.raises(NameTaken):
        await second.open()
    await first.close()
    assert second.store.entries == {}


async def test_a_call_that_comes_while_the_file_is_read_is_answered_from_it(
    private_bus: str, tmp_path: Path, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "settings.json"
    row = {"kind": "i", "value": 1, "default": 0, "lowest": 0, "highest": 1, "silent": False}
    file.write_text(json.dumps({ENABLED: row}))
    store = LocalSettings(BusType.SYSTEM, file)
    handle, load = store.server._receive, store._load
    early = Message(path=ENABLED, interface=BUS_ITEM, member="GetValue", serial=1, sender=":1.99")
    answers: list[Any] = []

    def early_call() -> None:
        handle(early)
        load()

    monkeypatch.setattr(store, "_load", early_call)
    monkeypatch.setattr(store.server, "reply", lambda call, gives, body: answers.append((call, body)))
    await store.open()
    await store.close()
    assert answers == [(early, [Variant("i", 1)])]


async def test_the_command_ends_with_status_1_when_settings_can_no_longer_be_saved(
    private_bus: str, tmp_path: Path, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> str:
        raise RuntimeError("not a row")

    monkeypatch.setattr(service, "text_of", broken)
    file = tmp_path / "settings.json"
    serving = asyncio.create_task(settings_command._serve(file))
    async with asyncio.timeout(PATIENCE):
        while not file.with_name("settings.json.lock").exists():  # noqa: ASYNC110 (no event for a file)
            await asyncio.sleep(0.01)
        with pytest.raises(AssertionError, match="an error in the service"):
            await client.add(path=Variant("s", ENABLED), default=Variant("i", 0))
        with pytest.raises(CommandError, match="cannot be written: not a row"):
            await serving


async def test_without_a_bus_the_command_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/none")
    async with Program("settings", "--file", str(tmp_path / "settings.json")) as store:
        assert await store.ended() == 1
    assert store.left_behind == []
    assert "cannot connect to the D-Bus session bus" in store.log[-1]
