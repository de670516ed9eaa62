"""Predict what a change of settings means for charge control and for banks, before it is made. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dbus_xbms.policy.advice import no_current
from dbus_xbms.policy.advice.controllers import Configuration, Controller, willing
from dbus_xbms.policy.charge.chemistry import preset
from dbus_xbms.record import record
from dbus_xbms.settings import PackSettings, Value, name_of
from dbus_xbms.text import listed

ENDS = (
    "chargers then stop with error 67, until another battery controls them or "
    '"BMS controlled" is reset in their settings'
)
WATCH_ONLY_ALLOWED = (
    "Packs that are watch only may then be part of the bank: their readings must not be relied on, and only "
    "the currents that you set for each of them protect it"
)
# Settings that can begin or end a pack's control.
DECISIVE = (PackSettings.chemistry.name, PackSettings.control.name, PackSettings.enabled.name)
SAME = 0.005  # fraction by which charge voltages of one system may differ


@record
class Consequence:
    """One effect of a change, as a sentence without a full stop."""

    words: str
    ask: bool = False  # the owner has to confirm it: chargers stop, or obey another battery or voltage


def of_change(before: Configuration, after: Configuration, *, explicit: bool = False) -> list[Consequence]:
    """Effects on banks and on charge control when packs or banks are changed, added or removed.

    ``explicit``: the change itself enables control. Permission that was given earlier and takes effect only
    now has to be confirmed, because it may have been meant for another system.
    """
    was, will = (next(iter(willing(one)), None) for one in (before, after))
    of_banks = [*_of_watch_only(before, after), *_of_banks(before, after)]
    return [*of_banks, *_of_control(was, will, explicit=explicit)]


def in_order(chosen: Mapping[str, Value]) -> list[str]:
    """Sort settings that change together into the order in which to store them.

    Those that end control come first and those that begin it last, so that chargers never obey a pack without
    its limits.
    """

    def rank(name: str) -> int:
        if name not in DECISIVE:
            return 0
        return DECISIVE.index(name) + 1 if chosen[name] else -1

    return sorted(chosen, key=rank)


def _of_banks(before: Configuration, after: Configuration) -> Iterator[Consequence]:
    """Yield the banks that end, and the packs that join or leave others; the rest is said by the command."""
    was, will = before.formations, after.formations
    for number, formation in was.items():
        if not formation.formed or (number in will and will[number].formed):
            continue
        why = will[number].refusal if number in will else ""
        yield Consequence(words=f"The bank {before.title(number)} ends{f': {why}' if why else ''}")
    for number, formation in will.items():
        if number in was and was[number].formed and formation.formed:
            yield from _of_members(number, before, after)


def _of_watch_only(before: Configuration, after: Configuration) -> Iterator[Consequence]:
    """Yield the banks that may newly have watch-only packs, and such packs that join one."""
    for number, bank in after.banks.items():
        allowed = number in before.banks and before.banks[number].allow_watch_only_members
        if bank.allow_watch_only_members and not allowed:
            yield Consequence(words=WATCH_ONLY_ALLOWED, ask=True)
    members = before.member_of
    for address, number in after.member_of.items():
        pack = after.packs.get(address)
        if pack and pack.watch_only and members.get(address) != number:
            limits = (
                f"{pack.max_charge_current:g} A to charge and {pack.max_discharge_current:g} A to discharge"
            )
            words = f"{name_of(pack) or address} is watch only: it counts within {limits}, which you have set"
            yield Consequence(words=words, ask=True)


def _of_members(number: int, before: Configuration, after: Configuration) -> Iterator[Consequence]:
    left, right = (set(one.formations[number].members) & set(one.enabled) for one in (before, after))
    bank = f"the bank {after.title(number)}"
    if joins := listed(_names(sorted(right - left), after)):
        yield Consequence(words=f"{joins} becomes part of {bank}", ask=True)
    if leaves := listed(_names(sorted(left - right), before)):
        left_alone = "what stays connected is charged without regard to its cells"
        controls = number in (one.bank for one in willing(after))
        yield Consequence(words=f"{leaves} is no longer part of {bank}; {left_alone}", ask=controls)


def _names(addresses: list[str], configuration: Configuration) -> list[str]:
    return [name_of(configuration.packs[address]) or address for address in addresses]


def _of_control(was: Controller | None, will: Controller | None, *, explicit: bool) -> Iterator[Consequence]:
    if was is None and will is None:
        return
    if was is None and will is not None:
        yield Consequence(words=_begins(will), ask=not explicit)
        for address, pack in will.packs.items():
            yield from _no_current(name_of(pack) or address, {}, no_current.reasons(pack))
    elif was is not None and will is None:
        yield Consequence(words=f"{was.name} no longer controls chargers; {ENDS}", ask=True)
    elif was is not None and will is not None and was.key != will.key:
        yield Consequence(words=_handed_over(was, will), ask=True)
    elif was is not None and will is not None:
        yield from _same(was, will)


def _begins(will: Controller) -> str:
    high = f", up to {will.charged_to}" if will.full_voltage else ""
    subject = f"the bank {will.name}" if will.bank else "this pack"
    return f"Chargers and inverters obey {subject} while DVCC is on{high}"


def _handed_over(was: Controller, will: Controller) -> str:
    words = f"{will.name} will then control chargers instead of {was.name}, up to {will.charged_to}"
    left, right = was.full_voltage, will.full_voltage
    if not (left and right):
        return f"{words}; its voltage may be another than that of {was.name}"
    return words if abs(left - right) <= SAME * left else f"{words}; until now up to {left:.2f} V"


def _same(was: Controller, will: Controller) -> Iterator[Consequence]:
    """Yield the effects on chargers that continue to obey the same pack or bank."""
    before, after = was.packs, will.packs
    for address in before.keys() & after.keys():
        old, new = before[address], after[address]
        name = name_of(old) or address
        yield from _same_pack(name, old, new)
        yield from _no_current(name, no_current.reasons(old), no_current.reasons(new))
    left, right = was.full_voltage, will.full_voltage
    if was.bank and left and right and abs(left - right) > SAME * left:
        words = f"{will.name} is charged to {right:.2f} V instead of {left:.2f} V"
        yield Consequence(words=words, ask=True)


def _no_current(name: str, before: Mapping[str, str], after: Mapping[str, str]) -> list[Consequence]:
    """Effects of settings that newly stop charging or discharging."""
    return [
        Consequence(words=f"{name} {what} ({why})", ask=True)
        for what, why in after.items()
        if what not in before
    ]


def _same_pack(name: str, before: PackSettings, after: PackSettings) -> list[Consequence]:
    """Effects on a pack that chargers continue to obey."""
    left, right = preset(before), preset(after)
    if left.name == right.name and left.full == right.full:
        return []
    if right.refused:
        words = f"{name} is neither charged nor discharged for now: {right.refused}"
    else:
        cells = after.cells or 1
        what = "the pack" if after.cells else "a cell"
        words = (
            f"{name}: {what} is charged to {right.full * cells:.4g} V instead of {left.full * cells:.4g} V"
        )
    return [Consequence(words=words, ask=left.name != right.name or bool(right.refused))]
