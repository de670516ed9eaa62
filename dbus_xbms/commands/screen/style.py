"""Lines of styled text: measure, wrap and cut them, and write them as ANSI. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from dbus_xbms.text import columns_of, printable

LONGEST = 500  # columns of a text before it is wrapped


class Style(Enum):
    """The meaning of a text, which determines its colour."""

    PLAIN = "plain"
    STRONG = "strong"
    FAINT = "faint"
    GOOD = "good"
    WARNING = "warning"
    ALARM = "alarm"
    TITLE = "title"


# SGR parameters, with colours and for NO_COLOR; only the 16 colours that terminal themes define.
COLOURED: Mapping[Style, str] = {
    Style.PLAIN: "",
    Style.STRONG: "1",
    Style.FAINT: "2",
    Style.GOOD: "32",
    Style.WARNING: "33",
    Style.ALARM: "1;31",
    Style.TITLE: "1;36",
}
COLOURLESS: Mapping[Style, str] = {
    **dict.fromkeys(Style, ""),
    Style.STRONG: "1",
    Style.FAINT: "2",
    Style.ALARM: "1;7",
    Style.TITLE: "1",
}


@dataclass(frozen=True, slots=True)
class Span:
    """A text in one style."""

    text: str
    style: Style = Style.PLAIN

    @property
    def width(self) -> int:
        """Width on a terminal, in columns."""
        return columns_of(self.text)


Line = tuple[Span, ...]


def line(*parts: str | Span) -> Line:
    """Return a line; plain texts are made printable."""
    return tuple(Span(printable(part, LONGEST)) if isinstance(part, str) else part for part in parts)


def styled(text: str, style: Style) -> Line:
    """Return a printable line in one style."""
    return (Span(printable(text, LONGEST), style),)


def width_of(whole: Iterable[Span]) -> int:
    """Return the width of a line in columns."""
    return sum(span.width for span in whole)


def text_of(whole: Iterable[Span]) -> str:
    """Return the text of a line."""
    return "".join(span.text for span in whole)


def filled(whole: Line, width: int) -> Line:
    """Return a line padded with spaces to ``width`` columns."""
    missing = width - width_of(whole)
    return (*whole, Span(" " * missing)) if missing > 0 else whole


def split(whole: Line, width: int) -> tuple[Line, Line]:
    """Return the part of a line that fits, and the rest; break at a space if possible."""
    if width_of(whole) <= width:
        return whole, ()
    letters = [(letter, span.style) for span in whole for letter in span.text]
    fits, used = 0, columns_of(letters[0][0])
    while used <= width:
        fits += 1
        used += columns_of(letters[fits][0])
    space = next((at for at in range(fits, 0, -1) if letters[at][0] == " "), 0)
    end = space or max(1, fits)
    rest = end
    while rest < len(letters) and letters[rest][0] == " ":
        rest += 1
    return _joined(letters[:end]), _joined(letters[rest:])


def _joined(letters: Sequence[tuple[str, Style]]) -> Line:
    spans: list[Span] = []
    for letter, style in letters:
        if spans and spans[-1].style is style:
            spans[-1] = Span(spans[-1].text + letter, style)
        else:
            spans.append(Span(letter, style))
    return tuple(spans)


def cut(whole: Line, width: int) -> Line:
    """Return a line cut to ``width`` columns."""
    while width_of(whole) > width:
        shorter = split(whole, width)[0]
        whole = () if width_of(shorter) > width else shorter
    return whole


def flowed(chunks: Iterable[Line], width: int, *, indent: int = 0, gap: int = 2) -> list[Line]:
    """Return chunks in lines; a chunk that does not fit starts a new line, one wider than a line is wrapped.

    Trailing spaces of a chunk align the next one; at the end of a line they are removed.
    """
    room = max(1, width - indent)
    lines: list[Line] = []
    for chunk in chunks:
        if lines and width_of(lines[-1]) + gap + columns_of(text_of(chunk).rstrip()) <= room:
            lines[-1] = (*lines[-1], Span(" " * gap), *chunk)
            continue
        rest = chunk
        while rest:
            piece, rest = split(rest, room)
            lines.append(piece)
    return [(Span(" " * indent), *_stripped(one)) if indent else _stripped(one) for one in lines]


def _stripped(whole: Line) -> Line:
    """Return a line without trailing spaces."""
    while whole and not (text := whole[-1].text.rstrip(" ")):
        whole = whole[:-1]
    return (*whole[:-1], Span(text, whole[-1].style)) if whole else whole


def labelled(label: str, chunks: Iterable[Line], width: int, indent: int) -> list[Line]:
    """Return chunks in lines, after a label."""
    first, *others = flowed(chunks, width, indent=indent) or [(Span(" " * indent),)]
    return [(*styled(label.ljust(indent)[:indent], Style.FAINT), *first[1:]), *others]


def ansi(whole: Line, *, colours: bool) -> str:
    """Return a line with escape sequences for a terminal; it ends in the normal style."""
    table = COLOURED if colours else COLOURLESS
    return "".join(
        f"\x1b[{table[span.style]}m{span.text}\x1b[m" if table[span.style] else span.text for span in whole
    )
