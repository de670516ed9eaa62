"""Limits of a controlling pack without samples: in silence, after a restart, after a fault. Pure."""

from __future__ import annotations

from dbus_xbms.model import Limits, Phase
from dbus_xbms.policy import state_of_charge
from dbus_xbms.policy.charge import current_limits, cvl_cap, preset_check, ramp
from dbus_xbms.policy.charge.chemistry import preset
from dbus_xbms.policy.charge.current_limits import CHARGE_RATE, DISCHARGE_RATE
from dbus_xbms.policy.charge.limits_state import LimitsState
from dbus_xbms.policy.charge.preset_check import PresetVerdict
from dbus_xbms.policy.charge.snapshot import Snapshot
from dbus_xbms.record import replace
from dbus_xbms.settings import PackSettings, Setting

LENT_WORDS = "Lent to the phone app"
SILENCE = {Phase.LENT: LENT_WORDS, Phase.LENT_STOPPED: LENT_WORDS}  # otherwise: no contact
REDUCED = (Phase.LENT, Phase.DERATED)  # phases in which some of the discharge current remains


def restore(snapshot: Snapshot, started: float, settings: PackSettings) -> LimitsState:
    """Limits of a pack that controlled before the program started, until its first sample."""
    chosen, count = preset(settings), settings.cells
    cvl = max(0.0, min(snapshot.cvl, count * chosen.full))
    charge_ceiling = _ceiling(PackSettings.max_charge_current, CHARGE_RATE, settings)
    discharge_ceiling = _ceiling(PackSettings.max_discharge_current, DISCHARGE_RATE, settings)
    ccl = max(0.0, min(snapshot.ccl, charge_ceiling))
    dcl = max(0.0, min(snapshot.dcl, discharge_ceiling))
    mode = "No contact since the start"
    nothing = ramp.no_current(mode)
    limits = Limits(
        cvl=cvl,
        ccl=0.0,
        dcl=dcl,
        mode=mode,
        charge_limitation=mode,
        discharge_limitation=mode,
        charge_request=snapshot.request,
        battery_low_voltage=count * chosen.low,
    )
    return LimitsState(
        limits=limits,
        preset=chosen,
        verdict=PresetVerdict(),
        evidence=snapshot.evidence if snapshot.chemistry == chosen.name else preset_check.ChemistryEvidence(),
        voltage=snapshot.voltage,
        cap=cvl_cap.ignoring(snapshot.voltage.overshoot),
        charge=ramp.hold_at(replace(nothing, current=ccl), started),
        discharge=ramp.hold_at(replace(nothing, current=dcl), started),
        cut_high=snapshot.cut_high,
        cut_low=snapshot.cut_low,
        dead=snapshot.dead,
        capacity_unknown=False,  # decided by the first sample
        charge_ceiling=charge_ceiling,
        discharge_ceiling=discharge_ceiling,
        request=snapshot.request,
        silent_cvl=cvl,
        wake_cvl=count * chosen.floating,
        safe=snapshot.safe,
        last_sample=None,
        at=started,
    )


def _ceiling(setting: Setting[float], rate: float, settings: PackSettings) -> float:
    """The highest current in A that the settings allow now."""
    capacity = state_of_charge.installed(settings.nominal, settings)
    return current_limits.ceiling(setting, rate, capacity, settings)[0]


def to_snapshot(state: LimitsState) -> Snapshot:
    """The part of the state that is stored for the next run."""
    return Snapshot(
        cvl=state.silent_cvl,
        ccl=state.charge.published,
        dcl=state.discharge.published,
        safe=state.safe,
        cut_high=state.cut_high,
        cut_low=state.cut_low,
        dead=state.dead,
        request=state.request,
        voltage=state.voltage,
        chemistry=state.preset.name,
        evidence=state.evidence,
    )


def in_silence(
    before: LimitsState, phase: Phase, now: float, settings: PackSettings, doubt: str = ""
) -> LimitsState:
    """Limits in silence: no charging, and discharging reduced or stopped by the phase.

    ``doubt``: why readings are rejected, in words; that counts as silence.
    """
    share = settings.derate_discharge / 100 if phase in REDUCED and before.safe else 0.0
    dcl = before.discharge.published * share
    if (chosen := settings.max_discharge_current) >= 0:
        dcl = min(dcl, chosen)
    why = f"Readings not believed ({doubt})" if doubt else SILENCE.get(phase, "No contact")
    limits = _without_charge(before, why, dcl)
    wake = 0.0 if doubt else _wake_current(before, phase, settings)
    if wake:
        words = f"{why}: WakeCurrent {wake:g} A"
        limits = replace(limits, cvl=before.wake_cvl, ccl=wake, charge_limitation=words)
    since = now if before.silent_since is None else before.silent_since
    return replace(before, limits=limits, silent_since=since, steady=None)


def _wake_current(before: LimitsState, phase: Phase, settings: PackSettings) -> float:
    """Charge current in A to wake a pack that may be asleep; 0 unless the owner has set one."""
    asleep = phase in (Phase.DERATED, Phase.LOST) and before.safe
    return min(settings.wake_current, before.charge.published) if asleep else 0.0


def after_fault(before: LimitsState, now: float, why: str) -> LimitsState:
    """Limits after a fault in the program: no current. Uses nothing but the previous state."""
    limits = _without_charge(before, why, 0.0)
    return replace(
        before,
        limits=limits,
        steady=None,
        charge=ramp.hold_at(ramp.no_current(why), now),
        discharge=ramp.hold_at(ramp.no_current(why), now),
    )


def _without_charge(before: LimitsState, why: str, dcl: float) -> Limits:
    dcl = min(dcl, before.limits.dcl)
    return replace(
        before.limits,
        cvl=before.silent_cvl,
        ccl=0.0,
        dcl=dcl,
        mode=why,
        charge_limitation=f"{why}: not charging",
        discharge_limitation=f"{why}: {'reduced' if dcl else 'not discharging'}",
    )
