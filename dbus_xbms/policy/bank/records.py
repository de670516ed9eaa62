"""Records of a bank: what is known of its members, and what is decided. Pure.

Voltage in V, current in A (positive while charging), charge in Ah, temperature in °C, time in s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import Enum
from math import inf

from dbus_xbms.model import Extremes, History, Level, Limits, Mosfets, PackIdentity, PackSample, Phase
from dbus_xbms.policy.charge.charge_voltage import CvlState
from dbus_xbms.policy.decision import Decision
from dbus_xbms.record import record
from dbus_xbms.settings import PackSettings


@record
class MemberView:
    """A pack of a bank as its own task last decided about it; members come string after string."""

    address: str
    name: str  # the owner's, or the address
    settings: PackSettings
    identity: PackIdentity
    decision: Decision | None  # None: it has not been read since the start, or its task does not run
    decided_at: float = -inf  # s, monotonic
    extremes: Extremes = field(default_factory=Extremes)


class MemberState(Enum):
    """Whether a member's current counts; the value says it in words."""

    ONLINE = "online"
    APART = "not connected to the others"  # by its voltage
    LENT = "lent to the phone app"
    SILENT = "no contact"
    UNKNOWN = "never read"


@record
class Member:
    """A pack as a part of its bank."""

    number: int  # 1-based, as in ``2:C07``
    address: str
    name: str
    string: int  # number of its string in series, 1-based
    cells: int = 0  # of the pack; 0: never read
    watch_only: bool = False
    state: MemberState
    why: str = ""  # why it is not online, in words; also of a pack that is about to join
    decision: Decision = field(default_factory=Decision)  # its own
    sample: PackSample | None = None  # None: no measured value of it is shown
    share: float | None = None  # fraction of its string's current that it carries; None: too little flows
    ccl: float = 0.0  # A that it contributes to the bank
    dcl: float = 0.0
    charge_limitation: str = ""  # what limits charging it, in words
    discharge_limitation: str = ""

    @property
    def online(self) -> bool:
        """Whether it counts."""
        return self.state is MemberState.ONLINE


@record
class Extreme:
    """The lowest or highest cell or sensor of a bank."""

    member: int  # 1-based
    number: int  # of the cell or sensor, 1-based
    value: float  # V or °C


@record
class BankValues:
    """The measured values of a bank, made from those of its online members. ``None``: unknown."""

    voltage: float | None = None
    current: float | None = None
    soc: float | None = None  # %
    remaining: float | None = None  # Ah
    consumed: float | None = None  # Ah, zero or negative
    time_to_go: int | None = None  # s
    health: float | None = None  # %
    temperature: float | None = None  # mean of the cell sensors
    mosfet_temperature: float | None = None  # of the hottest
    stored_energy: float | None = None  # kWh
    lowest_cell: Extreme | None = None
    highest_cell: Extreme | None = None
    coldest: Extreme | None = None
    hottest: Extreme | None = None
    mosfets: Mosfets | None = None  # True: current can flow through at least one member of each string
    balancing: bool = False  # at least one member
    mid_voltage: float | None = None  # of the lower one of two strings
    mid_deviation: float | None = None  # % of half the voltage
    soc_spread: float | None = None  # % between members in parallel
    counted_soc: float | None = None  # %, as counted from the current; None: the packs' counts


@record
class Alarm:
    """An alarm of a bank, and the members that raise it."""

    level: Level = Level.OK
    names: tuple[str, ...] = ()  # of the members with this level


@record
class BankDecision:
    """What the bus may show of a bank now."""

    phase: Phase = Phase.WAITING  # FRESH or HELD: at least one member is online; WITHDRAWN: leave the bus
    members: tuple[Member, ...] = ()
    series: int = 1  # strings in series
    parallel: int = 0  # most members of one string
    cells: int = 0  # in series, of the whole bank; 0: unknown
    installed: float = 0.0  # Ah, of all members; 0: unknown
    values: BankValues = field(default_factory=BankValues)
    alarms: Mapping[str, Alarm] = field(default_factory=dict)  # "/Alarms/..." -> alarm, if raised
    limits: Limits | None = None  # None: it does not control, nothing is known yet, or withdrawn
    for_owner: str = ""  # what only the owner can fix, in words, with the names of packs
    history: History = field(default_factory=History)
    extremes: Extremes = field(default_factory=Extremes)
    charge: CvlState | None = None  # the stage of the charge, for the members
    valid_for: float = inf  # s until the next decision is due

    @property
    def online(self) -> int:
        """Number of members that count."""
        return sum(member.online for member in self.members)


@record
class Membership:
    """What a pack needs to know of the bank to which it belongs."""

    bank: str  # name
    # The owner lets the bank control, and Chemistry is set for its packs: the pack is decided as if it
    # controlled. Without that it is only watched, and no rule of charge control raises an alarm.
    managed: bool = False
    charge: CvlState | None = None  # the bank's stage, which replaces the pack's own
    voltage: float | None = None  # V of the pack's string, if other members are online and MOSFETs are on
