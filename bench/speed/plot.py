"""Plot CPU, memory and latency over the number of packs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import matplotlib as mpl
from matplotlib.figure import Figure

from bench.speed.measure import FLOOR, PROGRAM, Result
from bench.speed.report import builds, of
from bench.svg import STYLE, as_svg

COLOURS = {PROGRAM: "#27c", FLOOR: "#999"}
DASHES = ("-", "--")  # of the first build, of the second


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One figure over the number of packs."""

    title: str
    read: Callable[[Result], float]


PANELS = (
    Panel(title="CPU per pack and poll, ms", read=lambda result: result.cpu),
    Panel(title="Memory, MB", read=lambda result: result.resident),
    Panel(title="Latency p99, ms", read=lambda result: result.latency_p99 or 0.0),
)


def plot(results: Sequence[Result]) -> str:
    """Return all panels as an SVG."""
    counts = sorted({result.packs for result in results})
    lines = [
        (subject, build, {"color": colour, "linestyle": dashes, "marker": "o", "markersize": 4})
        for build, dashes in zip(builds(results), DASHES, strict=False)
        for subject, colour in COLOURS.items()
    ]
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(9.0, 3.6), layout="constrained")
        for axes, panel in zip(figure.subplots(1, len(PANELS)), PANELS, strict=True):
            axes.set_title(panel.title, loc="left")
            for subject, build, style in lines:
                points = [(counts.index(one.packs), panel.read(one)) for one in of(results, subject, build)]
                axes.plot(*zip(*points, strict=True), label=f"{subject}, {build}", **style)
            axes.set_ylim(bottom=0)
            axes.set_xticks(range(len(counts)), [str(count) for count in counts])
        figure.supxlabel("Number of packs", fontsize="medium")
        figure.legend(*axes.get_legend_handles_labels(), loc="outside upper center", ncols=len(lines))
        return as_svg(figure)
