"""The alarms of all packs and banks, at the top of every page. Pure.

ALARMs of all packs come before warnings. Alarms that do not fit are counted, with their packs. Of a bank only
those are shown that none of its packs raises.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dbus_xbms.commands.members import members
from dbus_xbms.commands.screen.glyphs import Glyphs
from dbus_xbms.commands.screen.reading import LEVELS, Alarm, alarms, title
from dbus_xbms.commands.screen.scene import Scene
from dbus_xbms.commands.screen.style import Line, Span, Style, flowed, line, styled
from dbus_xbms.commands.table import Battery
from dbus_xbms.text import columns_of, count

INDENT = 2  # columns of the mark and of continuation lines
NOUNS = ((2, "alarm"), (1, "warning"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """The alarms of one pack at one level."""

    name: str
    alarms: Sequence[Alarm]

    @property
    def level(self) -> int:
        return self.alarms[0].level

    def lines(self, number: int, width: int, glyphs: Glyphs) -> list[Line]:
        """Return lines with the first ``number`` of them."""
        chunks = [styled(f"{self.name}:", Style.STRONG), *(alarm.words for alarm in self.alarms[:number])]
        first, *others = flowed(chunks, width, indent=INDENT)
        mark = Span(f"{glyphs.alarm} ", LEVELS[self.level])
        return [(mark, *first[1:]), *others]


def lines(scene: Scene, width: int, room: int) -> list[Line]:
    """Return the raised alarms in at most ``room`` lines, but at least in one if there are any."""
    groups, glyphs = _groups(scene), scene.glyphs
    whole = [one for group in groups for one in group.lines(len(group.alarms), width, glyphs)]
    if len(whole) <= max(1, room):
        return whole
    rows: list[Line] = []
    for place, group in enumerate(groups):
        fits = max(
            (
                n
                for n in range(1, len(group.alarms) + 1)
                if len(rows) + len(group.lines(n, width, glyphs)) < room
            ),
            default=0,
        )
        if fits:
            rows += group.lines(fits, width, glyphs)
        if fits < len(group.alarms):
            rest = _Group(name=group.name, alarms=group.alarms[fits:])
            return [*rows, _more([rest, *groups[place + 1 :]], width)]
    return rows


def _groups(scene: Scene) -> list[_Group]:
    packs = [group for pack in scene.packs for group in _of(pack, alarms(pack))]
    banks = [group for bank in scene.banks for group in _of(bank, _of_bank(bank, scene.packs))]
    return sorted((*banks, *packs), key=lambda group: (-group.level, group.alarms[0].rank))  # then as listed


def _of_bank(bank: Battery, packs: Sequence[Battery]) -> list[Alarm]:
    """Return the alarms of a bank that none of its packs raises at the same level."""
    addresses = {member.address for member in members(bank)}
    own = {alarm for pack in packs if pack.address in addresses for alarm in alarms(pack)}
    return [alarm for alarm in alarms(bank) if alarm not in own]


def _of(pack: Battery, raised: Sequence[Alarm]) -> Iterator[_Group]:
    for level in sorted(LEVELS, reverse=True):
        if same := [alarm for alarm in raised if alarm.level == level]:
            yield _Group(name=title(pack), alarms=same)


def _more(hidden: Sequence[_Group], width: int) -> Line:
    """Return a line with the number of alarms not shown and, if there is room, their packs."""
    counts = {level: sum(len(group.alarms) for group in hidden if group.level == level) for level in LEVELS}
    words = "+" + ", ".join(count(counts[level], noun) for level, noun in NOUNS if counts[level])
    names = list(dict.fromkeys(group.name for group in hidden))
    style = LEVELS[hidden[0].level]
    for shown in range(len(names), 0, -1):
        others = len(names) - shown
        more = f" and {count(others, 'more pack')}" if others else ""
        text = f"{words}: {', '.join(names[:shown])}{more}"
        if columns_of(text) <= width:
            return styled(text, style)
    return line(Span(words, style))
