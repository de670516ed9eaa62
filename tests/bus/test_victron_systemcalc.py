"""Limits on their way to the chargers, through the programs of a real GX: systemcalc and localsettings.

Runs where VICTRON_SRC is set, as :mod:`tests.bus.victron` says.
"""

from __future__ import annotations

from pathlib import Path

from tests.bus.shown_packs import ONE, TWO
from tests.bus.venus import CONTROL
from tests.bus.victron import (
    MULTI,
    NEEDS_VICTRON,
    REACHES_CHARGERS,
    REST,
    SOLAR,
    SYSTEM,
    added,
    controlled_by,
    gx,
    limits,
    reached,
    service,
)
from tests.patience import PATIENCE

pytestmark = NEEDS_VICTRON

SILENCE = {"HoldTime": 5.0, "StopAfter": 14.0, "ControlRemoveAfter": 24.0}  # s, each from the last good poll


async def test_a_pack_without_control_is_shown_but_never_controls(tmp_path: Path) -> None:
    async with gx(tmp_path) as running:
        await added(running, ONE)
        await running.until(SYSTEM, {"/Dc/Battery/BatteryService": service(ONE)})
        await running.stays(SYSTEM, controlled_by(None, None))
        assert not [write for write in running.writes if write[1] in reached(0, 0, 0)]


async def test_the_limits_of_a_pack_reach_multi_and_solar_charger(tmp_path: Path) -> None:
    async with gx(tmp_path) as running:
        await added(running, ONE, **CONTROL, MaxChargeCurrent=24.0)
        cvl, ccl, dcl = limits(running, ONE)
        assert (cvl, ccl, dcl) == (13.8, 24.0, 50.0)
        await running.until(SYSTEM, controlled_by(ONE, cvl))
        await running.until(MULTI, reached(cvl, ccl, dcl))
        await running.until(SOLAR, {"/Link/ChargeVoltage": cvl, "/Link/ChargeCurrent": ccl})
        await running.venus.set(ONE, "MaxChargeCurrent", 10.0)
        await running.until(SOLAR, {"/Link/ChargeCurrent": 10})


async def test_of_two_packs_only_the_one_with_control_1_controls(tmp_path: Path) -> None:
    async with gx(tmp_path, REST, REST) as running:
        await added(running, ONE, TWO, Chemistry="LiFePO4")
        await running.stays(SYSTEM, controlled_by(None, None))
        await running.venus.set(TWO, "Control", 1)
        await running.until(SYSTEM, controlled_by(TWO, 13.8))
        await running.until(SYSTEM, {"/Dc/Battery/BatteryService": service(TWO)})
        await running.until(SYSTEM, {"/Dvcc/Alarms/MultipleBatteries": 0})


async def test_control_can_be_switched_at_runtime(tmp_path: Path) -> None:
    async with gx(tmp_path) as running:
        await added(running, ONE, **CONTROL)
        await running.until(SYSTEM, controlled_by(ONE, 13.8))
        await running.venus.set(ONE, "Control", 0)
        await running.until(SYSTEM, controlled_by(None, None))
        await running.until(SYSTEM, {"/Dc/Battery/BatteryService": service(ONE)})
        await running.venus.set(ONE, "Control", 1)
        await running.until(SYSTEM, controlled_by(ONE, 13.8))


async def test_outputs_that_appear_leave_the_control_where_it_is(tmp_path: Path) -> None:
    async with gx(tmp_path) as running:
        await added(running, ONE, **CONTROL)
        await running.until(MULTI, reached(13.8, 30, 50.0))
        await running.venus.set(ONE, "AllowMosfetControl", 1)
        await running.venus.until(ONE, lambda seen: "/SwitchableOutput/charge/State" in seen.items)
        await running.until(SYSTEM, controlled_by(ONE, 13.8))
        await running.stays(MULTI, reached(13.8, 30, 50.0))


async def test_a_pack_that_refuses_its_password_controls_nothing(tmp_path: Path) -> None:
    async with gx(tmp_path, {**REST, "password": "123123"}) as running:
        await running.venus.enable(ONE, **CONTROL, Password="654321")
        await running.venus.until(ONE, lambda seen: "password" in str(seen["/ConnectionInformation"]))
        await running.stays(SYSTEM, controlled_by(None, None))
        assert not [write for write in running.writes if write[1] in reached(0, 0, 0)]


def below_rest(volts: float) -> bool:
    """Whether a CVL does not charge: it is 0.4 V below the last voltage of the pack."""
    return 12.4 <= volts <= 13.0


async def test_silence_reaches_the_chargers_step_by_step_and_a_good_poll_ends_it(tmp_path: Path) -> None:
    hold, stop, withdraw = SILENCE.values()
    async with gx(tmp_path) as running:
        await added(running, ONE, **CONTROL, **SILENCE)
        await running.until(MULTI, reached(13.8, 30, 50.0))
        await running.sim.fault("vanish", ONE)
        await running.until(MULTI, reached(below_rest, 0, 25.0), hold + REACHES_CHARGERS)
        await running.until(SOLAR, {"/Link/ChargeVoltage": below_rest, "/Link/ChargeCurrent": 0})
        await running.until(SYSTEM, {"/Dc/Battery/Soc": None, **controlled_by(ONE, below_rest)})
        await running.until(MULTI, reached(below_rest, 0, 0.0), stop - hold + REACHES_CHARGERS)
        await running.venus.until_gone(ONE, withdraw - stop + 2.0)
        await running.until(SYSTEM, controlled_by(None, None))
        before = len(running.writes)
        await running.stays(SYSTEM, controlled_by(None, None))
        assert running.writes[before:] == []  # so the chargers' own watchdogs end charging, with error 67
        await running.sim.fault("appear", ONE)
        await running.until(SYSTEM, controlled_by(ONE, 13.8), timeout=PATIENCE)
        again = {"/Link/ChargeVoltage": 13.8, "/Link/ChargeCurrent": lambda amperes: amperes > 0}
        await running.until(SOLAR, again, timeout=PATIENCE)
