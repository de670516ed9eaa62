"""The owner's orders to one pack: taken from the bus, carried out over its link, and told of.

Polling asks for the order that is due after each good poll (:meth:`Switches.due`), so that an order is always
judged by a sample that is fresh, and requests never interleave.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dbus_xbms.control import mosfets
from dbus_xbms.model import ON_ITS_WAY, Mosfet, Mosfets, Orders, PackSample, Switching
from dbus_xbms.protocols.base import Conversation, LinkError, ProtocolError, Switchable
from dbus_xbms.repeats import Counted
from dbus_xbms.settings import Settings, Value

log = Counted(logging.getLogger(__name__))

WAIT_LIMIT = 20.0  # s from a wish to the moment it goes out: a current falls, a shared link is made


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What the BMS is to be told now, and who wants to know what became of it."""

    conversation: Conversation[Any]
    done: Callable[[Any], None]
    failed: Callable[[LinkError | ProtocolError], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """Who asked for what, for the log."""

    words: str = ""
    sender: str = ""
    wish: Orders = mosfets.NOTHING

    def over(self, other: _Asked) -> _Asked:
        """This together with an order that still waits: both go out as one."""
        wish = self.wish.over(other.wish)
        senders = dict.fromkeys((other.sender, self.sender))
        return _Asked(words=_words(wish), sender=" and ".join(senders), wish=wish)


class Switches:
    """Gates and balancing of one pack, as they were ordered."""

    def __init__(
        self,
        address: str,
        settings: Settings,
        protocol: Switchable,
        *,
        hurry: Callable[[], None],
        remember: Callable[[dict[str, Value]], None],
    ) -> None:
        self._address = address
        self._settings = settings
        self._protocol = protocol
        self._hurry = hurry  # called when an order waits for a poll
        self._remember = remember
        self._mosfets = mosfets.State()
        self._asked = _Asked()
        self._balancing: bool | None = None  # as wanted
        self._balancing_asked = self._asked
        self._giving = False  # an order is on its way
        self._anew = True  # nothing was heard over this connection
        self._last = ""

    @property
    def pending(self) -> bool:
        """Whether an order waits: the link is to stay, and polls are to come."""
        return self._mosfets.wish != mosfets.NOTHING or self._balancing is not None

    @property
    def turning_off(self) -> frozenset[Mosfet]:
        """MOSFETs that are about to turn off: nothing may flow through them any more."""
        return mosfets.turning_off(self._mosfets)

    @property
    def report(self) -> Switching:
        """What the bus shows."""
        known = self._settings.number("Balancing")
        return Switching(
            told=self._mosfets.told,
            wish=self._mosfets.wish,
            faults=self._mosfets.faults,
            balancing=None if known < 0 else bool(known),
            last=self._last,
        )

    # From the bus

    def order(self, wish: Orders, sender: str, contact: str) -> bool:
        """Take a wish for the MOSFETs; False if it is refused. ``contact``: why there is none, or empty."""
        asked = _Asked(words=_words(wish), sender=sender, wish=wish)
        now = _now()
        request = mosfets.Request(wish=wish, now=now, contact=contact, settings=self._settings)
        if why := mosfets.refusal(self._mosfets, request):
            return self._refused(asked, why)
        log.info("%s: %s asks for %s", self._address, sender, asked.words)
        self._asked = asked if self._mosfets.wish == mosfets.NOTHING else asked.over(self._asked)
        self._mosfets = mosfets.wished(self._mosfets, wish, now)
        self._last = f"{self._asked.words}: {ON_ITS_WAY}"
        if self._mosfets.wish == mosfets.NOTHING:
            self._tell(self._asked, "so it is")
        self._hurry()
        return True

    def balance(self, on: bool, sender: str, contact: str) -> bool:
        """Take a wish for the balancer; False if it is refused."""
        asked = _Asked(words=f"balancing {'on' if on else 'off'}", sender=sender)
        if not self._settings.number("AllowParameterWrites"):
            return self._refused(
                asked, "writing settings is off; to allow it: set PACK AllowParameterWrites 1"
            )
        if why := contact or ("another order for it waits" if self._balancing is not None else ""):
            return self._refused(asked, why)
        log.info("%s: %s asks for %s", self._address, sender, asked.words)
        self._balancing, self._balancing_asked = on, asked
        self._last = f"{asked.words}: {ON_ITS_WAY}"
        self._hurry()
        return True

    def _refused(self, asked: _Asked, why: str) -> bool:
        log.warning("%s: %s asks for %s: refused: %s", self._address, asked.sender, asked.words, why)
        self._last = f"{asked.words}: refused: {why}"
        return False

    # From polling

    def connected(self) -> None:
        """A new connection stands: the BMS's mask is learnt anew, by its first sample."""
        self._anew = True

    def sampled(self, sample: PackSample) -> None:
        """Learn from a good poll."""
        if self._anew:
            self._mosfets, self._anew = mosfets.connected(self._mosfets), False
        self._mosfets = mosfets.sampled(self._mosfets, sample)

    def lost(self, why: str) -> None:
        """Polling failed, or ends: an order that waits fails with it; one on its way tells for itself."""
        if self._giving:
            return
        if self._mosfets.wish != mosfets.NOTHING:
            self._mosfets_failed(why)
        if self._balancing is not None:
            self._balancing_failed(why)

    def expire(self) -> None:
        """Give up what has waited too long."""
        latest = _now() - WAIT_LIMIT
        if (
            self._mosfets.wish != mosfets.NOTHING
            and not self._mosfets.writing
            and self._mosfets.wished_at < latest
        ):
            self._mosfets_failed(f"could not be given within {WAIT_LIMIT:g} s")

    def due(self, sample: PackSample, *, controls: bool) -> Order | None:
        """The order that is to go out now, if there is one."""
        now = _now()
        want = mosfets.ready(self._mosfets, sample, now, controls=controls)
        if want is not None:
            self._mosfets, self._giving = mosfets.sending(self._mosfets, now), True
            newer = bool(self._settings.number("AllowNewerCommand"))
            return Order(
                conversation=self._protocol.set_mosfets(want, newer=newer),
                done=lambda seen: self._mosfets_done(want, seen),
                failed=lambda err: self._mosfets_failed(str(err)),
            )
        if self._balancing is None:
            return None
        self._giving = True
        return Order(
            conversation=self._protocol.set_balancing(self._balancing),
            done=self._balancing_done,
            failed=lambda err: self._balancing_failed(str(err)),
        )

    def _mosfets_done(self, want: Mosfets, seen: Mosfets) -> None:
        self._mosfets, self._giving = mosfets.carried_out(self._mosfets, want), False
        held = [mosfet.value for mosfet in Mosfet if want.of(mosfet) and not seen.of(mosfet)]
        self._tell(
            self._asked,
            f"done; {' and '.join(held)} {'stay' if len(held) > 1 else 'stays'} off because of a protection"
            if held
            else "done",
        )

    def _mosfets_failed(self, why: str) -> None:
        self._mosfets, self._giving = mosfets.failed(self._mosfets), False
        self._tell(self._asked, f"failed: {why}", level=logging.ERROR)

    def _balancing_done(self, on: bool) -> None:
        self._balancing, self._giving = None, False
        self._remember({"Balancing": int(on)})
        self._tell(self._balancing_asked, "done")

    def _balancing_failed(self, why: str) -> None:
        self._balancing, self._giving = None, False
        self._tell(self._balancing_asked, f"failed: {why}", level=logging.ERROR)

    def _tell(self, asked: _Asked, outcome: str, level: int = logging.INFO) -> None:
        log.log(level, "%s: %s, asked for by %s: %s", self._address, asked.words, asked.sender, outcome)
        self._last = f"{asked.words}: {outcome}"


def _now() -> float:
    return asyncio.get_running_loop().time()


def _words(wish: Orders) -> str:
    named = [(mosfet.value, wish.of(mosfet)) for mosfet in Mosfet]
    return ", ".join(f"{name} {'on' if on else 'off'}" for name, on in named if on is not None)
