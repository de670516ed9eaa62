"""The page of a bank: totals, limits, its packs one by one, alarms and the last minutes. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from dbus_xbms.commands.members import CHARGE, DISCHARGE, Member, members
from dbus_xbms.commands.screen.page import summary
from dbus_xbms.commands.screen.reading import alarms, number, state
from dbus_xbms.commands.screen.scene import Scene
from dbus_xbms.commands.screen.style import Line, Style, filled, flowed, labelled, line, styled
from dbus_xbms.commands.table import CHARGE_MODE, LABEL, LIMITS, Battery, rows
from dbus_xbms.text import columns_of, count, printable

SHOWN = ("MOSFETs", "command")  # rows of the table of a pack that a bank has, too
LONGEST_NAME = 16  # columns; a longer name gets what it needs
SOC, VOLTS, AMPS, SHARE, CELLS = 6, 7, 7, 4, 12  # columns
SPREAD = "/System/SocSpread"
MARGIN = 3  # columns before a pack: its number
TEXTS = (("doubt", "/Diagnostics/Doubt"), ("try", "/Diagnostics/Advice"))
MODULES = (
    ("/System/NrOfModulesBlockingCharge", "blocking charge"),
    ("/System/NrOfModulesBlockingDischarge", "blocking discharge"),
)
ENDS = (("cells", "Voltage"), ("temp", "Temperature"))  # label and quantity


def wiring(bank: Battery) -> str:
    """Return how many packs a bank has and how they are wired: ``4 packs, 2 in series``."""
    packs = count(len(members(bank)), "pack")
    series = number(bank, "/System/BatteriesSeries") or 1
    return f"{packs}, {series:.0f} in series" if series > 1 else f"{packs} in parallel"


def lines(scene: Scene, bank: Battery, width: int) -> list[Line]:
    """Return the complete page; raised alarms are shown above it on every page."""
    head = flowed(
        [styled(bank.name, Style.STRONG), styled(wiring(bank), Style.FAINT), state(bank, stale=scene.stale)],
        width,
    )
    if bank.gone:
        return head
    table = dict(rows(bank))
    shown = head + summary(scene, bank, table, width) + _limits(bank, width)
    for member in (packs := members(bank, scene.packs)):
        shown += _member(member, longest_name([one.name for one in packs]), width)
    for label, quantity in ENDS:
        shown += labelled(label, [line(one) for one in _ends(bank, quantity)], width, LABEL)
    shown += labelled("packs", [line(one) for one in _modules(bank)], width, LABEL)
    for label, path in TEXTS:
        if words := str(bank.values.get(path) or ""):
            shown += labelled(label, [styled(words, Style.WARNING)], width, LABEL)
    for label in SHOWN:
        if chunks := table[label]:
            shown += labelled(label, [line(chunk) for chunk in chunks], width, LABEL)
    raised = [alarm.words for alarm in alarms(bank)]
    return shown + labelled("alarms", raised or [styled("none", Style.GOOD)], width, LABEL)


def _limits(bank: Battery, width: int) -> list[Line]:
    """Return the limits with what limits them, or why the bank does not control."""
    shown: list[Line] = []
    for label, path, words in LIMITS:
        if path in bank.values:
            why = styled(str(bank.values.get(words) or ""), Style.FAINT)
            shown += labelled(label, [line(bank.text(path)), why], width, LABEL)
    if not bank.controls and (mode := str(bank.values.get(CHARGE_MODE) or "")):
        shown += labelled("control", [line(mode)], width, LABEL)
    return shown


def _ends(bank: Battery, quantity: str) -> list[str]:
    """Return the lowest and the highest cell or sensor, with the name of its pack and its number."""
    return [
        f"{name} {bank.text(f'/System/{end}Cell{quantity}')}"
        for name, end in (("lowest", "Min"), ("highest", "Max"))
    ]


def _modules(bank: Battery) -> list[str]:
    online = int(number(bank, "/System/NrOfModulesOnline") or 0)
    blocking = [(int(number(bank, path) or 0), words) for path, words in MODULES]
    apart = [f"SoC differs by {bank.text(SPREAD)}"] if number(bank, SPREAD) is not None else []
    online_of = f"{online} of {len(members(bank))} online"
    return [online_of, *(f"{n} {words}" for n, words in blocking if n), *apart]


def _member(member: Member, longest: int, width: int) -> list[Line]:
    """Return a pack of the bank: its values, and what it contributes to the limits."""
    values = [
        filled(styled(printable(member.name), Style.STRONG), longest),
        *measured(member),
        *([styled("watch only", Style.FAINT)] if member.watch_only else []),
        *([styled(member.trouble, Style.WARNING)] if member.trouble else []),
        *(line(" ".join(limit)) for names in (CHARGE, DISCHARGE) if (limit := member.limit(names))[0]),
    ]
    return labelled(f"{member.number:>2}", values, width, MARGIN)


def measured(member: Member) -> list[Line]:
    """Return the measured values of a pack of a bank, each in its column."""
    return [
        filled(line(text), columns)
        for text, columns in (
            (member.soc, SOC),
            (member.voltage, VOLTS),
            (member.amps, AMPS),
            (member.share, SHARE),
            (member.cells, CELLS),
        )
    ]


def longest_name(names: Iterable[str]) -> int:
    """Return the width of the column of names."""
    return min(LONGEST_NAME, max((columns_of(printable(name)) for name in names), default=0))
