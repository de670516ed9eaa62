from __future__ import annotations

from contextlib import suppress

import pytest

from dbus_xbms.settings import (
    SWITCH_INSTANCE,
    AnySetting,
    PackSettings,
    ProgramSettings,
    Settings,
    SettingsError,
    Value,
    address_of,
    device_id,
    instance_of,
    normal_address,
    pack_path,
)

ADDRESS = "A4:C1:37:01:02:03"


@pytest.mark.parametrize(
    "text", ["a4:c1:37:01:02:03", "A4C137010203", "a4-c1-37-01-02-03", "A4_C1_37_01_02_03"]
)
def test_an_address_is_accepted_in_every_usual_spelling(text: str) -> None:
    assert normal_address(text) == ADDRESS


@pytest.mark.parametrize("text", ["", "A4:C1:37:01:02", "A4:C1:37:01:02:0G", "my battery", "A4C13701020304"])
def test_an_invalid_address_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(SettingsError, match="looks like"):
        normal_address(text)


def test_a_pack_is_identified_by_its_name_on_the_bus() -> None:
    assert device_id(ADDRESS) == "xbms_a4c137010203"
    assert address_of(device_id(ADDRESS)) == ADDRESS
    assert address_of("ttyUSB1") is None
    assert address_of("xbms_neighbour") is None
    assert pack_path(ADDRESS, "HoldTime") == "/Settings/Devices/xbms_a4c137010203/HoldTime"


def test_every_default_is_in_its_range_and_every_setting_has_help() -> None:
    for row in PackSettings.rows + ProgramSettings.rows:
        assert row.checked(row.default) == row.default, row.name
        assert row.help.endswith(".") or row.help[-1].isalnum(), row.name


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("HoldTime", "soon"),
        ("HoldTime", "4.9"),
        ("HoldTime", "nan"),
        ("HoldTime", "inf"),
        ("HoldTime", "６０"),
        ("HoldTime", "6_0"),
        ("ConnectionMode", "1.5"),
        ("ConnectionMode", "１"),
        ("Enabled", "2"),
    ],
)
def test_a_value_out_of_range_or_of_the_wrong_type_is_refused_and_the_old_one_kept(
    name: str, text: str
) -> None:
    chosen = PackSettings()
    row = next(row for row in PackSettings.rows if row.name == name)
    with pytest.raises(SettingsError, match=name):
        chosen.put(name, row.parse(text))
    assert chosen[name] == row.default


@pytest.mark.parametrize("value", [True, None, [], "1"])
def test_other_types_are_not_converted_to_numbers(value: object) -> None:
    with pytest.raises(SettingsError):
        PackSettings().put("HoldTime", value)


def test_an_unknown_setting_is_refused_by_name() -> None:
    with pytest.raises(SettingsError, match="Holdd"):
        PackSettings().put("Holdd", 1)


@pytest.mark.parametrize("name", ["Enabled", "HoldTime", "TotalDrawn"])
@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), 10**400])
def test_a_number_that_is_not_finite_is_refused(name: str, value: float) -> None:
    with pytest.raises(SettingsError, match=name):
        PackSettings().put(name, value)


@pytest.mark.parametrize("text", ["battery:1234567890", "battery:\u0663", "battery:-1", "battery:"])
def test_an_impossible_instance_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="battery:3"):
        PackSettings().put("ClassAndVrmInstance", text)


def test_persisted_values_are_limited_to_possible_ones() -> None:
    with pytest.raises(SettingsError, match="from 0 to 32"):
        PackSettings().put("Cells", 1_000_000)


ROWS = (*PackSettings.rows, *ProgramSettings.rows, SWITCH_INSTANCE)
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
ODD_TEXTS = (
    "switch:12345678901",
    "battery:12345678901",
    "battery:-1",
    "battery:1\n",
    "battery:²",
    "123456".translate(FULL_WIDTH),
    "0:0 10:1".translate(FULL_WIDTH),
    "0:0 10:1".translate(ARABIC),
    "battery:1".translate(FULL_WIDTH),
    "switch:1".translate(ARABIC),
    "\udcff",
    "x" * 501,
    "\x1b[2J\u202e\x9b",
    "",
)


@pytest.mark.parametrize(
    "row", [row for row in ROWS if isinstance(row.default, str)], ids=lambda row: row.name
)
def test_a_text_accepted_by_a_setting_can_be_used_by_its_reader(row: AnySetting) -> None:
    for text in ODD_TEXTS:
        check_accepted_text(row, text)


def check_accepted_text(row: AnySetting, text: str) -> None:
    taken = str(row.default)
    with suppress(SettingsError):
        taken = str(row.checked(text))
    assert taken.encode().decode() == taken
    if row.name == "ClassAndVrmInstance":
        assert 0 <= instance_of(taken) < 2**31
    elif row.name == "Passkey":
        assert taken == "" or 0 <= int(taken) < 10**6
    elif row.pattern:
        assert taken.isascii()


def test_a_refused_password_is_not_shown_in_the_error() -> None:
    row = next(row for row in PackSettings.rows if row.name == "Password")
    with pytest.raises(SettingsError) as refusal:
        row.checked("1234567" * 5)
    assert "1234567" not in str(refusal.value)


def test_what_is_derived_from_settings_is_made_again_only_after_a_change() -> None:
    made: list[Value] = []

    def doubled(settings: Settings) -> float:
        made.append(settings["HoldTime"])
        return 2 * float(settings["HoldTime"])

    settings = PackSettings({"HoldTime": 10.0})
    before = settings.frozen
    assert [settings.derived(doubled) for _ in range(2)] == [20.0, 20.0]
    settings.put("HoldTime", 15.0)
    assert (settings.derived(doubled), before.derived(doubled)) == (30.0, 20.0)
    assert made == [10.0, 15.0]
