"""One task per pack: keep its link, poll, decide, publish, remember."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Protocol

from dbus_xbms.ble.air import Air
from dbus_xbms.ble.backoff import Backoff
from dbus_xbms.ble.link import Capture, Link
from dbus_xbms.control import monitor
from dbus_xbms.control.freshness import PER_POLL, poll_interval
from dbus_xbms.control.monitor import Decision
from dbus_xbms.memory import extremes_of, identity_of, remembered
from dbus_xbms.model import Counters, LinkStatus, PackIdentity, Phase, Reading, Report
from dbus_xbms.protocols.base import BmsProtocol, LinkError, LoginFailed, ProtocolError
from dbus_xbms.settings import Settings, SettingsError, Value, pack_path
from dbus_xbms.venus.bus import BusError
from dbus_xbms.venus.localsettings import instance_of

log = logging.getLogger(__name__)

POLL_LIMIT = 10.0  # s for all requests of one poll with their retries
COUNTERS_EVERY = 300.0  # s between reads of the protection counters
SAVE_EVERY = 600.0  # s between writes of what changes by itself: each one wears the flash
SOONEST = 0.05  # s until a decision is looked at again: the rest of a phase may be less than a clock's tick
SAVE_LIMIT = 1.0  # s that saving may delay the program's end
LINK_SETTINGS = frozenset({"ConnectionMode", "Adapter", "Password"})  # a change of these makes the link anew

Store = Callable[[str, Value], Awaitable[Value]]
OnWrite = Callable[[str, Value], bool]


class Shown(Protocol):
    """Where a pack is shown: :class:`dbus_xbms.venus.presence.Presence`, as far as it is used here."""

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
        protocol: BmsProtocol,
        presence: Callable[[str, OnWrite], Shown],
        store: Store,
        capture: Capture | None = None,
    ) -> None:
        self.address = address
        self.settings = settings
        self._air = air
        self._protocol = protocol
        self._store = store
        self._capture = capture
        self._presence = presence(address, self._written)
        self._link: Link | None = None
        self._identity = identity_of(settings)
        self._counters: Counters | None = None
        self._counters_due = 0.0
        self._state = monitor.State(started=self._now(), extremes=extremes_of(settings))
        self._shown: Decision | None = None
        self._failed_polls = 0
        self._trouble = ""  # why the newest attempt failed, in the owner's words
        self._bus_trouble = ""
        self._unsaved: dict[str, Value] = {}
        self._next_save = self._now() + SAVE_EVERY
        self._news = asyncio.Event()  # something to publish
        self._relink = asyncio.Event()  # a setting of the link has changed
        self._to_save = asyncio.Event()

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()

    async def run(self) -> None:
        """Serve this pack until cancelled; whatever ends it, it leaves the bus and closes its link."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._keep_link(), name=f"link {self.address}")
            group.create_task(self._keep_showing(), name=f"bus {self.address}")
            group.create_task(self._keep_saving(), name=f"save {self.address}")

    def change(self, name: str, value: Value) -> None:
        """Take over a setting that was changed from outside."""
        try:
            self.settings.put(name, value)
        except SettingsError as err:
            log.warning("%s: %s; the old value stands", self.address, err)
            return
        if name in LINK_SETTINGS:
            self._relink.set()
        self._news.set()

    # The air

    async def _keep_link(self) -> None:
        while True:
            self._relink.clear()
            async with asyncio.TaskGroup() as group:
                link = group.create_task(self._hold_link(), name=f"poll {self.address}")
                await self._relink.wait()
                link.cancel()

    async def _hold_link(self) -> None:
        """Connect and poll, again and again."""
        delays = Backoff()
        link = self._air.link(
            self.address, self._protocol, adapter=self.settings.text("Adapter"), capture=self._capture
        )
        self._link, link.on_status = link, self._news.set
        while True:
            try:
                await link.open()
                await link.run(self._protocol.hello(self.address, self.settings.text("Password")))
                await self._poll_while_open(link, delays)
                pause = poll_interval(self.settings)
            except (LinkError, ProtocolError) as err:
                self._poll_failed(err)
                pause = delays.next()
            finally:
                await link.close()
            await asyncio.sleep(pause)

    async def _poll_while_open(self, link: Link, delays: Backoff) -> None:
        """Poll at a steady rate; in per-poll mode once."""
        known: PackIdentity | None = None
        due = self._now()
        while True:
            counters = known is not None and due >= self._counters_due
            reading = await self._poll(link, known, counters)
            self._polled(reading)
            delays.reset()
            known = self._identity
            if self.settings.number("ConnectionMode") == PER_POLL:
                return
            due = max(due + poll_interval(self.settings), self._now())
            await self._until(due, link)

    async def _poll(self, link: Link, known: PackIdentity | None, counters: bool) -> Reading:
        try:
            async with asyncio.timeout(POLL_LIMIT):
                return await link.run(self._protocol.poll(known, counters=counters))
        except TimeoutError as err:
            raise LinkError(f"poll not finished after {POLL_LIMIT:g} s") from err

    async def _until(self, due: float, link: Link) -> None:
        try:
            async with asyncio.timeout_at(due):
                await link.lost.wait()
        except TimeoutError:
            return
        raise LinkError("connection lost")

    def _polled(self, reading: Reading) -> None:
        now = self._now()
        self._state = monitor.sampled(self._state, reading.sample, now)
        if reading.counters:
            self._counters = reading.counters
            self._counters_due = now + COUNTERS_EVERY
        if reading.identity:
            self._learn(reading.identity)
        self._trouble = ""
        self._news.set()

    def _poll_failed(self, err: LinkError | ProtocolError) -> None:
        self._failed_polls += 1
        self._state = monitor.failed(self._state)
        trouble = str(err)
        # What only the owner can mend is said at once; a gap in the radio only when it outlasts the hold.
        level = (
            logging.WARNING if isinstance(err, LoginFailed) and trouble != self._trouble else logging.DEBUG
        )
        log.log(level, "%s: %s", self.address, trouble)
        self._trouble = trouble
        self._news.set()

    def _learn(self, identity: PackIdentity) -> None:
        """Take over what the BMS says of itself; an empty answer does not erase what is known."""
        self._identity = replace(
            identity,
            hardware=identity.hardware or self._identity.hardware,
            firmware=identity.firmware or self._identity.firmware,
            produced=identity.produced or self._identity.produced,
        )
        self._remember(remembered(self._identity))

    # The bus

    async def _keep_showing(self) -> None:
        try:
            while True:
                self._news.clear()
                now = self._now()
                self._state, decision = monitor.decide(self._state, now, self.settings)
                self._log_difference(decision)
                self._shown = decision
                await self._show(self._report(decision), now)
                self._save_extremes(now)
                try:
                    async with asyncio.timeout(max(min(decision.valid_for, SAVE_EVERY), SOONEST)):
                        await self._news.wait()
                except TimeoutError:
                    continue
        finally:
            await self._presence.leave()

    async def _show(self, report: Report, now: float) -> None:
        try:
            await self._presence.show(report, now)
            self._bus_trouble = ""
        except BusError as err:
            if str(err) != self._bus_trouble:
                log.warning("%s: %s", self.address, err)
            self._bus_trouble = str(err)

    def _report(self, decision: Decision) -> Report:
        link = self._link.status if self._link else LinkStatus()
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
            link=replace(link, failed_polls=self._failed_polls),
            extremes=self._state.extremes,
        )

    def _log_difference(self, decision: Decision) -> None:
        before = self._shown.phase if self._shown else Phase.WAITING
        after = decision.phase
        gone = (Phase.LOST, Phase.WITHDRAWN)
        if after in gone and before is not after:
            why = self._trouble or (self._link.status.state if self._link else "starting")
            log.warning("%s: no good poll for too long, %s: %s", self.address, after.value, why)
        elif after is Phase.FRESH and before in (Phase.WAITING, *gone):
            identity = self._identity
            log.info(
                "%s: polling (%s, %d cells)", self.address, identity.hardware or "BMS", identity.cell_count
            )
        known = self._shown.alarms if self._shown else {}
        for path, level in decision.alarms.items():
            if path in known and known[path] is not level:
                log.info("%s: %s is now %s", self.address, path, level.name)

    def _written(self, path: str, value: Value) -> bool:
        """Somebody wrote to the service; True if accepted."""
        if path == "/CustomName":
            self._remember({"CustomName": value})
            self._news.set()
        return True

    # What outlives the program

    def _remember(self, entries: dict[str, Value]) -> None:
        changed = {name: value for name, value in entries.items() if self.settings[name] != value}
        for name, value in changed.items():
            self.settings.put(name, value)
        self._unsaved |= changed
        if changed:
            self._to_save.set()

    def _save_extremes(self, now: float) -> None:
        if now >= self._next_save:
            self._next_save = now + SAVE_EVERY
            self._remember(remembered(self._state.extremes))

    async def _keep_saving(self) -> None:
        try:
            while True:
                await self._to_save.wait()
                self._to_save.clear()
                await self._save()
        finally:
            await self._save_last()

    async def _save(self) -> None:
        while self._unsaved:
            name = next(iter(self._unsaved))
            value = self._unsaved[name]
            try:
                await self._store(pack_path(self.address, name), value)
            except (SettingsError, BusError) as err:
                log.warning("%s: %s was not stored: %s", self.address, name, err)
            if self._unsaved.get(name) == value:
                del self._unsaved[name]

    async def _save_last(self) -> None:
        self._remember(remembered(self._state.extremes))
        try:
            async with asyncio.timeout(SAVE_LIMIT):
                await self._save()
        except TimeoutError:
            log.warning(
                "%s: localsettings does not answer; %s not stored", self.address, ", ".join(self._unsaved)
            )
