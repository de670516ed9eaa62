"""The long form: python -m tests.fuzz --inputs N --seed S [--first N]."""

from __future__ import annotations

import argparse
import sys

from dbus_xbms.commands.arguments import whole
from dbus_xbms.process.interrupt import ended_by_ctrl_c
from tests.fuzz.run import fuzz


def main() -> int:
    parser = argparse.ArgumentParser(prog="script/fuzz", description=__doc__)
    parser.add_argument("--inputs", type=whole(1, 10**12), default=1_000_000, help="how many (1000000)")
    parser.add_argument("--seed", type=whole(0, 2**31), default=1, help="of all that is random (1)")
    parser.add_argument("--first", type=whole(0, 10**12), default=0, help="number of the first input (0)")
    args = parser.parse_args()
    outcome = fuzz(args.inputs, args.seed, args.first)
    print(outcome.table())
    return 0 if outcome.good else 1


sys.exit(ended_by_ctrl_c(main))
