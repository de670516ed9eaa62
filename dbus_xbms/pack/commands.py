"""The owner's orders to one pack: taken from the bus, carried out over its link, and reported.

Polling asks for the order that is due after each good poll (:meth:`Switches.due`), so that an order is always
judged by a sample that is younger than it, and requests never interleave.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dbus_xbms.logs import CountedLog
from dbus_xbms.model import Mosfet, Mosfets, Orders, OrderState, PackSample, Switched, Switching
from dbus_xbms.pack.command_log import Entry, OrderBook
from dbus_xbms.policy import mosfets
from dbus_xbms.policy.mosfets import Next
from dbus_xbms.protocols import BmsSwitching, Conversation
from dbus_xbms.settings import PackSettings, Value

log = CountedLog(logging.getLogger(__name__))

WAIT_LIMIT = 20.0  # s from a wish to the moment it goes out: a current falls, a shared link is made
LEVELS = {OrderState.FAILED: logging.ERROR, OrderState.REFUSED: logging.WARNING}  # of what ends an order


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What the BMS is to be told now, and who wants to know what became of it."""

    conversation: Conversation[Any]
    done: Callable[[Any], None]
    failed: Callable[[str], None]  # why, in words


@dataclass(slots=True, kw_only=True)
class _Balance:
    """An order for the balancer."""

    on: bool
    entry: Entry
    given_at: float  # s
    sending: bool = False


