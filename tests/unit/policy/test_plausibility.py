"""Which readings are accepted, and what is published for rejected ones."""

from __future__ import annotations

from dataclasses import replace
from itertools import count, pairwise

import pytest

from dbus_xbms.model import Level, PackSample, Phase, Protection
from dbus_xbms.policy import alarms, engine, plausibility
from dbus_xbms.policy.decision import Decision
from dbus_xbms.policy.pack_state import PackState
from dbus_xbms.policy.plausibility import COMPARED_WITHIN, DOUBT_AFTER
from dbus_xbms.protocols.jbd.registers import BASIC, CELLS, decode_basic, decode_cells
from dbus_xbms.simulator.board import recordings
from tests.unit.samples import sample, settings

START = PackState(started=0.0)
OWNER = settings(Control=1, Chemistry="LiFePO4")
CHARGING = sample(current=30.0, cells=(3.36, 3.36, 3.36, 3.36), soc=80.0, remaining=80.0)


def steps(
    *readings: PackSample | None, state: PackState = START, every: float = 1.0
) -> tuple[PackState, Decision]:
    """Return state and decision after readings every ``every`` s, from the last reading of ``state`` on."""
    at = max(0.0, state.plausibility.read_at + every)
    decision = None
    for n, reading in enumerate(readings):
        state, decision = engine.step(state, reading, at + n * every, OWNER, managed=True)
    assert decision
    return state, decision


def ccl(decision: Decision) -> float:
    assert decision.limits
    return decision.limits.ccl


def with_cells(*cells: float, **changes: object) -> PackSample:
    return replace(CHARGING, cells=cells, **({"voltage": sum(cells)} | changes))  # type: ignore[arg-type]


IMPLAUSIBLE = {
    "a cell above 5 V": with_cells(3.36, 5.001, 3.36, 3.36),
    "a cell below 0 V": with_cells(3.36, -0.001, 3.36, 3.36),
    "cells that do not add up to the pack": with_cells(3.36, 3.36, 3.36, 3.36, voltage=13.58),
    "one cell that has jumped": with_cells(3.36, 3.36, 3.36, 3.70),
    "one cell that has fallen by volts": with_cells(3.36, 3.36, 3.36, 0.1),
    "a state of charge that has jumped": replace(CHARGING, soc=5.0),
    "a remaining charge that has jumped": replace(CHARGING, remaining=5.0),
    "a temperature that has jumped": replace(CHARGING, temperatures=(20.0, -40.0)),
    "a temperature sensor that is missing": replace(CHARGING, temperatures=CHARGING.temperatures[:1]),
    "no temperature sensor at all": replace(CHARGING, temperatures=()),
    "a current of 40 C": replace(CHARGING, current=4000.0),
    "8 cells": with_cells(*(3.36,) * 8),
    "ten times the capacity": replace(CHARGING, nominal=1000.0),
    "a decreased cycle count": replace(CHARGING, cycles=3),
}


@pytest.mark.parametrize("implausible", IMPLAUSIBLE.values(), ids=list(IMPLAUSIBLE))
def test_a_single_implausible_poll_changes_nothing(implausible: PackSample) -> None:
    state, before = steps(*[CHARGING] * 5)
    held_state, held = steps(implausible, state=state)
    after_state, after = steps(CHARGING, state=held_state)
    assert held.phase is Phase.HELD
    assert held.sample == CHARGING
    assert (held.limits, held.alarms) == (before.limits, before.alarms)
    assert (after.phase, after.limits, after.alarms) == (Phase.FRESH, before.limits, before.alarms)
    assert after_state.extremes == state.extremes
    assert after.history.deepest_discharge == before.history.deepest_discharge


IMPOSSIBLE = [name for name, reading in IMPLAUSIBLE.items() if plausibility.impossible(reading)]


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_lasting_impossible_readings_stop_charging_with_an_alarm(name: str) -> None:
    state, _ = steps(*[CHARGING] * 5)
    state, decision = steps(*[IMPLAUSIBLE[name]] * (round(DOUBT_AFTER) - 1), state=state)
    assert (ccl(decision), decision.phase) == (30, Phase.HELD)
    state, decision = steps(IMPLAUSIBLE[name], state=state)
    assert (ccl(decision), decision.phase) == (0, Phase.DERATED)
    assert decision.limits
    assert decision.limits.dcl == 25  # half, as without contact after a healthy sample
    assert decision.sample is None
    assert decision.alarms[alarms.INTERNAL_FAILURE] is Level.ALARM
    assert decision.alarms[alarms.BMS_CABLE] is Level.OK  # the link is fine
    assert decision.doubt.startswith("Readings not believed: ")
    _, decision = steps(*[IMPLAUSIBLE[name]] * 300, state=state)
    assert (ccl(decision), decision.limits and decision.limits.dcl) == (0, 0)


