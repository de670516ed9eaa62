"""Keys: decode the bytes of a terminal, and change the view by a key. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from dbus_xbms.commands.screen.scene import Scene, View, index_of, places

UP, DOWN, LEFT, RIGHT, ENTER, ESCAPE = "up", "down", "left", "right", "enter", "escape"
PAGE_UP, PAGE_DOWN, HOME, END = "page up", "page down", "home", "end"

# Sequences after ESC; terminals send either form, depending on their mode.
SEQUENCES: Mapping[str, str] = {
    "[A": UP,
    "[B": DOWN,
    "[C": RIGHT,
    "[D": LEFT,
    "OA": UP,
    "OB": DOWN,
    "OC": RIGHT,
    "OD": LEFT,
    "[5~": PAGE_UP,
    "[6~": PAGE_DOWN,
    "[H": HOME,
    "[F": END,
    "OH": HOME,
    "OF": END,
    "[1~": HOME,
    "[4~": END,
}
LETTERS: Mapping[str, str] = {
    "\r": ENTER,
    "\n": ENTER,
    "\x7f": ESCAPE,  # Backspace
    "\x08": ESCAPE,
    "k": UP,
    "j": DOWN,
    "h": LEFT,
    "l": RIGHT,
    " ": PAGE_DOWN,
    "b": PAGE_UP,
    "g": HOME,
    "G": END,
}
HELP = (
    ("up, down", "select a pack or a bank; on its page, scroll"),
    ("1 to 9", "open that pack or bank"),
    ("Enter", "open the selected pack or bank"),
    ("left, right", "on a page: previous one, next one"),
    ("Space, b", "one screen down, up; also Page Down, Page Up"),
    ("Home, End", "to the beginning, to the end; also g, G"),
    ("Esc", "back; also Backspace"),
    ("?", "this help"),
    ("q, Ctrl-C", "quit"),
)
FAR = 10_000  # lines, more than any page has


def keys_of(data: bytes) -> Iterator[str]:
    """Return the keys in what a terminal sent; unknown keys are left out."""
    text = data.decode("utf-8", "replace")
    at = 0
    while at < len(text):
        if text[at] != "\x1b":
            yield LETTERS.get(text[at], text[at])
            at += 1
            continue
        at += 1
        end = _end(text, at)
        if end == at:
            yield ESCAPE
        elif (known := SEQUENCES.get(text[at:end])) is not None:
            yield known
        at = end


def _end(text: str, start: int) -> int:
    """Return where the sequence after an ESC ends."""
    if text[start : start + 1] not in ("[", "O"):
        return start
    at = start + 1
    while at < len(text) and not "@" <= text[at] <= "~":
        at += 1
    return min(len(text), at + 1)


def pressed(scene: Scene, view: View, key: str, screenful: int) -> View | None:
    """Return the view after a key, or ``None`` to quit.

    Args:
        scene: everything that can be shown.
        view: the view before the key.
        key: one of :func:`keys_of`.
        screenful: lines of a page, or packs of the list, that fit.
    """
    if key in ("q", "Q"):
        return None
    step = _step(key, screenful)
    if view.helping:
        moved = replace(view, help_top=max(0, view.help_top + step))
        return moved if step else replace(view, helping=False, help_top=0)
    if key == "?":
        return replace(view, helping=True)
    if len(key) == 1 and key in "123456789" and int(key) <= len(places(scene)):
        return replace(view, selected=places(scene)[int(key) - 1], opened=True, top=0)
    return _on_page(scene, view, key, step) if view.opened else _on_list(scene, view, key, step)


def _step(key: str, screenful: int) -> int:
    """Return how far a key moves, or 0."""
    screens = {PAGE_UP: -screenful, PAGE_DOWN: screenful}
    return {UP: -1, DOWN: 1, HOME: -FAR, END: FAR, **screens}.get(key, 0)


def _on_page(scene: Scene, view: View, key: str, step: int) -> View:
    if key == ESCAPE:
        return replace(view, opened=False, top=0)
    if key in (LEFT, RIGHT):
        return replace(_chosen(scene, view, -1 if key == LEFT else 1), top=0)
    return replace(view, top=max(0, view.top + step))


def _on_list(scene: Scene, view: View, key: str, step: int) -> View:
    if key in (ENTER, RIGHT):
        return replace(view, opened=True, top=0)
    return _chosen(scene, view, step) if step else view


def _chosen(scene: Scene, view: View, step: int) -> View:
    """Select another pack, within the first and the last."""
    known = places(scene)
    place = max(0, min(len(known) - 1, index_of(scene, view) + step))
    return replace(view, selected=known[place]) if known else view


def hints(scene: Scene, view: View) -> list[tuple[str, str]]:
    """Return keys and their meanings, the most useful first."""
    arrows = scene.glyphs.arrows
    if view.helping:
        return [("q", "quit"), ("Esc", "back")]
    if view.opened:
        return [("q", "quit"), ("?", "help"), ("Esc", "back"), (arrows, "move"), ("left/right", "others")]
    return [("q", "quit"), ("?", "help"), ("Enter", "open"), (arrows, "choose")]
