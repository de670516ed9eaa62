"""The mode of charge control in words: the stage, and what makes the CVL lower than that asks for. Pure."""

from __future__ import annotations

from dbus_xbms.policy.charge import charge_voltage, cvl_cap
from dbus_xbms.policy.charge.charge_voltage import Stage
from dbus_xbms.policy.charge.current_limits import RuleContext


def mode(
    voltage: charge_voltage.CvlState, obeyed: cvl_cap.CapState, situation: RuleContext, cvl: float, ccl: float
) -> str:
    """Where the charge stands, and what makes the CVL lower than that stage asks for."""
    if situation.refused:
        return "Refused"
    stage = str(voltage.stage.value)
    if voltage.topping:
        stage = f"{stage}, top balance"
    elif voltage.stage is Stage.ABSORPTION and voltage.since_balancing < charge_voltage.BALANCER_REST:
        stage = f"{stage}, balancing"
    why = _lowered_by(voltage, obeyed, situation, cvl, ccl)
    return f"{stage}, {why}" if why else stage


def _lowered_by(
    voltage: charge_voltage.CvlState, obeyed: cvl_cap.CapState, situation: RuleContext, cvl: float, ccl: float
) -> str:
    """Which rule makes the CVL what it is, if it is not the stage; without numbers, which would flicker."""
    if obeyed.disobeyed:
        return "CVL lowered because chargers exceed the CCL"
    asked = len(situation.sample.cells) * charge_voltage.asked(voltage, situation.preset)
    if asked and cvl > asked - charge_voltage.STEP / 2:
        return ""
    rules = (
        (not situation.sample.cells, "CVL lowered because cell voltages are unknown"),
        (situation.dead, "CVL lowered for a dead cell"),
        (not ccl, "CVL lowered while charging is stopped"),
        (True, "CVL lowered for the highest cell"),
    )
    return next(words for applies, words in rules if applies)
