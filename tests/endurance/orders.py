"""Judge commands: what is written to the BMS, who requested it, and what the bus reports. Pure.

Knows the orders that were accepted, and every write that the simulated BMS received; nothing of the program.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf

from tests.endurance.limits import GENEROUS, NO_CHARGE, NO_DISCHARGE
from tests.endurance.look import Violation
from tests.endurance.measured import Basic

CHARGE, DISCHARGE = "charge", "discharge"
BITS = {CHARGE: 1, DISCHARGE: 2}  # of the mask: 1 is off
VENDOR = 0b1110_0000_0000_0000  # bits that may turn either MOSFET off, or not
BLOCKERS = {CHARGE: NO_CHARGE | VENDOR, DISCHARGE: NO_DISCHARGE | VENDOR}
MASK_WRITE = 0xE1
WAITING, SENDING, DONE, FAILED, REFUSED = range(1, 6)  # /Io/LastCommandState
OUTCOMES = {DONE: "done", FAILED: "failed", REFUSED: "refused late"}
END_LIMIT = 32.0  # s: 20 until an order goes out, 9 to carry it out, and the bus
EFFECT = 1.0  # s from a write until the mask must show

Wish = Mapping[str, bool]


@dataclass(slots=True, kw_only=True)
class Order:
    """A command."""

    at: float  # s, monotonic
    wish: Wish  # MOSFET -> on
    accepted: bool | None = None  # None: not answered yet
    until: float = inf  # s: when it must have ended, or has
    ended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """What the settings of a pack allow."""

    control: bool = False
    discharge_off: bool = False
    switchable: bool = True  # False: a make that is only watched, whose paths for that cannot be written

    def allows(self, wish: Wish) -> bool:
        """Return whether such a command may be accepted."""
        return bool(wish) and self.control and (self.discharge_off or wish.get(DISCHARGE) is not False)


@dataclass(slots=True)
class Book:
    """The commands to one pack and their outcomes."""

    allowed: Allowed
    orders: list[Order] = field(default_factory=list)
    last: tuple[int, int] | None = None  # number and state, as the bus told them last
    waiting: bool = False  # it says that an order is on its way
    done: Wish = field(default_factory=dict)  # told to be done, not compared with the truth yet
    done_at: float = -inf
    masks: frozenset[int] = frozenset({0})  # what the BMS's mask may be now
    strange: frozenset[str] = frozenset()  # MOSFETs that are off, and neither mask nor protection says why
    newest_write: float = -inf  # s
    outcomes: dict[str, int] = field(default_factory=dict)

    def given(self, at: float, wish: Wish) -> Order:
        """Record a command that is being given."""
        self.orders = [one for one in self.orders if one.until > at - GENEROUS]
        self.orders.append(order := Order(at=at, wish=wish))
        return order

    def answered(self, order: Order, accepted: bool, at: float) -> Iterator[Violation]:
        """Record the reply; an accepted command is sent together with those that wait."""
        order.accepted = accepted
        for one in self._open() if accepted else [order]:
            one.until = at + END_LIMIT
        self._count("accepted" if accepted else "refused")
        if accepted and not self.allowed.allows(order.wish):
            yield Violation("orders", f"{dict(order.wish)} was accepted, which the owner forbids")

    def told(self, last: tuple[int, int] | None, at: float) -> None:
        """Record the number and state of the last command on the bus; ``None``: the service is gone."""
        if last == self.last:
            return
        self.last = last
        if last is None:
            self._end(inf, done=False)
        elif last[1] in (WAITING, SENDING):
            self.waiting = True
        else:
            if any(one.accepted for one in self._open()):
                self._count(OUTCOMES[last[1]])
            self._end(at, done=last[1] == DONE)

    def _end(self, at: float, *, done: bool) -> None:
        """Record that all waiting commands have ended."""
        waited = [one for one in self._open() if one.accepted]
        if done:
            self.done, self.done_at = {mosfet: on for one in waited for mosfet, on in one.wish.items()}, at
        for one in waited:
            one.ended, one.until = True, min(one.until, at)
        self.waiting = False

    def awake(self, at: float) -> None:
        """Restart the time limits of unfinished commands after the program was stopped."""
        for one in self._open():
            one.until = max(one.until, at + END_LIMIT)

    def turning_off(self, at: float) -> bool:
        """Return whether a MOSFET may be about to turn off, or recently failed to: no current is allowed."""
        return any(
            one.accepted is not False and False in one.wish.values() and one.at <= at <= one.until + GENEROUS
            for one in self.orders
        )

    def _open(self) -> list[Order]:
        return [one for one in self.orders if one.accepted is not False and not one.ended]

    def _count(self, outcome: str) -> None:
        self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1


def judge_orders(
    book: Book, basics: Sequence[Basic], writes: Iterable[tuple[float, int, str]], mask: int, now: float
) -> Iterator[Violation]:
    """Return what is wrong with the writes since the last look and with their report.

    Args:
        book: the orders.
        basics: what the pack told of itself since then.
        writes: all that were received, old and new.
        mask: the BMS's mask at this moment.
        now: s, monotonic.
    """
    new = [write for write in writes if write[0] > book.newest_write]
    happened: list[tuple[float, Basic | tuple[float, int, str]]] = [(basic.at, basic) for basic in basics]
    happened += [(write[0], write) for write in new]
    for _, one in sorted(happened, key=lambda pair: pair[0]):
        if isinstance(one, Basic):
            _look(book, one)
        else:
            yield from _written(book, *one)
    if now - book.newest_write > EFFECT:
        book.masks = frozenset({mask})
        yield from _done(book, basics, mask)
    if book.waiting and book.orders and now > max(one.until for one in book.orders):
        yield Violation("orders", f"still on its way {now - book.orders[-1].at:.0f} s after it was given")


def _look(book: Book, basic: Basic) -> None:
    on = {CHARGE: basic.charge, DISCHARGE: basic.discharge}
    unmasked = {mosfet for mosfet, bit in BITS.items() if not any(mask & bit for mask in book.masks)}
    off = {mosfet for mosfet in unmasked if not on[mosfet] and not basic.protection & BLOCKERS[mosfet]}
    book.strange = frozenset(off | {mosfet for mosfet in book.strange if not on[mosfet]})


def _written(book: Book, at: float, register: int, payload: str) -> Iterator[Violation]:
    book.newest_write = at
    data = bytes.fromhex(payload)
    if register != MASK_WRITE or len(data) != 2 or data[0] or data[1] > 3:
        yield Violation("writes", f"{payload} was written to register {register:02x}")
        return
    orders = [one for one in book.orders if one.at <= at <= one.until and one.accepted is not False]
    if not orders:
        yield Violation("writes", f"mask {payload} was written, and nobody had given an order")
    for mosfet, bit in BITS.items():
        off = bool(data[1] & bit)
        ordered = any(one.wish.get(mosfet) is (not off) for one in orders)
        as_before = any(bool(mask & bit) is off for mask in book.masks)
        if not ordered and not as_before and not (off and mosfet in book.strange):
            yield Violation(
                "writes", f"{mosfet} {'off' if off else 'on'} was written, which nobody had ordered"
            )
    book.masks |= {data[1]}


def _done(book: Book, basics: Sequence[Basic], mask: int) -> Iterator[Violation]:
    """Check that a command reported as done is done: by the mask, or by the MOSFET as the pack reports it."""
    if not book.done or not basics or basics[-1].at <= book.done_at:
        return
    on = {CHARGE: basics[-1].charge, DISCHARGE: basics[-1].discharge}
    newer = any(one.at > book.done_at and one.accepted is not False for one in book.orders)
    for mosfet, wish in book.done.items():
        if not newer and bool(mask & BITS[mosfet]) is wish and on[mosfet] is not wish:
            yield Violation("orders", f"{mosfet} {'on' if wish else 'off'} was told to be done, and is not")
    book.done = {}
