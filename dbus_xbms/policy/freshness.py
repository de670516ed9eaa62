"""How old a pack's newest sample may be before the bus must say so. Pure.

Venus re-sends frozen values for ever: the age of the data is judged here and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from dbus_xbms.model import Level, Phase
from dbus_xbms.settings import PackSettings

PERSISTENT_INTERVAL = 1.0  # s, between polls when the link stays up
PER_POLL_INTERVAL = 30.0  # s, between connections when the link is shared with a phone
LONGEST_CONTROLLED_INTERVAL = 30.0  # s between polls of a controlling pack: at 1 C that is 0.8 % of charge
LONGEST_CONTROLLED_HOLD = 60.0  # s for which a controlling pack's limits stand unseen
PER_POLL = 1  # value of the setting ConnectionMode
DOUBTED_AFTER = 30.0  # s of silence for which readings that are no longer believed count at once
RETURN_TIME = 30.0  # s that a link which was lent has to come back


def poll_interval(settings: PackSettings) -> float:
    """Seconds from one poll to the next, as the owner set it or by the connection mode."""
    interval = settings.poll_interval
    if interval <= 0:
        per_poll = settings.connection_mode == PER_POLL
        interval = PER_POLL_INTERVAL if per_poll else PERSISTENT_INTERVAL
    return min(interval, LONGEST_CONTROLLED_INTERVAL) if settings.control else interval


def longest_retry(settings: PackSettings, usual: float) -> float:
    """Seconds between attempts at the most; whoever holds a shared pack now is not crowded."""
    shared = settings.connection_mode == PER_POLL
    return max(usual, min(poll_interval(settings), PER_POLL_INTERVAL)) if shared else usual


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """The phase, and the seconds until it changes if no sample comes."""

    phase: Phase
    lasts: float
    cable: Level = Level.OK  # how serious the silence is


def longest_gap(settings: PackSettings) -> float:
    """Seconds for which a sample stands; it counts from when the next one was due."""
    interval, hold = poll_interval(settings), settings.hold_time
    if settings.control:
        hold = min(hold, LONGEST_CONTROLLED_HOLD)
    return hold + (interval if interval > PERSISTENT_INTERVAL else 0.0)


def _ends(managed: bool, settings: PackSettings) -> tuple[tuple[Phase, Level, float], ...]:
    """The phases of silence after the hold, each with its alarm and the silence in s at which it ends."""
    withdraw, stop = withdraws_after(settings, managed=managed), settings.stop_after
    if not managed:
        return (Phase.LOST, Level.WARNING, min(stop, withdraw)), (Phase.LOST, Level.ALARM, withdraw)
    return (Phase.DERATED, Level.WARNING, stop), (Phase.LOST, Level.ALARM, max(stop, withdraw))


def withdraws_after(settings: PackSettings, *, managed: bool) -> float:
    """Seconds of silence after which the pack leaves the bus."""
    return (settings.control_remove_after if managed else settings.remove_after) or inf


def unheard(since: float, settings: PackSettings) -> Phase:
    """The phase whose limits a pack has that controlled before a restart; ``since`` s since it was heard."""
    return Phase.DERATED if since < settings.stop_after else Phase.LOST


def judge(
    silence: float | None,
    started: float,
    failing: bool,
    settings: PackSettings,
    *,
    managed: bool = False,
    unheard_for: float = 0.0,
) -> Freshness:
    """Judge a pack by its silence.

    Args:
        silence: s since the newest good sample, ``None`` if there was none.
        started: s since the program began to look for this pack.
        failing: whether the newest poll failed.
        settings: the pack's.
        managed: whether the pack controls chargers; only then discharging goes on, reduced, for a while.
        unheard_for: s since the newest good sample before the program started, if there was none since.
    """
    hold = longest_gap(settings)
    if silence is not None and silence < hold:
        return Freshness(phase=Phase.HELD if failing else Phase.FRESH, lasts=hold - silence)
    if silence is None and started < hold:
        return Freshness(phase=Phase.WAITING, lasts=hold - started)
    return _silent(max(started, unheard_for) if silence is None else silence, settings, managed)


def _silent(age: float, settings: PackSettings, managed: bool) -> Freshness:
    """The phase of a silence that has outlasted the hold."""
    for phase, cable, end in _ends(managed, settings):
        if age < end:
            return Freshness(phase=phase, lasts=end - age, cable=cable)
    return Freshness(phase=Phase.WITHDRAWN, lasts=inf, cable=Level.ALARM)


def judge_lent(since_end: float, silence: float, settings: PackSettings, *, managed: bool) -> Freshness:
    """Judge a pack whose link was lent and has brought nothing since.

    What was measured before is not shown again. Silence counts from when the link should be back, but a
    controlling pack may be drawn from unseen no longer than in silence.

    Args:
        since_end: s since the lend ended, negative before.
        silence: s since the newest good sample, or since the start.
        settings: the pack's.
        managed: whether the pack controls chargers.
    """
    if since_end < RETURN_TIME:
        left = RETURN_TIME - since_end
        until_stop = settings.stop_after - silence if managed else left
        if until_stop <= 0:
            return Freshness(phase=Phase.LENT_STOPPED, lasts=left)
        return Freshness(phase=Phase.LENT, lasts=min(left, until_stop))
    silence = longest_gap(settings) + since_end - RETURN_TIME
    return judge(silence, silence, True, settings, managed=managed)


def judge_doubted(since: float, settings: PackSettings, *, managed: bool) -> Freshness:
    """Judge a pack whose readings have not been believed for ``since`` s: nothing of it is held."""
    return _silent(DOUBTED_AFTER + since, settings, managed)
