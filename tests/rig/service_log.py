"""What the service may say in its log when it is hurt, and what it must never say. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

# Python's and asyncio's own complaints, besides every line of level WARNING and above.
COMPLAINT = re.compile(
    r"^(WARNING|ERROR|CRITICAL) |^Traceback|Warning: |was destroyed but|never awaited|never retrieved"
)
LOST = re.compile(r"WARNING dbus_xbms\.pack: (\S+): no good poll for too long")


def unexpected(lines: Iterable[str], gaps: Mapping[str, int]) -> list[str]:
    """Complaints without a cause; a pack may report each of its gaps, by address, once."""
    left = dict(gaps)
    complaints = []
    for line in lines:
        if not COMPLAINT.search(line):
            continue
        lost = LOST.match(line)
        if lost and left.get(lost[1], 0) > 0:
            left[lost[1]] -= 1
        else:
            complaints.append(line)
    return complaints
