"""The long form: python -m tests.endurance --hours H --packs N --seed S [--report FILE]."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.interrupted import obeying_ctrl_c
from dbus_xbms.commands.arguments import positive, seconds, whole
from dbus_xbms.commands.progress import waiting
from dbus_xbms.process.interrupt import ended_by_ctrl_c
from dbus_xbms.protocols.aiobmsble.requirement import missing
from dbus_xbms.simulator.scenario import MOST_IN_BANK, MOST_PACKS
from dbus_xbms.text import count
from tests.bus.daemon import private_daemon
from tests.endurance.bus_loss import address_in, lose_the_bus
from tests.endurance.plan import Plan
from tests.endurance.report import Report
from tests.endurance.soak import soak
from tests.endurance.watch import Finding


def _name_bus(address: str) -> None:
    os.environ |= {"DBUS_SYSTEM_BUS_ADDRESS": address, "DBUS_SESSION_BUS_ADDRESS": address}


OTHERS = 2  # packs of other makes, if they can be read
START = 10.0  # s until all packs are shown, about


async def _soak(plan: Plan, directory: Path) -> Report:
    """Soak, with a progress line on the terminal and findings printed above it."""
    findings: list[Finding] = []

    def tell(finding: Finding) -> None:
        findings.append(finding)
        line.print_above(str(finding), sys.stderr)

    def words() -> str:
        return f"Soaking {count(plan.count, 'pack')}, {count(len(findings), 'finding')}"

    async with waiting(words, START + plan.before + plan.seconds + plan.calm) as line:
        return await obeying_ctrl_c(soak(plan, directory, tell))


def main() -> int:
    parser = argparse.ArgumentParser(prog="script/soak", description=__doc__)
    others = 0 if missing() else OTHERS
    parser.add_argument("--hours", type=positive(24 * 365, "hours"), default=2.0, help="of storm (2)")
    parser.add_argument("--packs", type=whole(1, MOST_PACKS, "packs"), default=8, help="how many JBDs (8)")
    parser.add_argument(
        "--others", type=whole(0, MOST_PACKS), default=others, help=f"packs of other makes ({others})"
    )
    parser.add_argument(
        "--bank",
        type=whole(0, MOST_IN_BANK),
        default=3,
        help="of the JBDs, in a bank (3); 0: one pack controls",
    )
    parser.add_argument("--seed", type=whole(0, 2**31), default=1, help="of all that is random (1)")
    parser.add_argument("--every", type=seconds, default=8.0, help="seconds between strikes, in the mean (8)")
    parser.add_argument("--report", type=Path, help="also write the report there: .json, or else Markdown")
    parser.add_argument("--log", type=Path, help="keep the program's log there")
    args = parser.parse_args()
    plan = Plan(
        seconds=args.hours * 3600,
        packs=args.packs,
        bank=min(args.bank, args.packs) if args.packs > 1 else 0,
        others=args.others,
        seed=args.seed,
        every=args.every,
        longest=max(400.0, args.hours * 1800),
    )
    with TemporaryDirectory(prefix="dbus-xbms-soak-") as folder:
        directory = Path(folder)
        with private_daemon(directory) as address:
            _name_bus(address)
            found = asyncio.run(_soak(plan, directory))
        _name_bus(address_in(directory))
        found.broken += [f"bus lost: {words}" for words in asyncio.run(lose_the_bus(directory))]
    print(found.table(), end="")
    if args.log:
        args.log.write_text("\n".join(found.log) + "\n")
    if args.report:
        as_json = args.report.suffix == ".json"
        args.report.write_text(json.dumps(found.as_json(), indent=1) + "\n" if as_json else found.table())
    return 0 if found.good else 1


sys.exit(ended_by_ctrl_c(main))
