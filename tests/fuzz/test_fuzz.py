"""The short form of `script/fuzz`, and tests that it finds faults."""

from __future__ import annotations

import re
from contextlib import suppress
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dbus_xbms.protocols import Frame, ProtocolError
from dbus_xbms.protocols.jbd.frames import Cutter, JbdFramer, parse
from tests.fuzz.mutate import chunks, mutant, repaired
from tests.fuzz.run import LONGEST, Outcome, fuzz, no_hang, one
from tests.fuzz.targets import EXPECTED, TARGETS, Target
from tests.unit.recorded import frame_of

INPUTS = 20_000


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    return fuzz(INPUTS, seed=1)


def test_no_input_raises_an_unexpected_error(outcome: Outcome) -> None:
    assert outcome.findings == []
    assert outcome.inputs == INPUTS


def test_memory_and_time_are_bounded(outcome: Outcome) -> None:
    assert outcome.good
    assert outcome.slowest < LONGEST


def test_every_target_accepts_some_inputs_and_nearly_all_refuse_some(outcome: Outcome) -> None:
    never = {"stream", "hardware", "advert", "written", "step"}  # take all that there is
    for target in TARGETS:
        assert outcome.taken[target.name] > INPUTS / 1000, target.name
        assert (outcome.refused[target.name] == 0) == (target.name in never), target.name


@given(st.randoms(use_true_random=False), st.sampled_from(TARGETS))
@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_no_input_of_hypothesis_raises_an_unexpected_error(rng: Random, target: Target) -> None:
    with suppress(*EXPECTED):
        assert target.run(rng) is None  # type: ignore[func-returns-value]


@given(st.binary(max_size=600), st.randoms(use_true_random=False))
def test_a_stream_gives_the_same_frames_wherever_it_is_split(stream: bytes, rng: Random) -> None:
    whole, split = Cutter(), Cutter()
    once = [*whole.feed(stream), *whole.end()]
    pieces = [piece for chunk in chunks(rng, stream) for piece in split.feed(chunk)] + split.end()
    assert b"".join(p.encoded for p in pieces) == b"".join(p.encoded for p in once) == stream
    assert [p for p in pieces if isinstance(p, Frame)] == [p for p in once if isinstance(p, Frame)]


def test_the_framer_accepts_every_other_mutant() -> None:
    rng = Random(1)
    past = sum(any(isinstance(f, Frame) for f in JbdFramer().feed(mutant(rng))) for _ in range(1000))
    assert 300 < past < 700


def test_repair_leaves_a_good_frame_and_corrects_one_with_another_payload() -> None:
    good = frame_of("sp04s034_cells_a")
    assert repaired(good) == good
    other = good[:4] + b"\x0d" + good[5:]
    with pytest.raises(ProtocolError, match="checksum"):
        parse(other)
    frame = parse(repaired(other))
    assert isinstance(frame, Frame)
    assert frame.payload[0] == 0x0D


def broken(rng: Random) -> None:
    if rng.random() < 0.05:
        raise IndexError("found")


def test_a_finding_names_the_input_that_reproduces_it() -> None:
    targets = [Target(name="broken", weight=1, run=broken)]
    found = fuzz(100, seed=7, targets=targets)
    assert found.findings
    assert not found.good
    again = re.search(r"script/fuzz --seed 7 --first (\d+) --inputs 1", found.findings[0])
    assert again
    assert "IndexError: found" in fuzz(1, 7, int(again[1]), targets).findings[0]


def hanging(rng: Random) -> None:
    while True:
        pass


def test_a_hang_is_found() -> None:
    outcome = Outcome()
    with no_hang():
        one(1, 1, outcome, [Target(name="hanging", weight=1, run=hanging)], longest=0.05)
    assert "Hang: too much CPU time" in outcome.findings[0]
