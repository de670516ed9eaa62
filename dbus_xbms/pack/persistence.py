"""What the program learns of one pack and takes with it over a restart."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace

from dbus_xbms.logs import CountedLog
from dbus_xbms.model import Reading
from dbus_xbms.pack.settings_writer import SettingsWriter, moment
from dbus_xbms.policy import history, identity, pack_state
from dbus_xbms.policy.charge import silent_limits, snapshot
from dbus_xbms.settings import PackSettings, Value
from dbus_xbms.settings.persisted import extremes_of, history_of, identity_of, remembered

log = CountedLog(logging.getLogger(__name__))


class PackMemory:
    """Keeps a pack's identity, its history, and where charge control stands."""

    def __init__(self, address: str, settings: PackSettings, keeper: SettingsWriter) -> None:
        self._address = address
        self._settings = settings
        self._keeper = keeper
        self.identity = identity_of(settings)
        self._turning: tuple[object, ...] = ()  # of what is kept of charge control, as it was last stored

    def begun(self, now: float) -> pack_state.PackState:
        """What is known of a pack before it is heard: its extremes and its history."""
        kept = history.HistoryState(history=history_of(self._settings))
        return pack_state.PackState(started=now, extremes=extremes_of(self._settings), history=kept)

    def recalled(self, state: pack_state.PackState) -> pack_state.PackState:
        """Go on with the limits where the program ended."""
        kept = snapshot.from_text(self._settings.control_state)
        if not kept:
            return state
        known, heard = kept
        self._turning = known.checkpoint
        passed = snapshot.age(heard, moment(state.started))
        return pack_state.restored(state, known, passed, self._settings)

    def learn(self, reading: Reading, state: pack_state.PackState) -> None:
        """Store what the BMS says of itself; if it may be another one, only once the owner confirms it."""
        sample, heard = reading.sample, state.identity
        if not state.plausibility.accepted:
            return
        if confirmed := bool(self._settings.accept_new_bms):
            log.warning(
                "%s: what the BMS reports of itself is stored, as the owner has confirmed", self._address
            )
            heard = replace(heard, cell_count=len(sample.cells), nominal=sample.nominal)
            self._keeper.remember({identity.CONFIRM: 0, PackSettings.cycles.name: sample.cycles})
        elif identity.is_other_pack(heard, sample, self._settings):
            return
        if confirmed or reading.identity:
            self.identity = identity.merge(self.identity, heard)
            self._keeper.remember(remembered(self.identity))

    def keep_turning(self, state: pack_state.PackState) -> None:
        """Store at once what a restart must not lose: a new stage of charging, a cut-off."""
        control = state.control
        if (
            control
            and control.last_sample
            and (turning := silent_limits.to_snapshot(control).checkpoint) != self._turning
        ):
            self._turning = turning
            self._keeper.remember(self._control_state(state))

    def memory(self, state: pack_state.PackState) -> dict[str, Value]:
        """What changes by itself and is stored now and then."""
        kept = remembered(state.extremes) | remembered(state.history.history)
        kept |= identity.cycles_to_store(state.identity, state.sample, self._settings)
        return kept | self._control_state(state)

    @staticmethod
    def _control_state(state: pack_state.PackState) -> dict[str, Value]:
        control, at = state.control, state.sampled_at
        if control is None or control.last_sample is None or at is None:
            return {}
        now = asyncio.get_running_loop().time()
        return {
            PackSettings.control_state.name: snapshot.to_text(
                silent_limits.to_snapshot(control), moment(now).earlier(now - at)
            )
        }
