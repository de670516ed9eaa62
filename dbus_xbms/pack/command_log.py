"""What became of the newest orders: in words for people, as a state for programs. Pure.

Orders that wait together are reported together until the last of them has ended; the next one starts
over. A refusal meanwhile is reported beside them and does not change their state.
"""

from __future__ import annotations

from dataclasses import dataclass

from dbus_xbms.model import PENDING, OrderState

WORDS = {OrderState.WAITING: "waiting", OrderState.SENDING: "sending"}


@dataclass(slots=True, eq=False)
class Entry:
    """One order: what was asked for by whom, and what became of it."""

    words: str
    sender: str
    state: OrderState = OrderState.WAITING
    outcome: str = WORDS[OrderState.WAITING]

    @property
    def pending(self) -> bool:
        """Whether it waits or is on its way."""
        return self.state in PENDING

    def become(self, state: OrderState, outcome: str = "") -> None:
        """Record what became of it."""
        self.state, self.outcome = state, outcome or WORDS[state]


class OrderBook:
    """The orders that are reported together."""

    def __init__(self) -> None:
        self.number = 0  # counts since the start
        self._orders: list[Entry] = []
        self._refused: Entry | None = None

    @property
    def text(self) -> str:
        """All of them, in words."""
        shown = [*self._orders, *([self._refused] if self._refused else [])]
        return "; ".join(f"{entry.words}: {entry.outcome}" for entry in shown)

    @property
    def state(self) -> OrderState:
        """The state of them all: pending while one is; done only if each is."""
        found = {entry.state for entry in self._orders}
        worst = (OrderState.SENDING, OrderState.WAITING, OrderState.FAILED, OrderState.REFUSED)
        if not found:
            return OrderState.REFUSED if self._refused else OrderState.NONE
        return next((state for state in worst if state in found), OrderState.DONE)

    def accept(self, words: str, sender: str) -> Entry:
        """Add an order that was accepted."""
        self._begin()
        self._refused = None
        self._orders.append(entry := Entry(words, sender))
        return entry

    def refuse(self, words: str, sender: str, why: str) -> None:
        """Tell of an order that was refused at once."""
        self._begin()
        self._refused = Entry(words, sender, OrderState.REFUSED, f"refused: {why}")

    def merge(self, entry: Entry, words: str, sender: str) -> None:
        """Let a waiting order go out together with a newer one, as ``words`` says."""
        entry.words = words
        if sender not in entry.sender.split(" and "):
            entry.sender = f"{entry.sender} and {sender}"
        self._refused = None

    def _begin(self) -> None:
        if not any(entry.pending for entry in self._orders):
            self._orders, self._refused = [], None
            self.number += 1
