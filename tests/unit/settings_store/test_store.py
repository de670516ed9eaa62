"""The rules and the file of the settings store: atomic writes, damaged data neither used nor lost."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
from errno import EISDIR
from pathlib import Path

import pytest

from dbus_xbms.commands import CommandError, settings
from dbus_xbms.settings_store import file as files
from dbus_xbms.settings_store import saver as saver_module
from dbus_xbms.settings_store.rows import OtherFormError, entries_of, text_of
from dbus_xbms.settings_store.saver import Saver, SavingFailedError
from dbus_xbms.settings_store.store import AddError, Entry, Store
from tests.patience import PATIENCE

ENABLED = "/Settings/Devices/xbms_a4c137000001/Enabled"
ROW = {"kind": "i", "value": 1, "default": 0, "lowest": 0, "highest": 1, "silent": False}


def stored() -> Store:
    store = Store()
    store.add(ENABLED, "i", 0, 0, 1)
    store.add("/Settings/Devices/xbms_a4c137000001/CustomName", "s", "Bank ö")
    store.add("/Settings/Devices/xbms_a4c137000001/HoldTime", "f", 30.0, 1.0, 60.0, silent=True)
    return store


def test_written_settings_are_read_back() -> None:
    store = stored()
    store.put(ENABLED, 1)
    assert entries_of(text_of(store.entries).encode()) == (store.entries, [])


@pytest.mark.parametrize(
    "text", [b"", b"{", b"[]", b"\xff\xfe", b"null", b"[" * 100_000, text_of(stored().entries).encode()[:-9]]
)
def test_an_unreadable_file_gives_no_settings_and_a_warning(text: bytes) -> None:
    entries, faults = entries_of(text)
    assert entries == {}
    assert len(faults) == 1


@pytest.mark.parametrize(
    ("path", "row", "fault"),
    [
        ("/Elsewhere/X", ROW, "not the path of a setting"),
        ("/Settings/X y", ROW, "not the path of a setting"),
        ("/Settings/X", 1, "not a setting"),
        ("/Settings/X", {**ROW, "kind": "b"}, "unknown kind of setting 'b'"),
        ("/Settings/X", {**ROW, "kind": []}, "unknown kind of setting []"),
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


def test_a_pack_with_a_damaged_limit_loses_its_control_too() -> None:
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


def test_damage_outside_the_packs_does_not_affect_their_control() -> None:
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
def test_a_float_may_be_larger_than_an_integer(value: int) -> None:
    store = Store()
    store.add("/Settings/Broken", "f", 1.0)
    assert store.put("/Settings/Broken", value) is True
    assert store.entries["/Settings/Broken"].value == float(value)


def test_an_invalid_object_path_is_refused() -> None:
    assert Store().add("/Settings/a b", "i", 1).error is AddError.INVALID_PATH


def test_a_file_is_replaced_atomically_and_readable_only_by_its_owner(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    file.write_text("old")
    file.chmod(0o644)
    files.replace(file, "new")
    assert file.read_text() == "new"
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [file]


def test_a_symbolic_link_to_the_file_is_kept(tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    real, link = folder / "real.json", tmp_path / "settings.json"
    link.symlink_to(real)
    with files.locked(link), pytest.raises(files.FileInUseError), files.locked(real):
        raise AssertionError("both have it")
    files.replace(link, "new")
    assert (real.read_text(), link.readlink()) == ("new", real)
    assert files.copy_aside(link) == folder / "real.json.damaged"
    assert files.set_aside(link) == [folder / "real.json.damaged"]


def test_a_file_that_cannot_be_replaced_is_unchanged(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    file.write_text("old")
    (tmp_path / "settings.json.new").mkdir()
    with pytest.raises(OSError, match="directory"):
        files.replace(file, "new")
    assert file.read_text() == "old"


def test_no_temporary_file_is_left_after_a_failed_replacement(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    file.mkdir()
    with pytest.raises(OSError, match="directory"):
        files.replace(file, "new")
    assert list(tmp_path.iterdir()) == [file]


def test_copies_of_damaged_files_do_not_overwrite_each_other(tmp_path: Path) -> None:
    names = []
    for text in ("first", "second"):
        file = tmp_path / "settings.json"
        file.write_text(text)
        names.append(files.copy_aside(file).name)
        assert file.read_text() == text  # a copy, so that a power loss here loses nothing
    assert names == ["settings.json.damaged", "settings.json.damaged1"]
    assert (tmp_path / names[0]).read_text() == "first"


def test_a_file_can_be_used_by_only_one_store(tmp_path: Path) -> None:
    file = tmp_path / "new folder" / "settings.json"
    with files.locked(file), pytest.raises(files.FileInUseError, match="in use"), files.locked(file):
        raise AssertionError("both have it")
    with files.locked(file):
        assert file.parent.is_dir()


def test_the_error_for_a_folder_that_is_a_file_names_it(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.touch()
    for file in (plain / "settings.json", plain / "below" / "settings.json"):
        with (
            pytest.raises(NotADirectoryError, match="a file, but a folder is needed") as caught,
            files.locked(file),
        ):
            raise AssertionError("it is locked")
        assert caught.value.filename == str(plain)


def test_a_read_only_file_is_not_locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "UNWRITABLE", (EISDIR,))  # in place of EROFS, which needs a mount
    file = tmp_path / "settings.json"
    (tmp_path / "settings.json.lock").mkdir()
    with pytest.raises(IsADirectoryError), files.locked(file):
        raise AssertionError("there is nothing to read")
    file.touch()
    with files.locked(file) as writable:
        assert not writable


def test_fields_stored_by_another_version_are_kept() -> None:
    entries, faults = entries_of(json.dumps({ENABLED: {**ROW, "unit": "V"}}).encode())
    store = Store()
    store.entries = entries
    assert not store.add(ENABLED, "i", 0, 0, 1).changed
    assert store.add(ENABLED, "i", 0, 0, 5).changed
    assert json.loads(text_of(store.entries)) == {ENABLED: {**ROW, "highest": 5, "unit": "V"}}
    assert faults == []


@pytest.mark.parametrize("rows", [{"version": 2}, {ENABLED: ROW, "version": 2}])
def test_a_file_of_another_format_is_not_treated_as_damaged(rows: dict[str, object]) -> None:
    with pytest.raises(OtherFormError, match="it contains 'version', which this version does not know"):
        entries_of(json.dumps(rows).encode())


async def test_a_failed_save_is_logged_once_and_retried_until_it_succeeds(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saver_module, "SAVE_DELAY", 0.0)
    monkeypatch.setattr(saver_module, "RETRY_DELAY", 0.01)
    caplog.set_level(logging.DEBUG, saver_module.__name__)
    folder = tmp_path / "missing"
    saver = Saver(folder / "settings.json", lambda: "content")
    saver.soon()
    async with asyncio.timeout(PATIENCE):
        while len(caplog.records) < 2:  # noqa: ASYNC110 (a log has no event)
            await asyncio.sleep(0.01)
        assert "No such file" in saver.trouble
        folder.mkdir()
        while caplog.records[-1].levelname != "INFO":  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    saver.close()
    levels = [record.levelname for record in caplog.records]
    assert levels == ["WARNING", *["DEBUG"] * (len(levels) - 2), "INFO"]
    assert (folder / "settings.json").read_text() == "content"
    assert saver.trouble == ""


async def test_automatic_changes_are_saved_at_the_latest_on_exit(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    saver = Saver(file, lambda: "content")
    saver.soon()
    assert not file.exists()
    saver.close()
    assert file.read_text() == "content"


async def test_exiting_fails_if_settings_are_not_saved(tmp_path: Path) -> None:
    saver = Saver(tmp_path / "missing" / "settings.json", lambda: "content")
    with pytest.raises(OSError, match="No such file"):
        saver.now()
    with pytest.raises(SavingFailedError, match="cannot be written: No such file"):
        saver.close()


async def test_a_damaged_file_is_kept_until_it_is_copied_and_its_settings_are_written(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    file.write_text("damaged")
    blocked = tmp_path / "settings.json.new"
    blocked.mkdir()
    saver = Saver(file, lambda: "settings", damaged=True)
    with pytest.raises(OSError, match="directory"):
        saver.now()
    assert file.read_text() == "damaged"
    blocked.rmdir()
    saver.now()
    assert file.read_text() == "settings"
    assert [copy.read_text() for copy in files.set_aside(file)] == ["damaged"]
    saver.close()


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
