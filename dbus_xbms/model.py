"""Records of what a pack is, measures and reports. Pure.

Voltage in V, current in A (positive while charging), charge in Ah, temperature in °C, time in s.
"""

from __future__ import annotations

from dataclasses import field
from enum import Enum, IntEnum
from math import inf

from dbus_xbms.record import record


class Protection(Enum):
    """What a BMS can trip on; the value says it in words."""

    CELL_OVERVOLTAGE = "cell overvoltage"
    CELL_UNDERVOLTAGE = "cell undervoltage"
    PACK_OVERVOLTAGE = "pack overvoltage"
    PACK_UNDERVOLTAGE = "pack undervoltage"
    CHARGE_OVERTEMPERATURE = "charge overtemperature"
    CHARGE_UNDERTEMPERATURE = "charge undertemperature"
    DISCHARGE_OVERTEMPERATURE = "discharge overtemperature"
    DISCHARGE_UNDERTEMPERATURE = "discharge undertemperature"
    CHARGE_OVERCURRENT = "charge overcurrent"
    DISCHARGE_OVERCURRENT = "discharge overcurrent"
    SHORT_CIRCUIT = "short circuit"
    FRONTEND_ERROR = "frontend error"  # the chip that measures the cells
    CHARGE_FAULT = "charge fault"  # the charge MOSFET is broken, or a charge took too long
    DISCHARGE_FAULT = "discharge fault"  # the discharge MOSFET is broken
    MOSFET_OVERTEMPERATURE = "MOSFET overtemperature"


NOTHING_TRIPPED: frozenset[Protection] = frozenset()

# What may turn off either MOSFET; BMSes differ in what the last three do.
BLOCKS_EITHER = frozenset(
    (
        Protection.SHORT_CIRCUIT,
        Protection.FRONTEND_ERROR,
        Protection.CHARGE_FAULT,
        Protection.DISCHARGE_FAULT,
        Protection.MOSFET_OVERTEMPERATURE,
    )
)


class Mosfet(Enum):
    """One of the two MOSFETs."""

    CHARGE = "charge"
    DISCHARGE = "discharge"

    @property
    def blocked_by(self) -> frozenset[Protection]:
        """The protections that turn this MOSFET off."""
        return _BLOCKED_BY[self]


_BLOCKED_BY = {
    Mosfet.CHARGE: BLOCKS_EITHER
    | {
        Protection.CELL_OVERVOLTAGE,
        Protection.PACK_OVERVOLTAGE,
        Protection.CHARGE_OVERTEMPERATURE,
        Protection.CHARGE_UNDERTEMPERATURE,
        Protection.CHARGE_OVERCURRENT,
    },
    Mosfet.DISCHARGE: BLOCKS_EITHER
    | {
        Protection.CELL_UNDERVOLTAGE,
        Protection.PACK_UNDERVOLTAGE,
        Protection.DISCHARGE_OVERTEMPERATURE,
        Protection.DISCHARGE_UNDERTEMPERATURE,
        Protection.DISCHARGE_OVERCURRENT,
    },
}


@record
class Mosfets:
    """The two MOSFETs: True lets current through in that direction."""

    charge: bool
    discharge: bool

    def of(self, mosfet: Mosfet) -> bool:
        """One of them."""
        return self.charge if mosfet is Mosfet.CHARGE else self.discharge


@record
class MosfetTarget:
    """A state for each MOSFET. True: on, as the BMS decides; False: off; ``None``: unchanged, or unknown."""

    charge: bool | None = None
    discharge: bool | None = None

    def of(self, mosfet: Mosfet) -> bool | None:
        """The state of one MOSFET."""
        return self.charge if mosfet is Mosfet.CHARGE else self.discharge

    def over(self, other: MosfetTarget) -> MosfetTarget:
        """Fill what is ``None`` here from another one."""
        return MosfetTarget(
            charge=other.charge if self.charge is None else self.charge,
            discharge=other.discharge if self.discharge is None else self.discharge,
        )


@record
class Switched:
    """What a BMS reports after a MOSFET command."""

    mosfets: Mosfets
    hidden: frozenset[Mosfet] = frozenset()  # a protection hides whether these followed


