"""The role of a pack: whether chargers obey it, or a bank to which it belongs."""

from __future__ import annotations

import asyncio

from dbus_xbms.pack.persistence import SettingsWriter
from dbus_xbms.policy.authority import Reason, Ruling, control_disabled
from dbus_xbms.policy.bank.records import Membership
from dbus_xbms.policy.charge.charge_voltage import CvlState
from dbus_xbms.settings import PackSettings


class Role:
    """What the arbiter and a bank have decided about one pack; ``changed`` is set when that changes.

    Whether the pack controlled, and whether a bank depended on it, are stored for the next start.
    """

    def __init__(self, settings: PackSettings, writer: SettingsWriter, changed: asyncio.Event) -> None:
        self._settings = settings
        self._writer = writer
        self._changed = changed
        self._ruling = Ruling(Reason.NOTHING)  # until the arbiter rules, the owner's setting decides
        self._membership: Membership | None = None  # of a bank; None: none, or not known yet
        self.shared = False  # Venus passes voltage and current on to chargers

    @property
    def controls(self) -> bool:
        """Whether the pack controls chargers and inverters."""
        return not control_disabled(self._settings) and self._ruling.controls

    @property
    def no_control(self) -> str:
        """Why the pack does not control, in words."""
        return self._ruling.words

    @property
    def managed(self) -> bool:
        """Whether limits of the pack are decided: it controls, or a bank's depend on them."""
        return self.controls or bool(self._settings.in_bank)

    @property
    def bank(self) -> str:
        """Name of the bank to which the pack belongs; empty if there is none."""
        return self._membership.bank if self._membership else ""

    @property
    def controlled_by(self) -> str:
        """Name of the bank that may control in place of the pack; empty if there is none."""
        return self._membership.bank if self._membership and self._membership.managed else ""

    @property
    def stage(self) -> CvlState | None:
        """The stage of the bank's charge, which replaces the pack's own."""
        return self._membership.charge if self._membership else None

    @property
    def voltage_beside(self) -> float | None:
        """Voltage of the packs that are connected in parallel with this one, in V; ``None``: unknown."""
        return self._membership.voltage if self._membership else None

    def set_ruling(self, ruling: Ruling) -> None:
        """Set whether this pack controls chargers, and why not."""
        if ruling.reason is not Reason.UNDECIDED:
            self._writer.put({PackSettings.controlled.name: int(ruling.controls)})
        if ruling != self._ruling:
            self._ruling = ruling
            self._changed.set()

    def belongs_to(self, membership: Membership) -> bool:
        """Return whether the pack already belongs to a bank of this name and kind."""
        return _standing(self._membership) == _standing(membership)

    def set_membership(self, membership: Membership | None) -> None:
        """Set to which bank the pack belongs, and what the bank tells it; ``None``: to none.

        The bank's stage and voltage count from the next poll on.
        """
        managed = bool(membership and membership.managed)
        if bool(self._settings.in_bank) is not managed:
            self._writer.put({PackSettings.in_bank.name: int(managed)})
        before, self._membership = self._membership, membership
        if _standing(before) != _standing(membership):
            self._changed.set()

    def set_shared(self, shared: bool) -> None:
        """Set whether Venus passes this pack's voltage and current on to chargers."""
        if shared != self.shared:
            self.shared = shared
            self._changed.set()


def _standing(membership: Membership | None) -> tuple[str, bool] | None:
    return (membership.bank, membership.managed) if membership else None
