"""Invariants of everything decoded from bytes: finite, in range, of a legal type."""

from __future__ import annotations

from dataclasses import fields
from math import isfinite
from typing import TypeVar

from dbus_xbms.model import Counters, Mosfet, PackIdentity, PackSample, Reading
from dbus_xbms.policy.charge.chemistry import Preset, preset
from dbus_xbms.policy.charge.current_limits import (
    CHARGE_RATE,
    DISCHARGE_RATE,
    NO_CHARGE,
    NO_DISCHARGE,
    UNRATED,
)
from dbus_xbms.policy.charge.curves import Curve
from dbus_xbms.policy.decision import Decision
from dbus_xbms.policy.pack_state import PackState
from dbus_xbms.policy.state_of_charge import LONGEST_TO_GO, installed
from dbus_xbms.report import Report
from dbus_xbms.settings import PackSettings
from dbus_xbms.venus.item import Item

T = TypeVar("T")

LONGEST_VALUE = 6553.5  # the most that two bytes can say, in the coarsest unit
LARGEST_CURRENT = 3276.8  # A
MOST_SENSORS = 8 + 2  # Daren's tail brings two more
ROUNDING = 1e-6
TYPES = {"i": int, "d": float, "s": str}


def _known(value: T | None) -> T:
    """Return what a JBD always reports."""
    assert value is not None
    return value


def check_sample(sample: PackSample) -> None:
    """Check that a sample has only values that its bytes can encode and a pack can have."""
    assert 0 <= sample.voltage <= 655.35
    assert abs(sample.current) <= LARGEST_CURRENT
    assert 0 <= _known(sample.soc) <= 100
    assert 0 <= _known(sample.remaining) <= LONGEST_VALUE
    assert 0 <= _known(sample.nominal) <= LONGEST_VALUE
    assert 0 <= _known(sample.cycles) <= 0xFFFF
    assert 1 <= len(sample.cells) <= 32
    assert all(0 <= cell <= 65.535 for cell in sample.cells)
    assert _known(sample.balancing) <= set(range(1, 33))
    assert len(sample.temperatures) <= MOST_SENSORS
    assert len(sample.sensor_roles) in (0, len(sample.temperatures))
    assert sample.health is None or 0 < sample.health <= 100
    assert all(-273.1 <= celsius <= 6280.4 for celsius in sample.temperatures)
    assert sample.learned is None or 0.5 <= sample.learned / _known(sample.nominal) <= 1.3
    assert sample.balance_current is None or abs(sample.balance_current) <= 10.0


def check_counters(counters: Counters) -> None:
    """Check that each count fits in two bytes."""
    counts = [getattr(counters, row.name) for row in fields(counters)]
    assert all(count is None or 0 <= count <= 0xFFFF for count in counts)


def check_identity(identity: PackIdentity) -> None:
    """Check that texts are printable, and numbers possible for a pack."""
    assert identity.hardware.isprintable()
    assert 1 <= identity.cell_count <= 32
    assert 0 <= identity.ntc_count <= MOST_SENSORS
    assert 0 <= identity.nominal <= LONGEST_VALUE


def check_reading(reading: Reading) -> None:
    """Check the result of one poll."""
    check_sample(reading.sample)
    if reading.identity:
        check_identity(reading.identity)
    if reading.counters:
        check_counters(reading.counters)


def _ceiling(chosen: float, rate: float, nominal: float | None, owner: PackSettings) -> float:
    return chosen if chosen >= 0 else min(rate * installed(nominal, owner), owner.rating or UNRATED)


def check_decision(state: PackState, decision: Decision, owner: PackSettings) -> None:
    """Check that a decision stays within settings and preset."""
    assert decision.valid_for >= 0
    assert decision.soc is None or 0 <= decision.soc <= 100
    assert decision.consumed is None or decision.consumed <= 0
    assert decision.time_to_go is None or 0 <= decision.time_to_go <= LONGEST_TO_GO
    limits = decision.limits
    if limits is None or state.sample is None:
        return
    nominal, cells = state.sample.nominal, state.sample.cells
    assert 0 <= limits.ccl <= _ceiling(owner.max_charge_current, CHARGE_RATE, nominal, owner) + ROUNDING
    assert 0 <= limits.dcl <= _ceiling(owner.max_discharge_current, DISCHARGE_RATE, nominal, owner) + ROUNDING
    chosen = preset(owner)
    highest = max(chosen.full, chosen.top_balance) if limits.ccl > 0 else chosen.ceiling
    assert 0 <= limits.cvl <= len(cells) * highest + ROUNDING  # with a current of 0: the present voltage
    assert limits.cvl <= len(cells) * chosen.ceiling + ROUNDING
    assert isfinite(limits.battery_low_voltage)
    if decision.refused:
        assert limits.ccl == limits.dcl == 0
        assert limits.cvl <= state.sample.voltage
    _check_cutoffs(decision, chosen)
    check_curves(chosen)
    assert limits.mode
    assert limits.charge_limitation
    assert limits.discharge_limitation


def _check_cutoffs(decision: Decision, chosen: Preset) -> None:
    """Check that no current is allowed where none may flow."""
    sample, limits = decision.sample, decision.limits
    assert limits
    if sample is None:
        assert limits.ccl == 0
        return
    if (
        max(sample.cells) >= chosen.cutoff_high
        or (sample.protection or frozenset()) & NO_CHARGE
        or not sample.is_on(Mosfet.CHARGE)
    ):
        assert limits.ccl == 0
    low = min(sample.cells) <= chosen.cutoff_low
    if low or (sample.protection or frozenset()) & NO_DISCHARGE or not sample.is_on(Mosfet.DISCHARGE):
        assert limits.dcl == 0


def check_curves(chosen: Preset) -> None:
    """Check that a curve gives a fraction from 0 to 1 at any point."""
    for row in fields(chosen):
        curve = getattr(chosen, row.name)
        if isinstance(curve, Curve) and row.name not in ("lowest_plausible", "highest_plausible"):
            assert all(0 <= curve.at(x) <= 1 for x in (-273.1, -1.0, 0.0, 2.9, 3.5, 20.0, 100.0, 6280.4))


def check_items(items: tuple[Item[Report], ...], report: Report) -> None:
    """Check that every path has a finite number or printable text of its type, or no value."""
    for item in items:
        value = item.value(report)
        if value is None:
            continue
        assert type(value) is TYPES[item.kind], (item.path, value)
        if isinstance(value, str):
            assert value.isprintable(), (item.path, value)
        else:
            assert isfinite(value), (item.path, value)
            assert isinstance(value, float) or abs(value) < 2**63, (item.path, value)
        assert isinstance(item.show(value), str)