@record
class BmsTraits:
    """What policies need to know of a family of BMSes to judge its readings."""

    highest_cell: float = 5.0  # V; far above any lithium cell
    highest_current: float = inf  # A, the largest value that its protocol can carry
    first_sensor_at_mosfets: bool = True  # usually, of two or more, on a BMS that does not report the roles


@record
class PackSample:
    """One poll of one pack. ``None`` means that the BMS did not report the value."""

    voltage: float  # V, pack terminals
    current: float  # A, positive while charging
    soc: float | None  # %, 0-100, as the BMS counts it
    remaining: float | None  # Ah
    nominal: float | None  # Ah; 0: the BMS does not know it
    cycles: int | None
    protection: frozenset[Protection] | None  # None: the BMS reports none that are known here
    mosfets: Mosfets | None = None  # None: the BMS has none, or does not report them
    commanded: MosfetTarget = MosfetTarget()  # what the MOSFETs must have been commanded
    locked: bool = False  # the BMS reports that a MOSFET was commanded off, but not which
    cells: tuple[float, ...]  # V, in the BMS's own order
    balancing: frozenset[int] | None = frozenset()  # cell numbers, 1-based
    balancer: bool | None = None  # whether it works, of a BMS that does not report the cells
    temperatures: tuple[float, ...] = ()  # °C, in the BMS's own order, unchecked
    sensor_roles: str = ""  # a letter per sensor as in TemperatureRoles; "": the BMS does not say
    learned: float | None = None  # Ah, full-charge capacity as the BMS learned it
    health: float | None = None  # %, state of health as the BMS says it
    balance_current: float | None = None  # A
    problem: str = ""  # what else the BMS reports, in words; for people, and decides nothing

    def is_on(self, mosfet: Mosfet) -> bool | None:
        """Return whether a MOSFET is on; ``None`` if unknown."""
        return None if self.mosfets is None else self.mosfets.of(mosfet)

    @property
    def is_connected(self) -> bool:
        """Whether a MOSFET is on, so that current can flow in one direction; True if that is unknown."""
        return self.mosfets is None or self.mosfets.charge or self.mosfets.discharge

    @property
    def is_connected_both_ways(self) -> bool:
        """Whether both MOSFETs are on, so that its voltage is that of its terminals; True if unknown."""
        return self.mosfets is None or (self.mosfets.charge and self.mosfets.discharge)

    @property
    def is_balancing(self) -> bool | None:
        """Whether any cell is being balanced; ``None`` if unknown."""
        return self.balancer if self.balancing is None else bool(self.balancing)


@record
class PackIdentity:
    """Properties of a BMS that do not change from poll to poll; stored for the next start."""

    hardware: str = ""  # the BMS's own model text, e.g. "SP04S034-L4S-200A-B-U"
    firmware: str = ""  # e.g. "2.9"
    cell_count: int = 0
    ntc_count: int = 0
    nominal: float = 0.0  # Ah
    rating: float = 0.0  # A, rated current of the board by its model text; 0: unknown
    produced: str = ""  # ISO date, "" when the BMS holds none


@record
class Counters:
    """How often each protection tripped over the pack's life, by the BMS's own count."""

    short_circuit: int
    charge_overcurrent: int
    discharge_overcurrent: int
    cell_overvoltage: int
    cell_undervoltage: int
    charge_overtemperature: int
    charge_undertemperature: int
    discharge_overtemperature: int
    discharge_undertemperature: int
    pack_overvoltage: int
    pack_undervoltage: int
    restarts: int | None = None


@record
class Reading:
    """Result of one poll; with identity and counters only if they were read."""

    sample: PackSample
    identity: PackIdentity | None = None
    counters: Counters | None = None


class Phase(Enum):
    """Phase of a pack's data, by the age of its newest good sample."""

    WAITING = "waiting"  # no sample since the start
    FRESH = "fresh"
    HELD = "held"  # the last poll failed; the last good values are still valid
    LENT = "lent"  # as derated, but not a fault: the owner has lent the link for a while
    LENT_STOPPED = "lent, stopped"  # lent for longer than StopAfter: a controlling pack's currents are 0
    DERATED = "derated"  # a controlling pack: measurements are invalid, charging is 0, discharging reduced
    LOST = "lost"  # too old: measurements are invalid, a controlling pack's currents are 0
    WITHDRAWN = "withdrawn"  # the service has left the bus


