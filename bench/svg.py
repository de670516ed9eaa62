"""The little SVG that the plots are written in, by hand. Pure."""

from __future__ import annotations

from collections.abc import Iterable

INK, GRID = "#444", "#ddd"


def text(x: float, y: float, words: str, *, anchor: str = "start", colour: str = INK, size: int = 12) -> str:
    """One line of text."""
    style = f'fill="{colour}" font-size="{size}" text-anchor="{anchor}"'
    return f'<text x="{x:.1f}" y="{y:.1f}" {style}>{words}</text>'


def drawing(width: float, height: float, parts: Iterable[str]) -> str:
    """A whole file from its parts."""
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif">'
    return "\n".join([head, f'<rect width="{width}" height="{height}" fill="#fff"/>', *parts, "</svg>", ""])