def test_the_alarm_for_impossible_readings_does_not_depend_on_the_hold_time() -> None:
    patient = settings(Control=1, Chemistry="LiFePO4", HoldTime=300.0)
    state = START
    for now in range(40):
        reading = CHARGING if now < 5 else IMPLAUSIBLE["a cell above 5 V"]
        state, decision = engine.step(state, reading, float(now), patient, managed=True)
    assert (ccl(decision), decision.phase) == (0, Phase.DERATED)


def test_a_monitored_pack_raises_the_alarm_too() -> None:
    state = START
    for now in range(40):
        reading = CHARGING if now < 5 else IMPLAUSIBLE["a cell above 5 V"]
        state, decision = engine.step(state, reading, float(now), settings())
    assert decision.phase is Phase.LOST
    assert decision.alarms[alarms.INTERNAL_FAILURE] is Level.ALARM


def test_impossible_readings_from_the_start_are_never_shown() -> None:
    state, decision = steps(IMPLAUSIBLE["a cell above 5 V"])
    assert (decision.phase, decision.sample, decision.limits) == (Phase.WAITING, None, None)
    _, decision = steps(*[IMPLAUSIBLE["a cell above 5 V"]] * 40, state=state)
    assert decision.sample is None
    assert decision.alarms[alarms.INTERNAL_FAILURE] is Level.ALARM


def test_a_minute_of_good_readings_ends_the_doubt() -> None:
    state, _ = steps(*[CHARGING] * 5, *[IMPLAUSIBLE["a cell above 5 V"]] * 40)
    state, decision = steps(*[CHARGING] * 60, state=state)
    assert (decision.phase, ccl(decision)) == (Phase.DERATED, 0)
    _, decision = steps(CHARGING, state=state)
    assert (decision.phase, decision.doubt) == (Phase.FRESH, "")
    assert decision.alarms[alarms.INTERNAL_FAILURE] is Level.OK


@pytest.mark.parametrize("name", ["one cell that has jumped", "a state of charge that has jumped"])
def test_a_lasting_jump_is_accepted_with_the_second_poll(name: str) -> None:
    state, _ = steps(*[CHARGING] * 5)
    _, decision = steps(IMPLAUSIBLE[name], IMPLAUSIBLE[name], state=state)
    assert (decision.phase, decision.sample) == (Phase.FRESH, IMPLAUSIBLE[name])


def test_values_that_jump_with_every_poll_are_rejected_at_most_every_second_time() -> None:
    low, high = with_cells(3.1, 3.1, 3.1, 3.1), with_cells(3.4, 3.4, 3.4, 3.4)
    state, phases = steps(CHARGING)[0], []
    for n in range(60):
        state, decision = steps((low, high)[n % 2], state=state)
        phases.append(decision.phase)
    assert {Phase.FRESH, Phase.HELD} == set(phases)
    assert all(Phase.FRESH in pair for pair in pairwise(phases))


@pytest.mark.parametrize("name", IMPLAUSIBLE)
def test_an_implausible_poll_after_a_silence_is_rejected_once(name: str) -> None:
    before, _ = steps(*[CHARGING] * 5)
    for silence in (11.0, 29.0, 31.0, 45.0, 59.0):
        state, decision = engine.step(before, IMPLAUSIBLE[name], 4.0 + silence, OWNER, managed=True)
        assert not state.plausibility.doubt, silence
        _, decision = engine.step(state, CHARGING, 5.0 + silence, OWNER, managed=True)
        assert (decision.phase, decision.sample) == (Phase.FRESH, CHARGING), silence


