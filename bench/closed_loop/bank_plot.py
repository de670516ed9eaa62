"""Plot one simulated day of a bank, with one column for each scheme of control."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.closed_loop.bank_judge import Verdict
from bench.closed_loop.bank_pack import CHEMISTRY
from bench.closed_loop.bank_site import Step
from bench.closed_loop.simulation import DAY, HOUR
from bench.svg import STYLE, as_svg

FROM, UNTIL = 6, 18  # hours plotted
COLOURS = ("#999", "#777", "#27c", "#c33")  # of the packs; the last one is the weakest
LIMIT = "#000"
TITLES = ("Current of each pack, A", "Highest cell of each pack, V", "SoC of each pack, %")


def plot(verdicts: Sequence[Verdict]) -> str:
    """Return the recorded days of one set-up under several schemes as an SVG."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(10.5, 8.0), layout="constrained")
        figure.suptitle(f"A simulated sunny day: {verdicts[0].setup.name}")
        columns = figure.subplots(len(TITLES), len(verdicts), sharex=True, sharey="row", squeeze=False).T
        for column, verdict in zip(columns, verdicts, strict=True):
            _draw(column, verdict)
        columns[0][0].legend(loc="upper left", fontsize=7)
        return as_svg(figure)


def _draw(column: Sequence[Axes], verdict: Verdict) -> None:
    steps = [step for step in verdict.drawn if FROM <= step.at % DAY / HOUR <= UNTIL]
    hours = [step.at % DAY / HOUR for step in steps]
    rows: tuple[Callable[[Step, int], float], ...] = (
        lambda step, n: step.packs[n].current,
        lambda step, n: step.packs[n].highest,
        lambda step, n: step.packs[n].soc,
    )
    for axes, title, read in zip(column, TITLES, rows, strict=True):
        axes.set_title(title, loc="left")
        for n, pack in enumerate(steps[0].packs):
            axes.plot(hours, [read(step, n) for step in steps], color=COLOURS[n], label=pack.name)
    currents, cells, charge = column
    last = len(steps[0].packs) - 1
    limits = [own.ccl if (own := step.own[last]) else 0.0 for step in steps]
    currents.plot(hours, limits, color=LIMIT, linestyle=":", label=f"limit of {steps[0].packs[last].name}")
    currents.set_title(f"Chargers obey {verdict.scheme.value}\n{TITLES[0]}", loc="left")
    currents.set_ylim(-60, 120)
    cells.axhline(CHEMISTRY.ceiling, color=LIMIT, linestyle=":")
    cells.set_ylim(3.25, 3.75)
    charge.set_ylim(0, 102)
    charge.set_xlim(FROM, UNTIL)
    charge.set_xticks(range(FROM, UNTIL + 1, 3), [f"{hour}:00" for hour in range(FROM, UNTIL + 1, 3)])
