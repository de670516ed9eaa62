"""The long form: python -m tests.fuzz --inputs N --seed S [--first N]."""

from __future__ import annotations

import argparse
import sys

from tests.fuzz.run import fuzz


def main() -> int:
    parser = argparse.ArgumentParser(prog="script/fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=1_000_000, help="how many (1000000)")
    parser.add_argument("--seed", type=int, default=1, help="of all that is random (1)")
    parser.add_argument("--first", type=int, default=0, help="number of the first input (0)")
    args = parser.parse_args()
    outcome = fuzz(args.inputs, args.seed, args.first)
    print(outcome.table())
    return 0 if outcome.good else 1


sys.exit(main())
