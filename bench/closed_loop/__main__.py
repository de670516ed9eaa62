"""Simulate, print tables, keep them with a plot in docs: python -m bench.closed_loop [DAYS]."""

from __future__ import annotations

import sys
from pathlib import Path

from bench.closed_loop import attacks
from bench.closed_loop.cell_attacks import CELL_ATTACKS
from bench.closed_loop.lies import LIES
from bench.closed_loop.plot import drawn
from bench.closed_loop.simulation import SETUPS, Result, row, run, table

DOCS = Path(__file__).parents[2] / "docs"
OTHERS = 3  # days of every set-up but the first
WORDS = """# Charge control in a closed loop

Written by `script/closed-loop`; what is simulated is said in `bench/closed_loop/simulation.py`.
A cell is full at 3.45 V; one cell is ahead of all others by 60 mV at the top.

{days}
![One day](closed-loop.svg)

## Attacks

Plants that try to get a cell overcharged: `attacks.py`, `cell_attacks.py` and `lies.py` in
`bench/closed_loop`. None of them has the protections of a BMS. The ceiling is the highest charge voltage in
the data sheets of what the cells really are; for owners who charge up to that, the highest cut-off. The
script fails if a cell goes above it, or if limits that are too careful leave a battery empty.

{attacks}"""


def main() -> int:
    """The first set-up for as many days as asked, the others for a few; then the attacks."""
    days = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    results: list[Result] = []
    for n, setup in enumerate(SETUPS):
        results.append(run(setup, days if n == 0 else min(days, OTHERS)))
        print(" | ".join(row(results[-1])), flush=True)
    outcomes: list[attacks.Outcome] = []
    for attack in (*attacks.ATTACKS, *CELL_ATTACKS, *LIES):
        outcomes.append(attacks.attacked(attack))
        print(" | ".join((*attacks.row(outcomes[-1]), *outcomes[-1].complaints)), flush=True)
    (DOCS / "closed-loop.md").write_text(WORDS.format(days=table(results), attacks=attacks.table(outcomes)))
    (DOCS / "closed-loop.svg").write_text(drawn(results[0]))
    failed = [outcome.attack.name for outcome in outcomes if outcome.complaints]
    if failed:
        print(f"FAILED: {'; '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


sys.exit(main())
