"""Check everything that the program needs. Lists problems, the worst first, with what to do."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from pathlib import Path
from platform import python_version

from dbus_xbms import __version__
from dbus_xbms.ble.scan_results import LONGEST_SCAN
from dbus_xbms.commands import CommandError
from dbus_xbms.commands.arguments import seconds_up_to
from dbus_xbms.doctor.checks import WIDTH, examine, page, summary
from dbus_xbms.doctor.discretion import discreet, short
from dbus_xbms.doctor.facts import Facts, Finding, Verdict
from dbus_xbms.process.interrupt import at_once

SCAN_SECONDS = 10.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``dbus-xbms doctor``."""
    parser.add_argument(
        "--scan",
        type=seconds_up_to(LONGEST_SCAN),
        nargs="?",
        const=SCAN_SECONDS,
        default=0.0,
        metavar="SECONDS",
        help=f"also scan for packs ({SCAN_SECONDS:g} s)",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument(
        "--report",
        type=Path,
        metavar="FILE",
        help="also write a bug report to FILE, with shortened addresses and without names",
    )
    parser.add_argument(
        "--self-test",
        action="store_true",
        help="only check whether the program can run on this machine; needs no D-Bus",
    )
    parser.add_argument("--root", type=Path, default=Path("/"), help=argparse.SUPPRESS)


def run(args: argparse.Namespace) -> int:
    """Print the findings; return 1 if there is a problem."""
    if args.self_test:
        return _self_test()
    facts = _facts(args)
    print(_as_json(examine(facts)) if args.json else page(examine(facts), _headline(facts), _width()))
    if args.report:
        _write(args.report, report(facts, as_json=args.json))
        print(f"\nReport written to {args.report}; read it before you send it.", file=sys.stderr)
    return int(any(finding.verdict is Verdict.PROBLEM for finding in examine(facts)))


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as err:
        raise CommandError(f"cannot write {path}: {err.strerror or err}") from err


def _width() -> int:
    return min(WIDTH, shutil.get_terminal_size().columns) if sys.stdout.isatty() else WIDTH


def report(facts: Facts, *, as_json: bool = False) -> str:
    """Return the findings without names and with shortened addresses, for a bug report."""
    bare = discreet(facts)
    findings = examine(bare)
    return short(_as_json(findings) if as_json else page(findings, _headline(bare))) + "\n"


def _headline(facts: Facts) -> str:
    return f"dbus-xbms {__version__}" + (f" on Venus OS {facts.venus}" if facts.venus else "")


def _as_json(findings: list[Finding]) -> str:
    return json.dumps(
        {
            "version": __version__,
            "summary": summary(findings),
            "findings": [
                {
                    "verdict": finding.verdict.name.lower(),
                    "topic": finding.topic,
                    "words": finding.words,
                    "advice": finding.advice,
                }
                for finding in findings
            ],
        },
        indent=1,
    )


def _facts(args: argparse.Namespace) -> Facts:
    try:  # not above: an incomplete installation must be able to report itself
        from dbus_xbms.commands import permission

        with at_once():
            from dbus_xbms.commands.doctor_facts import collect
            from dbus_xbms.commands.loop import run_loop
    except (ImportError, SyntaxError) as err:
        raise CommandError(f"the installation is incomplete: {err}; install it again") from err
    permission.require()
    return run_loop(collect(args.root, args.scan))


def _self_test() -> int:
    try:
        with at_once():
            from dbus_xbms.commands.self_test import self_test
    except (ImportError, SyntaxError) as err:
        raise CommandError(f"the installation is incomplete: {err}") from err
    wrong = self_test()
    for line in wrong:
        print(f"dbus-xbms: self-test: {line}", file=sys.stderr)
    print(f"dbus-xbms {__version__}: self-test {'failed' if wrong else 'passed'} (Python {python_version()})")
    return 1 if wrong else 0
