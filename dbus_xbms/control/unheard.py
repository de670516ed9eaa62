"""The limits of a pack that is not heard: after a silence began, after a fault, after a restart. Pure."""

from __future__ import annotations

from dataclasses import replace

from dbus_xbms.control import current_limits, gauge, misfit, obedience, recovery
from dbus_xbms.control.chemistry import preset
from dbus_xbms.control.current_limits import CHARGE_RATE, DISCHARGE_RATE
from dbus_xbms.control.limits import State
from dbus_xbms.control.recall import Recalled
from dbus_xbms.control.vetting import Verdict
from dbus_xbms.model import Limits, Phase
from dbus_xbms.settings import Settings

SILENCE = {
    Phase.LENT: "Link lent, derated",
    Phase.LENT_STOPPED: "Link lent, stopped",
    Phase.DERATED: "No contact, derated",
    Phase.LOST: "No contact, stopped",
}
REDUCED = (Phase.LENT, Phase.DERATED)  # phases in which some of the discharge current remains


def recalled(kept: Recalled, started: float, settings: Settings) -> State:
    """The limits of a pack that controlled before the program started, until it is heard."""
    chosen, count = preset(settings), int(settings.number("Cells"))
    cvl = max(0.0, min(kept.cvl, count * chosen.full))
    ccl = _allowed(kept.ccl, "MaxChargeCurrent", CHARGE_RATE, settings)
    dcl = _allowed(kept.dcl, "MaxDischargeCurrent", DISCHARGE_RATE, settings)
    mode = "No contact since the start"
    nothing = recovery.silence(mode)
    limits = Limits(
        cvl=cvl,
        ccl=0.0,
        dcl=dcl,
        mode=mode,
        charge_limitation=mode,
        discharge_limitation=mode,
        charge_request=kept.request,
        battery_low_voltage=count * chosen.low,
    )
    return State(
        limits=limits,
        preset=chosen,
        verdict=Verdict(),
        signs=kept.signs if kept.chemistry == chosen.name else misfit.State(),
        voltage=kept.voltage,
        obeyed=obedience.State(),
        charge=recovery.lowered(replace(nothing, limit=ccl), started),
        discharge=recovery.lowered(replace(nothing, limit=dcl), started),
        cut_high=kept.cut_high,
        cut_low=kept.cut_low,
        dead=kept.dead,
        capacity_unknown=False,  # the first sample tells
        request=kept.request,
        refuge=cvl,
        wake_cvl=count * chosen.floating,
        safe=kept.safe,
        seen=None,
        at=started,
    )


def _allowed(kept: float, name: str, rate: float, settings: Settings) -> float:
    """A current in A that was kept, as far as today's settings allow it."""
    capacity = gauge.installed(settings.number("Nominal"), settings)
    highest, _ = current_limits.ceiling(name, rate, capacity, settings)
    return max(0.0, min(kept, highest))


def to_recall(state: State) -> Recalled:
    """The part of it that is kept for the next run."""
    return Recalled(
        cvl=state.refuge,
        ccl=state.charge.shown,
        dcl=state.discharge.shown,
        safe=state.safe,
        cut_high=state.cut_high,
        cut_low=state.cut_low,
        dead=state.dead,
        request=state.request,
        voltage=state.voltage,
        chemistry=state.preset.name,
        signs=state.signs,
    )


def silent(before: State, phase: Phase, now: float, settings: Settings, doubted: str = "") -> State:
    """The limits in silence: nothing is charged, and what may be drawn shrinks with the phase.

    ``doubted``: why readings that do come are not believed, in words; counts as silence.
    """
    share = settings.number("DerateDischarge") / 100 if phase in REDUCED and before.safe else 0.0
    dcl = before.discharge.shown * share
    if (chosen := settings.number("MaxDischargeCurrent")) >= 0:
        dcl = min(dcl, chosen)
    why = f"Readings not believed ({doubted})" if doubted else SILENCE.get(phase, "No contact")
    limits = _without_charge(before, why, dcl)
    wake = 0.0 if doubted else _waking(before, phase, settings)
    if wake:
        words = f"{why}: WakeCurrent {wake:g} A"
        limits = replace(limits, cvl=before.wake_cvl, ccl=wake, charge_limitation=words)
    since = now if before.silent_since is None else before.silent_since
    return replace(before, limits=limits, silent_since=since)


def _waking(before: State, phase: Phase, settings: Settings) -> float:
    """The charge current in A for a pack that may be asleep until a charger wakes it: the owner's wish."""
    asleep = phase in (Phase.DERATED, Phase.LOST) and before.safe
    return min(settings.number("WakeCurrent"), before.charge.shown) if asleep else 0.0


def stopped(before: State, now: float, why: str) -> State:
    """The limits when nothing is known for sure; works on what is remembered alone."""
    limits = _without_charge(before, why, 0.0)
    return replace(
        before,
        limits=limits,
        charge=recovery.lowered(recovery.silence(why), now),
        discharge=recovery.lowered(recovery.silence(why), now),
    )


def _without_charge(before: State, why: str, dcl: float) -> Limits:
    dcl = min(dcl, before.limits.dcl)
    return replace(
        before.limits,
        cvl=before.refuge,
        ccl=0.0,
        dcl=dcl,
        mode=why,
        charge_limitation=f"{why}: not charging",
        discharge_limitation=f"{why}: {'reduced' if dcl else 'not discharging'}",
    )
