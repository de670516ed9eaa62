"""The client of localsettings against a simulated and a real one: :mod:`tests.bus.localsettings_servers`."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from dbus_fast import BusType, Message, Variant

from dbus_xbms.settings import (
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
from tests.bus.localsettings_servers import (
    FIRST,
    SECOND,
    Changes,
    Server,
    instance,
    name,
    other_program,
    rows,
    server,
    serving,
)

__all__ = ["server"]  # a fixture


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


def test_an_instance_number_is_read_from_its_text() -> None:
    assert instance_of("battery:3") == 3


@pytest.mark.parametrize(
    "text", ["", "3", "battery", "battery:", "battery:-1", "battery:1:2", "battery:1.5", "b:٣"]
)
def test_a_malformed_instance_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="looks like battery:1"):
        instance_of(text)
