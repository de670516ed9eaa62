"""One task per pack: take what polling brings, decide, publish, remember."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from dbus_xbms.ble.air import Air
from dbus_xbms.ble.link import Capture
from dbus_xbms.control import history, monitor
from dbus_xbms.control.monitor import Decision
from dbus_xbms.diary import Diary
from dbus_xbms.keeper import Keeper, Store
from dbus_xbms.memory import extremes_of, history_of, identity_of, remembered
from dbus_xbms.model import Counters, Extremes, PackIdentity, Reading, Report
from dbus_xbms.poller import Poller, Progress
from dbus_xbms.protocols.base import LinkError, LoginFailed, ProtocolError, SwitchableBms
from dbus_xbms.settings import Settings, SettingsError, Value
from dbus_xbms.switching import Order, Switches
from dbus_xbms.venus.bus import BusError
from dbus_xbms.venus.localsettings import instance_of
from dbus_xbms.venus.setting_items import setting_written

log = logging.getLogger(__name__)

SAVE_EVERY = 600.0  # s between writes of what changes by itself: each one wears the flash
LONGEST_REST = 10.0  # s until a decision is looked at again even if it stands; supervision counts on it
SOONEST = 0.05  # s until a decision is looked at again: the rest of a phase may be less than a clock's tick
# A change of these makes the link anew.
LINK_SETTINGS = frozenset(
    {"ConnectionMode", "NotifyMethod", "AcquireFailed", "Adapter", "Password", "Passkey"}
)

OnWrite = Callable[[str, Value], bool]


class Shown(Protocol):
    """Where a pack is shown: :class:`dbus_xbms.venus.presence.Presence`, as far as it is used here."""

    def update(self, report: Report, now: float) -> bool:
        """Show the report if that takes no waiting."""
        ...

    async def show(self, report: Report, now: float) -> None:
        """Show the report; ``now`` is monotonic seconds."""
        ...

    async def leave(self) -> None:
        """Show nothing any more."""
        ...


class Pack:
    """One pack from the air to the bus.

    Two coroutines share its state and nothing else does: one holds the link and polls, the other publishes
    whatever is true now, so that a link which hangs cannot freeze what the bus shows.
    """

    def __init__(
        self,
        address: str,
        settings: Settings,
        *,
        air: Air,
        protocol: SwitchableBms,
        presence: Callable[[str, OnWrite], Shown],
        store: Store,
        capture: Capture | None = None,
    ) -> None:
        self.address = address
        self.settings = settings
        self._keeper = Keeper(address, settings, store, self._memory)
        self._switches = Switches(
            address, settings, protocol, hurry=self._hurry, remember=self._keeper.remember
        )
        self._poller = Poller(address, settings, self, air=air, protocol=protocol, capture=capture)
        self._presence = presence(address, self._written)
        self._identity = identity_of(settings)
        self._counters: Counters | None = None
        self._alone = False  # no other pack is enabled
        self._state = monitor.State(
            started=self._now(),
            extremes=extremes_of(settings),
            history=history.State(history=history_of(settings)),
        )
        self._shown: Decision | None = None
        self._diary = Diary(address)
        self._failed_polls = 0
        self._trouble = ""  # why the newest attempt failed, in the owner's words
        self._told = ""  # what only the owner can mend, as it was last said
        self._disturbed = ""  # by which programs
        self._bus_trouble = ""
        self._next_save = self._now() + SAVE_EVERY
        self._undecided = False  # the last decision failed
        self.shown_at = self._now()  # s: when the bus was last told what is true
        self._news = asyncio.Event()  # something to publish
        self._due = self._now()  # s: when to decide anew even without news
        self._awake_at = self._now()  # s: when that is looked at next

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()

    async def run(self) -> None:
        """Serve this pack until cancelled; whatever ends it, it leaves the bus and closes its link."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._poller.run(), name=f"link {self.address}")
                group.create_task(self._keep_showing(), name=f"bus {self.address}")
                group.create_task(self._keeper.run(), name=f"save {self.address}")
        finally:
            self._switches.lost("the service has ended")

    @property
    def progress(self) -> Progress:
        """How its polling gets on."""
        return self._poller.progress

    @property
    def alone(self) -> bool:
        """Whether no other pack is enabled: the only one controls chargers unless told otherwise."""
        return self._alone

    @alone.setter
    def alone(self, alone: bool) -> None:
        self._alone = alone
        self._news.set()

    @property
    def _controls(self) -> bool:
        return monitor.controls(self.settings, only_pack=self._alone)

    def change(self, name: str, value: Value) -> None:
        """Take over a setting that was changed from outside."""
        before = self.settings.get(name)
        try:
            self.settings.put(name, value)
        except SettingsError as err:
            log.warning("%s: %s; the old value stands", self.address, err)
            return
        if name in LINK_SETTINGS and self.settings[name] != before:  # not what we have just stored ourselves
            self._switches.lost("a setting of the link was changed")
            self._poller.relink()
        self._news.set()

    # What polling brings

    def polled(self, reading: Reading, begun: float, oldest: float) -> PackIdentity:
        """Take a good poll that was ``begun`` at that moment, its cells perhaps before; returns who it is."""
        # A poll with retries takes seconds: the age of its values counts from before they were measured.
        self._state = monitor.sampled(self._state, reading.sample, begun, oldest)
        if reading.counters:
            self._counters = reading.counters
        if reading.identity:
            self._learn(reading.identity)
        self._trouble = self._told = ""
        self._switches.sampled(reading.sample)
        self._show_at_once()
        return self._identity

    def poll_failed(self, err: LinkError | ProtocolError) -> None:
        """Take note that a poll, or the way to it, failed."""
        self._failed_polls += 1
        self._state = monitor.failed(self._state)
        trouble = str(err)
        # What only the owner can mend is said at once; a gap in the radio only when it outlasts the hold.
        for_owner = isinstance(err, LoginFailed) and trouble != self._told
        log.log(logging.WARNING if for_owner else logging.DEBUG, "%s: %s", self.address, trouble)
        self._trouble, self._told = trouble, trouble if for_owner else self._told
        self._switches.lost(trouble)
        self._news.set()

    def link_changed(self) -> None:
        """Take note that the link's status is another."""
        self._news.set()

    def connected(self) -> None:
        """Take note that a new connection stands."""
        self._switches.connected()

    @property
    def ordering(self) -> bool:
        """Whether an order waits to go out."""
        return self._switches.pending

    def order(self) -> Order | None:
        """Return the order that is to go out now, right after a good poll."""
        sample = self._state.sample
        return self._switches.due(sample, controls=self._controls) if sample else None

    def _hurry(self) -> None:
        self._poller.hurry()
        self._news.set()

    @property
    def hci(self) -> str:
        """The adapter that was last used, or empty."""
        return self._poller.status.hci

    def disturbed(self, by: str) -> None:
        """Take note of other programs that are in the way, or of none."""
        if by != self._disturbed:
            self._disturbed = by
            self._news.set()

    def acquire_failed(self) -> None:
        """Take note that notifications come as signals only, not over a socket."""
        log.info(
            "%s: notifications over a socket do not work; they come as signals from now on", self.address
        )
        self._keeper.remember({"AcquireFailed": 1})

    def _learn(self, identity: PackIdentity) -> None:
        """Take over what the BMS says of itself; an empty answer does not erase what is known."""
        self._identity = replace(
            identity,
            hardware=identity.hardware or self._identity.hardware,
            firmware=identity.firmware or self._identity.firmware,
            produced=identity.produced or self._identity.produced,
        )
        self._keeper.remember(remembered(self._identity))

    # The bus

    async def _keep_showing(self) -> None:
        try:
            while True:
                self._news.clear()
                now = self._now()
                await self._show(self._decided(now), now)
                self.shown_at = now
                await self._rest()
        finally:
            await self._presence.leave()

    async def _rest(self) -> None:
        """Wait for news, or until the newest decision, whoever made it, is to be looked at again."""
        while (now := self._now()) < self._due:
            if now >= self._next_save:
                self._next_save = now + SAVE_EVERY
                self._keeper.remember(self._memory())
            self._awake_at = self._due
            try:
                async with asyncio.timeout_at(self._due):
                    await self._news.wait()
                    return
            except TimeoutError:
                continue

    def _show_at_once(self) -> None:
        """Decide and show in this very moment; what takes waiting is left to :meth:`_keep_showing`."""
        now = self._now()
        told = self._presence.update(self._decided(now), now)
        if told:
            self.shown_at = now
        if not told or self._due < self._awake_at:
            self._news.set()

    def _decided(self, now: float) -> Report:
        self._switches.expire()
        decision = self._decide(now)
        self._poller.rest(decision.resting)
        why = self._trouble or f"the link is {self._poller.status.state}"
        self._diary.note(decision, self._identity, why, controls=self._controls)
        self._shown = decision
        self._due = now + max(min(decision.valid_for, LONGEST_REST), SOONEST)
        return self._report(decision)

    def _decide(self, now: float) -> Decision:
        """Decide; a fault in that stops the pack's currents, it never leaves the last limits standing."""
        try:
            self._state, decision = monitor.decide(
                self._state, now, self.settings, managed=self._controls, opening=self._switches.opening
            )
        except Exception:
            if not self._undecided:
                log.exception("%s: stopped by an error in this program", self.address)
            self._undecided = True
            self._state, decision = monitor.stopped(self._state, now, self.settings)
            return decision
        if self._undecided:
            log.info("%s: decides again", self.address)
        self._undecided = False
        return decision

    async def _show(self, report: Report, now: float) -> None:
        try:
            await self._presence.show(report, now)
            self._bus_trouble = ""
        except BusError as err:
            if str(err) != self._bus_trouble:
                log.warning("%s: %s", self.address, err)
            self._bus_trouble = str(err)

    def _report(self, decision: Decision) -> Report:
        return Report(
            address=self.address,
            instance=instance_of(self.settings.text("ClassAndVrmInstance")),
            custom_name=self.settings.text("CustomName"),
            insecure=bool(self.settings.number("InsecureConnection")),
            identity=self._identity,
            phase=decision.phase,
            sample=decision.sample,
            cell_temperatures=decision.temperatures.cells,
            mosfet_temperature=decision.temperatures.mosfet,
            counters=self._counters,
            alarms=decision.alarms,
            link=replace(self._poller.status, failed_polls=self._failed_polls, neighbours=self._disturbed),
            extremes=self._state.extremes,
            controls=self._controls,
            limits=decision.limits,
            soc=decision.soc,
            consumed=decision.consumed,
            time_to_go=decision.time_to_go,
            history=decision.history,
            switching=replace(self._switches.report, released_for=self._poller.lent_for),
            settings=self.settings.frozen,
        )

    def _written(self, path: str, value: Value) -> bool:
        """Somebody wrote to the service; True if accepted."""
        try:
            self._take_over(path, value)
        except SettingsError as err:
            log.warning("%s: %s", self.address, err)
            return False
        self._news.set()
        return True

    def _take_over(self, path: str, value: Value) -> None:
        if path == "/CustomName":
            self._keeper.remember({"CustomName": value})
        elif path == "/History/Clear" and value:
            self._state = replace(self._state, extremes=Extremes(), history=history.State())
            self._keeper.remember(self._memory())
        elif self._shown:
            written = setting_written(path, value, self._report(self._shown))
            if written:
                log.info("%s: %s set to %s from the bus", self.address, *written)
                self._keeper.remember(dict([written]))

    def _memory(self) -> dict[str, Value]:
        """What of the pack's life is to be stored."""
        return remembered(self._state.extremes) | remembered(self._state.history.history)
