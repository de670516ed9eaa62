"""What the log tells of a pack's life: a line for each change, none while all is as it was."""

from __future__ import annotations

import logging

from dbus_xbms.model import LENT, PackIdentity, Phase
from dbus_xbms.policy.alarms import BMS_CABLE
from dbus_xbms.policy.decision import Decision

log = logging.getLogger(__name__)

SILENT = (Phase.DERATED, Phase.LOST, Phase.WITHDRAWN)


class StateLogger:
    """One pack's; compares each decision with the one before."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._before: Decision | None = None
        self._for_owner = ""
        self._doubt = ""  # as it was last logged

    def note(self, decision: Decision, identity: PackIdentity, why: str) -> None:
        """Log what has changed; ``why`` polling has brought nothing, should it be silent."""
        before, self._before = self._before, decision
        self._note_doubt(decision)
        self._note_phase(
            before.phase if before else Phase.WAITING, decision.phase, identity, decision.doubt or why
        )
        known = before.alarms if before else {}
        for path, level in decision.alarms.items():
            if path in known and known[path] is not level and path != BMS_CABLE:  # the phase has said it
                log.info("%s: %s is now %s", self._address, path, level.name)
        mode = before.limits.mode if before and before.limits else ""
        if decision.sample and decision.limits and decision.limits.mode != mode:
            log.info("%s: charging: %s", self._address, decision.limits.mode)
        self._note_for_owner(decision)
        if decision.refused and decision.refused != self._doubt and not (before and before.refused):
            log.error("%s: charging stays off: %s", self._address, decision.refused)

    def _note_for_owner(self, decision: Decision) -> None:
        """Log what only the owner can put right, once, and that it is over."""
        if not decision.sample or decision.for_owner == self._for_owner:
            return
        if decision.for_owner:
            log.warning("%s: %s", self._address, decision.for_owner)
        else:
            log.info("%s: resolved: %s", self._address, self._for_owner)
        self._for_owner = decision.for_owner

    def _note_doubt(self, decision: Decision) -> None:
        """Log what is wrong with the pack or its readings, once, and that it is over."""
        if decision.doubt and decision.doubt != self._doubt:
            log.warning("%s: %s", self._address, decision.doubt)
        elif self._doubt and not decision.doubt and decision.phase is Phase.FRESH:
            log.info("%s: resolved: %s", self._address, self._doubt)
        elif not decision.doubt:
            return
        self._doubt = decision.doubt

    def _note_phase(self, before: Phase, after: Phase, identity: PackIdentity, why: str) -> None:
        if after in SILENT and before is not after:
            log.warning("%s: no contact (%s): %s", self._address, after.value, why)
        elif after is Phase.FRESH and before in (Phase.WAITING, *LENT, *SILENT):
            model, cells = identity.hardware or "BMS", identity.cell_count
            log.info("%s: polling (%s, %d cells)", self._address, model, cells)
