"""A soak on the real BlueZ: tests/rig/run.sh soak [--minutes M] [--every S] [--seed N].

Runs inside the virtual machine (see README.md); exits with 0 if every promise was kept.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys

from tests.endurance.report import Report
from tests.endurance.soak import endure
from tests.endurance.watch import Finding
from tests.rig import machine
from tests.rig.machine import OUT
from tests.rig.packs import virtual_packs
from tests.rig.storm import RigPlan
from tests.rig.venus_bus import venus_bus


def tell(finding: Finding) -> None:
    """Print a finding at once."""
    print(finding, flush=True)


async def run(plan: RigPlan) -> Report:
    """Start the Venus bus and localsettings, and soak."""
    addresses = [plan.address(n) for n in range(plan.packs)]
    async with venus_bus():
        capture = machine.fresh_file("capture")
        async with virtual_packs(addresses, capture) as packs:
            return await endure(plan, packs, capture.parent, tell)


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests/rig/run.sh soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0, help="of storm (60)")
    parser.add_argument("--every", type=float, default=60.0, help="seconds between strikes, in the mean (60)")
    parser.add_argument("--seed", type=int, default=1, help="of all that is random (1)")
    args = parser.parse_args()
    plan = RigPlan(seconds=args.minutes * 60, seed=args.seed, every=args.every)
    report = asyncio.run(run(plan))
    print(report.table(), flush=True)
    (OUT / "soak.json").write_text(json.dumps(report.as_json(), indent=1) + "\n")
    (OUT / "soak.log").write_text("\n".join(report.log) + "\n")
    return 0 if report.good else 1


if __name__ == "__main__":
    sys.exit(main())
