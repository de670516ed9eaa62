"""Simulate charge control; write tables and a plot to docs/: python -m bench.closed_loop [DAYS]."""

from __future__ import annotations

import argparse
import sys
from functools import partial
from pathlib import Path

from bench.closed_loop import attacks
from bench.closed_loop.cell_attacks import CELL_ATTACKS
from bench.closed_loop.lies import LIES
from bench.closed_loop.simulation import SETUPS, Result, row, run, table
from dbus_xbms.commands.arguments import whole
from dbus_xbms.commands.progress import Line
from dbus_xbms.process.interrupt import ended_by_ctrl_c

DOCS = Path(__file__).parents[2] / "docs"
MOST_DAYS = 1000
OTHERS = 3  # days of all set-ups but the first
WORDS = """# Charge control in a closed loop

Written by `script/closed-loop`; `bench/closed_loop/simulation.py` describes the simulation. A cell is
full at 3.45 V; one cell is 60 mV ahead of all others at the top.

{days}
![One day](closed-loop.svg)

## Attacks

Set-ups that try to overcharge a cell: `attacks.py`, `cell_attacks.py` and `lies.py` in
`bench/closed_loop`. None of them has the protections of a BMS. The ceiling is the highest charge voltage
in the data sheets of the actual cells; with settings that charge up to that voltage, it is the highest
cut-off. The script fails if a cell exceeds the ceiling, or if overcautious limits leave a battery empty.

{attacks}"""


def main() -> int:
    """Simulate the first set-up for the given number of days, the others for three, then the attacks."""
    from bench.closed_loop.plot import plot  # needs matplotlib, which takes a while to import

    parser = argparse.ArgumentParser(prog="script/closed-loop", description="Simulate charge control.")
    parser.add_argument("days", nargs="?", type=whole(1, MOST_DAYS, "days"), default=30, help="how many (30)")
    line = Line()
    try:
        results, outcomes = _simulated(parser.parse_args().days, line)
    finally:
        line.erase()
    (DOCS / "closed-loop.md").write_text(WORDS.format(days=table(results), attacks=attacks.table(outcomes)))
    (DOCS / "closed-loop.svg").write_text(plot(results[0]))
    failed = [outcome.attack.name for outcome in outcomes if outcome.complaints]
    if failed:
        print(f"FAILED: {'; '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def _simulated(days: int, line: Line) -> tuple[list[Result], list[attacks.Outcome]]:
    """Simulate everything and print a line for each result; the status line shows the progress."""
    results: list[Result] = []
    for n, setup in enumerate(SETUPS):
        wanted = days if n == 0 else min(days, OTHERS)
        words = f"Set-up {n + 1} of {len(SETUPS)}, {setup.name}"
        results.append(run(setup, wanted, progress=partial(_say, line, words, wanted)))
        line.print_above(" | ".join(row(results[-1])))
    outcomes: list[attacks.Outcome] = []
    plants = (*attacks.ATTACKS, *CELL_ATTACKS, *LIES)
    for n, attack in enumerate(plants, 1):
        line.say(f"Attack {n} of {len(plants)}, {attack.name}")
        outcomes.append(attacks.attacked(attack))
        line.print_above(" | ".join((*attacks.row(outcomes[-1]), *outcomes[-1].complaints)))
    return results, outcomes


def _say(line: Line, words: str, days: int, day: int) -> None:
    line.say(words, f" ... day {day + 1} of {days}")


sys.exit(ended_by_ctrl_c(main))
