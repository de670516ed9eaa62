"""The screen with a bank: its totals, one line for each of its packs, and its page."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dbus_xbms.commands.full_screen import Screen
from dbus_xbms.commands.members import chosen, members, with_members
from dbus_xbms.commands.render import render
from dbus_xbms.commands.screen.frame import frame
from dbus_xbms.commands.screen.glyphs import BLOCKS
from dbus_xbms.commands.screen.keys import DOWN, ENTER, pressed
from dbus_xbms.commands.screen.scene import Absent, Scene, View, places
from dbus_xbms.commands.screen.style import text_of, width_of
from dbus_xbms.commands.table import Battery, Value, rows
from dbus_xbms.contact import Contact, ContactState
from dbus_xbms.policy.authority import ONLY_WATCHED
from dbus_xbms.report import BankReport
from dbus_xbms.settings import WATCH_ONLY, bank_id
from dbus_xbms.text import columns_of
from dbus_xbms.venus.tables.bank import devices
from tests.unit.commands.screen.house import HOUSE, PORT, SPARE, STARBOARD, bank, member
from tests.unit.commands.screen.scenes import SIZES, Bus, all_text, drawn, named
from tests.unit.samples import bank_report, member_address, silent

PACKS = {pack.address: pack for pack in (PORT, STARBOARD, SPARE)}


SCENE = Scene(banks=[HOUSE], packs=[SPARE, PORT, STARBOARD])


@pytest.mark.parametrize("size", [(40, 30), *SIZES])
def test_the_first_screen_is_the_bank_then_its_packs_then_the_others(size: tuple[int, int]) -> None:
    text = " ".join(" ".join(drawn(SCENE, size)).split())
    order = [text.index(name) for name in ("House", "Port", "Starboard", "Spare") if name in text]
    assert order == sorted(order)
    for words in (
        *("charging", "58.3%", "13.31V", "+52.1A", "693W", "3.301-3.331V"),
        "CVL 14.20V Bulk",
        "CCL 114.0A Port: 0.3 C of 100 Ah",
        "DCL 190.0A Starboard: cell 7 at 3.010 V",
    ):
        assert words in text


def test_each_pack_of_a_bank_has_one_line_of_80_columns() -> None:
    on = [replace(pack, values={**pack.values, "/Io/AllowToDischarge": 1}) for pack in (PORT, STARBOARD)]
    lines = drawn(Scene(banks=[HOUSE], packs=on), (80, 24))
    place = next(n for n, line in enumerate(lines) if "Port  " in line)
    assert lines[place].split() == [
        *("2", "Port", "76.3%", "13.25V", "+12.4A", "24%", "3.309-3.315V", "CCL", "30.0A")
    ]
    assert lines[place + 1].split() == [
        *("3", "Starboard", "76.3%", "13.25V", "+12.4A", "76%", "3.309-3.315V", "CCL", "84.0A")
    ]


def test_a_pack_of_a_bank_that_is_not_on_the_bus_shows_what_the_bank_knows_of_it() -> None:
    text = " ".join(" ".join(drawn(Scene(banks=[HOUSE]), (80, 24))).split())
    assert "Port 62.0% 13.31V +12.4A 24% 3.309-3.331V CCL 30.0A" in text


def test_what_limits_a_pack_is_taken_from_its_own_service_and_shown_on_its_page() -> None:
    own = replace(STARBOARD, values={"/Info/ChargeLimitation": "7.4 A: cell 3 at 3.52 V"})
    (first,) = members(bank(member(1, STARBOARD)), [own])
    assert first.limits == ("CCL 7.4A", "cell 3 at 3.52 V")
    assert ("CCL", ["7.4 A: cell 3 at 3.52 V"]) in list(rows(own))


def test_a_pack_of_a_bank_with_a_mosfet_off_says_so() -> None:
    assert "3.309-3.315V  discharge off" in "\n".join(drawn(SCENE, (80, 24)))


def test_a_wide_terminal_also_shows_what_limits_each_pack() -> None:
    lines = drawn(SCENE, (120, 12))
    assert next(line for line in lines if "Port  " in line).endswith("CCL 30.0A 0.3 C of 100 Ah")


def test_a_watch_only_pack_is_marked_on_the_page_of_its_bank() -> None:
    scene = Scene(banks=[bank(member(1, PORT), member(2, STARBOARD, WatchOnly=1))], packs=[])
    lines = [one for one in drawn(scene, (120, 30), View(opened=True)) if "watch only" in one]
    assert len(lines) == 1
    assert "Starboard" in lines[0]


def test_a_pack_that_discharges_shows_its_discharge_limit() -> None:
    (one,) = members(bank(member(1, PORT, Current=-3.0)))
    assert one.limits == ("DCL 50.0A", "0.5 C of 100 Ah")


@pytest.mark.parametrize("size", [(40, 24), *SIZES])
def test_sixteen_packs_fit_as_far_as_possible_and_the_rest_is_counted(size: tuple[int, int]) -> None:
    packs = [named(n, f"Pack {n}") for n in range(1, 17)]
    scene = Scene(banks=[bank(*(member(n, pack) for n, pack in enumerate(packs, 1)))], packs=packs)
    for selected in places(scene):
        image = frame(scene, View(selected=selected), *size)
        assert len(image.lines) <= size[1]
        assert all(width_of(line) <= size[0] for line in image.lines)
        text = "\n".join(map(text_of, image.lines))
        assert (text.count("Pack ") >= 16) or "more pack" in text


@pytest.mark.parametrize("size", [(40, 24), *SIZES])
def test_the_page_of_a_bank_shows_all_of_it_at_every_size(size: tuple[int, int]) -> None:
    text = all_text(SCENE, size, View(opened=True))
    for words in (
        *("House", "2 packs in parallel", "58.3%", "221.5Ah of 380.0Ah", "13.31V", "+52.1A", "693W"),
        *("Bulk", "Port: 0.3 C of 100 Ah", "CCL 84.0A 0.3 C of 100 Ah", "DCL 50.0A 0.5 C of 100 Ah"),
        *(
            "3.301V (Starboard",
            "3.331V (Port",
            "2 of 2 online",
            "1 blocking charge",
        ),
        *("SoC differs by 5.0%", "switch Port off"),
        *("charge on", "discharge on", "alarms none"),
    ):
        assert words in text


def test_selecting_a_pack_of_the_bank_opens_its_own_page() -> None:
    view: View | None = View()
    for key in (DOWN, ENTER):
        assert view is not None
        view = pressed(SCENE, frame(SCENE, view, 80, 40).view, key, 1)
    assert view is not None
    page = "\n".join(drawn(SCENE, (80, 40), view))
    assert PORT.address in page
    assert "link    connected" in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"State": "no contact", "Why": "no contact for 3 min"}, "no contact for 3 min"),
        ({"State": "lent to the phone app"}, "lent to the phone app"),
        ({"Why": "12.1 V, joins at 13.3 V"}, "12.1 V, joins at 13.3 V"),
        ({"State": "never read"}, "never read"),
    ],
)
def test_a_pack_that_does_not_count_says_why(changes: dict[str, Value], words: str) -> None:
    silent = dict.fromkeys(("Soc", "Voltage", "Current", "Share", "LowestCell"))
    scene = Scene(banks=[bank(member(1, PORT, **{**silent, **changes}))])
    text = " ".join(" ".join(drawn(scene, (80, 24))).split())
    assert f"Port -- -- -- -- -- {words}" in text
    assert words in all_text(scene, (80, 24), View(opened=True))


def test_a_pack_that_counts_although_its_last_poll_failed_says_that_its_values_are_held() -> None:
    held = replace(PORT, values={**PORT.values, "/Bluetooth/State": "held"})
    lines = drawn(Scene(banks=[HOUSE], packs=[held]), (100, 24))
    assert "3.309-3.315V  held  discharge off" in "\n".join(lines)


def test_a_pack_of_the_bank_that_is_not_on_the_bus_keeps_its_place_with_its_reason() -> None:
    contacts = {PORT.address: Contact(state=ContactState.NOT_HEARD, reason="not heard for 12 min")}
    house = bank(member(1, PORT, State="never read", Soc=None), member(2, STARBOARD))
    scene = Scene(banks=[house], packs=[STARBOARD], absent=[Absent(name="Port", address=PORT.address)])
    scene = replace(scene, contacts=contacts)
    assert places(scene) == [house.service, PORT.address, STARBOARD.service]
    assert "not heard for 12 min" in " ".join(drawn(scene, (80, 24)))


def test_a_pack_that_was_never_added_is_shown_as_the_bank_names_it() -> None:
    scene = Scene(banks=[bank(member(1, PORT, State="never read", Soc=None))])
    assert places(scene) == [HOUSE.service, PORT.address]
    assert "never read" in " ".join(drawn(scene, (40, 20)))
    assert "Port" in drawn(scene, (40, 20), View(selected=PORT.address, opened=True))[1]


def test_a_bank_that_only_shows_says_why_it_does_not_control() -> None:
    values = {path: value for path, value in HOUSE.values.items() if not path.startswith("/Info/")}
    watching = replace(HOUSE, values={**values, "/Info/ChargeMode": "Not controlling: Control is 0"})
    scene = Scene(banks=[watching], packs=[PORT])
    assert "Not controlling: Control is 0" in " ".join(drawn(scene, (80, 24)))
    assert "control Not controlling: Control is 0" in all_text(scene, (80, 24), View(opened=True))


def test_a_pack_that_is_only_watched_says_so_in_short_and_why_on_its_page() -> None:
    values = {path: value for path, value in PORT.values.items() if not path.startswith("/Info/")}
    watched = replace(PORT, values={**values, "/Info/ChargeMode": f"Not controlling: {ONLY_WATCHED}"})
    overview = " ".join(drawn(Scene(packs=[watched, STARBOARD]), (80, 24)))
    assert "Watch only" in overview
    assert "aiobmsble" not in overview
    assert f"Watch only. {WATCH_ONLY}" in all_text(Scene(packs=[watched]), (80, 24), View(opened=True))


def test_an_alarm_that_a_pack_raises_is_not_repeated_for_its_bank() -> None:
    low, own = {"/Alarms/LowSoc": 1}, {"/Alarms/InternalFailure": 2}
    alarmed = replace(PORT, values={**PORT.values, **low})
    house = replace(HOUSE, values={**HOUSE.values, **low, **own})
    text = " ".join(drawn(Scene(banks=[house], packs=[alarmed, STARBOARD]), (80, 24)))
    assert text.count("SoC low warning") == 1
    assert "! House:  BMS failure or doubt ALARM" in text


def test_a_bank_can_be_chosen_with_its_packs() -> None:
    wanted = with_members(frozenset({"bank1"}), [HOUSE])
    assert chosen([HOUSE, *PACKS.values()], wanted) == [HOUSE, PORT, STARBOARD]
    assert chosen([HOUSE, *PACKS.values()], frozenset({SPARE.address})) == [SPARE]
    screen = Screen(wanted=frozenset({"bank1"}))
    scene = screen.scene(Bus(HOUSE, *PACKS.values()), keys=True, chars=BLOCKS)
    assert places(scene) == [HOUSE.service, PORT.service, STARBOARD.service]


def test_a_bank_that_left_the_bus_leaves_its_packs_on_the_screen() -> None:
    gone = replace(HOUSE, gone=True)
    contacts = {pack.address: Contact(state=ContactState.CONNECTED) for pack in (PORT, STARBOARD)}
    running = Screen(contacts=contacts).scene(Bus(gone, PORT, STARBOARD), keys=True, chars=BLOCKS)
    assert places(running) == [PORT.service, STARBOARD.service]
    waiting = Screen().scene(Bus(gone, PORT, STARBOARD), keys=True, chars=BLOCKS)
    assert "left the bus" in " ".join(drawn(waiting, (80, 24)))


def test_a_hostile_name_of_a_pack_does_not_break_the_screen() -> None:
    hostile = bank(member(1, PORT, Name="\x1b[2J\n長い名前" * 9, ChargeLimitation="\x1b[H" * 99))
    for size in [(40, 24), *SIZES]:
        for view in (View(), View(opened=True)):
            image = frame(Scene(banks=[hostile]), view, *size)
            text = "".join(map(text_of, image.lines))
            assert "\x1b" not in text
            assert all(columns_of(text_of(line)) <= size[0] for line in image.lines)


def test_the_table_of_a_bank_has_a_row_for_each_pack() -> None:
    lines = render([HOUSE], 80).splitlines()
    assert lines[0] == "House  bank1"
    assert "pack 1  Port  62.0%  13.31V  +12.4A  24%  3.309-3.331V" in lines
    assert all(columns_of(line) <= 40 for line in render([HOUSE], 40).splitlines())


def published(report: BankReport) -> Battery:
    """Return a bank as its service publishes it."""
    ((device, items),) = devices(report).items()
    values = {item.path: item.value(report) for item in items}
    texts = {item.path: item.show(values[item.path], item.noted(report)) for item in items}
    return Battery(service=f"{device}.{bank_id(report.number)}", values=values, texts=texts)


@pytest.mark.parametrize("size", [(40, 24), *SIZES])
def test_the_service_of_a_bank_has_all_that_the_screen_shows(size: tuple[int, int]) -> None:
    report = bank_report(controls=True)
    third = silent(report.decision.members[2])
    four = (*report.decision.members[:2], third, report.decision.members[3])
    house = published(replace(report, decision=replace(report.decision, members=four)))
    scene = Scene(banks=[house])
    assert places(scene) == [house.service, *(member_address(n) for n in range(1, 5))]
    text = all_text(scene, size, View(opened=True))
    for words in ("Bow", "Stern", "25%", "no contact", "CCL 50.0A MaxChargeCurrent", "3 of 4 online"):
        assert words in text
    assert all("--" not in part.cells for part in members(house) if part.online)