class Switches:
    """MOSFETs and balancing of one pack, as they were ordered."""

    def __init__(
        self,
        address: str,
        settings: PackSettings,
        switching: BmsSwitching | None,
        *,
        hurry: Callable[[], None],
        show: Callable[[], None],
        remember: Callable[[dict[str, Value]], None],
    ) -> None:
        self._address = address
        self._settings = settings
        self._switching = switching  # None: the BMS cannot be switched
        self._hurry = hurry  # called when an order waits for a poll
        self._show = show  # called when something has become of an order
        self._remember = remember
        self._mosfets = mosfets.MosfetState()
        self._book = OrderBook()
        self._waiting: Entry | None = None  # the order for MOSFETs that was not sent yet
        self._balance: _Balance | None = None
        self._anew = True  # nothing was heard over this connection

    @property
    def pending(self) -> bool:
        """Whether an order waits: the link is to stay, and polls are to come."""
        return self._waiting is not None or self._balance is not None

    @property
    def turning_off(self) -> frozenset[Mosfet]:
        """MOSFETs that are about to turn off: nothing may flow through them any more."""
        return mosfets.turning_off(self._mosfets)

    @property
    def report(self) -> Switching:
        """What the bus shows."""
        known = self._settings.balancing
        return Switching(
            told=self._mosfets.told,
            wish=self._mosfets.wish.over(self._mosfets.sending),
            faults=self._mosfets.faults,
            balancing=None if known < 0 else bool(known),
            last=self._book.text,
            state=self._book.state,
            number=self._book.number,
        )

    @property
    def _not_switchable(self) -> str:
        return "" if self._switching else "this BMS cannot be switched"

    # From the bus

    def order(self, wish: Orders, sender: str, contact: str) -> bool:
        """Take a wish for the MOSFETs; False if it is refused. ``contact``: why there is none, or empty."""
        words = _words(wish)
        request = mosfets.Request(wish=wish, contact=contact, settings=self._settings)
        if why := self._not_switchable or mosfets.refusal(self._mosfets, request):
            return self._refused(words, sender, why)
        log.info("%s: %s asks for %s", self._address, sender, words)
        self._mosfets = mosfets.wished(self._mosfets, wish, _now())
        if self._waiting:
            self._book.merge(self._waiting, _words(self._mosfets.wish), sender)
        else:
            self._waiting = self._book.accept(words, sender)
        self._hurry()
        return True

    def balance(self, on: bool, sender: str, contact: str) -> bool:
        """Take a wish for the balancer; False if it is refused."""
        words = f"balancing {'on' if on else 'off'}"
        busy = "another order for it waits" if self._balance else ""
        if why := self._not_switchable or self._balancing_forbidden() or contact or busy:
            return self._refused(words, sender, why)
        log.info("%s: %s asks for %s", self._address, sender, words)
        self._balance = _Balance(on=on, entry=self._book.accept(words, sender), given_at=_now())
        self._hurry()
        return True

    def _balancing_forbidden(self) -> str:
        if self._settings.allow_parameter_writes:
            return ""
        return "writing settings is off; to allow it: set PACK AllowParameterWrites 1"

    def lend(self, minutes: int, sender: str, *, again: bool) -> bool:
        """Judge a wish to lend the link; False if it is refused. ``again``: not polled since the last."""
        forbidden = "lending is off; to allow it: set PACK AllowLending 1"
        twice = "it was just lent; it needs a good poll before it is lent again"
        why = "" if self._settings.allow_lending else forbidden
        if why := why or (twice if again else ""):
            return self._refused(f"lending for {minutes} min", sender, why)
        return True

    def _refused(self, words: str, sender: str, why: str) -> bool:
        log.warning("%s: %s asks for %s: refused: %s", self._address, sender, words, why)
        self._book.refuse(words, sender, why)
        return False

    # From polling

    def connected(self) -> None:
        """Record a new connection: its first sample tells the BMS's mask."""
        self._anew = True

    def sampled(self, sample: PackSample) -> None:
        """Learn from a good poll."""
        if self._anew:
            self._mosfets, self._anew = mosfets.connected(self._mosfets), False
        self._mosfets = mosfets.sampled(self._mosfets, sample)

    def lost(self, why: str) -> None:
        """Polling failed, or ends: orders that wait fail with it; one on its way tells for itself."""
        self._drop(OrderState.FAILED, why)
        if self._balance and not self._balance.sending:
            self._balanced(self._balance, OrderState.FAILED, why)

    def expire(self) -> None:
        """Give up what has waited too long."""
        latest, why = _now() - WAIT_LIMIT, f"could not be sent within {WAIT_LIMIT:g} s"
        if min(self._mosfets.asked.values(), default=latest) < latest:
            self._drop(OrderState.FAILED, why)
        if self._balance and not self._balance.sending and self._balance.given_at < latest:
            self._balanced(self._balance, OrderState.FAILED, why)

    def due(self, sample: PackSample, begun: float, *, controls: bool) -> Order | None:
        """The order that is to go out now, if there is one; the sample's poll began at ``begun``, in s."""
        now = _now()
        verdict = mosfets.judge(self._mosfets, sample, begun, now, self._settings, controls=controls)
        if verdict.mask:
            return self._send(verdict.mask, sample, now)
        if verdict.next is Next.REFUSE:
            self._drop(OrderState.REFUSED, verdict.why)
        if verdict.next is Next.ALREADY:
            self._drop(OrderState.DONE)
        return self._due_balancing()

    def _send(self, mask: Mosfets, before: PackSample, now: float) -> Order:
        entry, self._waiting = self._waiting, None
        assert entry
        assert self._switching
        self._mosfets = mosfets.sending(self._mosfets, now)
        self._become(entry, OrderState.SENDING)
        return Order(
            conversation=self._switching.set_mosfets(mask, before=before, settings=self._settings),
            done=lambda seen: self._sent(entry, mask, seen),
            failed=lambda why: self._failed(entry, why),
        )

    def _sent(self, entry: Entry, mask: Mosfets, seen: Switched) -> None:
        ordered = self._mosfets.sending
        if hidden := [m.value for m in Mosfet if m in seen.hidden and ordered.of(m) is not None]:
            why = f"not verified: a protection hides whether {' and '.join(hidden)} followed"
            self._failed(entry, why)
            return
        self._mosfets = mosfets.carried_out(self._mosfets, mask)
        self._tell(entry, OrderState.DONE, _done(mask, seen.mosfets))

    def _failed(self, entry: Entry, why: str) -> None:
        self._mosfets = mosfets.failed(self._mosfets)
        self._tell(entry, OrderState.FAILED, why)

    def _drop(self, state: OrderState, why: str = "") -> None:
        """End the order for MOSFETs that waits; nothing was sent."""
        entry, self._waiting = self._waiting, None
        if not entry:
            return
        words = " and ".join(dict.fromkeys(_named(self._mosfets.wish).values()))
        self._mosfets = mosfets.dropped(self._mosfets, fault=state is OrderState.FAILED)
        self._tell(entry, state, why or f"done: already {words}")

    def _due_balancing(self) -> Order | None:
        balance = self._balance
        if balance is None or balance.sending or self._switching is None:
            return None
        if why := self._balancing_forbidden():
            self._balanced(balance, OrderState.REFUSED, f"it is no longer allowed: {why}")
            return None
        balance.sending = True
        self._become(balance.entry, OrderState.SENDING)
        return Order(
            conversation=self._switching.set_balancing(balance.on),
            done=lambda on: self._balancing_done(balance, on),
            failed=lambda why: self._balanced(balance, OrderState.FAILED, why),
        )

    def _balancing_done(self, balance: _Balance, on: bool) -> None:
        self._remember({PackSettings.balancing.name: int(on)})
        self._balanced(balance, OrderState.DONE, "done")

    def _balanced(self, balance: _Balance, state: OrderState, why: str) -> None:
        self._balance = None
        self._tell(balance.entry, state, why)

    def _tell(self, entry: Entry, state: OrderState, why: str) -> None:
        outcome = why if state is OrderState.DONE else f"{state.name.lower()}: {why}"
        level = LEVELS.get(state, logging.INFO)
        log.log(level, "%s: %s, asked for by %s: %s", self._address, entry.words, entry.sender, outcome)
        self._become(entry, state, outcome)

    def _become(self, entry: Entry, state: OrderState, outcome: str = "") -> None:
        entry.become(state, outcome)
        self._show()


def _now() -> float:
    return asyncio.get_running_loop().time()


def _named(orders: Orders) -> dict[str, str]:
    named = {mosfet.value: orders.of(mosfet) for mosfet in Mosfet}
    return {name: "on" if on else "off" for name, on in named.items() if on is not None}


def _words(orders: Orders) -> str:
    return ", ".join(f"{name} {state}" for name, state in _named(orders).items())


def _done(mask: Mosfets, seen: Mosfets) -> str:
    kept = [mosfet.value for mosfet in Mosfet if mask.of(mosfet) and not seen.of(mosfet)]
    if not kept:
        return "done"
    return f"done; {' and '.join(kept)} {'stay' if len(kept) > 1 else 'stays'} off because of a protection"
