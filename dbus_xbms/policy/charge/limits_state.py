"""The limits of a pack, and what is remembered of the rules that made them. Pure."""

from __future__ import annotations

from dbus_xbms.model import Limits, PackSample
from dbus_xbms.policy.charge import cvl_cap, preset_check
from dbus_xbms.policy.charge.charge_voltage import CvlState
from dbus_xbms.policy.charge.chemistry import Preset
from dbus_xbms.policy.charge.preset_check import PresetVerdict
from dbus_xbms.policy.charge.ramp import RampedLimit
from dbus_xbms.policy.temperatures import Temperatures
from dbus_xbms.record import record
from dbus_xbms.settings import Settings


@record
class SteadyInput:
    """What limits depend on that rarely changes, at a sample at which nothing limited a current.

    The cells, the current and the voltage change from sample to sample.
    """

    settings: Settings  # a copy that never changes
    sensors: Temperatures
    soc: float | None  # %
    nominal: float | None  # Ah
    cell_count: int
    published: cvl_cap.PublishedLimits


@record
class LimitsState:
    """The limits, and the state of the rules that made them."""

    limits: Limits
    preset: Preset
    verdict: PresetVerdict
    evidence: preset_check.ChemistryEvidence  # of another chemistry
    voltage: CvlState
    cap: cvl_cap.CapState
    charge: RampedLimit  # unchanged in silence
    discharge: RampedLimit  # unchanged in silence
    cut_high: bool
    cut_low: bool
    dead: bool  # a cell is dead or shorted, or was and is not back above ``deep``
    capacity_unknown: bool  # and a ceiling depends on it
    charge_ceiling: float  # A, the highest CCL that is ever allowed
    discharge_ceiling: float  # A
    request: bool
    silent_cvl: float  # V, the CVL in silence
    wake_cvl: float  # V, the CVL in silence for a pack that only a charger wakes
    safe: bool  # the last sample was in the safe zone
    last_sample: PackSample | None  # None: taken before the program started
    at: float  # s, of the last sample
    silent_since: float | None = None  # s; None: the limits are those of the last sample
    steady: SteadyInput | None = None  # as long as this stays, so may the limits; None: they may move

    @property
    def for_owner(self) -> str:
        """What only the owner can fix, in words; empty if there is nothing."""
        if self.dead:
            return "a cell is dead or shorted: nothing is charged until it has been checked"
        if self.capacity_unknown:
            return "the BMS does not report how large the pack is: set Capacity"
        return ""
