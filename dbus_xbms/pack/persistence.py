"""Persist pack state in localsettings: in the background, and rarely."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from functools import cache
from pathlib import Path

from dbus_xbms.dbus import BusError
from dbus_xbms.logs import CountedLog
from dbus_xbms.model import BmsTraits, Reading
from dbus_xbms.policy import history, identity, pack_state
from dbus_xbms.policy.charge import silent_limits, snapshot
from dbus_xbms.policy.charge.snapshot import Moment
from dbus_xbms.policy.pack_state import PackState
from dbus_xbms.record import replace
from dbus_xbms.settings import PackSettings, Settings, SettingsError, Value
from dbus_xbms.settings.persisted import extremes_of, history_of, identity_of, remembered

log = CountedLog(logging.getLogger(__name__))

SAVE_EVERY = 600.0  # s between writes of values that always change: each write wears the flash
SAVE_LIMIT = 1.0  # s that saving may delay the program's end

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")

Store = Callable[[str, Value], Awaitable[Value]]


@cache
def _boot() -> str:
    try:
        return BOOT_ID.read_text().strip()
    except OSError:  # then only the wall clock gives an age
        return ""


def moment(monotonic: float) -> Moment:
    """Return a moment by all clocks; ``monotonic`` is the loop's, in s."""
    return Moment(boot=_boot(), monotonic=monotonic, wall=time.time())


class SettingsWriter:
    """Writes settings of one pack or bank that changed here to localsettings.

    Args:
        name: of the pack or bank, in the log.
        settings: where changes are made, too.
        store: writes the setting at a path.
        path: returns the path of a setting by its name.
    """

    def __init__(self, name: str, settings: Settings, store: Store, path: Callable[[str], str]) -> None:
        self._name = name
        self._settings = settings
        self._path = path
        self._store = store
        self._unsaved: dict[str, Value] = {}
        self._to_save = asyncio.Event()

    def put(self, entries: dict[str, Value]) -> None:
        """Set settings, and store those that changed."""
        changed = {name: value for name, value in entries.items() if self._settings[name] != value}
        for name, value in changed.items():
            self._settings.put(name, value)
        self._unsaved |= changed
        if changed:
            self._to_save.set()

    def restore(self, name: str) -> None:
        """Store the present value again, because another program stored one that is refused."""
        self._unsaved[name] = self._settings[name]
        self._to_save.set()

    async def run(self) -> None:
        """Store what changes, until cancelled."""
        while True:
            await self._to_save.wait()
            self._to_save.clear()
            await self._save()

    async def flush(self) -> None:
        """Store what is left, within :data:`SAVE_LIMIT`."""
        try:
            async with asyncio.timeout(SAVE_LIMIT):
                await self._save()
        except TimeoutError:
            left = ", ".join(self._unsaved)
            log.warning("%s: localsettings does not answer; %s not stored", self._name, left)

    async def _save(self) -> None:
        while self._unsaved:
            name = next(iter(self._unsaved))
            value = self._unsaved[name]
            try:
                await self._store(self._path(name), value)
            except SettingsError as err:
                log.warning("%s: %s was not stored: %s", self._name, name, err)
            except BusError as err:
                log.debug("%s: %s was not stored: %s", self._name, ", ".join(self._unsaved), err)
                return  # the program ends, and reports it
            if self._unsaved.get(name) == value:
                del self._unsaved[name]


class PackMemory:
    """What a pack's state keeps over a restart: identity, history, and the state of charge control."""

    def __init__(self, address: str, settings: PackSettings, writer: SettingsWriter) -> None:
        self.identity = identity_of(settings)
        self._address = address
        self._settings = settings
        self._writer = writer
        self._checkpoint: tuple[object, ...] = ()  # of charge control, as last stored
        self._save_at = _now() + SAVE_EVERY  # s

    def initial_state(self, now: float, traits: BmsTraits, *, managed: bool) -> PackState:
        """Return the state at the start; ``managed`` limits continue where the program ended."""
        kept = history.HistoryState(history=history_of(self._settings))
        state = PackState(started=now, traits=traits, extremes=extremes_of(self._settings), history=kept)
        stored = snapshot.from_text(self._settings.control_state) if managed else None
        if not stored:
            return state
        known, heard_at = stored
        self._checkpoint = known.checkpoint
        age = snapshot.age(heard_at, moment(now))
        return pack_state.restored(state, known, age, self._settings)

    def learn(self, reading: Reading, state: PackState) -> None:
        """Store the identity of the BMS; another BMS's only once the owner has confirmed it."""
        sample, reported = reading.sample, state.identity
        confirmed = bool(self._settings.accept_new_bms)
        if not state.plausibility.accepted or not (confirmed or reading.identity):
            return
        if confirmed:
            log.warning("%s: the new BMS is accepted, as the owner has confirmed", self._address)
            reported = replace(reported, cell_count=len(sample.cells), nominal=sample.nominal or 0.0)
            self._writer.put({identity.CONFIRM: 0, PackSettings.cycles.name: sample.cycles or 0})
        elif identity.is_other_pack(reported, sample, self._settings):
            return
        self.identity = identity.merge(self.identity, reported, confirmed=confirmed)
        self._writer.put(remembered(self.identity))

    def save(self, state: PackState, now: float) -> None:
        """Store what a restart must not lose at once, and everything else every :data:`SAVE_EVERY`."""
        control = state.control
        if control and control.last_sample:
            checkpoint = silent_limits.to_snapshot(control).checkpoint
            if checkpoint != self._checkpoint:
                self._checkpoint = checkpoint
                self._writer.put(self._control_state(state))
        if now >= self._save_at:
            self._save_at += SAVE_EVERY
            self.save_all(state)

    def save_all(self, state: PackState) -> None:
        """Store everything that changes by itself; first what a restart needs most, as time may run out."""
        kept = remembered(state.extremes) | remembered(state.history.history)
        kept |= identity.cycles_to_store(state.identity, state.sample, self._settings)
        self._writer.put(self._control_state(state) | kept)

    @staticmethod
    def _control_state(state: PackState) -> dict[str, Value]:
        control, at = state.control, state.sampled_at
        if control is None or control.last_sample is None or at is None:
            return {}
        now = _now()
        kept = snapshot.to_text(silent_limits.to_snapshot(control), moment(now).earlier(now - at))
        return {PackSettings.control_state.name: kept}


def _now() -> float:
    return asyncio.get_running_loop().time()
