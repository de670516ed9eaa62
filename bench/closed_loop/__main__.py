"""Simulate charge control; write tables and a plot to docs/: python -m bench.closed_loop [DAYS]."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from bench.closed_loop import attacks, bank_days, bank_judge
from bench.closed_loop.bank_control import Scheme
from bench.closed_loop.bank_judge import Verdict
from bench.closed_loop.cell_attacks import CELL_ATTACKS
from bench.closed_loop.lies import LIES
from bench.closed_loop.simulation import SETUPS, Result, row, run, table
from dbus_xbms.commands.arguments import whole
from dbus_xbms.commands.progress import Line
from dbus_xbms.process.interrupt import ended_by_ctrl_c

DOCS = Path(__file__).parents[2] / "docs"
MOST_DAYS = 1000
OTHERS = 3  # days of all set-ups but the first
BANK_DAYS = 10  # at most
DRAWN = "a weak cell in D"
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

{attacks}
## Banks

Packs of 280, 280, 200 and 100 Ah in parallel, two packs in series, two strings of two packs, and packs of 16
cells: `bank_days.py` in `bench/closed_loop` lists them. They differ in resistance, state of charge (by 30 %
at first) and temperature; cells are protected by charge control alone, and not by a BMS. Each BMS has the
balancer of the [simulator](simulator.md): while the pack is charged, it bleeds cells that are above 3.40 V
and more than 15 mV above the lowest one, with 0.1 A. Chargers follow limits after 3 to 8 s. The other rows
show what you get without a bank: chargers obey pack A alone, or the limits of all packs that answer,
added up.

A pack counts as above its own charge limit if its current exceeds it by 5 % (at least 1 A), from 12 s
after the limit has fallen or a load has ended, because no charger follows sooner. With feed-in, MPPTs
ignore the current limit, and only the charge voltage controls them. The bank finds that out once, in at most
40 s, which does not count; from then on it is held to the same 12 s, also over restarts of the program.

Packs in parallel have one voltage: beside a pack with a cell far ahead they are not quite full when that cell
is, until its balancer has bled the lead down to about 1 %. In a pack of 100 Ah it works for some 7 h of a
sunny day, so a lead of 4 % takes some days. The pack of 200 Ah with the weak cell is cold and reaches the top
in the afternoon; with less than 5 h a day, 4 % would take some 12 sunny days. So its weak cell is 2 % ahead,
and one row shows what is reached with 4 %. In 2s2p it is 2 %, too: balancers work within a pack, so what one
string lacks when the other is full, it keeps lacking.

The script fails if chargers that obey the bank exceed a limit or a ceiling, leave a pack empty, or get no
limits for a second (for 10 s around a restart). In 10 days it also fails if there is no day on which all
packs reach 100 %, as their BMSs show it, or if one does not on a sunny day after that; the row with 4 % is
exempt.

{banks}
![One day of a bank](closed-loop-bank.svg)
"""


def main() -> int:
    """Simulate the first set-up for the given number of days, the others for three, attacks, and banks."""
    from bench.closed_loop import bank_plot  # needs matplotlib, which takes a while to import
    from bench.closed_loop.plot import plot

    parser = argparse.ArgumentParser(prog="script/closed-loop", description="Simulate charge control.")
    parser.add_argument("days", nargs="?", type=whole(1, MOST_DAYS, "days"), default=30, help="how many (30)")
    days, line = parser.parse_args().days, Line()
    try:
        with ProcessPoolExecutor(mp_context=get_context("fork"), initializer=_end_on_ctrl_c) as pool:
            # A worker that has just been forked would print a traceback.
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
            banks = _begun_banks(pool, min(days, BANK_DAYS))
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
            results, outcomes = _simulated(days, line)
            verdicts = _finished_banks(banks, line)
    finally:
        line.erase()
    words = WORDS.format(
        days=table(results), attacks=attacks.table(outcomes), banks=bank_judge.table(verdicts)
    )
    (DOCS / "closed-loop.md").write_text(words)
    (DOCS / "closed-loop.svg").write_text(plot(results[0]))
    drawn = [verdict for verdict in verdicts if verdict.drawn]
    (DOCS / "closed-loop-bank.svg").write_text(bank_plot.plot(drawn))
    failed = [outcome.attack.name for outcome in outcomes if outcome.complaints]
    failed += [
        verdict.setup.name for verdict in verdicts if verdict.scheme is Scheme.BANK and verdict.complaints
    ]
    if failed:
        print(f"FAILED: {'; '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def _end_on_ctrl_c() -> None:
    """Let Ctrl-C end this worker at once; else it would take the next bank."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


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


def _begun_banks(pool: Executor, days: int) -> list[Future[Verdict]]:
    """Begin to simulate all banks, one per processor at a time."""
    return [
        pool.submit(bank_judge.judged, setup, scheme, days, 0 if setup.name == DRAWN else None)
        for setup in bank_days.SETUPS
        for scheme in (Scheme if setup.compared else (Scheme.BANK,))
    ]


def _finished_banks(banks: Sequence[Future[Verdict]], line: Line) -> list[Verdict]:
    """Wait for all banks, and print a line for each result."""
    verdicts: list[Verdict] = []
    for n, bank in enumerate(banks, 1):
        line.say(f"Bank {n} of {len(banks)}")
        verdicts.append(bank.result())
        line.print_above(" | ".join((*bank_judge.row(verdicts[-1]), *verdicts[-1].complaints)))
    return verdicts


def _say(line: Line, words: str, days: int, day: int) -> None:
    line.say(words, f" ... day {day + 1} of {days}")


sys.exit(ended_by_ctrl_c(main))
