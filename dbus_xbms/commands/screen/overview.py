"""The list of all banks and packs, each in as few lines as the width allows. Pure."""

from __future__ import annotations

from dbus_xbms.commands.members import Member
from dbus_xbms.commands.screen.bank_page import measured
from dbus_xbms.commands.screen.glyphs import Glyphs, bar
from dbus_xbms.commands.screen.reading import LEVELS, alarms, mosfets, number, silence, state
from dbus_xbms.commands.screen.scene import Absent, Entry, Scene, View, contact_of, entries, index_of
from dbus_xbms.commands.screen.style import Line, Span, Style, filled, flowed, line, styled, width_of
from dbus_xbms.commands.table import CHARGE_MODE, LIMITS, Battery, amps, ends_of
from dbus_xbms.policy.authority import ONLY_WATCHED
from dbus_xbms.text import columns_of, duration, printable

INDENT = 3  # columns before a pack: mark, number, alarm
LONGEST_NAME = 24  # columns; a longer name gets what it needs
STATE, SOC, VOLTS, AMPS, WATTS, TO_GO, CELLS = 11, 17, 7, 7, 6, 16, 12  # columns
SOC_BAR = 10
GAP = 2  # columns between two fields


def blocks(scene: Scene, view: View, width: int) -> list[list[Line]]:
    """Return the lines of each entry: banks with their packs, other packs, those that are not on the bus."""
    listed = entries(scene)
    names = [printable(entry.shown.name) for entry in listed]
    longest = min(LONGEST_NAME, max(map(columns_of, names), default=0))
    selected = index_of(scene, view) if scene.keys else None
    shown = []
    for place, (name, entry) in enumerate(zip(names, listed, strict=True)):
        field = filled(styled(name, Style.STRONG), longest)
        first, *others = flowed([field, *_fields(entry, scene, width, longest)], width, indent=INDENT)
        lead = _lead(place, place == selected, scene.glyphs)
        shown.append([(lead, _raised(entry, scene.glyphs), *first[1:]), *others])
    return shown


def _lead(place: int, selected: bool, glyphs: Glyphs) -> Span:
    """Return the mark and the number of an entry."""
    mark, shortcut = glyphs.selected if selected else " ", f"{place + 1}" if place < 9 else " "
    return Span(mark + shortcut, Style.TITLE if selected else Style.FAINT)


def _raised(entry: Entry, glyphs: Glyphs) -> Span:
    """Return a mark in the colour of its most serious alarm."""
    raised = alarms(entry.shown) if isinstance(entry.shown, Battery) else []
    return Span(glyphs.alarm, LEVELS[raised[0].level]) if raised else Span(" ")


def _fields(entry: Entry, scene: Scene, width: int, name: int) -> list[Line]:
    why = _why(scene, entry.shown)
    if entry.member is not None:
        return [*_of_member(entry.member, width - name), *why]
    return [*_of(entry.shown, scene), *why] if isinstance(entry.shown, Battery) else why


def _of_member(member: Member, room: int) -> list[Line]:
    """Return a pack of a bank in one line if possible: without the words of its limit if they do not fit."""
    fields = measured(member)
    if member.trouble:
        fields.append(styled(member.trouble, Style.WARNING))
    elif member.pack and (word := silence(member.pack)):  # it counts, but its last poll failed
        fields.append(word)
    if member.pack:
        fields += mosfets(member.pack)
    limit, words = member.limits
    if limit:
        used = INDENT + sum(width_of(field) + GAP for field in (*fields, line(limit)))
        fits = used + columns_of(words) + 1 <= room
        fields.append(line(limit, *(_words(words) if fits else [])))
    return fields


def _of(pack: Battery, scene: Scene) -> list[Line]:
    fields = [filled(state(pack, stale=scene.stale), STATE)]
    return fields if pack.gone else [*fields, *_measured(pack, scene.glyphs), *mosfets(pack), *_limits(pack)]


def _why(scene: Scene, pack: Battery | Absent) -> list[Line]:
    """Return why a pack is not being read."""
    contact = contact_of(scene, pack)
    return [styled(contact.reason, Style.WARNING)] if contact else []


def _measured(pack: Battery, glyphs: Glyphs) -> list[Line]:
    soc = number(pack, "/Soc")
    text = "--" if soc is None else f"{bar(soc / 100, SOC_BAR, glyphs)} {pack.text('/Soc')}"
    seconds = number(pack, "/TimeToGo")
    to_go = "" if seconds is None else f"{duration(seconds)} to go"
    return [
        filled(line(text), SOC),
        filled(line(pack.text("/Dc/0/Voltage")), VOLTS),
        filled(line(amps(pack)), AMPS),
        filled(line(pack.text("/Dc/0/Power")), WATTS),
        *([filled(line(to_go), TO_GO)] if to_go else []),
        filled(line(_ends(pack)), CELLS),
    ]


def _ends(pack: Battery) -> str:
    """Return the range of the cells shown; the lowest and highest on the bus may be of a newer sample."""
    if not (cells := pack.cells):
        low, high = (number(pack, f"/System/{end}CellVoltage") for end in ("Min", "Max"))  # of a bank
        return "" if low is None or high is None else f"{low:.3f}-{high:.3f}V"
    (_, lowest), (_, highest) = ends_of(cells)
    return f"{lowest:.3f}-{highest:.3f}V"


def _limits(pack: Battery) -> list[Line]:
    """Return each limit with its reason, or why the pack does not control."""
    if not pack.controls:
        words = str(pack.values.get(CHARGE_MODE) or "")
        words = "Watch only" if words.endswith(ONLY_WATCHED) else words
        return [styled(words, Style.FAINT)] if words else []
    return [
        line(f"{label} {pack.text(path)}", *_words(str(pack.values.get(words) or "")))
        for label, path, words in LIMITS
        if path in pack.values
    ]


def _words(words: str) -> list[Span]:
    return [Span(f" {printable(words, 200)}", Style.FAINT)] if words else []
