"""The mode of charge control in words: the stage, and what makes the CVL lower than that asks for. Pure."""

from __future__ import annotations

from dbus_xbms.policy.charge import charge_voltage, cvl_cap
from dbus_xbms.policy.charge.charge_voltage import Stage
from dbus_xbms.policy.charge.current_limits import RuleContext


def mode(
    voltage: charge_voltage.CvlState, cap: cvl_cap.CapState, context: RuleContext, cvl: float, ccl: float
) -> str:
    """Where the charge stands, and what makes the CVL lower than that stage asks for."""
    if context.refused:
        return "Refused"
    stage = str(voltage.stage.value)
    if voltage.top_balancing:
        stage = f"{stage}, top balance"
    elif voltage.stage is Stage.ABSORPTION and voltage.since_balancing < charge_voltage.BALANCER_REST:
        stage = f"{stage}, balancing"
    why = _lowered_by(voltage, cap, context, cvl, ccl)
    return f"{stage}, {why}" if why else stage


def _lowered_by(
    voltage: charge_voltage.CvlState, cap: cvl_cap.CapState, context: RuleContext, cvl: float, ccl: float
) -> str:
    """Which rule makes the CVL what it is, if it is not the stage; without numbers, which would flicker."""
    if cap.lowered:
        return "CVL lowered because chargers exceed the CCL"
    asked = len(context.sample.cells) * charge_voltage.stage_voltage(voltage, context.preset)
    if asked and cvl > asked - charge_voltage.STEP / 2:
        return ""
    rules = (
        (not context.sample.cells, "CVL lowered because cell voltages are unknown"),
        (context.dead, "CVL lowered for a dead cell"),
        (not ccl, "CVL lowered while charging is stopped"),
        (True, "CVL lowered for the highest cell"),
    )
    return next(words for applies, words in rules if applies)
