"""Packs and banks as tables, for terminals from 40 columns. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dbus_xbms.commands.members import CHARGE, DISCHARGE, members
from dbus_xbms.commands.screen.style import cut, flowed, labelled, line, text_of
from dbus_xbms.commands.table import LABEL, Battery, rows
from dbus_xbms.text import printable


def render(packs: Sequence[Battery], width: int) -> str:
    """Return banks and packs below each other, in lines of at most ``width`` columns."""
    if not packs:
        return "No pack is on the bus."
    return "\n\n".join(_pack(pack, width) for pack in packs)


def _pack(pack: Battery, width: int) -> str:
    head = _fold("", [printable(pack.name), pack.label], width, indent=0)
    shown = [("", ["has left the bus"])] if pack.gone else [*rows(pack), *_members(pack)]
    return "\n".join([head, *(_fold(label, chunks, width) for label, chunks in shown if chunks)])


def _members(bank: Battery) -> Iterable[tuple[str, list[str]]]:
    """Yield a row for each pack of a bank: its values, and what it contributes to the limits."""
    for member in members(bank):
        limits = [" ".join(limit) for names in (CHARGE, DISCHARGE) if (limit := member.limit(names))[0]]
        values = [member.soc, member.voltage, member.amps, member.share, member.cells]
        yield f"pack {member.number}", [member.name, *values, *filter(None, [member.trouble]), *limits]


def _fold(label: str, chunks: Sequence[str], width: int, indent: int = LABEL) -> str:
    """Return a label and its chunks; a chunk that does not fit starts a new line, a wider one is broken."""
    texts = [line(chunk) for chunk in chunks]
    folded = labelled(label, texts, width, indent) if indent else flowed(texts, width)
    return "\n".join(text_of(cut(one, width)).rstrip() for one in folded)
