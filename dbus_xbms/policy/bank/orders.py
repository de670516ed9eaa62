"""A command to a whole bank: who carries it out, and what came of it at each pack. Pure.

Every pack is asked before any is switched. A command that turns a MOSFET off is carried out by all packs or
by none: those that stay on would carry the current of the others. Turning on is carried out by every pack
that can. A pack that is watch only is never switched, so a bank with one cannot be turned off.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dbus_xbms.model import CommandState, Mosfet, MosfetTarget, PackSample, SwitchStatus
from dbus_xbms.policy.bank.topology import Measured, farthest
from dbus_xbms.record import record
from dbus_xbms.text import listed

OTHERS_REFUSED = "another pack refuses, and it would carry the current of this one"
STAYS_ON = "it is watch only and cannot be switched, so it goes on carrying current"
SKIPPED = "skipped: watch only, never switched"
WORST = (CommandState.SENDING, CommandState.WAITING, CommandState.FAILED, CommandState.REFUSED)


@record
class Outcome:
    """What came of a command at one pack."""

    name: str  # of the pack
    state: CommandState
    words: str  # "done", "refused: ..."

    def __str__(self) -> str:
        return f"{self.name}: {self.words}"


@record
class TurnedOn:
    """A pack whose MOSFETs are about to be turned on."""

    name: str
    string: int
    sample: PackSample | None  # None: it refuses, or has not been read
    connected: bool  # one of its MOSFETs is on already


def verdicts(refusals: Sequence[str], *, all_or_none: bool) -> tuple[str, ...]:
    """Return why each pack does not carry out a command; "" for those that do."""
    if not all_or_none or not any(refusals):
        return tuple(refusals)
    return tuple(why or OTHERS_REFUSED for why in refusals)


def turns_off(target: MosfetTarget) -> bool:
    """Return whether a command turns a MOSFET off."""
    return any(target.of(mosfet) is False for mosfet in Mosfet)


def turns_on(target: MosfetTarget) -> bool:
    """Return whether a command turns a MOSFET on."""
    return any(target.of(mosfet) for mosfet in Mosfet)


def apart(packs: Sequence[TurnedOn]) -> dict[int, str]:
    """Return why packs of a string must not be switched on together, by string.

    That is so if none of a string is connected yet and their voltages differ; as soon as one is, each pack
    compares its voltage with that.
    """
    found = {}
    for string in {pack.string for pack in packs}:
        of_string = [pack for pack in packs if pack.string == string]
        known = [
            Measured(name=one.name, voltage=one.sample.voltage, cells=len(one.sample.cells))
            for one in of_string
            if one.sample
        ]
        if any(one.connected for one in of_string):
            continue
        if differing := farthest(known):
            low, high = differing
            found[string] = (
                f"{low.name} has {low.voltage:.2f} V and {high.name} {high.voltage:.2f} V, so that a large "
                "current would flow between them; switch on one of them by itself, and let their voltages "
                "come together first; to turn it on all the same: switch PACK both on --force"
            )
    return found


def state_of(outcomes: Iterable[Outcome]) -> CommandState:
    """Return the state of a command to all: unfinished while one is, done only if each is."""
    found = {outcome.state for outcome in outcomes}
    if not found:
        return CommandState.NONE
    return next((state for state in WORST if state in found), CommandState.DONE)


def text_of(command: str, outcomes: Sequence[Outcome]) -> str:
    """Return a command and its outcomes in words; packs with the same outcome are named together."""
    names: dict[str, list[str]] = {}
    for outcome in outcomes:
        names.setdefault(outcome.words, []).append(outcome.name)
    if len(names) == 1 and len(outcomes) > 1:
        return f"{command}: {next(iter(names))}"
    return f"{command}: " + "; ".join(f"{listed(who)}: {words}" for words, who in names.items())


def combined(packs: Sequence[SwitchStatus]) -> SwitchStatus:
    """Return what was switched and requested at all packs; ``None`` where they differ.

    Its text, state and number are those of no command.
    """
    return SwitchStatus(
        commanded=_common([pack.commanded for pack in packs]),
        requested=_common([pack.requested for pack in packs]),
        failed=frozenset(mosfet for pack in packs for mosfet in pack.failed),
        balancing=_same([pack.balancing for pack in packs]),
    )


def _common(targets: Sequence[MosfetTarget]) -> MosfetTarget:
    return MosfetTarget(**{m.value: _same([target.of(m) for target in targets]) for m in Mosfet})


def _same(values: Sequence[bool | None]) -> bool | None:
    return values[0] if values and len(set(values)) == 1 else None
