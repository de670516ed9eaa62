"""How old a pack's newest sample may be before the bus must say so. Pure.

Venus re-sends frozen values for ever: the age of the data is judged here and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from dbus_xbms.model import Phase
from dbus_xbms.settings import Settings

PERSISTENT_INTERVAL = 1.0  # s, between polls when the link stays up
PER_POLL_INTERVAL = 30.0  # s, between connections when the link is shared with a phone
PER_POLL = 1  # value of the setting ConnectionMode


def poll_interval(settings: Settings) -> float:
    """Seconds from one poll to the next, as the owner set it or by the connection mode."""
    chosen = settings.number("PollInterval")
    if chosen > 0:
        return chosen
    return PER_POLL_INTERVAL if settings.number("ConnectionMode") == PER_POLL else PERSISTENT_INTERVAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """The phase, and the seconds until it changes if no sample comes."""

    phase: Phase
    lasts: float


def judge(silence: float | None, started: float, failing: bool, settings: Settings) -> Freshness:
    """Judge a pack by its silence.

    Args:
        silence: s since the newest good sample, ``None`` if there was none.
        started: s since the program began to look for this pack.
        failing: whether the newest poll failed.
        settings: the pack's settings; ``Hold`` counts from when the next sample was due.
    """
    interval = poll_interval(settings)
    hold = settings.number("Hold") + (interval if interval > PERSISTENT_INTERVAL else 0.0)
    withdraw = settings.number("Withdraw") or inf
    withdraw = max(withdraw, hold)
    if silence is not None and silence < hold:
        return Freshness(phase=Phase.HELD if failing else Phase.FRESH, lasts=hold - silence)
    if silence is None and started < hold:
        return Freshness(phase=Phase.WAITING, lasts=hold - started)
    age = started if silence is None else silence
    if age < withdraw:
        return Freshness(phase=Phase.LOST, lasts=withdraw - age)
    return Freshness(phase=Phase.WITHDRAWN, lasts=inf)
