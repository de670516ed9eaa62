"""Measure the program and a minimal one (the floor), and print tables: python -m bench.speed --help."""

from __future__ import annotations

import argparse
import asyncio
import platform
import subprocess
import sys
import traceback
from pathlib import Path

from bench.interrupted import obeying_ctrl_c
from bench.speed.measure import BANK, BEAT, CYTHON, FLOOR, PROGRAM, PURE, SOCKETS, Result, Trial, measure
from bench.speed.report import as_json, fleet_table, judged, page, table
from dbus_xbms.commands.arguments import positive, seconds, whole
from dbus_xbms.commands.progress import waiting
from dbus_xbms.process.interrupt import ended_by_ctrl_c
from dbus_xbms.serve import unclaimed
from dbus_xbms.simulator.scenario import MOST_PACKS

ROOT = Path(__file__).parents[2]
TRIES = 2  # of each measurement
OF_FLEET = (FLOOR, BEAT, PROGRAM, SOCKETS, BANK)  # what is measured with the number of packs that is judged


def main() -> int:
    """Measure with the given options."""
    args = _arguments()
    pythons = {CYTHON: sys.executable} | ({PURE: args.pure} if args.pure else {})
    results: list[Result] = []
    failures: list[str] = []
    for build, python in pythons.items():
        for packs in args.packs:
            trial = Trial(
                build=build,
                python=python,
                packs=packs,
                rate=args.rate,
                seconds=args.seconds,
                control=args.control,
                subjects=OF_FLEET if packs == judged(args.packs) else (FLOOR, PROGRAM),
                cold=args.cold,
            )
            done = len({(result.build, result.packs) for result in results}) + len(failures)
            results += _measured(trial, failures, f"{done + 1} of {len(pythons) * len(args.packs)}")
    print(table(results), fleet_table(results), *failures, sep="\n")
    if args.keep:
        from bench.speed.plot import plot  # needs matplotlib

        where = f"at {args.rate:g} Hz for {args.seconds:g} s, Control {args.control}, {_place()}"
        (ROOT / "docs" / "bench.md").write_text(page(results, where, failures))
        (ROOT / "docs" / "bench.json").write_text(as_json(results, where))
        (ROOT / "docs" / "bench.svg").write_text(plot(results))
    return 1 if failures else 0


def _measured(trial: Trial, failures: list[str], number: str) -> list[Result]:
    """Return the results, if necessary of a second try; if that fails, add the reason to ``failures``."""

    async def measured() -> list[Result]:
        asyncio.get_running_loop().set_exception_handler(unclaimed)  # a bus that ends before its users
        async with waiting(f"Measurement {number}: {trial.packs} packs, {trial.build}"):
            return await obeying_ctrl_c(measure(trial))

    why = ""
    for _ in range(TRIES):
        try:
            results = asyncio.run(measured())
        except Exception as err:  # the other measurements continue
            traceback.print_exc()
            why = f"{trial.packs} packs, {trial.build}: not measured: {err or type(err).__name__}"
        else:
            for result in results:
                cost = f"{result.cpu:.2f} ms, {result.polls} polls"
                print(f"{result.subject}, {trial.build}, {trial.packs} packs: {cost}", file=sys.stderr)
            return results
    failures.append(why)
    return []


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="script/bench", description="Measure CPU, memory and latency of the program."
    )
    packs = whole(1, MOST_PACKS, "packs")
    numbers = lambda text: [packs(number) for number in text.split(",")]  # noqa: E731
    parser.add_argument(
        "--packs", type=numbers, default=[1, 4, 16, 32], metavar="N,N", help="how many (1,4,16,32)"
    )
    parser.add_argument(
        "--rate",
        type=positive(10, "polls per second"),
        default=1.0,
        metavar="HZ",
        help="polls per second (1)",
    )
    parser.add_argument(
        "--seconds", type=seconds, default=30.0, metavar="N", help="time for which CPU is measured (30)"
    )
    parser.add_argument("--control", type=int, default=1, help="setting Control of every pack (1)")
    parser.add_argument(
        "--pure", metavar="PYTHON", help="also measure with this interpreter, whose dbus-fast is not compiled"
    )
    parser.add_argument(
        "--cold", action="store_true", help="with the processor's caches evicted all the time"
    )
    parser.add_argument("--keep", action="store_true", help="write docs/bench.{md,json,svg}")
    args = parser.parse_args()
    if args.keep and args.cold:
        parser.error("--keep is for a measurement without --cold: docs/bench.md describes that")
    return args


def _place() -> str:
    """Return the commit and the machine, in words."""
    git = ("git", "-C", str(ROOT))
    commit = subprocess.run([*git, "rev-parse", "--short=10", "HEAD"], capture_output=True, text=True)
    changed = subprocess.run([*git, "status", "--porcelain", "dbus_xbms"], capture_output=True, text=True)
    words = (commit.stdout.strip() or "unknown") + (" with changes" if changed.stdout else "")
    return f"commit {words}, Python {platform.python_version()} on {_processor()}"


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    return model or platform.machine()


if __name__ == "__main__":
    sys.exit(ended_by_ctrl_c(main))
