"""Whether another battery monitor measures the current of the bank: it must fit that of the packs. Pure.

A monitor that is wired elsewhere, or repeats a value for ever, would hide that chargers exceed the limits.
"""

from __future__ import annotations

from collections.abc import Sequence

from dbus_xbms.policy.bank.members import Placed, by_string
from dbus_xbms.record import record

LASTING = 30.0  # s that currents must differ, or agree again; packs at rest are polled up to 30 s apart
PART = 0.15  # of the larger current by which they may differ: a BMS measures to some 5 %
LEAST = 2.0  # A per pack: a BMS shows small currents as 0
RATE = 0.01  # C
DOUBT = "the current of the shunt differs from that of the packs, whose sum counts instead"


@record
class ShuntState:
    """Whether the monitor is believed."""

    believed: bool = True
    changing_since: float | None = None  # s, since when the currents say otherwise


def judge(
    state: ShuntState, current: float | None, members: Sequence[Placed], now: float
) -> tuple[ShuntState, float | None]:
    """Judge the monitor's current, in A, at ``now``, in s; return it if it is believed.

    It is compared only while all packs are online; with one missing, the last judgement stands.
    """
    packs = _current(members)
    if current is None or packs is None:
        return ShuntState(believed=state.believed), current if state.believed else None
    capacity = sum(one.capacity for one in members) / len(by_string(members))
    most = max(PART * max(abs(current), abs(packs)), LEAST * len(members), RATE * capacity)
    agrees = abs(current - packs) <= most
    if agrees is state.believed:
        state = ShuntState(believed=agrees)
    else:
        since = now if state.changing_since is None else state.changing_since
        lasting = now - since >= LASTING
        state = (
            ShuntState(believed=agrees)
            if lasting
            else ShuntState(believed=state.believed, changing_since=since)
        )
    return state, current if state.believed else None


def _current(members: Sequence[Placed]) -> float | None:
    """The current of the bank as its packs measure it; ``None`` unless all are online."""
    samples = [one.sample for one in members]
    known = [sample.current for sample in samples if sample]
    if not known or len(known) < len(samples):
        return None
    return sum(known) / len(by_string(members))
