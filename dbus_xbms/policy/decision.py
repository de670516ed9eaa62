"""The decision about a pack: what the bus may show of it now. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from math import inf

from dbus_xbms.model import History, Level, Limits, LowestHighest, PackSample, Phase
from dbus_xbms.policy.charge.limits_state import LimitsState
from dbus_xbms.policy.temperatures import Temperatures
from dbus_xbms.record import record


@record
class Decision:
    """What the bus may show now, and for how long."""

    phase: Phase = Phase.WAITING
    sample: PackSample | None = None  # None: no measured value is shown
    temperatures: Temperatures = field(default_factory=Temperatures)
    alarms: Mapping[str, Level] = field(default_factory=dict)  # "/Alarms/..." -> level
    unwatched: frozenset[str] = frozenset()  # alarms that nothing can raise: the BMS does not report enough
    valid_for: float = inf  # s until the next decision is due even without a poll
    limits: Limits | None = None  # None: not controlling, no sample since the start, or withdrawn
    control: LimitsState | None = (
        None  # what made the limits; of a bank's member also while it does not control
    )
    refused: str = ""  # why the preset is refused
    for_owner: str = ""  # what else only the owner can fix
    doubt: str = ""  # why readings or the BMS are in doubt, or an unexpected current, in words
    soc: float | None = None  # %
    consumed: float | None = None  # Ah, zero or negative
    time_to_go: int | None = None  # s
    extreme_cells: LowestHighest | None = None
    extreme_sensors: LowestHighest | None = None
    history: History = field(default_factory=History)
    resting: bool = False  # the pack may be polled more rarely
    age: float | None = None  # s since the newest good sample
