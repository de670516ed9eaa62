"""Feed seeded inputs to the targets, and limit time and memory."""

from __future__ import annotations

import signal
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from types import FrameType

from tests.fuzz.targets import EXPECTED, TARGETS, Target

LONGEST = 1.0  # s of CPU that one input may take; most take 50 us
PAGE = 4096  # bytes
MOST_GROWTH = 8e6  # bytes, after the first tenth of the inputs
MOST_FINDINGS = 20  # then nothing new is learned


class Hang(Exception):
    """An input took too long."""


@dataclass(slots=True, kw_only=True)
class Outcome:
    """Result of a run."""

    seconds: float = 0.0
    slowest: float = 0.0  # s of CPU
    growth: int = 0  # bytes of memory since the first tenth
    taken: Counter[str] = field(default_factory=Counter)  # by target: made sense
    refused: Counter[str] = field(default_factory=Counter)  # by target: raised what it may
    findings: list[str] = field(default_factory=list)

    @property
    def inputs(self) -> int:
        """Number of inputs."""
        return self.taken.total() + self.refused.total() + len(self.findings)

    @property
    def good(self) -> bool:
        """Whether the run passed."""
        return not self.findings and self.growth <= MOST_GROWTH

    def table(self) -> str:
        """Return the result in words."""
        rows = [f"{'target':12}{'taken':>9}{'refused':>9}"]
        rows += [f"{t.name:12}{self.taken[t.name]:9}{self.refused[t.name]:9}" for t in TARGETS]
        rate = self.inputs / self.seconds if self.seconds else 0.0
        rows.append(
            f"{self.inputs} inputs in {self.seconds:.0f} s ({rate:.0f} per s), {len(self.findings)} findings"
        )
        rows.append(f"slowest {self.slowest * 1000:.1f} ms of CPU; memory grew by {self.growth / 1e6:.1f} MB")
        return "\n".join([*self.findings, *rows])


def resident() -> int:
    """Return the memory of this process, in bytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


@contextmanager
def no_hang() -> Iterator[None]:
    """Raise a Hang in an input that uses up its CPU time inside the context."""

    def hang(number: int, at: FrameType | None) -> None:
        raise Hang("too much CPU time")

    before = signal.signal(signal.SIGVTALRM, hang)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def one(
    seed: int,
    number: int,
    outcome: Outcome,
    targets: Sequence[Target] = TARGETS,
    longest: float = LONGEST,
) -> None:
    """Run one input, the same for the same seed and number; inside :func:`no_hang`."""
    rng = Random(f"{seed}:{number}")
    target = rng.choices(targets, [target.weight for target in targets])[0]
    signal.setitimer(signal.ITIMER_VIRTUAL, longest)
    begun = time.process_time()
    try:
        target.run(rng)
    except EXPECTED:
        outcome.refused[target.name] += 1
    except Exception:
        again = f"again with: script/fuzz --seed {seed} --first {number} --inputs 1"
        outcome.findings.append(f"{target.name}: {again}\n{traceback.format_exc()}")
    else:
        outcome.taken[target.name] += 1
    outcome.slowest = max(outcome.slowest, time.process_time() - begun)


def fuzz(inputs: int, seed: int, first: int = 0, targets: Sequence[Target] = TARGETS) -> Outcome:
    """Run ``inputs`` inputs, beginning with number ``first``."""
    outcome, begun, settled = Outcome(), time.monotonic(), resident()
    with no_hang():
        for number in range(first, first + inputs):
            one(seed, number, outcome, targets)
            if number == first + inputs // 10:
                settled = resident()
            if len(outcome.findings) >= MOST_FINDINGS:
                break
    outcome.seconds = time.monotonic() - begun
    outcome.growth = max(0, resident() - settled)
    return outcome
