"""The costs drawn over the number of packs, as an SVG. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.speed.measure import FLOOR, PROGRAM, Result
from bench.speed.report import builds, of
from bench.svg import GRID, drawing, text

WIDTH, LEFT, TOP, HEIGHT, GAP = 900, 60, 60, 200, 60
PANEL = 260  # wide
COLOURS = {PROGRAM: "#27c", FLOOR: "#999"}
DASHES = ("", "5 3")  # of the first build, of the second


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


def _panel(panel: Panel, results: Sequence[Result], left: float) -> list[str]:
    packs = sorted({result.packs for result in results})
    most = max(panel.read(result) for result in results if result.subject in COLOURS) * 1.1

    def x(count: int) -> float:
        return left + (packs.index(count) + 0.5) / len(packs) * (PANEL - GAP)

    def y(value: float) -> float:
        return TOP + HEIGHT * (1 - value / most)

    drawn = [text(left, TOP - 8, panel.title, size=13)]
    for tick in (0.0, most / 2, most):
        drawn.append(f'<path d="M{left} {y(tick):.1f}h{PANEL - GAP}" stroke="{GRID}"/>')
        drawn.append(text(left - 6, y(tick) + 4, f"{tick:.3g}", anchor="end", size=11))
    drawn += [text(x(count), TOP + HEIGHT + 16, f"{count}", anchor="middle", size=11) for count in packs]
    for build, dashes in zip(builds(results), DASHES, strict=False):
        for subject, colour in COLOURS.items():
            points = [(x(result.packs), y(panel.read(result))) for result in of(results, subject, build)]
            path = " ".join(f"{across:.1f},{down:.1f}" for across, down in points)
            style = f'fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dashes}"'
            drawn.append(f'<polyline points="{path}" {style}/>')
            drawn += [
                f'<circle cx="{across:.1f}" cy="{down:.1f}" r="3" fill="{colour}"/>'
                for across, down in points
            ]
    return drawn


def drawn(results: Sequence[Result]) -> str:
    """All panels, with what the lines stand for."""
    parts: list[str] = []
    names = [
        (f"{subject}, {build}", colour, dashes)
        for build, dashes in zip(builds(results), DASHES, strict=False)
        for subject, colour in COLOURS.items()
    ]
    for n, (name, colour, dashes) in enumerate(names):
        style = f'stroke="{colour}" stroke-width="2" stroke-dasharray="{dashes}"'
        parts.append(f'<path d="M{LEFT + 150 * n} 20h24" {style}/>')
        parts.append(text(LEFT + 150 * n + 30, 24, name))
    for n, panel in enumerate(PANELS):
        parts += _panel(panel, results, LEFT + n * (PANEL + 20))
    parts.append(text(LEFT, TOP + HEIGHT + 36, "Number of packs", size=12))
    return drawing(WIDTH, TOP + HEIGHT + GAP, parts)
