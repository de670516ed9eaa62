"""A simulated terminal with the few control sequences that the program uses; it rejects others. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from dbus_xbms.text import columns_of

# ESC [ parameters letter; or a line feed, a carriage return, a character
PIECE = re.compile(r"\x1b\[(\??[0-9;]*)([A-Za-z])|(\r)|(\n)|([^\x1b\r\n])")
MODES = {"?1049": "alternate", "?25": "cursor", "?7": "wrap"}


class UnknownSequence(AssertionError):
    """Output that the terminal does not understand."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the screen."""

    text: str = " "  # "": the right half of a wide character
    style: frozenset[int] = frozenset()  # SGR parameters


@dataclass(slots=True)
class Screen:
    """The screen of a terminal of this size."""

    columns: int
    lines: int
    modes: dict[str, bool] = field(default_factory=lambda: {"alternate": False, "cursor": True, "wrap": True})
    left: list[str] = field(default_factory=list)  # content of the alternate screen when it was left
    overran: bool = False  # output went beyond the edge since the screen was last cleared
    _cells: list[list[Cell]] = field(init=False)
    _at: tuple[int, int] = (0, 0)  # line, column
    _style: frozenset[int] = frozenset()
    _partial: str = ""  # an incomplete sequence

    def __post_init__(self) -> None:
        self._cells = self._blank()

    def feed(self, text: str) -> None:
        """Process output of a program."""
        text = self._partial + text
        end = len(text)
        if (escape := text.rfind("\x1b")) >= 0 and not PIECE.match(text, escape):
            end = escape
        at = 0
        while at < end:
            found = PIECE.match(text, at)
            if not found:
                raise UnknownSequence(repr(text[at : at + 20]))
            at = found.end()
            self._take(*found.groups())
        self._partial = text[end:]

    @property
    def rows(self) -> list[list[Cell]]:
        """The cells, line by line."""
        return self._cells

    @property
    def text(self) -> list[str]:
        """The lines without styles and trailing spaces."""
        return ["".join(cell.text for cell in row).rstrip() for row in self._cells]

    def _blank(self) -> list[list[Cell]]:
        return [[Cell()] * self.columns for _ in range(self.lines)]

    def _take(
        self, parameters: str | None, letter: str | None, back: str | None, feed: str | None, char: str | None
    ) -> None:
        line, column = self._at
        if letter is not None:
            self._control(parameters or "", letter)
        elif back:
            self._at = (line, 0)
        elif feed:
            self._at = (min(line + 1, self.lines - 1), column)
        elif char:
            self._put(char)

    def _put(self, char: str) -> None:
        line, column = self._at
        width = columns_of(char)
        if column + width > self.columns:
            self.overran = self.overran or not self.modes["wrap"]
            return
        if width == 0:
            before = self._cells[line][column - 1]
            self._cells[line][column - 1] = Cell(before.text + char, before.style)
            return
        self._cells[line][column : column + width] = [Cell(char, self._style), Cell("", self._style)][:width]
        self._at = (line, column + width)

    def _control(self, parameters: str, letter: str) -> None:
        line, column = self._at
        match letter:
            case "H":
                row, _, place = parameters.partition(";")
                self._at = (int(row or 1) - 1, int(place or 1) - 1)
            case "K" if not parameters:
                self._cells[line][column:] = [Cell()] * (self.columns - column)
            case "J" if parameters == "2":
                self._cells = self._blank()
                self.overran = False
            case "m":
                numbers = [int(number or 0) for number in parameters.split(";")]
                self._style = frozenset() if numbers == [0] else self._style | {*numbers}
            case "h" | "l" if parameters in MODES:
                self._set(MODES[parameters], letter == "h")
            case _:
                raise UnknownSequence(f"ESC [ {parameters} {letter}")

    def _set(self, mode: str, on: bool) -> None:
        if mode == "alternate":
            if not on:
                self.left = self.text
            self._cells = self._blank()
        self.modes[mode] = on
