"""Samples and states of MOSFETs, and what the policy says of a command."""

from __future__ import annotations

from dataclasses import replace

from dbus_xbms.model import Mosfet, Mosfets, MosfetTarget, PackSample
from dbus_xbms.policy import mosfets
from dbus_xbms.policy.mosfets import CommandVerdict
from dbus_xbms.protocols.jbd.protections import LOCK, commanded, is_locked, protections
from dbus_xbms.protocols.jbd.protections import ProtectionBit as Protection
from dbus_xbms.settings import PackSettings
from tests.unit.samples import sample

Values = dict[str, int]

CHARGE_OFF, DISCHARGE_OFF = MosfetTarget(charge=False), MosfetTarget(discharge=False)


def settings(**values: int) -> PackSettings:
    """Return settings that allow all switching, with changes."""
    return PackSettings({"AllowMosfetControl": 1, "AllowDischargeOff": 1} | values)


def observed(
    *, charge: bool = True, discharge: bool = True, protection: int = 0, current: float = 0.0
) -> PackSample:
    """Return a sample as a JBD reports it with these MOSFETs and protection bits."""
    on = Mosfets(charge=charge, discharge=discharge)
    return replace(
        sample(),
        mosfets=on,
        protection=protections(protection),
        commanded=commanded(on, protection),
        locked=is_locked(protection),
        current=current,
        nominal=100.0,
    )


KNOWN = mosfets.sampled(mosfets.MosfetState(), observed())


def refusal(
    state: mosfets.MosfetState,
    target: MosfetTarget,
    *,
    contact: str = "",
    values: Values | None = None,
    inrush: str = "",
    forced: frozenset[Mosfet] = frozenset(),
) -> str:
    """Return why a command is refused; "" if it is accepted."""
    request = mosfets.Request(
        target=target,
        contact=contact,
        settings=settings(**(values or {})),
        inrush=inrush,
        forced=forced,
    )
    return mosfets.refusal(state, request)


def verdict(
    state: mosfets.MosfetState,
    sample: PackSample,
    at: float = 100.0,
    *,
    began: float | None = None,
    controls: bool = False,
    values: Values | None = None,
    inrush: str = "",
) -> CommandVerdict:
    """Update the state from a sample and return its verdict, as polling does."""
    began = at if began is None else began
    state = mosfets.sampled(state, sample)
    return mosfets.judge(
        state, sample, began, at, settings(**(values or {})), controls=controls, inrush=inrush
    )


def commanded_to(state: mosfets.MosfetState, target: MosfetTarget, at: float = 100.0) -> mosfets.MosfetState:
    """Request, send and confirm a target at once."""
    state = mosfets.request(state, target, at)
    due = state.due
    assert due.charge is not None
    assert due.discharge is not None
    mask = Mosfets(charge=due.charge, discharge=due.discharge)
    return mosfets.confirm(mosfets.send(state, at), mask)


APART = "it has 13.80 V and the packs beside it 13.20 V"
HIDDEN = observed(charge=False, protection=LOCK | Protection.CELL_OVERVOLTAGE)
