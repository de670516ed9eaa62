"""A soak on the real BlueZ: tests/rig/run.sh soak [--minutes M] [--every S] [--seed N].

Runs inside the virtual machine (see README.md); exits with 0 if every promise was kept.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

from dbus_xbms.venus.localsettings import NAME as LOCALSETTINGS
from tests.endurance.report import Report
from tests.endurance.soak import endure
from tests.endurance.watch import Finding
from tests.rig import machine
from tests.rig.battery_watch import watching
from tests.rig.machine import OUT
from tests.rig.packs import virtual_packs
from tests.rig.storm import RigPlan

APPEAR = 90.0  # s until localsettings is on the bus


def tell(finding: Finding) -> None:
    """Print a finding at once."""
    print(finding, flush=True)


async def run(plan: RigPlan) -> Report:
    """Start the Venus bus and localsettings, and soak."""
    async with AsyncExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        await stack.enter_async_context(machine.session_bus(directory))
        settings = (sys.executable, "-m", "dbus_xbms", "simulate", "--settings-only")
        await stack.enter_async_context(machine.background(*settings, log=OUT / "settings.log"))
        async with watching() as watch:
            await watch.owned(LOCALSETTINGS, APPEAR)
        addresses = [plan.address(n) for n in range(plan.packs)]
        capture = machine.fresh_file("capture")
        packs = await stack.enter_async_context(virtual_packs(addresses, capture))
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
