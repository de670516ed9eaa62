"""The pictures of the screen: what a terminal shows, as SVG; and the small terminal that reads it."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from bench.pictures.__main__ import PICTURES, Picture
from bench.pictures.drawing import HEIGHT, MARGIN, WIDTH, drawing
from bench.terminal import Screen, UnknownSequence

ROOT = Path(__file__).parents[2]
SVG = "{http://www.w3.org/2000/svg}"


def screen(text: str, columns: int = 20, lines: int = 3) -> Screen:
    shown = Screen(columns, lines)
    shown.feed(text)
    return shown


def test_a_picture_has_the_text_where_it_is_on_the_screen_in_its_colour() -> None:
    shown = screen("\x1b[2;3Hlow \x1b[1;31m<ALARM>\x1b[m")
    root = ElementTree.fromstring(drawing(shown, "a & b"))
    texts = root.findall(f"{SVG}text")
    assert [text.text for text in texts] == ["low", "<ALARM>"]
    assert float(texts[1].attrib["x"]) == pytest.approx(MARGIN + 6 * WIDTH, abs=0.1)
    assert MARGIN + HEIGHT < float(texts[1].attrib["y"]) < MARGIN + 2 * HEIGHT
    assert (texts[1].attrib["fill"], texts[1].attrib["font-weight"]) == ("#ff7b72", "bold")
    title = root.find(f"{SVG}title")
    assert title is not None
    assert title.text == "a & b"


def test_bars_and_sparklines_are_rectangles_of_their_size() -> None:
    root = ElementTree.fromstring(drawing(screen("█▌░ ▁█"), ""))
    rects = root.findall(f"{SVG}rect")[1:]  # after the background
    assert [float(rect.attrib["width"]) for rect in rects[:3]] == pytest.approx(
        [WIDTH, WIDTH / 2, WIDTH], 0.1
    )
    assert "opacity" in rects[2].attrib
    assert float(rects[3].attrib["height"]) == pytest.approx((HEIGHT - 5) / 8, 0.1)
    assert not root.findall(f"{SVG}text")


def test_a_sequence_received_in_two_parts_is_read_as_one() -> None:
    shown = Screen(10, 2)
    for part in ("ab\x1b", "[2", ";1Hc", "\x1b[1;1H\x1b[K"):
        shown.feed(part)
    assert shown.text == ["", "c"]


def test_an_unknown_sequence_is_an_error() -> None:
    with pytest.raises(UnknownSequence):
        screen("\x1b[3S")


def test_text_beyond_the_edge_is_noticed_until_the_screen_is_cleared() -> None:
    shown = screen("\x1b[?7labcdef", columns=5)
    assert shown.overran
    shown.feed("\x1b[2J")
    assert not shown.overran


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.file)
def test_each_picture_is_in_docs_and_shown_to_the_reader(picture: Picture) -> None:
    root = ElementTree.parse(ROOT / "docs" / picture.file).getroot()
    words = " ".join(text.text or "" for text in root.iter(f"{SVG}text"))
    assert "dbus-xbms service running" in words
    assert "\N{REPLACEMENT CHARACTER}" not in words
    pages = (ROOT / "README.md").read_text() + (ROOT / "docs/watch.md").read_text()
    assert f"{picture.file})" in pages
