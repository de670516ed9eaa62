"""What charge control keeps for the next run: stage, latches, evidence, and what silence allows. Pure.

It is one text, so that a power cut never leaves half of it. Its age comes from the monotonic clock, unless
the machine has been booted since. The wall clock of a GX jumps: it counts only where it is plausible.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields, replace
from math import inf, isfinite
from typing import Any

from dbus_xbms.policy.charge import charge_voltage, chemistry_evidence
from dbus_xbms.policy.charge.charge_voltage import Stage
from dbus_xbms.settings.memory import LONGEST_STATE

STAGE_STANDS = 600.0  # s for which a stage stands without a program; after that the charge starts over
CLOCK_SET = 1.6e9  # s since 1970; a wall clock that says less was never set


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One moment by all clocks."""

    boot: str  # which run of the machine; "": unknown
    monotonic: float  # s, within that run
    wall: float  # s since 1970

    def earlier(self, seconds: float) -> Moment:
        """The moment that many s before."""
        return replace(self, monotonic=self.monotonic - seconds, wall=self.wall - seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What was known of a controlling pack when it was last heard."""

    cvl: float  # V, in silence
    ccl: float  # A, by the last sample
    dcl: float  # A, by the last sample
    safe: bool  # the last sample lay in the safe zone
    cut_high: bool
    cut_low: bool
    dead: bool
    request: bool
    voltage: charge_voltage.CvlState
    chemistry: str  # that was chosen, and ...
    signs: chemistry_evidence.ChemistryEvidence  # ... what speaks against it

    @property
    def turning(self) -> tuple[object, ...]:
        """What is worth storing at once when it changes."""
        stage = self.voltage.stage, self.voltage.topping
        stopped = self.ccl == 0, self.dcl == 0  # a restart must not skip the recovery from that
        return (*stage, *stopped, self.cut_high, self.cut_low, self.dead, self.request, self.signs.risen)


def age(then: Moment, now: Moment) -> float | None:
    """Seconds between two moments, or ``None`` if no clock can tell."""
    if then.boot and then.boot == now.boot and now.monotonic >= then.monotonic:
        return now.monotonic - then.monotonic
    passed = now.wall - then.wall
    return passed if then.wall >= CLOCK_SET and passed >= 0 else None


def to_text(recalled: Snapshot, heard: Moment) -> str:
    """The text that keeps it; ``heard`` is the moment of the last sample."""
    kept = asdict(recalled) | {"heard": asdict(heard)}
    kept["voltage"]["stage"] = recalled.voltage.stage.value
    return json.dumps(_rounded(kept), separators=(",", ":"))


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _rounded(part) for name, part in value.items()}
    if isinstance(value, float):
        return round(value, 3) if isfinite(value) else "inf"
    return value


def from_text(kept: str) -> tuple[Snapshot, Moment] | None:
    """What a text keeps, with the moment of the last sample; ``None`` if it is no such text."""
    if not kept or len(kept) > LONGEST_STATE:
        return None
    try:
        told = json.loads(kept)
        heard = _filled(Moment, told.pop("heard"))
        stage = Stage(told["voltage"].pop("stage"))
        voltage = replace(_filled(charge_voltage.CvlState, told.pop("voltage")), stage=stage)
        signs = _filled(chemistry_evidence.ChemistryEvidence, told.pop("signs"))
        return replace(_filled(Snapshot, told), voltage=voltage, signs=signs), heard
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def _filled(record: type[Any], told: dict[str, Any]) -> Any:
    """A record with the values told, each of the type that its field has.

    Raises:
        TypeError, KeyError, ValueError: something is missing, or is not what it should be.
    """
    values: dict[str, Any] = {}
    for row in fields(record):
        if row.name in ("stage", "voltage", "signs"):
            values[row.name] = None
            continue
        values[row.name] = _checked(row.type, told[row.name])
    return record(**values)


def _checked(kind: Any, value: Any) -> Any:
    if value == "inf" and kind != "str":
        return inf
    if value is None and "None" in kind:
        return None
    if kind == "bool" and isinstance(value, bool):
        return value
    if kind == "str" and isinstance(value, str):
        return value
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if "float" in kind and number and isfinite(value):
        return float(value)
    raise ValueError(f"{value!r} is no {kind}")


def continued(recalled: Snapshot, passed: float | None) -> Snapshot:
    """What of it holds after ``passed`` s, ``None`` if nobody knows.

    Latches hold however long it has been: a sample ends them. A stage that may be of today holds too, because
    float and a shortened absorption are the lower voltages.
    """
    if passed is None or passed <= STAGE_STANDS:
        return recalled
    return replace(recalled, voltage=charge_voltage.CvlState())
