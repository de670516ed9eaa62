"""One task per pack: take what polling brings, decide, publish, remember."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace

from dbus_xbms.ble.central import Central
from dbus_xbms.ble.link import Capture
from dbus_xbms.contact import Contact, ContactView
from dbus_xbms.logs import CountedLog
from dbus_xbms.model import Counters, Extremes, Orders, PackIdentity, Phase, Reading
from dbus_xbms.pack.commands import Order, Switches
from dbus_xbms.pack.contact_tracker import ContactTracker
from dbus_xbms.pack.persistence import PackMemory
from dbus_xbms.pack.poller import Poller, Progress
from dbus_xbms.pack.publisher import Publisher, Shown
from dbus_xbms.pack.setting_changes import SettingChanges
from dbus_xbms.pack.settings_writer import SettingsWriter, Store
from dbus_xbms.pack.state_log import StateLogger
from dbus_xbms.policy import engine, history, pack_state
from dbus_xbms.policy.authority import Reason, Ruling, control_disabled
from dbus_xbms.policy.decision import Decision
from dbus_xbms.policy.freshness import poll_interval, withdraws_after
from dbus_xbms.protocols import BmsFamily, LinkError, ProtocolError
from dbus_xbms.report import Report
from dbus_xbms.settings import PackSettings, Value
from dbus_xbms.venus.localsettings_wire import instance_of
from dbus_xbms.venus.tables.switches import Balancing, Lend, ordered

log = CountedLog(logging.getLogger(__name__))

OnWrite = Callable[[str, Value, str], bool]

UNDECIDED = "stopped by an error in this program; its currents are 0 until it decides again"


class Pack:
    """One pack from the air to the bus.

    Two coroutines share its state and nothing else does: one holds the link and polls, the other publishes
    whatever is true now, so that a link which hangs cannot freeze what the bus shows.
    """

    def __init__(
        self,
        address: str,
        settings: PackSettings,
        *,
        air: Central,
        protocol: BmsFamily,
        presence: Callable[[str, OnWrite], Shown],
        store: Store,
        capture: Capture | None = None,
    ) -> None:
        self.address = address
        self.settings = settings
        self._keeper = SettingsWriter(address, settings, store, self._memory)
        self._changes = SettingChanges(address, settings, self._keeper)
        self._continuity = PackMemory(address, settings, self._keeper)
        self._switches = Switches(
            address,
            settings,
            protocol.switching,
            hurry=self._hurry,
            show=lambda: self._showing.soon(),
            remember=self._keeper.remember,
        )
        self._poller = Poller(address, settings, self, air=air, protocol=protocol, capture=capture)
        self._showing = Publisher(address, presence(address, self._written), self._decided)
        self._counters: Counters | None = None
        self.switch_instance: int | None = None  # of the switch device beside the battery, if it has got one
        self.protocol = protocol
        self._state = replace(self._continuity.begun(self._now()), traits=protocol.traits)
        self.heard: Callable[[], object] = lambda: None  # called when another number of cells is known
        self._shared = False  # chargers are given our voltage for their own
        self._ruling = Ruling(
            Reason.NOTHING
        )  # until somebody else is asked, it is the owner's yes that counts
        if self._controls:
            self._state = self._continuity.recalled(self._state)
        self._shown: Decision | None = None
        self._diary = StateLogger(address)
        self._standing = ContactTracker(address, self._now())
        self._disturbed = ""  # by which programs
        self._undecided = False  # the last decision failed

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()

    def _memory(self) -> dict[str, Value]:
        return self._continuity.memory(self._state)

    async def run(self) -> None:
        """Serve this pack until cancelled; whatever ends it, it leaves the bus and closes its link."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._poller.run(), name=f"link {self.address}")
                group.create_task(self._showing.run(), name=f"bus {self.address}")
                group.create_task(self._keeper.run(), name=f"save {self.address}")
        finally:
            self._switches.lost("the service has ended")

    @property
    def shown_at(self) -> float:
        """When the bus was last told what is true, in s."""
        return self._showing.told_at

    @property
    def progress(self) -> Progress:
        """How its polling gets on."""
        return self._poller.progress

    @property
    def _controls(self) -> bool:
        return not control_disabled(self.settings) and self._ruling.controls

    def share(self, shared: bool) -> None:
        """Take over whether chargers are given this pack's voltage and current for their own."""
        if shared != self._shared:
            self._shared = shared
            self._showing.soon()

    def govern(self, ruling: Ruling) -> None:
        """Take over whether this pack controls chargers, and why not."""
        if ruling.reason is not Reason.UNDECIDED:
            self._keeper.remember({PackSettings.controlled.name: int(ruling.controls)})
        if ruling != self._ruling:
            self._ruling = ruling
            self._showing.soon()

    def change(self, name: str, value: Value) -> None:
        """Take over a setting that was changed from outside."""
        interval = poll_interval(self.settings)
        if self._changes.stored(name, value):
            self._switches.lost("a setting of the link was changed")
            self._poller.relink()
        if poll_interval(self.settings) < interval:  # the pause that is on would be silence from now on
            self._poller.hurry()
        self._showing.soon()

    def contact(self, now: float) -> Contact:
        """How the contact with the pack is, and why."""
        heard_at = self._state.sampled_at
        view = ContactView(
            link=self._poller.status.state,
            phase=self._shown.phase if self._shown else Phase.WAITING,
            failure=self._standing.failure,
            adapter=self.settings.adapter,
            lent_for=self._poller.lent_for,
            silence=None if heard_at is None else now - heard_at,
            running=now - self._state.started,
            withdraws_after=withdraws_after(self.settings, managed=self._controls),
            doubt=self._state.plausibility.doubt,
            unshown=self._showing.trouble,
            fault=UNDECIDED if self._undecided else "",
        )
        return self._standing.contact(view, now, self.settings.custom_name)

    # What polling brings

    def polled(self, reading: Reading, begun: float) -> PackIdentity:
        """Process a reading whose poll began at ``begun``, in s; return the pack's identity."""
        cells = self.settings.cells
        # A poll with retries takes seconds: the age of its values counts from before they were measured.
        self._state = pack_state.sampled(self._state, reading.sample, begun, reading.identity)
        if reading.counters:
            self._counters = reading.counters
        self._continuity.learn(reading, self._state)
        if self.settings.cells != cells:
            self.heard()
        self._standing.succeeded(self._now())
        if self._state.plausibility.accepted:
            self._switches.sampled(reading.sample)
        self._showing.at_once()
        return self._state.identity

    def poll_failed(self, err: LinkError | ProtocolError) -> None:
        """Record a failed poll."""
        self._state = pack_state.failed(self._state)
        # What only the owner can mend is said at once; a gap in the radio only when it outlasts the hold.
        level = logging.WARNING if self._standing.failed(err) else logging.DEBUG
        log.log(level, "%s: %s", self.address, err)
        self._switches.lost(str(err))
        self._showing.soon()

    def link_changed(self) -> None:
        """Record a new link status."""
        self._showing.soon()

    def connected(self) -> None:
        """Record a new connection."""
        self._switches.connected()

    @property
    def ordering(self) -> bool:
        """Whether an order waits to go out."""
        return self._switches.pending

    def order(self) -> Order | None:
        """Return the order that is to go out now, right after a good poll."""
        sample, begun = self._state.sample, self._state.sampled_at
        if sample is None or begun is None or self._state.failing:
            return None
        return self._switches.due(sample, begun, controls=self._controls)

    def _hurry(self) -> None:
        self._poller.hurry()
        self._showing.soon()

    @property
    def hci(self) -> str:
        """The adapter that was last used, or empty."""
        return self._poller.status.hci

    def disturbed(self, by: str) -> None:
        """Record which other programs are in the way; empty if none."""
        if by != self._disturbed:
            self._disturbed = by
            self._showing.soon()

    def acquire_failed(self) -> None:
        """Record that notifications work as signals only, not over a socket."""
        log.info("%s: notifications over a socket do not work; using D-Bus signals from now on", self.address)
        self._keeper.remember({PackSettings.acquire_failed.name: 1})

    # The bus

    def _decided(self, now: float) -> tuple[Report, float]:
        """Decide what is true now; returns what to show, and for how many s that stands."""
        self._switches.expire()
        decision = self._decide(now)
        self._continuity.keep_turning(self._state)
        self._poller.rest(decision.resting)
        well = decision.phase is Phase.FRESH
        self._shown = decision
        why = "" if well else self.contact(now).reason
        self._diary.note(decision, self._continuity.identity, why)
        return self._report(decision), decision.valid_for

    def _decide(self, now: float) -> Decision:
        """Decide; a fault in that stops the pack's currents, it never leaves the last limits standing."""
        try:
            self._state, decision = engine.decide(
                self._state,
                now,
                self.settings,
                managed=self._controls,
                turning_off=self._switches.turning_off,
            )
        except Exception:
            if not self._undecided:
                log.exception("%s: stopped by an error in this program", self.address)
            self._undecided = True
            self._state, decision = engine.stopped(self._state, now, self.settings)
            return decision
        if self._undecided:
            log.info("%s: decisions work again", self.address)
        self._undecided = False
        return decision

    def _report(self, decision: Decision) -> Report:
        link, switching, known = self._poller.status, self._switches.report, self._continuity.identity
        identity = known if known.cell_count else self._state.identity
        if link.interference != self._disturbed:
            link = replace(link, interference=self._disturbed)
        if lent_for := self._poller.lent_for:
            switching = replace(switching, lent_for=lent_for)
        return Report(
            address=self.address,
            instance=instance_of(self.settings.class_and_vrm_instance),
            custom_name=self.settings.custom_name,
            switchable=self.protocol.switching is not None,
            insecure=bool(self.settings.insecure_connection),
            # One that was never stored is shown all the same, so that its doubts are.
            identity=identity,
            product=self.protocol.product(identity.hardware),
            doubt=decision.doubt,
            phase=decision.phase,
            sample=decision.sample,
            cell_temperatures=decision.temperatures.cells,
            mosfet_temperature=decision.temperatures.mosfet,
            extreme_cells=decision.extreme_cells,
            extreme_sensors=decision.extreme_sensors,
            counters=self._counters,
            alarms=decision.alarms,
            link=link,
            age=decision.age,
            extremes=self._state.extremes,
            controls=self._controls,
            no_control=self._ruling.words,
            shared=self._shared,
            limits=decision.limits,
            soc=decision.soc,
            consumed=decision.consumed,
            time_to_go=decision.time_to_go,
            history=decision.history,
            switching=switching,
            switch_instance=self.switch_instance if self.settings.separate_switch_device else None,
            settings=self.settings.frozen,
        )

    def _written(self, path: str, value: Value, sender: str) -> bool:
        """Somebody wrote to the service; True if accepted."""
        if (order := ordered(path, value)) is not None:
            taken = self._ordered(order, sender)
            self._showing.soon()
            return taken
        if path == "/History/Clear" and value:
            log.info("%s: history cleared by %s", self.address, sender)
            self._state = replace(self._state, extremes=Extremes(), history=history.HistoryState())
            self._keeper.remember(self._memory())
        else:
            shown = self._report(self._shown) if self._shown else None
            if not self._changes.written(path, value, sender, shown):
                return False
        self._showing.soon()
        return True

    def _ordered(self, order: Orders | Lend | Balancing, sender: str) -> bool:
        if isinstance(order, Lend):
            return self._lend(order.minutes, sender)
        if isinstance(order, Balancing):
            return self._switches.balance(order.on, sender, self._no_contact())
        return self._switches.order(order, sender, self._no_contact())

    def _no_contact(self) -> str:
        """Why the pack cannot be told anything now; empty if it can."""
        if self._state.plausibility.doubt:
            return f"readings are not believed ({self._state.plausibility.doubt})"
        if self._shown and self._shown.phase is Phase.FRESH and not self._poller.lent_for:
            return ""
        return f"no contact with the pack ({self.contact(self._now()).reason})"

    def _lend(self, minutes: int, sender: str) -> bool:
        """Leave the pack to somebody else for a while, if that is allowed; 0: take it back."""
        if not minutes and not self._poller.lent_for:
            return True
        until = self._now() + 60 * minutes
        again = not pack_state.may_lend(self._state, until)
        if minutes and not self._switches.lend(minutes, sender, again=again):
            return False
        self._switches.lost("the link was lent")
        self._state = pack_state.lent(self._state, until)
        self._poller.lend(until)
        why = f"lent for {minutes} min" if minutes else "taken back"
        log.info("%s: the link is %s, asked for by %s", self.address, why, sender)
        return True
