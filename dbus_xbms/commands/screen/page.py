"""The page of one pack: cells, temperatures, MOSFETs, limits, alarms, link and the last minutes. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dbus_xbms.commands.screen.glyphs import Glyphs, bar, sparkline
from dbus_xbms.commands.screen.reading import (
    alarms,
    number,
    scale,
    spread,
    state,
)
from dbus_xbms.commands.screen.scene import Absent, Scene, Trends, contact_of
from dbus_xbms.commands.screen.style import (
    Line,
    Span,
    Style,
    filled,
    flowed,
    labelled,
    line,
    styled,
)
from dbus_xbms.commands.screen.trend import Trend
from dbus_xbms.commands.table import LABEL, Battery, ends_of, rows, signed
from dbus_xbms.text import duration

LONGEST_BAR = 40  # columns
CELL_COLUMN = 24  # columns, minimum for a cell
CELLS_BELOW = 8  # cells per column before another one is used
CELL_TEXT = 12  # columns of a cell besides its bar: number, voltage, two marks, spaces
GAP = 2


def absent(scene: Scene, pack: Absent, width: int) -> list[Line]:
    """Return the page of a pack that is not on the bus."""
    head = flowed([styled(pack.name, Style.STRONG), styled(pack.address, Style.FAINT)], width)
    return head + _contact(scene, pack, width)


def _contact(scene: Scene, pack: Battery | Absent, width: int) -> list[Line]:
    """Return why a pack is not being read, and what to do."""
    contact = contact_of(scene, pack)
    if contact is None:
        return []
    why = labelled("contact", [styled(contact.reason, Style.WARNING)], width, LABEL)
    return why + (labelled("try", [line(contact.advice)], width, LABEL) if contact.advice else [])


def lines(scene: Scene, pack: Battery, width: int) -> list[Line]:
    """Return the complete page; raised alarms are shown above it on every page."""
    glyphs = scene.glyphs
    head = flowed(
        [styled(pack.name, Style.STRONG), styled(pack.address, Style.FAINT), state(pack, stale=scene.stale)],
        width,
    )
    head += _contact(scene, pack, width)
    if pack.gone:
        return head
    table = dict(rows(pack))
    shown = head + summary(scene, pack, table, width)
    shown += _cells(pack, width, glyphs)
    for label, chunks in table.items():
        if label not in DRAWN and chunks:
            shown += labelled(label, [_fact(label, chunk) for chunk in chunks], width, LABEL)
    raised = [alarm.words for alarm in alarms(pack)]
    return shown + labelled("alarms", raised or [styled("none", Style.GOOD)], width, LABEL)


DRAWN = ("now", "charge", "cells", "spread", "alarms")  # rows of the table that this page shows differently


def _fact(label: str, words: str) -> Line:
    """Return an entry of the table; a MOSFET that is off is highlighted."""
    is_off = label == "MOSFETs" and " off" in words
    return styled(words, Style.WARNING) if is_off else line(words)


def summary(scene: Scene, pack: Battery, table: Mapping[str, list[str]], width: int) -> list[Line]:
    """Return state of charge, voltage, current and power of a pack or a bank, and the last minutes."""
    shown = _soc(pack, table["charge"], width, scene.glyphs)
    shown += labelled("now", _now(pack, table["now"]), width, LABEL)
    return shown + _trends(scene.trends.get(pack.service, Trends()), width, scene.glyphs)


def _soc(pack: Battery, charge: list[str], width: int, glyphs: Glyphs) -> list[Line]:
    soc = number(pack, "/Soc")
    room = min(LONGEST_BAR, width - LABEL - GAP - len("100.0%"))
    drawn = [] if soc is None else [styled(bar(soc / 100, room, glyphs), Style.GOOD)]
    return labelled("SoC", [*drawn, line(pack.text("/Soc")), *map(line, charge)], width, LABEL)


def _now(pack: Battery, now: list[str]) -> list[Line]:
    """Return voltage, current and power; the SoC is a bar above."""
    seconds = number(pack, "/TimeToGo")
    to_go = [] if seconds is None else [f"{duration(seconds)} to go"]
    return [line(chunk) for chunk in (*now[1:], *to_go)]


def _trends(trends: Trends, width: int, glyphs: Glyphs) -> list[Line]:
    return [
        *_trend("current", trends.current, signed, width, glyphs),
        *_trend("spread", trends.spread, "{:.3f}V".format, width, glyphs),
    ]


def _trend(label: str, trend: Trend, text: Callable[[float], str], width: int, glyphs: Glyphs) -> list[Line]:
    """Return a sparkline with its lowest and highest values and its time span."""
    values, seconds = trend.columns(min(LONGEST_BAR, width - LABEL))
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return []
    ends = dict.fromkeys((text(min(known)), text(max(known))))  # one if their texts are equal
    chunks = [
        styled(sparkline(values, glyphs), Style.TITLE),
        line(f"{' to '.join(ends)} in {duration(seconds)}"),
    ]
    return labelled(label, chunks, width, LABEL)


def _cells(pack: Battery, width: int, glyphs: Glyphs) -> list[Line]:
    """Return a bar for each cell, in one or more columns, with a legend."""
    cells, ends = pack.cells, scale(pack)
    if not cells or ends is None:
        return []
    columns = max(1, min((width + GAP) // (CELL_COLUMN + GAP), -(-len(cells) // CELLS_BELOW)))
    room = (width - GAP * (columns - 1)) // columns
    longest = max(1, min(LONGEST_BAR, room - CELL_TEXT))
    (lowest, _), (highest, _) = ends_of(cells)
    marks = {highest: glyphs.highest, lowest: glyphs.lowest} if lowest != highest else {}
    drawn = [_cell(pack, n, volts, ends.part(volts), longest, marks.get(n, ""), glyphs) for n, volts in cells]
    below = -(-len(drawn) // columns)
    table = [_beside(drawn[row::below], longest + CELL_TEXT) for row in range(below)]
    legend = [
        line(f"{glyphs.lowest} lowest"),
        line(f"{glyphs.highest} highest"),
        line(f"{glyphs.balancing} balancing"),
        line(f"spread {spread(pack) or 0:.3f}V"),
        styled(ends.words, Style.FAINT),
    ]
    return [*labelled("cells", legend, width, LABEL), *table]


def _beside(cells: list[Line], width: int) -> Line:
    """Return cells in one line, each ``width`` columns wide."""
    *most, last = cells
    padded = (span for one in most for span in filled(one, width + GAP))
    return (*padded, *last)


def _cell(pack: Battery, n: int, volts: float, part: float, longest: int, mark: str, glyphs: Glyphs) -> Line:
    """Return number, bar, voltage and marks of a cell, highlighted outside of low and full."""
    if pack.values.get(f"/Balances/Cell{n}") == 1:
        mark += glyphs.balancing
    return (
        Span(f"{n:>2} "),
        Span(bar(part, longest, glyphs), Style.GOOD if 0 <= part <= 1 else Style.WARNING),
        Span(f" {volts:.3f}"),
        Span(f" {mark}" if mark else "", Style.STRONG),
    )
