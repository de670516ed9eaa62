"""The full screen of `watch`, drawn from a state and a size: its content, and that it always fits."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbus_xbms.commands.screen import overview, page
from dbus_xbms.commands.screen.frame import frame
from dbus_xbms.commands.screen.glyphs import ASCII
from dbus_xbms.commands.screen.reading import ALARM_WORDS, aged, known_to
from dbus_xbms.commands.screen.scene import Absent, Scene, Trends, View, places
from dbus_xbms.commands.screen.style import Style, text_of, width_of
from dbus_xbms.commands.table import Battery
from dbus_xbms.contact import Contact, ContactState
from dbus_xbms.model import Level, LinkStatus, Phase
from dbus_xbms.policy.alarms import ALARM_PATHS
from tests.unit.commands.reports import CONTROLLING, REPORT, SAMPLE, SILENT, STARBOARD
from tests.unit.commands.screen.scenes import GONE, PORT, SIXTEEN, SIZES, all_text, drawn, named, pack
from tests.unit.samples import changed

ALARMED = pack(
    2,
    changed(
        CONTROLLING,
        custom_name="Bow",
        alarms={"/Alarms/LowSoc": Level.WARNING, "/Alarms/LowCellVoltage": Level.ALARM},
    ),
)
LOST = pack(4, changed(SILENT, custom_name="Lost", phase=Phase.LOST, link=LinkStatus(state="searching")))
BOW = Absent(name="Dinghy", address="A4:C1:37:0A:0B:0D")
NOT_HEARD = Contact(state=ContactState.NOT_HEARD, reason="not heard for 12 min", advice="is it in range?")


def page_of(pack: Battery, size: tuple[int, int] = (80, 40)) -> list[str]:
    return drawn(Scene(packs=[pack]), size, View(opened=True))


@pytest.mark.parametrize("size", SIZES)
def test_the_overview_shows_the_activity_and_the_limits_of_each_pack(size: tuple[int, int]) -> None:
    text = " ".join(" ".join(drawn(Scene(clock="10:42:07", packs=[PORT, STARBOARD]), size)).split())
    assert text.startswith("dbus-xbms service running 10:42:07")
    for words in (
        *("Port", "charging", "76.3%", "13.25V", "+12.4A", "164W", "3.309-3.315V", "discharge off"),
        "CVL 13.80V Absorption, balancing",
        "CCL 24.0A Cell 3 at 3.462 V",
        "DCL 50.0A 0.5 C of 100 Ah",
        "Starboard",
    ):
        assert words in text
    assert "more" not in text


@pytest.mark.parametrize("size", SIZES)
def test_the_page_of_a_pack_shows_all_values_at_every_size(size: tuple[int, int]) -> None:
    text = all_text(Scene(packs=[SIXTEEN]), size, View(opened=True))
    assert all(f" {3.3 + n / 1000:.3f}" in text for n in range(16))
    for words in (
        *("Stern", "A4:C1:37:00:00:03", "76.3%", "152.6Ah of 200.0Ah", "MOSFET 31.0°C"),
        *("charge on", "discharge off", "CVL 13.80V", "CCL 24.0A", "DCL 50.0A", "connected", "alarms none"),
        "3.300 ▼",
        "3.301 ◆",
        "3.315 ▲◆",
        "bars from 2.90 V (low) to 3.45 V (full)",
    ):
        assert words in text


@pytest.mark.parametrize("size", SIZES)
def test_alarms_are_visible_on_every_page_at_every_scroll_position(size: tuple[int, int]) -> None:
    scene = Scene(packs=[ALARMED, SIXTEEN, *(named(n, f"Pack {n}") for n in range(10, 20))])
    for view in (View(), View(helping=True), View(opened=True, selected=SIXTEEN.service, top=9)):
        text = " ".join(" ".join(drawn(scene, size, view)).split())
        assert "! Bow: cell voltage low ALARM ! Bow: SoC low warning" in text


def raised(number: int, name: str, alarms: dict[str, Level]) -> Battery:
    return pack(number, changed(CONTROLLING, custom_name=name, alarms=alarms))


LOW_SOC = [raised(n, f"Pack {n}", {"/Alarms/LowSoc": Level.WARNING}) for n in range(10, 22)]


@pytest.mark.parametrize("size", [(34, 20), (80, 15), (120, 40)])
def test_warnings_of_other_packs_do_not_hide_an_alarm(size: tuple[int, int]) -> None:
    last = raised(30, "Z last", {"/Alarms/HighCellVoltage": Level.ALARM})
    lines = drawn(Scene(packs=[*LOW_SOC, last]), size)
    assert lines[1] == "! Z last:  cell voltage high ALARM"


def test_cell_voltages_come_before_temperatures_currents_and_the_rest() -> None:
    paths = ("LowSoc", "BmsCable", "HighChargeCurrent", "LowTemperature", "LowCellVoltage")
    packs = [raised(n, f"P{n}", {f"/Alarms/{path}": Level.ALARM}) for n, path in enumerate(paths)]
    text = " ".join(drawn(Scene(packs=packs), (80, 24))[1:6])
    assert re.findall(r"! (P\d)", text) == ["P4", "P3", "P2", "P1", "P0"]
    everything_at_once = raised(1, "Bow", {f"/Alarms/{path}": Level.ALARM for path in paths})
    words = " ".join(drawn(Scene(packs=[everything_at_once]), (120, 24))[1:3])
    assert words.index("cell voltage") < words.index("temperature") < words.index("current")
    assert words.index("current") < words.index("no contact") < words.index("SoC low")


@pytest.mark.parametrize(
    ("size", "words"),
    [
        ((80, 15), "+3 warnings: Pack 19, Pack 20, Pack 21"),
        ((37, 15), "+3 warnings: Pack 19 and 2 more packs"),
        ((24, 15), "+8 warnings"),
    ],
)
def test_alarms_that_do_not_fit_are_counted_on_one_line_with_their_packs(
    size: tuple[int, int], words: str
) -> None:
    assert words in drawn(Scene(packs=LOW_SOC), size)


def test_a_pack_with_an_alarm_is_marked_in_the_list_in_the_colour_of_the_alarm() -> None:
    lines = frame(Scene(packs=[ALARMED, PORT, *LOW_SOC[:1]]), View(), 120, 40).lines
    marks = {text_of(one)[3:10].split()[0]: one[1] for one in lines if re.match(r"[ ▸]\d", text_of(one))}
    assert (marks["Bow"].text, marks["Bow"].style) == ("!", Style.ALARM)
    assert (marks["Pack"].text, marks["Pack"].style) == ("!", Style.WARNING)
    assert marks["Port"].text == " "


def test_continuation_lines_of_alarms_are_indented() -> None:
    scene = Scene(packs=[raised(1, "Bow", dict.fromkeys(ALARM_PATHS, Level.ALARM))])
    lines = drawn(scene, (34, 40))[1:]
    rows = lines[: next(at for at, one in enumerate(lines) if one.startswith(("▸", " 1")))]
    assert rows[0].startswith("! Bow:")
    assert all(re.match("  [^ ]", one) for one in rows[1:])


def test_alarms_that_do_not_fit_are_all_on_the_page_of_the_pack() -> None:
    alarms = dict.fromkeys(ALARM_PATHS, Level.ALARM)
    scene = Scene(packs=[pack(n, changed(CONTROLLING, alarms=alarms)) for n in range(3)])
    assert any(re.match(r"\+\d+ alarms", one) for one in drawn(scene, (34, 20)))
    text = all_text(Scene(packs=scene.packs[:1]), (34, 20), View(opened=True))
    assert all(f"{words} ALARM" in text for words in ALARM_WORDS.values())


def test_every_alarm_has_a_text() -> None:
    assert {path.removeprefix("/Alarms/") for path in ALARM_PATHS} == set(ALARM_WORDS)


def test_an_alarm_is_red_and_a_warning_is_yellow() -> None:
    spans = [span for one in frame(Scene(packs=[ALARMED]), View(), 80, 24).lines for span in one]
    assert next(s.style for s in spans if s.text == "cell voltage low ALARM") is Style.ALARM
    assert next(s.style for s in spans if s.text == "SoC low warning") is Style.WARNING


def test_a_mosfet_that_is_off_is_yellow_on_both_pages() -> None:
    for view in (View(), View(opened=True)):
        spans = [span for one in frame(Scene(packs=[PORT]), view, 80, 40).lines for span in one]
        assert {span.style for span in spans if "discharge off" in span.text} == {Style.WARNING}


def test_packs_that_do_not_fit_are_counted_and_the_chosen_one_is_always_shown() -> None:
    packs = [named(n, f"Pack {n}") for n in range(10, 20)]
    for chosen in packs:
        lines = drawn(Scene(packs=packs), (34, 20), View(selected=chosen.service))
        counted = sum(int(one.split()[0]) for one in lines if re.match(r"\d+ more packs? (above|below)", one))
        whole = [one for one in lines if re.match(r"[ ▸]..Pack \d\d", one)]
        assert counted + len(whole) == 10
        assert any(one.startswith("▸") and chosen.name in one for one in whole)


@given(st.integers(0, 60), st.sampled_from(SIZES))
def test_every_omitted_line_of_a_page_is_counted(top: int, size: tuple[int, int]) -> None:
    scene, view = Scene(packs=[SIXTEEN]), View(opened=True)
    whole = drawn(scene, (size[0], 200), view)
    all_lines = [one for one in whole[1:-1] if one]
    picture = frame(scene, replace(view, top=top), *size)
    body = [text_of(one) for one in picture.lines[1:-1]]
    counts = {one.split()[-1]: int(one.split()[0]) for one in body if re.match(r"\d+ more lines? ", one)}
    seen = [one for one in body if one and " more line" not in one]
    above = counts.get("above", 0)
    assert seen == all_lines[above : above + len(seen)]
    assert above + len(seen) + counts.get("below", 0) == len(all_lines)


PACKS = [PORT, STARBOARD, ALARMED, SIXTEEN, LOST, GONE, named(9, "長い名前の電池 " * 8)]


@given(
    st.lists(st.sampled_from(PACKS), max_size=5, unique_by=lambda p: p.service),
    st.lists(st.just(BOW), max_size=1),
    st.integers(1, 220),
    st.integers(1, 70),
    st.builds(
        View,
        selected=st.sampled_from([p.service for p in PACKS]),
        opened=st.booleans(),
        helping=st.booleans(),
        top=st.integers(0, 50),
    ),
)
def test_nothing_is_drawn_beyond_the_terminal(
    packs: list[Battery], absent: list[Absent], width: int, height: int, view: View
) -> None:
    picture = frame(Scene(packs=packs, absent=absent, caption="A story goes on."), view, width, height)
    assert len(picture.lines) <= height
    assert all(width_of(one) <= width for one in picture.lines)


@given(st.sampled_from(PACKS), st.integers(34, 200))
def test_no_line_is_wider_than_the_terminal(battery: Battery, width: int) -> None:
    trends = Trends()
    for step in range(300):
        trends.current.add(-250.0 + step, 2.0 * step)
        trends.spread.add(step / 1000, 2.0 * step)
    scene = Scene(
        packs=[battery, ALARMED],
        absent=[BOW],
        contacts={battery.address: NOT_HEARD, BOW.address: NOT_HEARD},
        trends={battery.service: trends},
    )
    made = [*page.lines(scene, battery, width), *page.absent(scene, BOW, width)]
    made += [one for block in overview.blocks(scene, View(), width) for one in block]
    assert max(map(width_of, made)) <= width


def test_a_pack_that_is_not_on_the_bus_is_listed_with_the_reason_and_has_a_page() -> None:
    scene = Scene(packs=[PORT], absent=[BOW], contacts={BOW.address: NOT_HEARD})
    assert any("Dinghy" in one and "not heard for 12 min" in one for one in drawn(scene, (80, 24)))
    view = View(selected=places(scene)[1], opened=True)
    assert drawn(scene, (80, 24), view)[1:4] == [
        "Dinghy  A4:C1:37:0A:0B:0D",
        "contact not heard for 12 min",
        "try     is it in range?",
    ]


@pytest.mark.parametrize("battery", [LOST, GONE])
def test_a_pack_that_is_no_longer_read_is_shown_with_the_reason_and_advice(battery: Battery) -> None:
    scene = Scene(packs=[battery], contacts={battery.address: NOT_HEARD})
    assert "not heard for 12 min" in " ".join(drawn(scene, (80, 24)))
    lines = drawn(scene, (80, 24), View(opened=True))
    assert "contact not heard for 12 min" in lines
    assert "try     is it in range?" in lines


def test_while_the_service_does_not_answer_no_pack_is_shown_as_being_read() -> None:
    scene = Scene(service="service not answering", healthy=False, stale=True, packs=[PORT])
    for view in (View(), View(opened=True)):
        text = " ".join(drawn(scene, (80, 24), view))
        assert "not updated" in text
        assert "charging " not in text


def test_a_healthy_pack_is_shown_without_explanation() -> None:
    well = Contact(state=ContactState.CONNECTED, reason="connected", silence=0.4)
    scene = Scene(packs=[PORT], contacts={PORT.address: well})
    assert not any(one.startswith("contact") for one in drawn(scene, (80, 40), View(opened=True)))


def test_the_age_of_a_sample_is_the_latest_reported_one() -> None:
    published = replace(PORT, values={**PORT.values, "/Bluetooth/SampleAge": 0})
    (now,) = aged([published], {PORT.address: replace(NOT_HEARD, silence=10.2)})
    assert any("sample 10 s old" in one for one in page_of(now))
    (later,) = aged([published], {PORT.address: replace(NOT_HEARD, silence=10.2)}, passed=1.9)
    assert any("sample 12 s old" in one for one in page_of(later))
    assert aged([published], {}) == [published]
    assert aged([PORT], {PORT.address: NOT_HEARD}) == [PORT]


def test_without_packs_the_screen_shows_the_reason() -> None:
    scene = Scene(
        service="service stopped", healthy=False, nothing="Nothing to show: the service is stopped."
    )
    lines = drawn(scene, (80, 24))
    assert lines[0].startswith("dbus-xbms service stopped")
    assert lines[1] == "Nothing to show: the service is stopped."


@pytest.mark.parametrize(
    ("battery", "words"),
    [
        (LOST, "no contact"),
        (GONE, "left the bus"),
        (pack(6, changed(CONTROLLING, phase=Phase.HELD)), "held"),
        (pack(6, changed(SILENT, phase=Phase.WAITING, limits=None)), "no sample yet"),
        (
            pack(6, changed(SILENT, phase=Phase.LENT, link=LinkStatus(state="lent, 12 min left"))),
            "lent 12 min",
        ),
        (pack(6, changed(REPORT, sample=replace(SAMPLE, current=-0.04))), "idle"),
        (pack(6, changed(REPORT, sample=replace(SAMPLE, current=-5.0))), "discharging"),
    ],
)
def test_the_activity_of_a_pack_is_one_or_two_words(battery: Battery, words: str) -> None:
    assert words in " ".join(drawn(Scene(packs=[battery]), (120, 24))[:3])


def test_a_lost_pack_shows_no_values() -> None:
    for view in (View(), View(opened=True)):
        text = " ".join(drawn(Scene(packs=[LOST]), (120, 40), view))
        assert "3.312" not in text
        assert "13.25" not in text


def test_low_high_and_spread_of_a_page_match_the_cells_shown() -> None:
    newer = {"/System/MinCellVoltage": 3.2, "/System/MaxCellVoltage": 3.4, "/Voltages/Diff": 0.2}
    text = " ".join(page_of(replace(PORT, values={**PORT.values, **newer})))
    assert "spread 0.006V" in text
    assert "3.315 ▲" in text
    assert "3.309 ▼" in text
    assert "3.309-3.315V" in " ".join(
        drawn(Scene(packs=[replace(PORT, values={**PORT.values, **newer})]), (120, 40))
    )


def test_a_removed_pack_is_not_shown_as_missing_from_the_bus() -> None:
    well = Contact(state=ContactState.CONNECTED, reason="connected")
    assert known_to({PORT.address: well}, [PORT, GONE]) == [PORT]
    assert known_to({GONE.address: NOT_HEARD}, [PORT, GONE]) == [PORT, GONE]


def test_a_bar_ranges_from_low_to_full_for_a_controlling_pack_and_over_the_extremes_otherwise() -> None:
    assert any("bars from 2.90 V (low) to 3.45 V (full)" in one for one in page_of(PORT))
    assert any("bars from 3.21 V to 3.41 V (seen so far)" in one for one in page_of(STARBOARD))


def test_a_cell_above_full_is_highlighted() -> None:
    high = replace(PORT, values={**PORT.values, "/Voltages/Cell3": 3.6})
    lines = frame(Scene(packs=[high]), View(opened=True), 80, 40).lines
    (cell,) = [one for one in lines if text_of(one).startswith(" 3 ")]
    assert cell[1].style is Style.WARNING
    assert "░" not in cell[1].text


def test_the_last_minutes_are_a_sparkline_with_ends_and_time() -> None:
    trends = Trends()
    for step in range(100):
        trends.current.add(10 * math.sin(step / 16), 2.0 * step)
        trends.spread.add(0.004, 2.0 * step)
    scene = Scene(packs=[PORT], trends={PORT.service: trends})
    lines = drawn(scene, (80, 40), View(opened=True))
    (current,) = [one for one in lines if one.startswith("current ")]
    assert re.fullmatch(r"current [▁▂▃▄▅▆▇█]+  -10.0A to \+10.0A in 3 min", current)
    (spread,) = [one for one in lines if one.startswith("spread ")]
    assert re.fullmatch(r"spread  ▁+  0.004V in 3 min", spread)


def test_equal_ends_are_shown_once_and_zero_has_no_sign() -> None:
    trends = Trends()
    for step in range(51):
        trends.current.add(0.04 * (-1) ** step, 2.0 * step)
        trends.spread.add(0.0021 + step / 1e6, 2.0 * step)
    idle = replace(PORT, values={**PORT.values, "/Dc/0/Current": 0.04})
    lines = drawn(Scene(packs=[idle], trends={PORT.service: trends}), (80, 40), View(opened=True))
    assert any(re.fullmatch(r"spread  .*  0.002V in 102 s", one) for one in lines)
    assert any(re.fullmatch(r"current .*  0.0A in 102 s", one) for one in lines)
    assert any("  0.0A" in one for one in lines if one.startswith("now"))
    assert "+0.0A" not in " ".join(lines)


def test_a_terminal_without_block_characters_gets_ascii() -> None:
    scene = Scene(packs=[SIXTEEN, ALARMED], glyphs=ASCII)
    for view in (View(), View(opened=True), View(helping=True)):
        text = "".join(drawn(scene, (80, 40), view)).replace("°", "")
        assert text.isascii()


def test_control_characters_in_a_name_do_not_reach_the_terminal() -> None:
    bad = named(7, "\x1b[2Jowned\nline")
    for view in (View(), View(opened=True)):
        text = "".join(drawn(Scene(packs=[bad]), (80, 24), view))
        assert "\x1b" not in text
        assert "\n" not in text
        assert "owned" in text


def test_on_a_tall_terminal_the_page_of_the_chosen_pack_is_below_the_list() -> None:
    text = "\n".join(drawn(Scene(packs=[PORT, STARBOARD]), (120, 40), View(selected=STARBOARD.service)))
    assert "▸2 Starboard" in text
    assert "link    connected" in text
    assert "link    connected" not in "\n".join(drawn(Scene(packs=[PORT, STARBOARD]), (80, 24)))


def test_the_caption_is_above_the_packs() -> None:
    lines = drawn(Scene(packs=[PORT], caption="Charging goes to off."), (34, 20))
    assert lines[1] == "Charging goes to off."
