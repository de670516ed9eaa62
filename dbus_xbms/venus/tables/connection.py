"""The line of text that the GX shows of a pack or bank: its contact, and what is off and why. Pure.

Modbus carries the first 16 characters, so the state of the contact comes first.
"""

from __future__ import annotations

from dbus_xbms.model import BETWEEN_POLLS, LENT, Mosfet, Phase, Protection
from dbus_xbms.report import AnyReport, Report

SILENT = (Phase.DERATED, Phase.LOST, Phase.WITHDRAWN)
BRIEF = {BETWEEN_POLLS: "connected at intervals"}
# What a protection of the BMS says about itself, in the words of the GX's alarms
TRIPPED = {
    Protection.CELL_OVERVOLTAGE: "a cell is too high",
    Protection.CELL_UNDERVOLTAGE: "a cell is too low",
    Protection.PACK_OVERVOLTAGE: "pack voltage too high",
    Protection.PACK_UNDERVOLTAGE: "pack voltage too low",
    Protection.CHARGE_OVERTEMPERATURE: "too hot",
    Protection.CHARGE_UNDERTEMPERATURE: "too cold",
    Protection.DISCHARGE_OVERTEMPERATURE: "too hot",
    Protection.DISCHARGE_UNDERTEMPERATURE: "too cold",
    Protection.CHARGE_OVERCURRENT: "charge current too high",
    Protection.DISCHARGE_OVERCURRENT: "discharge current too high",
    Protection.SHORT_CIRCUIT: "short circuit",
    Protection.FRONTEND_ERROR: "the BMS cannot measure",
    Protection.CHARGE_FAULT: "charge fault",
    Protection.DISCHARGE_FAULT: "discharge fault",
    Protection.MOSFET_OVERTEMPERATURE: "MOSFETs too hot",
}
DIRECTIONS = {Mosfet.CHARGE: "charging", Mosfet.DISCHARGE: "discharging"}


def contact(report: Report) -> str:
    """Describe the contact with a pack, and why there is none."""
    phase, trouble = report.decision.phase, report.trouble or report.link.finding
    if phase in LENT:
        return f"lent to phone app, {report.link.state.removeprefix('lent, ')}"
    if phase in SILENT:
        return ": ".join(filter(None, ("no contact", trouble or report.link.state)))
    if phase is Phase.HELD:
        return f"no reply: {trouble}" if trouble else "no reply"
    if phase is Phase.WAITING and trouble:
        return f"no contact yet: {trouble}"
    return BRIEF.get(report.link.state, report.link.state)


def stopped(report: AnyReport) -> str:
    """Say which currents are stopped, and why: by a MOSFET that is off, else by the limits; "" if none is."""
    found = filter(None, (_direction(report, mosfet) for mosfet in Mosfet))
    return "; ".join(found)


def _direction(report: AnyReport, mosfet: Mosfet) -> str:
    limits, name = report.decision.limits, DIRECTIONS[mosfet]
    if report.mosfets and not report.mosfets.of(mosfet):
        return f"{name} off: {_why_off(report, mosfet)}"
    if limits is None:
        return ""
    charge = mosfet is Mosfet.CHARGE
    current, why = (
        (limits.ccl, limits.charge_limitation) if charge else (limits.dcl, limits.discharge_limitation)
    )
    return "" if current else f"{name} stopped: {why}"


def _why_off(report: AnyReport, mosfet: Mosfet) -> str:
    if report.switching.commanded.of(mosfet) is False:
        return "switched off"
    tripped = report.protection & mosfet.blocked_by
    reasons = dict.fromkeys(words for protection, words in TRIPPED.items() if protection in tripped)
    return ", ".join(reasons) or "by the BMS itself"


def joined(*parts: str) -> str:
    """Join parts of the line; empty ones are left out."""
    return "; ".join(filter(None, parts))
