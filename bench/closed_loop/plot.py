"""Plot one simulated day of charge control."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import matplotlib as mpl
from matplotlib.figure import Figure

from bench.closed_loop.simulation import DAY, FULL, HOUR, Moment, Result
from bench.svg import STYLE, as_svg

FROM, UNTIL = 5, 21  # hours plotted
RED, BLUE = "#c33", "#27c"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One curve of a panel."""

    name: str
    colour: str
    read: Callable[[Moment], float]
    limit: bool = False  # drawn in steps


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Curves that share an axis."""

    title: str
    low: float
    high: float
    ticks: Sequence[float]
    lines: tuple[Line, ...]


def panels(result: Result) -> tuple[Panel, ...]:
    """Return the panels of the plot, from top to bottom."""
    cells, top = result.setup.cells, 0.35 * result.setup.capacity
    return (
        Panel(
            title="Pack, V",
            low=3.25 * cells,
            high=3.47 * cells,
            ticks=[round(volt * cells, 1) for volt in (3.25, 3.3, 3.35, 3.4, 3.45)],
            lines=(
                Line(name="CVL", colour=RED, read=lambda m: m.cvl, limit=True),
                Line(name="measured", colour=BLUE, read=lambda m: m.voltage),
            ),
        ),
        Panel(
            title="Cells, V",
            low=3.25,
            high=3.5,
            ticks=(3.25, 3.3, 3.35, 3.4, FULL, 3.5),
            lines=(
                Line(name="highest cell", colour=RED, read=lambda m: m.highest),
                Line(name="lowest cell", colour=BLUE, read=lambda m: m.lowest),
            ),
        ),
        Panel(
            title="Current, A",
            low=-top,
            high=top,
            ticks=[-30, -15, 0, 15, 30],
            lines=(
                Line(name="CCL", colour=RED, read=lambda m: m.ccl, limit=True),
                Line(name="measured", colour=BLUE, read=lambda m: m.current),
            ),
        ),
        Panel(
            title="SoC, %",
            low=0,
            high=102,
            ticks=(0, 25, 50, 75, 100),
            lines=(Line(name="SoC", colour=BLUE, read=lambda m: m.soc),),
        ),
    )


def plot(result: Result) -> str:
    """Return the recorded day of a result as an SVG."""
    moments = [moment for moment in result.moments if FROM <= moment.at % DAY / HOUR <= UNTIL]
    hours = [moment.at % DAY / HOUR for moment in moments]
    rows = panels(result)
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(9.0, 8.5), layout="constrained")
        figure.suptitle(f"A simulated sunny day: {result.setup.name}, cell 1 is 60 mV ahead at the top")
        for axes, panel in zip(figure.subplots(len(rows), sharex=True), rows, strict=True):
            axes.set_title(panel.title, loc="left")
            axes.set_ylim(panel.low, panel.high)
            axes.set_yticks(panel.ticks)
            for line in panel.lines:
                style = "steps-post" if line.limit else "default"
                values = [line.read(moment) for moment in moments]
                axes.plot(hours, values, color=line.colour, label=line.name, drawstyle=style)
            axes.legend(loc="lower right", bbox_to_anchor=(1.0, 0.95), ncols=len(panel.lines))
        axes.set_xlim(FROM, UNTIL)
        axes.set_xticks(range(6, UNTIL, 2), [f"{hour}:00" for hour in range(6, UNTIL, 2)])
        return as_svg(figure)
