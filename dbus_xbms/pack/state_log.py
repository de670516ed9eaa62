"""Log the state of a pack: a line for each change."""

from __future__ import annotations

import logging

from dbus_xbms.model import LENT, PackIdentity, Phase
from dbus_xbms.policy.alarms import BMS_CABLE
from dbus_xbms.policy.decision import Decision

log = logging.getLogger(__name__)

SILENT = (Phase.DERATED, Phase.LOST, Phase.WITHDRAWN)


class StateLogger:
    """Logs one pack; compares each decision with the previous one."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._before: Decision | None = None
        self._for_owner = ""
        self._doubt = ""  # as last logged

    def log(self, decision: Decision, identity: PackIdentity, why: str) -> None:
        """Log what has changed; ``why``: the reason for silence, if there is any."""
        before, self._before = self._before, decision
        self._log_doubt(decision)
        self._log_phase(
            before.phase if before else Phase.WAITING, decision.phase, identity, decision.doubt or why
        )
        known = before.alarms if before else {}
        for path, level in decision.alarms.items() if decision.alarms != known else ():
            if path in known and known[path] is not level and path != BMS_CABLE:  # logged with the phase
                log.info("%s: %s is now %s", self._address, path, level.name)
        mode = before.limits.mode if before and before.limits else ""
        if decision.sample and decision.limits and decision.limits.mode != mode:
            log.info("%s: charging: %s", self._address, decision.limits.mode)
        self._log_for_owner(decision)
        if decision.refused and decision.refused != self._doubt and not (before and before.refused):
            log.error("%s: charging stays off: %s", self._address, decision.refused)

    def _log_for_owner(self, decision: Decision) -> None:
        """Log once what only the owner can resolve, and that it is resolved."""
        if not decision.sample or decision.for_owner == self._for_owner:
            return
        if decision.for_owner:
            log.warning("%s: %s", self._address, decision.for_owner)
        else:
            log.info("%s: resolved: %s", self._address, self._for_owner)
        self._for_owner = decision.for_owner

    def _log_doubt(self, decision: Decision) -> None:
        """Log once what is wrong with the pack or its readings, and that it is resolved."""
        if decision.doubt and decision.doubt != self._doubt:
            log.warning("%s: %s", self._address, decision.doubt)
        elif self._doubt and not decision.doubt and decision.phase is Phase.FRESH:
            log.info("%s: resolved: %s", self._address, self._doubt)
        elif not decision.doubt:
            return
        self._doubt = decision.doubt

    def _log_phase(self, before: Phase, after: Phase, identity: PackIdentity, why: str) -> None:
        if after in SILENT and before is not after:
            log.warning("%s: no contact (%s): %s", self._address, after.value, why)
        elif after is Phase.FRESH and before in (Phase.WAITING, *LENT, *SILENT):
            model, cells = identity.hardware or "BMS", identity.cell_count
            log.info("%s: polling (%s, %d cells)", self._address, model, cells)
