"""Snapshot of charge control for the next run: stage, latches, evidence, and the limits in silence. Pure.

It is stored as one text, so that a power cut never leaves half of it. Its age comes from the monotonic clock,
unless the machine has rebooted since. The wall clock of a GX jumps: it is used only where it is plausible.
"""

from __future__ import annotations

import json
from dataclasses import MISSING, asdict, fields
from math import inf, isfinite
from typing import Any

from dbus_xbms.policy.charge import charge_voltage, preset_check
from dbus_xbms.policy.charge.charge_voltage import Stage
from dbus_xbms.record import record, replace
from dbus_xbms.settings.memory import LONGEST_STATE

STAGE_VALID_FOR = 600.0  # s without the program, after which the charge starts over
CLOCK_SET = 1.6e9  # s since 1970; a wall clock below this was never set


@record
class Moment:
    """One moment by all clocks."""

    boot: str  # boot ID of the machine; "": unknown
    monotonic: float  # s, since that boot
    wall: float  # s since 1970

    def earlier(self, seconds: float) -> Moment:
        """The moment ``seconds`` before this one."""
        return replace(self, monotonic=self.monotonic - seconds, wall=self.wall - seconds)


@record
class Snapshot:
    """Charge control of a pack at its last sample."""

    cvl: float  # V, in silence
    ccl: float  # A, by the last sample
    dcl: float  # A, by the last sample
    safe: bool  # the last sample was in the safe zone
    cut_high: bool
    cut_low: bool
    dead: bool
    request: bool
    voltage: charge_voltage.CvlState
    chemistry: str  # the chosen one, and ...
    evidence: preset_check.ChemistryEvidence  # ... what speaks against it

    @property
    def checkpoint(self) -> tuple[object, ...]:
        """Values whose change is stored at once."""
        stage = self.voltage.stage, self.voltage.top_balancing
        stopped = self.ccl == 0, self.dcl == 0  # a restart must not skip the recovery from that
        latches = self.cut_high, self.cut_low, self.dead, self.request, self.evidence.risen
        return (*stage, *stopped, *latches, self.voltage.overshoot is not None)


def age(then: Moment, now: Moment) -> float | None:
    """Seconds between two moments, or ``None`` if no clock can tell."""
    if then.boot and then.boot == now.boot and now.monotonic >= then.monotonic:
        return now.monotonic - then.monotonic
    elapsed = now.wall - then.wall
    return elapsed if then.wall >= CLOCK_SET and elapsed >= 0 else None


def to_text(snapshot: Snapshot, sampled_at: Moment) -> str:
    """Serialise a snapshot with the moment of its last sample."""
    record = asdict(snapshot) | {"sampled_at": asdict(sampled_at)}
    record["voltage"]["stage"] = snapshot.voltage.stage.value
    return json.dumps(_rounded(record), separators=(",", ":"))


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _rounded(part) for name, part in value.items()}
    if isinstance(value, float):
        return round(value, 3) if isfinite(value) else "inf"
    return value


def from_text(text: str) -> tuple[Snapshot, Moment] | None:
    """Parse a snapshot and the moment of its last sample; ``None`` if the text is not valid."""
    if not text or len(text) > LONGEST_STATE:
        return None
    try:
        record = json.loads(text)
        sampled_at = _parse_record(Moment, record.pop("sampled_at"))
        stage = Stage(record["voltage"].pop("stage"))
        voltage = replace(_parse_record(charge_voltage.CvlState, record.pop("voltage")), stage=stage)
        evidence = _parse_record(preset_check.ChemistryEvidence, record.pop("evidence"))
        return replace(_parse_record(Snapshot, record), voltage=voltage, evidence=evidence), sampled_at
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def _parse_record(record: type[Any], given: dict[str, Any]) -> Any:
    """Build a record, checking the type of each value; nested records are left ``None``.

    A missing value is the field's default, so that a field can be added without discarding older snapshots.

    Raises:
        TypeError, KeyError, ValueError: a value without a default is missing, or one is of the wrong type.
    """
    values: dict[str, Any] = {}
    for row in fields(record):
        if row.name in ("stage", "voltage", "evidence"):
            values[row.name] = None
            continue
        if row.name in given or row.default is MISSING:
            values[row.name] = _parse_value(row.type, given[row.name])
    return record(**values)


def _parse_value(kind: Any, value: Any) -> Any:
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


def expire(snapshot: Snapshot, elapsed: float | None) -> Snapshot:
    """The parts that are still valid after ``elapsed`` s, ``None`` if unknown.

    Latches stay however long it has been: a sample ends them. What is known of chargers stays, too. The stage
    stays if the time is unknown, because float and a shortened absorption are the lower voltages.
    """
    if elapsed is None or elapsed <= STAGE_VALID_FOR:
        return snapshot
    return replace(snapshot, voltage=charge_voltage.CvlState(overshoot=snapshot.voltage.overshoot))
