"""Charge control drawn: one simulated day as an SVG, written by hand. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.closed_loop.simulation import DAY, FULL, HOUR, Moment, Result
from bench.svg import GRID, drawing, text

WIDTH, LEFT, RIGHT = 900, 60, 20
TOP, HEIGHT, GAP = 60, 170, 40
FROM, UNTIL = 5, 21  # hours drawn


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One curve of a panel."""

    name: str
    colour: str
    read: Callable[[Moment], float]
    steps: bool = False  # a limit: it stands until it changes


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Curves that share an axis."""

    title: str
    low: float
    high: float
    ticks: Sequence[float]
    lines: tuple[Line, ...]


def panels(result: Result) -> tuple[Panel, ...]:
    """What is drawn of one day."""
    cells, top = result.setup.cells, 0.35 * result.setup.capacity
    return (
        Panel(
            title="Pack, V",
            low=3.25 * cells,
            high=3.47 * cells,
            ticks=[round(volt * cells, 1) for volt in (3.25, 3.3, 3.35, 3.4, 3.45)],
            lines=(
                Line(name="CVL", colour="#c33", read=lambda m: m.cvl, steps=True),
                Line(name="measured", colour="#27c", read=lambda m: m.voltage),
            ),
        ),
        Panel(
            title="Cells, V",
            low=3.25,
            high=3.5,
            ticks=(3.25, 3.3, 3.35, 3.4, FULL, 3.5),
            lines=(
                Line(name="highest cell", colour="#c33", read=lambda m: m.highest),
                Line(name="lowest cell", colour="#27c", read=lambda m: m.lowest),
            ),
        ),
        Panel(
            title="Current, A",
            low=-top,
            high=top,
            ticks=[-30, -15, 0, 15, 30],
            lines=(
                Line(name="CCL", colour="#c33", read=lambda m: m.ccl, steps=True),
                Line(name="measured", colour="#27c", read=lambda m: m.current),
            ),
        ),
        Panel(
            title="SoC, %",
            low=0,
            high=102,
            ticks=(0, 25, 50, 75, 100),
            lines=(Line(name="SoC", colour="#27c", read=lambda m: m.soc),),
        ),
    )


def _x(at: float) -> float:
    hour = at % DAY / HOUR
    return LEFT + (hour - FROM) / (UNTIL - FROM) * (WIDTH - LEFT - RIGHT)


def _curve(line: Line, moments: Sequence[Moment], y: Callable[[float], float]) -> str:
    points: list[tuple[float, float]] = []
    for moment in moments:
        x, height = _x(moment.at), y(line.read(moment))
        if points and line.steps and points[-1][1] != height:
            points.append((x, points[-1][1]))
        # What moves by less than half a pixel is not worth its bytes.
        if not points or abs(x - points[-1][0]) >= 1 or abs(height - points[-1][1]) >= 0.5:
            points.append((x, height))
    path = " ".join(f"{x:.1f},{height:.1f}" for x, height in points)
    return f'<polyline points="{path}" fill="none" stroke="{line.colour}" stroke-width="1.2"/>'


def _panel(panel: Panel, moments: Sequence[Moment], above: float) -> list[str]:
    def y(value: float) -> float:
        inside = min(max(value, panel.low), panel.high)
        return above + HEIGHT * (panel.high - inside) / (panel.high - panel.low)

    drawn = [text(LEFT, above - 6, panel.title, size=13)]
    for tick in panel.ticks:
        drawn.append(f'<path d="M{LEFT} {y(tick):.1f}H{WIDTH - RIGHT}" stroke="{GRID}"/>')
        drawn.append(text(LEFT - 6, y(tick) + 4, f"{tick:g}", anchor="end", size=11))
    for n, line in enumerate(panel.lines):
        drawn.append(text(WIDTH - RIGHT - 110 * n, above - 6, line.name, anchor="end", colour=line.colour))
        drawn.append(_curve(line, moments, y))
    return drawn


def drawn(result: Result) -> str:
    """One day of a set-up as an SVG."""
    moments = [moment for moment in result.moments if FROM <= moment.at % DAY / HOUR <= UNTIL]
    rows = panels(result)
    height = TOP + len(rows) * (HEIGHT + GAP)
    parts = [
        text(
            LEFT, 24, f"A simulated sunny day: {result.setup.name}, cell 1 ahead by 60 mV at the top", size=15
        ),
    ]
    for n, panel in enumerate(rows):
        parts += _panel(panel, moments, TOP + n * (HEIGHT + GAP))
    bottom = TOP + len(rows) * (HEIGHT + GAP) - GAP
    parts += [text(_x(h * HOUR), bottom + 16, f"{h}:00", anchor="middle", size=11) for h in range(6, 21, 2)]
    return drawing(WIDTH, height, parts)
