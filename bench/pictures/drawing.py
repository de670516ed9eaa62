"""Draw the screen of a terminal as SVG: text in a grid, bars as rectangles, for any font. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby

from bench.terminal import Cell, Screen
from dbus_xbms.commands.screen.glyphs import BLOCKS

WIDTH, HEIGHT, SIZE = 8.4, 18.0, 14  # px: of a cell, and the font
MARGIN = 12.0  # px
PAPER, INK = "#1b1f24", "#d6dbe0"
COLOURS = {31: "#ff7b72", 32: "#57c878", 33: "#e3b341", 36: "#5cc8d7"}  # by SGR parameter
FAINT, STRONG = 2, 1  # SGR parameters
FONT = "ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace"


def drawing(screen: Screen, title: str) -> str:
    """Return a complete SVG file of a screen."""
    width, height = screen.columns * WIDTH + 2 * MARGIN, screen.lines * HEIGHT + 2 * MARGIN
    parts = [part for number, row in enumerate(screen.rows) for part in _row(number, row)]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
        f'font-family="{FONT}" font-size="{SIZE}" role="img">'
    )
    paper = f'<rect width="{width:g}" height="{height:g}" rx="8" fill="{PAPER}"/>'
    return "\n".join([head, f"<title>{escape(title)}</title>", paper, *parts, "</svg>", ""])


def _row(number: int, row: Sequence[Cell]) -> Iterator[str]:
    """Yield the runs of cells with one style and of one kind."""
    column = 0
    for (style, block), run in groupby(row, key=lambda cell: (cell.style, _is_block(cell.text))):
        cells = list(run)
        text = "".join(cell.text for cell in cells)
        if block:
            place = column
            for char, same in groupby(text):
                count = len(list(same))
                yield _block(char, count, number, place, _colour(style))
                place += count
        elif text.strip():
            yield _text(text, number, column, len(cells), style)
        column += len(cells)


def _is_block(text: str) -> bool:
    return bool(text.strip()) and text in BLOCKS.steps + BLOCKS.levels + BLOCKS.empty


def _colour(style: frozenset[int]) -> str:
    return next((COLOURS[number] for number in style if number in COLOURS), INK)


def _block(char: str, count: int, line: int, column: int, colour: str) -> str:
    """Return rectangles for equal characters of a bar or a sparkline."""
    x, y = MARGIN + column * WIDTH, MARGIN + line * HEIGHT
    width, height, opacity = count * WIDTH, HEIGHT - 5, 1.0
    if char == BLOCKS.empty:
        opacity = 0.2
    elif char in BLOCKS.steps:
        width = width * (BLOCKS.steps.index(char) + 1) / len(BLOCKS.steps)
    else:
        height = height * (BLOCKS.levels.index(char) + 1) / len(BLOCKS.levels)
    y += HEIGHT - 2 - height
    shade = f' opacity="{opacity:g}"' if opacity < 1 else ""
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{colour}"{shade}/>'


def _text(text: str, line: int, column: int, columns: int, style: frozenset[int]) -> str:
    """Return text that takes exactly its cells in any font."""
    kept = text.rstrip()
    columns -= len(text) - len(kept)
    column += len(kept) - len(kept.lstrip())
    columns -= len(kept) - len(kept.lstrip())
    x, y = MARGIN + column * WIDTH, MARGIN + line * HEIGHT + SIZE
    look = ' font-weight="bold"' if STRONG in style else ""
    look += ' opacity="0.65"' if FAINT in style else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" fill="{_colour(style)}" textLength="{columns * WIDTH:.1f}" '
        f'xml:space="preserve"{look}>{escape(kept.lstrip())}</text>'
    )
