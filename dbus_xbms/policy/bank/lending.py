"""Lending the packs of a bank to the phone app one after the other, never two at a time. Pure.

The next pack is lent once the previous one is back with a good poll. Times in s, monotonic.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from enum import Enum
from math import inf

from dbus_xbms.model import Phase
from dbus_xbms.record import record, replace

RETURN_LIMIT = 600.0  # s after its loan for a pack to come back; an app that stays open may keep it


class Turn(Enum):
    """How far lending one pack has come; the value says it in words."""

    WAITING = "waiting"
    LENT = "lent"
    RETURNING = "not back yet"
    BACK = "back"
    REFUSED = "refused"
    ENDED = "not lent"

    @property
    def under_way(self) -> bool:
        """Whether it is lent, or has not come back."""
        return self in (Turn.LENT, Turn.RETURNING)


@record
class Standing:
    """What is known of one pack of the bank now."""

    lent_for: float = 0.0  # s for which its link is still lent
    phase: Phase = Phase.WAITING
    decided_at: float = -inf  # when that phase was decided


@record
class LendingState:
    """The packs to lend, in order."""

    minutes: int = 0  # each
    turns: Mapping[str, Turn] = field(default_factory=dict)  # by address
    reasons: Mapping[str, str] = field(default_factory=dict)  # why a pack is not lent, in words
    since: float = -inf  # since when the present pack is lent
    over_at: float = inf  # when its loan was found to be over

    @property
    def current(self) -> str:
        """Address of the pack that is lent or has not come back; "" if there is none."""
        return next((address for address, turn in self.turns.items() if turn.under_way), "")

    @property
    def running(self) -> bool:
        """Whether a pack is lent, has not come back, or waits."""
        return any(turn.under_way or turn is Turn.WAITING for turn in self.turns.values())


def begin(addresses: Sequence[str], minutes: int) -> LendingState:
    """Plan to lend packs in this order, for so many minutes each."""
    return LendingState(minutes=minutes, turns=dict.fromkeys(addresses, Turn.WAITING))


def step(state: LendingState, standings: Mapping[str, Standing | None], now: float) -> LendingState:
    """Follow the present pack, and drop packs that have left the bank.

    Args:
        state: as returned by the last call.
        standings: by address, of the packs that are still in the bank; ``None``: its task does not run.
        now: s, monotonic.
    """
    turns = {address: turn for address, turn in state.turns.items() if address in standings}
    state = replace(state, turns=turns)
    if not (current := state.current):
        return state
    standing = standings[current]
    if standing and standing.lent_for > 0:
        return _set(replace(state, over_at=inf), current, Turn.LENT)
    if standing and standing.phase is Phase.FRESH and standing.decided_at > state.since:
        return _set(replace(state, over_at=inf), current, Turn.BACK)
    state = replace(state, over_at=min(state.over_at, now))
    if now - state.over_at < RETURN_LIMIT:
        return _set(state, current, Turn.RETURNING)
    why = "it has not come back; close the phone app"
    return end(_set(state, current, Turn.ENDED, why), "another pack has not come back")


def due(state: LendingState, standings: Mapping[str, Standing | None]) -> str:
    """Return the address of the pack to lend now; "" for none. None is due while any pack is lent."""
    if state.current or any(one and one.lent_for > 0 for one in standings.values()):
        return ""
    return next((address for address, turn in state.turns.items() if turn is Turn.WAITING), "")


def lent(state: LendingState, address: str, now: float) -> LendingState:
    """Record that a pack was lent."""
    return _set(replace(state, since=now, over_at=inf), address, Turn.LENT)


def refused(state: LendingState, address: str, why: str) -> LendingState:
    """Record that a pack refused to be lent; the next one follows."""
    return _set(state, address, Turn.REFUSED, why)


def end(state: LendingState, why: str) -> LendingState:
    """Lend no more packs; one that is lent stays so until its time is over or it is taken back."""
    for address, turn in state.turns.items():
        if turn is Turn.WAITING:
            state = _set(state, address, Turn.ENDED, why)
    return state


def _set(state: LendingState, address: str, turn: Turn, why: str = "") -> LendingState:
    if state.turns[address] is turn and not why:
        return state
    reasons = {**state.reasons, address: why} if why else state.reasons
    return replace(state, turns={**state.turns, address: turn}, reasons=reasons)
