"""Save matplotlib figures as SVG files that are the same each time."""

from __future__ import annotations

import io

import matplotlib as mpl
from matplotlib.figure import Figure

STYLE = {
    "svg.fonttype": "none",  # text stays text
    "svg.hashsalt": "dbus-xbms",  # the same ids each time
    "font.family": "sans-serif",
    "font.size": 9,
    "axes.grid": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "grid.color": "#ddd",
    "legend.frameon": False,
    "lines.linewidth": 1.2,
    "path.simplify_threshold": 0.5,  # pixels
}


def as_svg(figure: Figure) -> str:
    """Return a figure as the text of an SVG file, without a date."""
    file = io.StringIO()
    with mpl.rc_context(STYLE):
        figure.savefig(file, format="svg", metadata={"Date": None})
    return "".join(line.rstrip() + "\n" for line in file.getvalue().splitlines())
