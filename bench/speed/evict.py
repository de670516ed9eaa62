"""Evict the caches of all processors, as other programs on a busy GX do: python -m bench.speed.evict."""

from __future__ import annotations

import os
import time

SIZE = 64 * 1024 * 1024  # bytes; more than the caches
EVERY = 0.1  # s


def main() -> None:
    """Read all of a large block on one processor after the other, until killed."""
    block = b"\x01" * SIZE
    while True:
        for processor in sorted(os.sched_getaffinity(os.getppid())):
            os.sched_setaffinity(0, [processor])
            block.find(b"\x00")
        time.sleep(EVERY)


if __name__ == "__main__":
    main()