def test_a_jump_after_a_silence_is_accepted_with_the_second_poll() -> None:
    high = with_cells(3.36, 3.70, 3.36, 3.36)
    state, _ = steps(*[CHARGING] * 5)
    state, _ = engine.step(state, high, 40.0, OWNER, managed=True)
    _, decision = engine.step(state, high, 41.0, OWNER, managed=True)
    assert (decision.phase, decision.sample) == (Phase.FRESH, high)
    assert ccl(decision) == 0  # limited by that cell


def test_a_jump_never_completes_30_s_of_impossible_readings() -> None:
    state, _ = steps(*[CHARGING] * 5)
    state, _ = steps(*[IMPLAUSIBLE["a cell above 5 V"]] * (round(DOUBT_AFTER) - 1), state=state)
    low = with_cells(3.1, 3.1, 3.1, 3.1)
    state, held = steps(low, state=state)
    assert (held.doubt, held.sample) == ("", None)  # the hold time is over
    _, decision = steps(IMPLAUSIBLE["a cell above 5 V"], state=state)
    assert decision.doubt
    _, decision = steps(low, state=state)
    assert (decision.phase, decision.sample) == (Phase.FRESH, low)


def test_after_a_gap_any_cell_voltage_is_accepted() -> None:
    state, _ = steps(CHARGING)
    low = with_cells(3.0, 3.0, 3.0, 3.0)
    _, decision = engine.step(state, low, COMPARED_WITHIN + 0.1, OWNER, managed=True)
    assert decision.sample == low


@pytest.mark.parametrize("count", [4, 8, 16])
def test_cells_and_pack_may_differ_by_50_mv_plus_10_mv_per_cell(count: int) -> None:
    cells, tolerance = (3.3,) * count, 0.05 + 0.01 * count
    near, far = 3.3 * count + tolerance, 3.3 * count + tolerance + 0.002
    assert not plausibility.impossible(sample(cells=cells, current=0.0, voltage=near))
    assert plausibility.impossible(sample(cells=cells, current=0.0, voltage=far))
    assert plausibility.impossible(sample(cells=cells, current=0.0, voltage=far - 2 * tolerance - 0.004))


def test_a_load_step_between_the_two_reads_never_stops_currents() -> None:
    """A 100 A load step between the two reads of every other poll, for minutes."""
    torn = with_cells(3.31, 3.31, 3.31, 3.31, voltage=13.44, current=-100.0)
    state, _ = steps(*[CHARGING] * 3)
    for _ in range(120):
        state, decision = steps(torn, CHARGING, state=state)
    assert (decision.phase, ccl(decision), decision.doubt) == (Phase.FRESH, 30, "")


PAIRS = {
    f"{name} {turn}": (basic, cells)
    for name, recording in recordings().items()
    for turn, (basic, cells) in enumerate(
        zip(recording.replies.get(BASIC, ()), recording.replies.get(CELLS, ()), strict=False)
    )
    if name
    not in ("vendor-17s", "sp25s003-16s")  # from a document that combines replies of two different packs
}


@pytest.mark.parametrize(("basic", "cells"), PAIRS.values(), ids=list(PAIRS))
def test_every_recorded_pair_is_accepted(basic: bytes, cells: bytes) -> None:
    recorded, volts = decode_basic(basic), tuple(raw / 1000 for raw in decode_cells(cells))
    reading = sample(
        cells=volts, voltage=recorded.voltage, current=recorded.current, nominal=recorded.nominal
    )
    assert plausibility.impossible(reading) == ""


def test_protection_bits_of_implausible_frames_count_from_the_second_frame() -> None:
    tripped = replace(IMPLAUSIBLE["a cell above 5 V"], protection=frozenset({Protection.CELL_OVERVOLTAGE}))
    state, _ = steps(*[CHARGING] * 5)
    state, decision = steps(tripped, state=state)
    assert ccl(decision) == 30
    _, decision = steps(tripped, state=state)
    assert ccl(decision) == 0
    assert "cell overvoltage" in (decision.limits.charge_limitation if decision.limits else "")


# Unchanged readings


def unchanged(seconds: int, reading: PackSample, every: float = 10.0) -> Decision:
    return steps(*[reading] * round(seconds / every), every=every)[1]


