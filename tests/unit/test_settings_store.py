"""The settings store's rules and its file: nothing half written, nothing damaged believed or thrown away."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
from pathlib import Path

import pytest

from dbus_xbms.commands import CommandError, settings
from dbus_xbms.localsettings import file as files
from dbus_xbms.localsettings.rows import entries_of, text_of
from dbus_xbms.localsettings.store import AddError, Entry, Store
from tests.patience import PATIENCE

ENABLED = "/Settings/Devices/xbms_a4c137000001/Enabled"
ROW = {"kind": "i", "value": 1, "default": 0, "lowest": 0, "highest": 1, "silent": False}


def stored() -> Store:
    store = Store()
    store.add(ENABLED, "i", 0, 0, 1)
    store.add("/Settings/Devices/xbms_a4c137000001/CustomName", "s", "Bank ö")
    store.add("/Settings/Devices/xbms_a4c137000001/Hold", "f", 30.0, 1.0, 60.0, silent=True)
    return store


def test_what_is_written_is_read_again() -> None:
    store = stored()
    store.put(ENABLED, 1)
    assert entries_of(text_of(store.entries).encode()) == (store.entries, [])


@pytest.mark.parametrize(
    "text", [b"", b"{", b"[]", b"\xff\xfe", b"null", b"[" * 100_000, text_of(stored().entries).encode()[:-9]]
)
def test_a_file_that_is_no_settings_gives_none_and_says_so(text: bytes) -> None:
    entries, faults = entries_of(text)
    assert entries == {}
    assert len(faults) == 1


@pytest.mark.parametrize(
    ("path", "row", "fault"),
    [
        ("/Elsewhere/X", ROW, "not the path of a setting"),
        ("/Settings/X y", ROW, "not the path of a setting"),
        ("/Settings/X", 1, "not a setting"),
        ("/Settings/X", {**ROW, "kind": "b"}, "there is no kind of setting 'b'"),
        ("/Settings/X", {**ROW, "kind": []}, "there is no kind of setting []"),
        ("/Settings/X", {**ROW, "value": 2}, "2 is out of range"),
        ("/Settings/X", {**ROW, "value": None}, "None is not a value of kind 'i'"),
        ("/Settings/X", {**ROW, "value": "1"}, "'1' is not a value of kind 'i'"),
        ("/Settings/X", {**ROW, "kind": "f", "value": float("nan")}, "nan is not a value of kind 'f'"),
        ("/Settings/X", {**ROW, "value": 2**63}, f"{2**63} is not a value of kind 'i'"),
        ("/Settings/X", {**ROW, "lowest": "low"}, "'low' is not a value of kind 'i'"),
        ("/Settings/X", {"kind": "s", "value": "", "default": "", "lowest": "a"}, "a text has no limits"),
    ],
)
def test_a_damaged_setting_is_named_and_the_others_are_kept(path: str, row: object, fault: str) -> None:
    entries, faults = entries_of(json.dumps({path: row, ENABLED: ROW}).encode())
    assert faults == [f"{path}: {fault}"]
    assert entries == {ENABLED: Entry(kind="i", value=1, default=0, lowest=0, highest=1)}


def test_a_pack_that_has_lost_a_limit_has_lost_its_control_too() -> None:
    pack, other = "/Settings/Devices/xbms_a4c137000001", "/Settings/Devices/xbms_a4c137000002"
    rows = {
        f"{pack}/Control": ROW,
        f"{pack}/Enabled": ROW,
        f"{pack}/MaxChargeCurrent": {**ROW, "value": "20"},
        f"{other}/Control": ROW,
    }
    entries, faults = entries_of(json.dumps(rows).encode())
    assert sorted(entries) == [f"{pack}/Enabled", f"{other}/Control"]
    assert faults == [
        f"{pack}/Control: dropped, because another setting of this pack is damaged",
        f"{pack}/MaxChargeCurrent: '20' is not a value of kind 'i'",
    ]


def test_damage_outside_the_packs_leaves_them_their_control() -> None:
    control = "/Settings/Devices/xbms_a4c137000001/Control"
    entries, faults = entries_of(
        json.dumps({control: ROW, "/Settings/Devices": 1, "/Settings/X": 1}).encode()
    )
    assert list(entries) == [control]
    assert len(faults) == 2


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 2**64 - 1, -(2**63) - 1])
def test_a_whole_number_that_the_bus_cannot_carry_is_refused(value: float) -> None:
    store = Store()
    store.add("/Settings/Whole", "i", 1)
    assert store.put("/Settings/Whole", value) is None
    assert store.entries["/Settings/Whole"].value == 1


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_a_number_that_is_not_finite_is_refused(value: float) -> None:
    store = Store()
    store.add("/Settings/Broken", "f", 1.0)
    assert store.put("/Settings/Broken", value) is None
    assert store.entries["/Settings/Broken"].value == 1.0


@pytest.mark.parametrize("value", [2**64 - 1, -(2**63) - 1])
def test_a_number_with_a_fraction_may_be_larger_than_a_whole_one(value: int) -> None:
    store = Store()
    store.add("/Settings/Broken", "f", 1.0)
    assert store.put("/Settings/Broken", value) is True
    assert store.entries["/Settings/Broken"].value == float(value)


def test_a_path_that_no_object_can_have_is_refused() -> None:
    assert Store().add("/Settings/a b", "i", 1).error is AddError.INVALID_PATH


def test_a_file_is_replaced_as_a_whole_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    file.write_text("old")
    file.chmod(0o644)
    files.replace(file, "new")
    assert file.read_text() == "new"
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [file]


def test_a_symbolic_link_to_the_file_stays_one(tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    real, link = folder / "kept.json", tmp_path / "settings.json"
    link.symlink_to(real)
    with files.locked(link), pytest.raises(files.FileInUseError), files.locked(real):
        raise AssertionError("both have it")
    files.replace(link, "new")
    assert (real.read_text(), link.readlink()) == ("new", real)
    assert files.put_aside(link) == folder / "kept.json.damaged"
    files.replace(link, "newer")
    assert (real.read_text(), link.readlink()) == ("newer", real)


def test_a_file_that_cannot_be_replaced_is_left_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    file.write_text("old")
    (tmp_path / "settings.json.new").mkdir()
    with pytest.raises(OSError, match="directory"):
        files.replace(file, "new")
    assert file.read_text() == "old"


def test_no_damaged_file_takes_the_place_of_an_earlier_one(tmp_path: Path) -> None:
    names = []
    for text in ("first", "second"):
        file = tmp_path / "settings.json"
        file.write_text(text)
        names.append(files.put_aside(file).name)
    assert names == ["settings.json.damaged", "settings.json.damaged1"]
    assert (tmp_path / names[0]).read_text() == "first"


def test_only_one_store_keeps_its_settings_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "new folder" / "settings.json"
    with files.locked(file), pytest.raises(files.FileInUseError, match="in use"), files.locked(file):
        raise AssertionError("both have it")
    with files.locked(file):
        assert file.parent.is_dir()


async def test_a_save_that_fails_is_said_once_and_tried_until_it_works(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "SAVE_DELAY", 0.0)
    monkeypatch.setattr(files, "RETRY_DELAY", 0.01)
    caplog.set_level(logging.DEBUG, files.__name__)
    folder = tmp_path / "missing"
    saver = files.Saver(folder / "settings.json", lambda: "content")
    saving = asyncio.create_task(saver.run())
    saver.changed()
    async with asyncio.timeout(PATIENCE):
        while len(caplog.records) < 2:  # noqa: ASYNC110 (a log tells nobody)
            await asyncio.sleep(0.01)
        folder.mkdir()
        while caplog.records[-1].levelname != "INFO":  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    saver.close()
    await saving
    levels = [record.levelname for record in caplog.records]
    assert levels == ["WARNING", *["DEBUG"] * (len(levels) - 2), "INFO"]
    assert (folder / "settings.json").read_text() == "content"


async def test_what_has_changed_is_saved_at_the_end(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    saver = files.Saver(file, lambda: "content")
    saving = asyncio.create_task(saver.run())
    saver.changed()
    saver.close()
    await saving
    assert file.read_text() == "content"


@pytest.mark.parametrize(
    ("environment", "user", "file"),
    [
        ({"STATE_DIRECTORY": "/var/lib/x", "HOME": "/home/a"}, 1000, "/var/lib/x/settings.json"),
        ({"HOME": "/root"}, 0, "/var/lib/dbus-xbms/settings.json"),
        ({"HOME": "/home/a"}, 1000, "/home/a/.local/state/dbus-xbms/settings.json"),
        ({"HOME": "/home/a", "XDG_STATE_HOME": "/s"}, 1000, "/s/dbus-xbms/settings.json"),
    ],
)
def test_the_file_is_where_systemd_or_the_user_expects_it(
    environment: dict[str, str], user: int, file: str
) -> None:
    assert settings.default_file(environment, user) == Path(file)


def test_a_venus_os_device_keeps_its_own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    version = tmp_path / "version"
    version.write_text("v3.67\n")
    monkeypatch.setattr(settings, "VENUS", version)
    args = argparse.Namespace(file=tmp_path / "settings.json")
    with pytest.raises(CommandError, match="Venus OS device"):
        settings.run(args)
    assert list(tmp_path.iterdir()) == [version]
