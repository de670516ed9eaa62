"""Lending the packs of a bank one after the other."""

from __future__ import annotations

from dataclasses import replace
from math import inf

from hypothesis import given
from hypothesis import strategies as st

from dbus_xbms.model import Phase
from dbus_xbms.policy.bank import lending
from dbus_xbms.policy.bank.lending import RETURN_LIMIT, LendingState, Standing, Turn

BOW, STERN, PORT = "A4:C1:37:00:00:01", "A4:C1:37:00:00:02", "A4:C1:37:00:00:03"
HERE = Standing(phase=Phase.FRESH, decided_at=-inf)
LENT = Standing(lent_for=60.0, phase=Phase.LENT, decided_at=1.0)
RETURNING = replace(LENT, lent_for=0.0)


def back(at: float) -> Standing:
    """A pack that was read again at that time, in s."""
    return Standing(phase=Phase.FRESH, decided_at=at)


def begun(*addresses: str) -> LendingState:
    """Lend the first of these packs at 0 s."""
    state = lending.begin(addresses, 20)
    assert lending.due(state, dict.fromkeys(addresses, HERE)) == addresses[0]
    return lending.lent(state, addresses[0], 0.0)


def test_the_next_pack_is_lent_only_after_a_good_poll_of_the_previous_one() -> None:
    state = begun(BOW, STERN)
    for now, standing in ((1.0, LENT), (61.0, RETURNING)):
        state = lending.step(state, {BOW: standing, STERN: HERE}, now)
        assert lending.due(state, {BOW: standing, STERN: HERE}) == ""
    assert state.turns == {BOW: Turn.RETURNING, STERN: Turn.WAITING}
    standings = {BOW: back(70.0), STERN: HERE}
    state = lending.step(state, standings, 71.0)
    assert state.turns[BOW] is Turn.BACK
    assert lending.due(state, standings) == STERN


def test_a_report_from_before_the_loan_does_not_count_as_back() -> None:
    state = lending.step(begun(BOW, STERN), {BOW: HERE, STERN: HERE}, 0.1)
    assert state.turns[BOW] is Turn.RETURNING


def test_no_pack_is_lent_while_another_one_is_lent_by_someone_else() -> None:
    state = lending.begin([BOW, STERN], 20)
    assert lending.due(state, {BOW: HERE, STERN: LENT}) == ""
    assert lending.due(state, {BOW: HERE, STERN: HERE}) == BOW


def test_a_pack_that_does_not_come_back_ends_lending_the_others() -> None:
    state = begun(BOW, STERN)
    standings = {BOW: RETURNING, STERN: HERE}
    state = lending.step(state, standings, 100.0)
    assert lending.step(state, standings, 99.9 + RETURN_LIMIT).running
    state = lending.step(state, standings, 100.0 + RETURN_LIMIT)
    assert not state.running
    assert lending.due(state, standings) == ""
    assert "close the phone app" in state.reasons[BOW]


def test_a_pack_whose_task_does_not_run_counts_as_not_back() -> None:
    state = lending.step(begun(BOW, STERN), {BOW: None, STERN: HERE}, 1.0)
    assert state.turns[BOW] is Turn.RETURNING
    assert lending.step(state, {BOW: back(9.0), STERN: HERE}, 10.0).turns[BOW] is Turn.BACK


def test_a_pack_that_leaves_the_bank_is_not_lent_and_not_waited_for() -> None:
    state = lending.step(begun(BOW, STERN, PORT), {PORT: HERE}, 1.0)
    assert state.turns == {PORT: Turn.WAITING}
    assert lending.due(state, {PORT: HERE}) == PORT


def test_a_refusal_is_kept_with_its_reason_and_the_next_pack_follows() -> None:
    state = lending.refused(lending.begin([BOW, STERN], 20), BOW, "lending is off")
    assert (state.turns[BOW], state.reasons[BOW]) == (Turn.REFUSED, "lending is off")
    assert lending.due(state, {BOW: HERE, STERN: HERE}) == STERN


def test_ending_drops_those_that_wait() -> None:
    state = lending.end(begun(BOW, STERN), "lending was ended")
    assert state.turns == {BOW: Turn.LENT, STERN: Turn.ENDED}
    assert not lending.step(state, {BOW: back(2.0), STERN: HERE}, 3.0).running


@given(
    st.lists(st.tuples(st.sampled_from((BOW, STERN, PORT)), st.sampled_from((HERE, LENT, RETURNING, None))))
)
def test_never_two_packs_are_lent_at_a_time_and_each_at_most_once(
    events: list[tuple[str, Standing | None]],
) -> None:
    state, lent = lending.begin([BOW, STERN, PORT], 20), []
    standings: dict[str, Standing | None] = dict.fromkeys((BOW, STERN, PORT), HERE)
    for now, (address, standing) in enumerate(events):
        standings[address] = back(float(now)) if standing is HERE else standing
        state = lending.step(state, standings, float(now))
        if due := lending.due(state, standings):
            assert not any(one and one.lent_for for one in standings.values())
            assert not state.current
            lent.append(due)
            state = lending.lent(state, due, float(now))
            standings[due] = LENT
        assert sum(turn.under_way for turn in state.turns.values()) <= 1
    assert len(lent) == len(set(lent))