VALID = (Phase.FRESH, Phase.HELD)  # the newest sample is shown
LENT = (Phase.LENT, Phase.LENT_STOPPED)

CONNECTED = "connected"  # state of an open link
BETWEEN_POLLS = "free until the next poll"  # state of a shared link


class Notify(IntEnum):
    """How BlueZ delivers notifications; the values of the setting NotifyMethod."""

    AUTO = 0  # over a socket where that is safe, else by signals
    START = 1  # StartNotify: one D-Bus signal each
    ACQUIRE = 2  # AcquireNotify: over a socket, even where that is not safe


@record
class LinkStatus:
    """Status of the radio link to one pack."""

    state: str = "starting"  # a short phrase for the owner: "connected", "searching", ...
    rssi: int | None = None  # dBm, as last seen in an advertisement
    reconnects: int = 0  # reconnections since the start
    failed_polls: int = 0  # since the start
    failed_last_hour: int = 0  # of these
    hci: str = ""  # the adapter that was last used
    finding: str = ""  # what the newest failed attempt found out, as a short phrase
    interference: str = ""  # other programs that interfere, and what to do


@record
class Extremes:
    """Lowest and highest values since the pack was added; ``None`` before the first sample."""

    pack_min: float | None = None  # V
    pack_max: float | None = None  # V
    cell_min: float | None = None  # V
    cell_max: float | None = None  # V
    temperature_min: float | None = None  # °C
    temperature_max: float | None = None  # °C


@record
class LowestHighest:
    """Numbers of the lowest and the highest of a pack's cells or sensors, 1-based."""

    lowest: int
    highest: int


@record
class History:
    """Totals since the pack was added."""

    deepest_discharge: float = 0.0  # Ah missing, never below 0
    last_discharge: float = 0.0  # Ah missing, of the discharge since the pack was last full
    charge_known: bool = False  # what is missing was known at least once; not stored
    total_drawn: float = 0.0  # Ah
    charged_energy: float = 0.0  # kWh
    discharged_energy: float = 0.0  # kWh
    since_full: float | None = None  # s; None: never seen full
    since_top_balance: float = 0.0  # s, since the last one or the start
    discharges: int = 0  # from below 65 % back to above 90 %, as Victron's monitors count cycles
    full_discharges: int = 0  # down to 0 %
    # 1: seen since the last count; stored, so that a restart in between loses none.
    below: int = 0  # below 65 %
    empty: int = 0  # at 0 %, and not above 10 % since


@record
class Limits:
    """Limits of a controlling pack for chargers and loads."""

    cvl: float  # V, charge voltage limit
    ccl: float  # A, charge current limit
    dcl: float  # A, discharge current limit
    mode: str  # in words: Bulk, Absorption, Float, ...
    charge_limitation: str  # the rule that limits charging now, with its value
    discharge_limitation: str
    charge_request: bool  # the pack needs charge soon
    battery_low_voltage: float  # V


class Level(Enum):
    """Level of a Venus alarm."""

    OK = 0
    WARNING = 1
    ALARM = 2


class CommandState(IntEnum):
    """The state of the newest commands; the values of /Io/LastCommandState."""

    NONE = 0  # none since the start
    WAITING = 1  # accepted; sent after one of the next polls
    SENDING = 2
    DONE = 3  # verified
    FAILED = 4
    REFUSED = 5  # nothing was sent


UNFINISHED = (CommandState.WAITING, CommandState.SENDING)


@record
class SwitchStatus:
    """What was switched, and the newest commands."""

    commanded: MosfetTarget = field(default_factory=MosfetTarget)  # by the BMS's mask, as far as it is known
    requested: MosfetTarget = field(default_factory=MosfetTarget)  # accepted, not verified yet
    failed: frozenset[Mosfet] = frozenset()  # MOSFETs whose last command failed
    balancing: bool | None = None  # as last switched by this program; None: never
    text: str = ""  # the newest commands and their outcome, in words
    state: CommandState = CommandState.NONE  # of all of them
    number: int = 0  # of the newest, since the start; commands that are sent together count as one
    lent_for: float = 0.0  # s for which the link is still lent
