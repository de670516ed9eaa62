"""The whole screen for a size: header, alarms, the list or one page or help, footer. Pure.

Lines that do not fit are counted; the arrow keys scroll to them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dbus_xbms.commands.screen import bank_page, overview, page, raised
from dbus_xbms.commands.screen.keys import HELP, hints
from dbus_xbms.commands.screen.scene import Absent, Scene, View, entries, index_of, places
from dbus_xbms.commands.screen.style import (
    Line,
    Span,
    Style,
    cut,
    filled,
    flowed,
    labelled,
    line,
    styled,
    width_of,
)
from dbus_xbms.text import count

PROGRAM = "dbus-xbms"
RULE = "-"
KEYS = 13  # columns of keys in the help
LEAST_BODY = 3  # lines that alarms leave for the rest
COUNTS = 2  # lines with the counts above and below


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The lines to draw, and the view, corrected so that its selection and its top line exist."""

    lines: list[Line]
    view: View
    screenful: int = 1  # lines of a page, or packs of the list, that fit


def frame(scene: Scene, view: View, width: int, height: int) -> Frame:
    """Return the screen, at most ``columns`` wide and ``lines`` high."""
    known = places(scene)
    selected = known[index_of(scene, view)] if known else ""
    view = replace(view, selected=selected, opened=view.opened and bool(known))
    head = _header(scene, width)
    foot = _footer(scene, view, width)
    head += raised.lines(scene, width, height - len(head) - len(foot) - LEAST_BODY)
    room = max(0, height - len(head) - len(foot))
    screenful = max(1, room - COUNTS)
    if view.helping:
        body, top = _window(_help(width), view.help_top, room)
        view = replace(view, help_top=top)
    elif view.opened:
        body, top = _window(_page(scene, view, width), view.top, room)
        view = replace(view, top=top)
    else:
        body, screenful = _packs(scene, view, width, room)
    body += [()] * (room - len(body))
    drawn = [cut(one, width) for one in (*head, *body, *foot)]
    return Frame(lines=drawn[:height], view=view, screenful=screenful)


def _page(scene: Scene, view: View, width: int) -> list[Line]:
    shown = entries(scene)[index_of(scene, view)].shown
    if isinstance(shown, Absent):
        return page.absent(scene, shown, width)
    return bank_page.lines(scene, shown, width) if shown.bank else page.lines(scene, shown, width)


def _header(scene: Scene, width: int) -> list[Line]:
    """Return program, state of the service and time in one line if they fit, then the caption."""
    style = Style.GOOD if scene.healthy else Style.ALARM
    parts = [styled(PROGRAM, Style.TITLE), styled(scene.service, style)]
    clock = styled(scene.clock, Style.FAINT)
    rows = flowed([*parts, clock], width, gap=1)
    if len(rows) == 1:
        left = flowed(parts, width, gap=1)[0]
        rows = [(*filled(left, width - width_of(clock)), *clock)]
    return rows + (flowed([styled(scene.caption, Style.STRONG)], width) if scene.caption else [])


def _window(body: Sequence[Line], top: int, room: int) -> tuple[list[Line], int]:
    """Return the part of a page from a line on, with counts of the lines above and below; and that line."""
    if len(body) <= room:
        return list(body), 0
    top = max(0, min(top, len(body) - room + 1))
    above = [_more(top, "line", "above")] if top else []
    end = top + room - len(above)
    below = [_more(len(body) - end + 1, "line", "below")] if end < len(body) else []
    return [*above, *body[top : end - len(below)], *below][:room], top


def _packs(scene: Scene, view: View, width: int, room: int) -> tuple[list[Line], int]:
    """Return complete packs around the selected one, with counts of those above and below; and how many."""
    blocks = overview.blocks(scene, view, width)
    if not blocks:
        return flowed([styled(scene.nothing, Style.WARNING)], width)[:room], 1
    dense = [line for block in blocks for line in block]
    spaced = _spaced(scene, blocks)
    if len(spaced) - 1 <= room:
        return spaced[:-1] + _preview(scene, view, width, room - len(spaced)), len(blocks)
    if len(dense) <= room:
        return dense, len(blocks)
    first, last = _around(blocks, index_of(scene, view), room - COUNTS)
    above = [_more(first, "pack", "above")] if first else []
    below = [_more(len(blocks) - last, "pack", "below")] if last < len(blocks) else []
    shown = [line for block in blocks[first:last] for line in block]
    body, _ = _window(shown, 0, max(0, room - len(above) - len(below)))
    return [*above, *body, *below][:room], last - first


def _spaced(scene: Scene, blocks: Sequence[Sequence[Line]]) -> list[Line]:
    """Return the list with an empty line after each entry, but none within a bank."""
    following = [*(entry.member for entry in entries(scene)[1:]), None]
    gaps: list[list[Line]] = [[] if member else [()] for member in following]
    return [line for block, gap in zip(blocks, gaps, strict=True) for line in (*block, *gap)]


def _preview(scene: Scene, view: View, width: int, room: int) -> list[Line]:
    """Return the page of the selected bank or pack, for below the list, if all of it fits."""
    if isinstance(entries(scene)[index_of(scene, view)].shown, Absent):
        return []
    below = [(), styled(RULE * width, Style.FAINT), *_page(scene, view, width)]
    return below if len(below) <= room else []


def _around(blocks: Sequence[Sequence[Line]], selected: int, room: int) -> tuple[int, int]:
    """Return the range of blocks that fit: the selected one, then those before it, then those after it."""
    first, last, used = selected, selected + 1, len(blocks[selected])
    while first > 0 and used + len(blocks[first - 1]) <= room:
        first -= 1
        used += len(blocks[first])
    while last < len(blocks) and used + len(blocks[last]) <= room:
        used += len(blocks[last])
        last += 1
    return first, last


def _more(number: int, noun: str, where: str) -> Line:
    return styled(f"{count(number, f'more {noun}')} {where}", Style.TITLE)


def _help(width: int) -> list[Line]:
    rows: list[Line] = []
    for keys, words in HELP:
        rows += labelled(keys, [line(words)], width, KEYS)
    return rows


def _footer(scene: Scene, view: View, width: int) -> list[Line]:
    """Return as many key hints as fit into one line; `?` shows all."""
    if not scene.keys:
        return [styled("Ctrl-C ends", Style.FAINT)]
    chunks = [
        line(Span(key, Style.STRONG), Span(f" {words}", Style.FAINT)) for key, words in hints(scene, view)
    ]
    return flowed(chunks, width)[:1]
