"""Decide what is published of a bank, from the newest decisions of its members and the time. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dbus_xbms.policy.bank.records import BankDecision, MemberView
from dbus_xbms.settings.bank import BankSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class BankState:
    """Everything remembered of one bank between decisions. Times in s, monotonic."""

    started: float


def decide(
    state: BankState,
    members: Sequence[MemberView],
    settings: BankSettings,
    now: float,
    *,
    managed: bool = False,
    shunt: float | None = None,
) -> tuple[BankState, BankDecision]:
    """Decide what to publish at ``now``, in s; may be called any number of times.

    Args:
        state: as returned by the last decision.
        members: all members, string after string, also those without contact.
        settings: of the bank.
        now: s, monotonic.
        managed: chargers obey the bank, so that it has limits.
        shunt: A, current of the bank as another battery monitor measures it; ``None``: not known.
    """
    raise NotImplementedError


def stopped(state: BankState, now: float) -> tuple[BankState, BankDecision]:
    """The decision after :func:`decide` has failed: all currents 0, no measured value."""
    raise NotImplementedError
