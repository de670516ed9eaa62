"""Whether the preset is believed: a contradiction must last, and so must its end. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from dbus_xbms.model import PackSample
from dbus_xbms.policy import identity, state_of_charge
from dbus_xbms.policy.charge import chemistry_evidence
from dbus_xbms.policy.charge.chemistry import Preset, contradiction
from dbus_xbms.settings import PackSettings

DOUBT = 10.0  # s that a contradiction must last: voltages of one poll are measured one after the other
TRUST = 600.0  # s without contradiction until charging may begin again


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What was found about the preset; the first sample decides at once."""

    refused: str = ""  # why, in words
    stranger: bool = False  # it is not the pack that is stored
    turning_since: float | None = None  # s, since when samples have said the opposite

    @property
    def believed(self) -> bool:
        """Nothing speaks against the preset, not even for a moment."""
        return not self.refused and self.turning_since is None


def check(
    known: Verdict | None,
    chosen: Preset,
    signs: chemistry_evidence.ChemistryEvidence,
    sample: PackSample,
    now: float,
    settings: PackSettings,
) -> Verdict:
    """Judge the preset by a sample; ``known``: what was found so far."""
    if stranger := identity.contradiction(sample, settings):
        return Verdict(refused=stranger, stranger=True)
    if known and known.stranger:  # it is the pack that is stored again, or the owner has confirmed it
        known = None
    if not sample.cells:  # no evidence; other rules stop the currents
        return known or Verdict(refused=chosen.refused)
    found = contradiction(chosen, sample.cells, sample.soc) or chemistry_evidence.contradiction(
        signs, chosen, state_of_charge.assumed(sample.nominal, settings)
    )
    return debounce(known, found, now)


def debounce(verdict: Verdict | None, found: str, now: float) -> Verdict:
    """Follow what the samples say; ``found`` is a contradiction in words, or empty."""
    if verdict is None:
        return Verdict(refused=found)
    if bool(found) == bool(verdict.refused):
        return Verdict(refused=verdict.refused)
    since = now if verdict.turning_since is None else verdict.turning_since
    if now - since >= (DOUBT if found else TRUST):
        return Verdict(refused=found)
    return Verdict(refused=verdict.refused, turning_since=since)
