"""Keys of the full screen: what a terminal sends, and the resulting view."""

from __future__ import annotations

import pytest

from dbus_xbms.commands.screen.frame import frame
from dbus_xbms.commands.screen.keys import HELP, keys_of, pressed
from dbus_xbms.commands.screen.scene import Absent, Scene, View
from dbus_xbms.commands.screen.style import text_of
from tests.unit.commands.reports import STARBOARD
from tests.unit.commands.screen.scenes import PORT, SIXTEEN

SCENE = Scene(packs=[PORT, SIXTEEN, STARBOARD])
SIZE = (34, 20)


def after(*keys: str, view: View | None = None, scene: Scene = SCENE) -> View | None:
    """Return the view after these keys, drawn after each."""
    picture = frame(scene, view or View(), *SIZE)
    for key in keys:
        following = pressed(scene, picture.view, key, picture.screenful)
        if following is None:
            return None
        picture = frame(scene, following, *SIZE)
    return picture.view


@pytest.mark.parametrize(
    ("sent", "keys"),
    [
        (b"q", ["q"]),
        (b"\x1b[A\x1b[B", ["up", "down"]),
        (b"\x1bOC\x1bOD", ["right", "left"]),
        (b"\x1b[5~\x1b[6~", ["page up", "page down"]),
        (b"\x1b", ["escape"]),
        (b"\x1bq", ["escape", "q"]),
        (b"\r\n", ["enter", "enter"]),
        (b"\x1b[1;5C2", ["2"]),  # Ctrl with an arrow is ignored, and its digits are no keys
        (b"\x1b[200~", []),
        (b"\xff", ["\N{REPLACEMENT CHARACTER}"]),
    ],
)
def test_terminal_input_is_parsed_as_keys(sent: bytes, keys: list[str]) -> None:
    assert list(keys_of(sent)) == keys


@pytest.mark.parametrize("key", ["q", "Q"])
@pytest.mark.parametrize("view", [View(), View(opened=True), View(helping=True)])
def test_q_quits_from_every_page(key: str, view: View) -> None:
    assert after(key, view=view) is None


def test_arrows_choose_a_pack_and_enter_opens_it() -> None:
    assert after("down", "enter") == View(selected=SIXTEEN.service, opened=True)
    assert after("up") == View(selected=PORT.service)
    assert after(*["down"] * 9) == View(selected=STARBOARD.service)


def test_a_number_opens_that_pack_and_a_number_too_high_does_nothing() -> None:
    assert after("3") == View(selected=STARBOARD.service, opened=True)
    assert after("9") == View(selected=PORT.service)


def test_escape_returns_to_the_overview() -> None:
    assert after("2", "escape") == View(selected=SIXTEEN.service)


def test_left_and_right_on_a_page_switch_to_the_other_packs() -> None:
    assert after("1", "right") == View(selected=SIXTEEN.service, opened=True)
    assert after("1", "left") == View(selected=PORT.service, opened=True)


def test_a_page_scrolls_to_its_end_and_no_further() -> None:
    at_end = after("2", "end")
    assert at_end
    assert at_end.top > 0
    assert after("2", "end", "down") == at_end
    one_up = after("2", "end", "up")
    assert one_up
    assert one_up.top == at_end.top - 1
    assert after("2", "page down", "home") == View(selected=SIXTEEN.service, opened=True)


@pytest.mark.parametrize("size", [(34, 20), (60, 24), (34, 45)])
def test_space_scrolls_by_the_visible_lines(size: tuple[int, int]) -> None:
    view = View(selected=SIXTEEN.service, opened=True)
    (whole,) = [frame(SCENE, view, size[0], 300).lines]
    seen: list[str] = []
    picture = frame(SCENE, view, *size)
    for _ in range(10):
        body = [text_of(one) for one in picture.lines[1:-1]]
        seen += [one for one in body if one and one not in seen and " more line" not in one]
        following = pressed(SCENE, picture.view, "page down", picture.screenful)
        assert following
        assert following.top - picture.view.top == size[1] - 4  # header, footer, two count lines
        picture = frame(SCENE, following, *size)
    assert seen == list(dict.fromkeys(text_of(one) for one in whole[1:-1] if one))


def test_the_help_keeps_the_scroll_position_of_a_page() -> None:
    moved = after("2", "down", "down", "down")
    assert moved
    assert moved.top == 3
    assert after("2", "down", "down", "down", "?", "down", "?") == moved


def test_the_help_names_each_key_and_any_other_key_closes_it() -> None:
    view = after("?")
    assert view
    assert view.helping
    text = " ".join(text_of(one) for one in frame(SCENE, view, 80, 24).lines)
    assert all(keys in text for keys, _ in HELP)
    assert after("?", "escape") == View(selected=PORT.service)
    assert after("?", "?") == View(selected=PORT.service)


def test_a_pack_that_is_not_on_the_bus_can_be_chosen() -> None:
    absent = Absent(name="Dinghy", address="A4:C1:37:0A:0B:0D")
    scene = Scene(packs=[PORT], absent=[absent])
    assert after("down", "enter", scene=scene) == View(selected=absent.address, opened=True)


def test_without_a_pack_no_key_fails() -> None:
    for key in ("up", "down", "enter", "right", "1", "page down", "end"):
        assert after(key, scene=Scene()) == View()


def test_keys_that_cannot_be_read_are_not_offered() -> None:
    lines = [text_of(one) for one in frame(Scene(packs=[PORT], keys=False), View(), 80, 24).lines]
    assert lines[-1] == "Ctrl-C ends"
    assert not any("▸" in one for one in lines)
