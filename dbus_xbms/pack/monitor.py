"""Read one pack and decide what is published of it: link, polling, decision. Knows no bus."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from math import inf

from dbus_xbms.ble.central import Central
from dbus_xbms.ble.link import Capture
from dbus_xbms.contact import LOGINS, Contact, ContactView, Failure
from dbus_xbms.logs import CountedLog
from dbus_xbms.model import Counters, Extremes, MosfetTarget, Phase, SwitchStatus
from dbus_xbms.pack.command_sender import CommandSender
from dbus_xbms.pack.commands import Commands, Outgoing
from dbus_xbms.pack.contact_tracker import ContactTracker
from dbus_xbms.pack.persistence import PackMemory, SettingsWriter
from dbus_xbms.pack.poller import Polled, Poller, PollFailed, Progress
from dbus_xbms.pack.role import Role
from dbus_xbms.pack.setting_changes import SettingChanges
from dbus_xbms.pack.state_log import StateLogger
from dbus_xbms.policy import engine, history, pack_state
from dbus_xbms.policy.bank import inrush
from dbus_xbms.policy.bank.records import MemberView
from dbus_xbms.policy.decision import Decision
from dbus_xbms.policy.freshness import poll_interval, withdraws_after
from dbus_xbms.protocols import BmsFamily
from dbus_xbms.record import replace
from dbus_xbms.report import Balance, ChangeSetting, ClearHistory, ForceOn, Lend, Report, Request
from dbus_xbms.settings import PackSettings, Value, instance_of, name_of

log = CountedLog(logging.getLogger(__name__))

DECISION_FAILED = "stopped by an error in this program; its currents are 0 until it decides again"


class PackMonitor:
    """One pack as the air shows it: :meth:`reports` after each poll, :meth:`report` at any time.

    ``changed`` is set when something other than a poll makes a new report worth publishing; the publisher
    clears it. ``identified`` is set when the number of cells becomes known, on which control depends, and
    ``reported`` after each report.
    """

    def __init__(
        self,
        address: str,
        settings: PackSettings,
        *,
        central: Central,
        protocol: BmsFamily,
        writer: SettingsWriter,
        identified: asyncio.Event | None = None,
        reported: asyncio.Event | None = None,
        capture: Capture | None = None,
    ) -> None:
        self.address = address
        self.settings = settings
        self.switch_instance: int | None = None  # of the separate switch device, once it has one
        self.latest: Report | None = None
        self.latest_at = -inf  # s, when it was made
        self._protocol = protocol
        self._writer = writer
        self._identified = identified or asyncio.Event()
        self._reported = reported or asyncio.Event()
        self._poller = Poller(address, settings, central=central, protocol=protocol, capture=capture)
        self.changed = self._poller.changed
        self._commands = Commands(address, settings, protocol.switching)
        self._sender = CommandSender(address, self._commands, self._poller, writer)
        self.role = Role(settings, writer, self.changed)
        self._setting_changes = SettingChanges(address, settings, writer, self.role)
        self._memory = PackMemory(address, settings, writer)
        self._state_logger = StateLogger(address)
        self._contact = ContactTracker(address, _now())
        self._counters: Counters | None = None
        self._interference = ""  # of which programs
        self._decision_failed = False
        self._state = self._memory.initial_state(_now(), protocol.traits, managed=self.role.managed)

    # Reports

    async def reports(self) -> AsyncGenerator[Report, None]:
        """Poll the pack until closed; yield a report after each poll, good or failed."""
        try:
            while True:
                polled = await self._poller.next()
                self._take(polled)
                yield self.report(_now())
                if isinstance(polled, Polled) and (command := self._due(polled)):
                    await self._sender.send(command)
        finally:
            await self._poller.close()
            self._commands.fail_waiting("the service has ended")

    def report(self, now: float) -> Report:
        """Decide what holds now, in s, and report it."""
        self._commands.expire()
        decision = self._decide(now)
        self._memory.save(self._state, now)
        self._poller.rest(decision.resting)
        self._poller.urgent = self._urgent
        self.latest, self.latest_at = self._report(decision), now
        self._reported.set()
        why = "" if decision.phase is Phase.FRESH else self.contact(now).reason
        self._state_logger.log(decision, self._memory.identity, why)
        return self.latest

    def _take(self, polled: Polled | PollFailed) -> None:
        if isinstance(polled, PollFailed):
            self._state = pack_state.failed(self._state)
            # What only the owner can resolve is logged at once; a gap in the radio only once it lasts.
            level = logging.WARNING if self._contact.failed(polled.error) else logging.DEBUG
            log.log(level, "%s: %s", self.address, polled.error)
            self._commands.fail_waiting(str(polled.error))
            return
        accepted = self.settings.accept_new_bms  # maybe one with fewer cells
        reading = self._protocol.numbered(polled.reading, 0 if accepted else self.settings.cells)
        # A poll with retries takes seconds: the age of its values counts from its beginning.
        self._state = pack_state.sampled(self._state, reading.sample, polled.begun, reading.identity)
        self._counters = reading.counters or self._counters
        cells = self.settings.cells
        self._memory.learn(reading, self._state)
        if self.settings.cells != cells:
            self._identified.set()  # before a report is published: the first service is the right one
        self._contact.succeeded(_now())
        if polled.first:
            self._commands.connected()
        if self._state.plausibility.accepted:
            self._commands.sampled(reading.sample)
        if polled.socket_failed:
            log.info("%s: notifications over a socket do not work; using D-Bus signals", self.address)
            self._writer.put({PackSettings.acquire_failed.name: 1})

    def _decide(self, now: float) -> Decision:
        """Decide; an error in that sets the currents to 0 instead of leaving the last limits standing."""
        try:
            self._state, decision = engine.decide(
                self._state,
                now,
                self.settings,
                managed=self.role.managed,
                turning_off=self._commands.turning_off,
                stage=self.role.stage,
            )
        except Exception:
            if not self._decision_failed:
                log.exception("%s: stopped by an error in this program", self.address)
            self._decision_failed = True
            self._state, decision = engine.stopped(self._state, now, self.settings)
            return decision
        if self._decision_failed:
            log.info("%s: decisions work again", self.address)
        self._decision_failed = False
        return decision

    def _report(self, decision: Decision) -> Report:
        link, known, failure = self._poller.status, self._memory.identity, self._contact.failure
        if link.interference != self._interference:
            link = replace(link, interference=self._interference)
        # Before an identity is stored, the reported one is shown, with its doubts.
        identity = known if known.cell_count else self._state.identity
        return Report(
            address=self.address,
            product=self._protocol.product(identity.hardware, self.settings.advertised_name),
            switchable=self._protocol.switching is not None,
            instance=instance_of(self.settings.class_and_vrm_instance),
            custom_name=name_of(self.settings),
            identity=identity,
            decision=decision,
            counters=self._counters,
            link=link,
            extremes=self._state.extremes,
            controls=self.role.controls,
            no_control=self.role.no_control,
            shared=self.role.shared,
            switching=self.switching,
            switch_instance=self.switch_instance if self.settings.separate_switch_device else None,
            bank=self.role.bank,
            trouble=failure.words if failure else "",
            refuses_login=bool(failure and failure.state in LOGINS),
            settings=self.settings.frozen,
        )

    # Commands

    @property
    def _urgent(self) -> bool:
        """Whether the pack is polled again over this connection: a command waits, or a jump is confirmed."""
        return self._commands.waiting or self._state.plausibility.jumped

    def _due(self, polled: Polled) -> Outgoing | None:
        sample = self._state.sample
        if sample is None or self._state.failing or not self._commands.waiting:
            return None
        self.changed.set()  # whatever becomes of it
        danger = inrush.danger(sample, self.role.voltage_beside)
        command = self._commands.due(sample, polled.begun, controls=self.role.managed, inrush=danger)
        self._poller.urgent = self._urgent
        return command

    def request(self, request: Request, sender: str) -> bool:
        """Accept or refuse (False) what a program requests over the bus."""
        match request:
            case MosfetTarget():
                accepted = self._commands.switch(request, sender, self._no_contact(), inrush=self._inrush)
            case ForceOn(target):
                accepted = self._commands.switch(target, sender, self._no_contact(), force=True)
            case Balance(on):
                accepted = self._commands.balance(on, sender, self._no_contact())
            case Lend(minutes):
                accepted = self._lend(minutes, sender)
            case ClearHistory():
                accepted = self._clear_history(sender)
            case ChangeSetting(name, value):
                accepted = self._setting_changes.requested(name, value, sender)
        self._poller.urgent = self._urgent
        if self._commands.waiting:
            self._poller.hurry()
        self.changed.set()
        return accepted

    def refusal(self, request: Request) -> str:
        """Return why :meth:`request` would refuse a request now, in words; "" if it would accept it."""
        match request:
            case MosfetTarget():
                return self._commands.switch_refusal(request, self._no_contact(), inrush=self._inrush)
            case ForceOn(target):
                return self._commands.switch_refusal(target, self._no_contact(), force=True)
            case Balance():
                return self._commands.balance_refusal(self._no_contact())
            case Lend(minutes) if minutes:
                again = not pack_state.may_lend(self._state, _now() + 60 * minutes)
                return self._commands.lend_refusal(again=again)
            case ChangeSetting(name, value):
                return self._setting_changes.refusal(name, value)
        return ""

    @property
    def switching(self) -> SwitchStatus:
        """The newest commands, as they are now."""
        switching = self._commands.status
        return replace(switching, lent_for=lent_for) if (lent_for := self._poller.lent_for) else switching

    @property
    def _inrush(self) -> str:
        return inrush.danger(self._state.sample, self.role.voltage_beside)

    def _no_contact(self) -> str:
        """Return why the pack cannot be commanded now; "" if it can."""
        if self._state.plausibility.doubt:
            return f"readings are not believed ({self._state.plausibility.doubt})"
        if self.latest and self.latest.decision.phase is Phase.FRESH and not self._poller.lent_for:
            return ""
        return f"no contact with the pack ({self.contact(_now()).reason})"

    def _lend(self, minutes: int, sender: str) -> bool:
        """Lend the link for a while, if that is allowed; 0: take it back."""
        if not minutes and not self._poller.lent_for:
            return True
        until = _now() + 60 * minutes
        again = not pack_state.may_lend(self._state, until)
        if minutes and not self._commands.may_lend(minutes, sender, again=again):
            return False
        self._commands.fail_waiting("the link was lent")
        self._state = pack_state.lent(self._state, until)
        self._poller.lend(until)
        what = f"lent for {minutes} min" if minutes else "no longer lent"
        log.info("%s: the link is %s, requested by %s", self.address, what, sender)
        return True

    def _clear_history(self, sender: str) -> bool:
        log.info("%s: history cleared by %s", self.address, sender)
        self._state = replace(self._state, extremes=Extremes(), history=history.HistoryState())
        self.save()
        return True

    # From the program around it

    @property
    def view(self) -> MemberView:
        """The pack as its bank sees it."""
        return MemberView(
            address=self.address,
            name=self.settings.custom_name or self.address,
            settings=self.settings.frozen,
            identity=self._memory.identity,
            decision=self.latest.decision if self.latest else None,
            decided_at=self.latest_at,
            extremes=self._state.extremes,
        )

    @property
    def hci(self) -> str:
        """The adapter that was last used, or ""."""
        return self._poller.status.hci

    @property
    def at_rest(self) -> bool:
        """Whether the pack rests, and no command is waiting."""
        return self._poller.at_rest

    @property
    def polling(self) -> bool:
        """Whether the pack is being polled."""
        return self._poller.polling

    @property
    def progress(self) -> Progress:
        """The progress of polling."""
        return self._poller.progress

    def set_interference(self, words: str) -> None:
        """Set which programs interfere, in words; "" for none."""
        if words != self._interference:
            self._interference = words
            self.changed.set()

    def setting_stored(self, name: str, value: Value) -> None:
        """Apply a setting that was changed in localsettings."""
        interval = poll_interval(self.settings)
        if self._setting_changes.stored(name, value):
            self._commands.fail_waiting("a setting of the link was changed")
            self._poller.relink()
        if poll_interval(self.settings) < interval:  # the present pause is too long now
            self._poller.hurry()
        self.changed.set()

    def contact(self, now: float, unpublished: Failure | None = None) -> Contact:
        """Return how the contact with the pack is at ``now``, in s, and why."""
        heard_at = self._state.sampled_at
        view = ContactView(
            link=self._poller.status.state,
            phase=self.latest.decision.phase if self.latest else Phase.WAITING,
            failure=self._contact.failure,
            adapter=self.settings.adapter,
            lent_for=self._poller.lent_for,
            silence=None if heard_at is None else now - heard_at,
            running=now - self._state.started,
            withdraws_after=withdraws_after(self.settings, managed=self.role.managed),
            doubt=self._state.plausibility.doubt,
            unshown=unpublished,
            fault=DECISION_FAILED if self._decision_failed else "",
        )
        return self._contact.contact(view, now, self.settings.custom_name)

    def save(self) -> None:
        """Store everything that a restart should keep."""
        self._memory.save_all(self._state)


def _now() -> float:
    return asyncio.get_running_loop().time()
