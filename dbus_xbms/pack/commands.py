"""Commands to one pack: accepted or refused, sent right after a good poll, verified, and reported.

A command is always judged by a sample that is younger than the command. This module does no I/O: the monitor
takes the command that is due (:meth:`Commands.due`), runs its conversation, and reports how that ended.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import Any

from dbus_xbms.logs import CountedLog
from dbus_xbms.model import CommandState, Mosfet, Mosfets, MosfetTarget, PackSample, Switched, SwitchStatus
from dbus_xbms.pack.command_log import Command, CommandLog
from dbus_xbms.policy import mosfets
from dbus_xbms.policy.mosfets import Next
from dbus_xbms.protocols import BmsSwitching, Conversation
from dbus_xbms.record import record
from dbus_xbms.settings import WATCH_ONLY, PackSettings, Value

log = CountedLog(logging.getLogger(__name__))

WAIT_LIMIT = 20.0  # s that a command may wait: a current falls, a shared link is opened
REPLACED = "%s: %s, requested by %s, was not sent: another command makes it %s"
LEVELS = {CommandState.FAILED: logging.ERROR, CommandState.REFUSED: logging.WARNING}  # of an ended command


@record
class MosfetCommand:
    """A MOSFET command that is being sent."""

    command: Command
    mask: Mosfets


@dataclass(slots=True, kw_only=True)
class BalancerCommand:
    """A command that allows or stops balancing."""

    command: Command
    on: bool
    requested_at: float  # s
    sending: bool = False


@record
class Outgoing:
    """A command that is due, and the conversation that carries it out."""

    command: MosfetCommand | BalancerCommand
    conversation: Conversation[Any]


class Commands:
    """The MOSFET and balancer commands of one pack."""

    def __init__(self, address: str, settings: PackSettings, switching: BmsSwitching | None) -> None:
        self._address = address
        self._settings = settings
        self._switching = switching  # None: the BMS cannot be switched
        self._mosfets = mosfets.MosfetState()
        self._log = CommandLog()
        self._waiting: Command | None = None  # for MOSFETs
        self._balancer: BalancerCommand | None = None
        self._first_sample = True  # none on this connection yet
        self._status_of: tuple[object, ...] = ()  # what the newest status was made of
        self._status = SwitchStatus()

    @property
    def waiting(self) -> bool:
        """Whether a command waits: then the link stays open and is polled fast."""
        return self._waiting is not None or self._balancer is not None

    @property
    def turning_off(self) -> frozenset[Mosfet]:
        """MOSFETs that a command turns off; current through them must stop first."""
        return mosfets.turning_off(self._mosfets)

    @property
    def status(self) -> SwitchStatus:
        """What is published of commands."""
        made_of = self._mosfets, self._settings.balancing, self._log.text, self._log.state, self._log.number
        if made_of != self._status_of:  # a record that stays the same is compared and published quickly
            self._status_of, self._status = made_of, _status(*made_of)
        return self._status

    @property
    def _not_switchable(self) -> str:
        if self._switching:
            return ""
        return WATCH_ONLY if self._settings.watch_only else "this BMS cannot be switched"

    # Requests from the bus; ``contact`` is why the pack cannot be reached now, or ""

    def switch(
        self, target: MosfetTarget, sender: str, contact: str, *, inrush: str = "", force: bool = False
    ) -> bool:
        """Accept a command for the MOSFETs, or refuse it (False)."""
        words = mosfets.in_words(target) + (", forced" if force else "")
        if why := self.switch_refusal(target, contact, inrush=inrush, force=force):
            return self._refuse(words, sender, why)
        log.info("%s: %s requests %s", self._address, sender, words)
        reverses = mosfets.reverses(target, self._mosfets.waiting)
        self._mosfets = mosfets.request(self._mosfets, target, _now(), forced=_forced(target, force))
        if waiting := self._waiting:
            together = mosfets.in_words(self._mosfets.waiting)
            if reverses:
                log.info(REPLACED, self._address, waiting.words, waiting.sender, together)
            self._log.merge(waiting, together, sender, reverses=reverses)
        else:
            self._waiting = self._log.accept(words, sender)
        return True

    def switch_refusal(
        self, target: MosfetTarget, contact: str, *, inrush: str = "", force: bool = False
    ) -> str:
        """Return why a command for the MOSFETs would be refused now; "" if it would not."""
        request = mosfets.Request(
            target=target,
            contact=contact,
            settings=self._settings,
            inrush=inrush,
            forced=_forced(target, force),
        )
        return self._not_switchable or mosfets.refusal(self._mosfets, request)

    def balance(self, on: bool, sender: str, contact: str) -> bool:
        """Accept a command for the balancer, or refuse it (False)."""
        words = f"balancing {'on' if on else 'off'}"
        if why := self.balance_refusal(contact):
            return self._refuse(words, sender, why)
        log.info("%s: %s requests %s", self._address, sender, words)
        command = self._log.accept(words, sender)
        self._balancer = BalancerCommand(command=command, on=on, requested_at=_now())
        return True

    def balance_refusal(self, contact: str) -> str:
        """Return why a command for the balancer would be refused now; "" if it would not."""
        busy = "another balancing command is waiting" if self._balancer else ""
        return self._not_switchable or self._balancing_forbidden() or contact or busy

    def _balancing_forbidden(self) -> str:
        if self._settings.allow_parameter_writes:
            return ""
        return "writing settings is off; to allow it: set PACK AllowParameterWrites 1"

    def may_lend(self, minutes: int, sender: str, *, again: bool) -> bool:
        """Return whether the link may be lent, else record the refusal. ``again``: no poll since the last."""
        if why := self.lend_refusal(again=again):
            return self._refuse(f"lending for {minutes} min", sender, why)
        self._log.drop_refusal()
        return True

    def lend_refusal(self, *, again: bool) -> str:
        """Return why the link would not be lent now; "" if it would."""
        if not self._settings.allow_lending:
            return "lending is off; to allow it: set PACK AllowLending 1"
        return "it was just lent; it needs a good poll before it is lent again" if again else ""

    def _refuse(self, words: str, sender: str, why: str) -> bool:
        log.warning("%s: %s requests %s: refused: %s", self._address, sender, words, why)
        self._log.refuse(words, sender, why)
        return False

    # Events of polling

    def connected(self) -> None:
        """Record a new connection; its first sample proves the mask again."""
        self._first_sample = True

    def sampled(self, sample: PackSample) -> None:
        """Take what a good poll proves."""
        if self._first_sample:
            self._mosfets, self._first_sample = mosfets.connected(self._mosfets), False
        self._mosfets = mosfets.sampled(self._mosfets, sample)

    def fail_waiting(self, why: str) -> None:
        """Fail the waiting commands; one that is being sent reports its own end."""
        self._end_waiting(CommandState.FAILED, why)
        if self._balancer and not self._balancer.sending:
            self._end_balancer(self._balancer, CommandState.FAILED, why)

    def expire(self) -> None:
        """Fail commands that have waited for too long."""
        oldest, why = _now() - WAIT_LIMIT, f"could not be sent within {WAIT_LIMIT:g} s"
        if min(self._mosfets.requested_at.values(), default=oldest) < oldest:
            self._end_waiting(CommandState.FAILED, why)
        balancer = self._balancer
        if balancer and not balancer.sending and balancer.requested_at < oldest:
            self._end_balancer(balancer, CommandState.FAILED, why)

    def due(self, sample: PackSample, begun: float, *, controls: bool, inrush: str = "") -> Outgoing | None:
        """Return the command to send now, if any.

        Args:
            sample: the newest good one.
            begun: s, when its poll began.
            controls: whether chargers obey the pack or its bank.
            inrush: why turning a MOSFET on may cause an inrush current, or "".
        """
        now = _now()
        verdict = mosfets.judge(
            self._mosfets, sample, begun, now, self._settings, controls=controls, inrush=inrush
        )
        if verdict.mask:
            return self._send_mosfets(verdict.mask, sample, now)
        if verdict.next is Next.REFUSE:
            self._end_waiting(CommandState.REFUSED, verdict.why)
        if verdict.next is Next.ALREADY:
            self._end_waiting(CommandState.DONE)
        return self._due_balancer()

    def succeeded(self, sent: Outgoing, result: Any) -> dict[str, Value]:
        """Record the result of a conversation; return the settings to store."""
        command = sent.command
        if isinstance(command, BalancerCommand):
            self._end_balancer(command, CommandState.DONE, "done")
            return {PackSettings.balancing.name: int(command.on)}
        self._mosfets_reported(sent, command, result)
        return {}

    def failed(self, sent: Outgoing, why: str) -> None:
        """Record that a conversation failed."""
        command = sent.command
        if isinstance(command, BalancerCommand):
            self._end_balancer(command, CommandState.FAILED, why)
        else:
            self._mosfets = mosfets.fail(self._mosfets)
            self._end(command.command, CommandState.FAILED, why)

    # The life of a command

    def _send_mosfets(self, mask: Mosfets, before: PackSample, now: float) -> Outgoing:
        command, self._waiting = self._waiting, None
        assert command
        assert self._switching
        self._mosfets = mosfets.send(self._mosfets, now)
        command.set_state(CommandState.SENDING)
        conversation = self._switching.set_mosfets(mask, before=before, settings=self._settings)
        return Outgoing(command=MosfetCommand(command=command, mask=mask), conversation=conversation)

    def _mosfets_reported(self, sent: Outgoing, command: MosfetCommand, reported: Switched) -> None:
        target = self._mosfets.sending
        if hidden := [m.value for m in Mosfet if m in reported.hidden and target.of(m) is not None]:
            self.failed(sent, f"not verified: a protection hides whether {' and '.join(hidden)} followed")
            return
        self._mosfets = mosfets.confirm(self._mosfets, command.mask)
        self._end(command.command, CommandState.DONE, _done(command.mask, reported.mosfets))

    def _end_waiting(self, state: CommandState, why: str = "") -> None:
        """End the waiting MOSFET command; nothing was sent."""
        command, self._waiting = self._waiting, None
        if not command:
            return
        words = " and ".join(dict.fromkeys(_named(self._mosfets.waiting).values()))
        self._mosfets = mosfets.cancel(self._mosfets, fault=state is CommandState.FAILED)
        self._end(command, state, why or f"done: already {words}")

    def _due_balancer(self) -> Outgoing | None:
        balancer = self._balancer
        if balancer is None or balancer.sending or self._switching is None:
            return None
        if why := self._balancing_forbidden():
            self._end_balancer(balancer, CommandState.REFUSED, f"it is no longer allowed: {why}")
            return None
        balancer.sending = True
        balancer.command.set_state(CommandState.SENDING)
        return Outgoing(command=balancer, conversation=self._switching.set_balancing(balancer.on))

    def _end_balancer(self, balancer: BalancerCommand, state: CommandState, why: str) -> None:
        self._balancer = None
        self._end(balancer.command, state, why)

    def _end(self, command: Command, state: CommandState, why: str) -> None:
        outcome = why if state is CommandState.DONE else f"{state.name.lower()}: {why}"
        level = LEVELS.get(state, logging.INFO)
        log.log(level, "%s: %s, requested by %s: %s", self._address, command.words, command.sender, outcome)
        command.set_state(state, outcome)


def _now() -> float:
    return asyncio.get_running_loop().time()


def _status(
    state: mosfets.MosfetState, balancing: int, text: str, command: CommandState, number: int
) -> SwitchStatus:
    return SwitchStatus(
        commanded=state.commanded,
        requested=state.waiting.over(state.sending),
        failed=state.failed_mosfets,
        balancing=None if balancing < 0 else bool(balancing),
        text=text,
        state=command,
        number=number,
    )


def _named(target: MosfetTarget) -> dict[str, str]:
    named = {mosfet.value: target.of(mosfet) for mosfet in Mosfet}
    return {name: "on" if on else "off" for name, on in named.items() if on is not None}


def _forced(target: MosfetTarget, force: bool) -> frozenset[Mosfet]:
    return frozenset(m for m in Mosfet if target.of(m)) if force else frozenset()


def _done(mask: Mosfets, reported: Mosfets) -> str:
    kept = [mosfet.value for mosfet in Mosfet if mask.of(mosfet) and not reported.of(mosfet)]
    if not kept:
        return "done"
    return f"done; {' and '.join(kept)} {'stay' if len(kept) > 1 else 'stays'} off because of a protection"