def test_unchanged_readings_are_accepted_for_3_percent_of_the_capacity() -> None:
    assert unchanged(350, CHARGING).phase is Phase.FRESH  # 30 A for 350 s are 2.9 Ah of 100
    frozen = unchanged(390, CHARGING)
    assert (frozen.phase, ccl(frozen)) == (Phase.DERATED, 0)
    assert frozen.alarms[alarms.INTERNAL_FAILURE] is Level.ALARM
    assert "again and again" in frozen.doubt
    stopped = unchanged(1000, CHARGING)
    assert stopped.limits
    assert (stopped.limits.ccl, stopped.limits.dcl) == (0, 0)


def test_unchanged_readings_of_a_pack_at_rest_are_always_accepted() -> None:
    assert unchanged(20000, replace(CHARGING, current=0.0)).phase is Phase.FRESH


def test_changing_readings_are_accepted() -> None:
    moving = [with_cells(3.36, 3.36, 3.36, 3.36 + (n % 2) / 1000) for n in range(600)]
    _, decision = steps(*moving, every=10.0)
    assert decision.phase is Phase.FRESH


def test_unchanged_cells_are_accepted_for_5_percent_of_the_capacity_while_the_charge_is_counted() -> None:
    counting = [replace(CHARGING, remaining=80 + n / 12) for n in range(64)]  # 30 A for 10 s each
    _, decision = steps(*counting[:58], every=10.0)
    assert decision.phase is Phase.FRESH
    state, decision = steps(*counting, every=10.0)
    assert (decision.phase, ccl(decision)) == (Phase.DERATED, 0)
    assert "the same cell voltages" in decision.doubt
    _, decision = steps(with_cells(3.36, 3.36, 3.36, 3.361, remaining=86.0), state=state)
    assert (decision.phase, decision.doubt) == (Phase.FRESH, "")


def test_a_bms_whose_readings_change_again_is_accepted_again() -> None:
    state, _ = steps(*[CHARGING] * 50, every=10.0)
    _, decision = steps(replace(CHARGING, remaining=80.1), state=state)
    assert (decision.phase, decision.doubt) == (Phase.FRESH, "")


# One cell that does not change


def rising(stuck: frozenset[int] = frozenset(), cells: int = 4, step: float = 0.001) -> list[PackSample]:
    """Readings of cells that rise by 60 mV; the pack voltage is their sum."""
    found = []
    for n in range(61):
        volts = tuple(3.30 if c in stuck else 3.30 + n * step for c in range(cells))
        found.append(with_cells(*volts))
    return found


@pytest.mark.parametrize("cells", [3, 4, 5, 16])
def test_a_cell_that_stays_while_the_others_move_30_mv_is_rejected(cells: int) -> None:
    readings = rising(frozenset({1}), cells)
    assert steps(*readings[:30])[1].doubt == ""
    _, decision = steps(*readings[:31])
    assert "cell 2 stays at 3.300 V" in decision.doubt
    assert (ccl(decision), decision.alarms[alarms.INTERNAL_FAILURE]) == (0, Level.ALARM)


@pytest.mark.parametrize("cells", [3, 4, 5, 16])
def test_cells_that_move_together_are_accepted(cells: int) -> None:
    assert steps(*rising(cells=cells))[1].doubt == ""


def test_a_stuck_cell_is_rejected_until_it_moves() -> None:
    state, _ = steps(*rising(frozenset({1})))
    _, decision = steps(*rising(frozenset({1}))[::-1], state=state)
    assert "cell 2 stays" in decision.doubt


def test_a_runaway_cell_does_not_cause_rejection_of_the_others() -> None:
    leader = [with_cells(3.36, 3.36, 3.36, 3.36 + n / 1000) for n in range(90)]
    assert steps(*leader)[1].doubt == ""


def test_a_cell_that_moves_again_is_accepted_again() -> None:
    state, _ = steps(*rising(frozenset({1})))
    _, decision = steps(with_cells(3.36, 3.301, 3.36, 3.36), state=state)
    assert decision.doubt == ""


def test_the_reason_of_a_doubt_does_not_change() -> None:
    state, words = steps(*[CHARGING] * 5)[0], set()
    for n in count():
        state, decision = steps(with_cells(3.36, 5.5 + n / 100, 3.36, 3.36), state=state)
        words.add(decision.doubt)
        if n == 60:
            break
    assert len(words - {""}) == 1
