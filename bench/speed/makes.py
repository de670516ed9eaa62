"""Measure packs of other makes next to JBDs, and keep the table: python -m bench.speed.makes [--keep].

The packs of each make, and JBDs that only watch, are read by a process of their own at the same time.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from statistics import median
from typing import Any

from bench import markdown
from bench.speed.kept import Kept
from bench.speed.measure import CYTHON, WATCHED_MAKES, Result, Trial, measure
from dbus_xbms.commands.arguments import seconds
from dbus_xbms.process.interrupt import ended_by_ctrl_c

FEW, MANY = 1, 4  # packs
JBD = "jbd"
HEAD = (
    "Make",
    "CPU, ms",
    "Times a JBD",
    "dbus-daemon, ms",
    "Signals",
    f"Memory with {FEW} pack, MB",
    "More than with a JBD, MB",
    "MB per further pack",
)


def table(results: Sequence[Result]) -> str:
    """Return a table with a line per make."""
    found = {(one.subject, one.packs): one for one in results}
    rows = [
        _row(found[make, FEW], found[make, MANY], found[JBD, FEW], found[JBD, MANY])
        for make in WATCHED_MAKES
        if (make, FEW) in found and (make, MANY) in found
    ]
    return markdown.table(HEAD, rows)


def _row(few: Result, many: Result, few_jbds: Result, many_jbds: Result) -> tuple[str, ...]:
    pairs = zip(many.slices, many_jbds.slices, strict=True)
    return (
        many.subject,
        f"{many.cpu:.2f}",
        f"{median(cpu / jbd for cpu, jbd in pairs):.2f}",
        f"{many.daemon_cpu:.2f}",
        f"{many.signals:.2f}",
        f"{few.resident:.1f}",
        f"{few.resident - few_jbds.resident:.1f}",
        f"{(many.resident - few.resident) / (MANY - FEW):.2f}",
    )


async def _measured(args: argparse.Namespace) -> list[Result]:
    """Measure all makes at the same time, with few and with many packs."""
    results: list[Result] = []
    for packs in (FEW, MANY):
        results += await measure(
            Trial(
                build=CYTHON,
                python=sys.executable,
                packs=packs,
                rate=1.0,
                seconds=args.seconds,
                control=0,
                subjects=tuple(WATCHED_MAKES),
            )
        )
    return results


def _read(row: dict[str, Any]) -> Result:
    return Result(**{**row, "slices": tuple(row["slices"])})


KEPT = Kept("bench-makes.json", table, _read)


def main() -> int:
    """Measure, print the table, and keep it if that is asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench.speed.makes", description=__doc__)
    parser.add_argument("--seconds", type=seconds, default=30.0, metavar="N", help="to measure CPU (30)")
    return KEPT.measure(parser, _measured)


if __name__ == "__main__":
    sys.exit(ended_by_ctrl_c(main))
