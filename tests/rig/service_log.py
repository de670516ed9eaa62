"""Log lines that the service must never write, or only with a cause. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

# Python's and asyncio's own complaints, besides every line of level WARNING and above.
COMPLAINT = re.compile(
    r"^(WARNING|ERROR|CRITICAL) |^Traceback|Warning: |was destroyed but|never awaited|never retrieved"
)


def lost(address: str) -> str:
    """Return the start of the warning that a pack's values are invalid."""
    return f"WARNING dbus_xbms.pack.state_log: {address}: no contact ("


STACK_BROKE = (  # how the warnings begin that bluetoothd or the adapter is gone
    "WARNING dbus_xbms.ble.central: bluetoothd is not running",
    "WARNING dbus_xbms.ble.adapter: adapter ",
)


def unexpected(lines: Iterable[str], allowed: Mapping[str, int]) -> list[str]:
    """Return warnings without a cause; ``allowed``: how many lines may begin with each text."""
    left = dict(allowed)
    complaints = []
    for line in lines:
        if not COMPLAINT.search(line):
            continue
        cause = next((begin for begin, times in left.items() if times > 0 and line.startswith(begin)), None)
        if cause is None:
            complaints.append(line)
        else:
            left[cause] -= 1
    return complaints
