"""What a bank will be, and why packs cannot be one, in words for its owner. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dbus_xbms.policy.advice.bank_meaning import charge, currents, strings_of, wiring
from dbus_xbms.policy.advice.consequences import Consequence
from dbus_xbms.policy.advice.controllers import Configuration, control_disabled
from dbus_xbms.policy.bank import topology, watch_only
from dbus_xbms.policy.bank.topology import Candidate, Topology, tolerance
from dbus_xbms.protocols import WATCH_ONLY
from dbus_xbms.settings import BankSettings, PackSettings, name_of
from dbus_xbms.settings.bank import PARALLEL, SERIES
from dbus_xbms.text import LINE, columns_of, count, listed, printable, shell_quoted

EXAMPLE = "LiFePO4"  # of a chemistry
NAMED_TOGETHER = 8  # packs in a line, if all do not fit one
UNCHECKED = "The voltages are not checked, because the service is not running"


def about(
    number: int, after: Configuration, packs: Sequence[Candidate], *, ask: bool, checked: bool
) -> Iterator[Consequence]:
    """Yield what a formed bank will be.

    Args:
        number: of the bank.
        after: all settings.
        packs: its packs, string after string.
        ask: the owner has to confirm it.
        checked: the service is running, so that voltages may be known.
    """
    strings = strings_of(number, after)
    yield from _battery(packs, after.banks[number].topology, charge(strings), ask=ask)
    if missing := [pack.name for pack in packs if not pack.chemistry]:
        change = f"dbus-xbms set {shell_quoted(missing[0])} Chemistry {EXAMPLE}"
        note = "no chemistry is chosen, so the bank is only shown; to choose it"
        yield Consequence(words=f"{listed(missing)}: {note}: {change}")
    elif not control_disabled(number, after):
        charging, discharging = currents(strings)
        limits = f"charging with up to {charging:.4g} A and discharging with up to {discharging:.4g} A"
        yield Consequence(words=f"Their settings allow {limits} together")
    if not checked:
        yield Consequence(words=UNCHECKED)
    elif unknown := [pack.name for pack in packs if pack.voltage is None]:
        yield Consequence(words=f"The voltage of {listed(unknown)} is unknown and not checked")
    for words in _apart(packs, topology.parse(after.banks[number].topology, len(packs))):
        yield Consequence(words=words)


def _battery(packs: Sequence[Candidate], wired: str, capacity: float, *, ask: bool) -> Iterator[Consequence]:
    """Yield how packs are wired, each with its voltage; in several lines if there are many."""
    act = f"act as one battery{f' of {capacity:.4g} Ah' if capacity else ''}"
    words = f"{wiring([_with_voltage(pack) for pack in packs], wired)}, {act}"
    if columns_of(words) <= LINE:
        yield Consequence(words=words, ask=ask)
        return
    how = f"in {wired}" if wired in (PARALLEL, SERIES) else f"as {wired}"
    yield Consequence(words=f"{count(len(packs), 'pack')}, wired {how}, {act}", ask=ask)
    for start in range(0, len(packs), NAMED_TOGETHER):
        some = packs[start : start + NAMED_TOGETHER]
        yield Consequence(words=f"Packs from {start + 1} on: {listed(map(_with_voltage, some))}")


def _apart(packs: Sequence[Candidate], wired: Topology) -> Iterator[str]:
    """Yield packs whose MOSFETs are off and whose voltage differs from that of the packs beside them."""
    numbers = wired.strings(len(packs))
    for pack, string in zip(packs, numbers, strict=True):
        on = [
            other.voltage
            for other, number in zip(packs, numbers, strict=True)
            if number == string and other is not pack and other.mosfets_on and other.voltage is not None
        ]
        if pack.voltage is None or pack.mosfets_on is not False or not on:
            continue
        nearest = min(on, key=lambda volts: abs(volts - (pack.voltage or 0.0)))
        if abs(pack.voltage - nearest) > tolerance(pack.cells):
            yield (
                f"{pack.name} has {pack.voltage:.2f} V and the packs beside it {nearest:.2f} V: a large "
                "current would flow if its MOSFETs were switched on, so it does not count until they agree"
            )


def how_to_wire(wanted: Topology, in_series: str) -> str:
    """Return what to do about voltages that do not fit; ``in_series``: how to say so of the packs."""
    if wanted.series == 1:
        return f"If they are wired in series: {in_series}; if not, let the voltages come together first"
    return "Name the packs string after string, as they are wired"


def how_to_allow(why: str, bank: BankSettings, pack: str, title: str) -> str:
    """Return why a watch-only pack cannot be part of a bank, and what its owner can do.

    Args:
        why: the reason, in words.
        bank: settings of the bank.
        pack: name of the pack.
        title: name of the bank.
    """
    if bank.allow_watch_only_members:
        setting = next(one.name for one in watch_only.CURRENTS if one.name in why)
        return f"{why}: dbus-xbms set {shell_quoted(pack)} {setting} VALUE"
    change = f"dbus-xbms bank set {shell_quoted(title)} {BankSettings.allow_watch_only_members} 1"
    create = "or --allow-watch-only with `bank create`"
    return f"{why}. {WATCH_ONLY} To allow it within currents that you set: {change}, {create}"


def no_packs(after: Configuration) -> str:
    """Return why there are not two packs for the bank of all packs, and what to do."""
    taken = after.member_of
    why = [
        f"{pack_name(address, after)} {reason}"
        for address, pack in sorted(after.enabled.items())
        if (reason := _why_not(pack, taken.get(address), after))
    ]
    kinds = "they have different chemistries or numbers of cells; name the packs that are wired together"
    few = "fewer than two packs were added; to add one: dbus-xbms add ADDRESS"
    reasons = "; ".join(why) or (few if len(after.enabled) < 2 else kinds)
    return f"there are no two packs that could act as one battery: {reasons}"


def _why_not(pack: PackSettings, bank: int | None, after: Configuration) -> str:
    if bank:
        return f"is part of the bank {after.title(bank)}"
    if not pack.join_bank:
        return "has JoinBank 0"
    if pack.watch_only:
        return "is watch only"
    if not pack.chemistry:
        return f"has no chemistry (to choose it: dbus-xbms set PACK Chemistry {EXAMPLE})"
    return "" if pack.cells else "has never been read"


def pack_name(address: str, configuration: Configuration) -> str:
    """Return the name of a pack for messages, or its address."""
    pack = configuration.packs.get(address)
    return printable((name_of(pack) if pack else "") or address)


def _with_voltage(pack: Candidate) -> str:
    return pack.name if pack.voltage is None else f"{pack.name} ({pack.voltage:.2f} V)"
