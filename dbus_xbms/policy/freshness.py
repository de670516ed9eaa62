"""Freshness of a pack's data: the phases from fresh to withdrawn, by the age of the newest sample. Pure.

Venus repeats frozen values for ever, so the age of the data is judged here and nowhere else.
"""

from __future__ import annotations

from math import inf

from dbus_xbms.model import Level, Phase
from dbus_xbms.record import record
from dbus_xbms.settings import PackSettings

PERSISTENT_INTERVAL = 1.0  # s between polls when the link stays up
PER_POLL_INTERVAL = 30.0  # s between connections when the link is shared with a phone
LONGEST_CONTROLLED_INTERVAL = 30.0  # s between polls of a controlling pack: at 1 C that is 0.8 % of charge
LONGEST_CONTROLLED_HOLD = 60.0  # s that a controlling pack's limits are held without a sample
PER_POLL = 1  # value of the setting ConnectionMode
DOUBTED_AFTER = 30.0  # s of silence that doubted readings count as from the start
RETURN_TIME = 30.0  # s for a lent link to come back


def may_control(settings: PackSettings) -> bool:
    """Return whether chargers may obey this pack, or a bank of which it is a part."""
    return bool(settings.control or settings.in_bank)


def poll_interval(settings: PackSettings) -> float:
    """Seconds between polls, as the owner set them or by the connection mode."""
    interval = settings.poll_interval
    if interval <= 0:
        per_poll = settings.connection_mode == PER_POLL
        interval = PER_POLL_INTERVAL if per_poll else PERSISTENT_INTERVAL
    return min(interval, LONGEST_CONTROLLED_INTERVAL) if may_control(settings) else interval


def longest_retry(settings: PackSettings, usual: float) -> float:
    """Longest delay between attempts in s; longer for a shared pack, to leave it to the phone app."""
    shared = settings.connection_mode == PER_POLL
    return max(usual, min(poll_interval(settings), PER_POLL_INTERVAL)) if shared else usual


@record
class Freshness:
    """Phase of a pack's data, and for how long."""

    phase: Phase
    lasts: float  # s until the phase changes if no sample arrives
    cable: Level = Level.OK  # of the alarm for silence


def longest_gap(settings: PackSettings) -> float:
    """Seconds that a sample stays valid: the hold time, from when the next sample is due."""
    interval = poll_interval(settings)
    gap = settings.hold_time + (interval if interval > PERSISTENT_INTERVAL else 0.0)
    return min(gap, LONGEST_CONTROLLED_HOLD) if may_control(settings) else gap


def _silent_phases(managed: bool, settings: PackSettings) -> tuple[tuple[Phase, Level, float], ...]:
    """Phases of silence after the hold, each with its alarm and the silence in s at which it ends."""
    withdraw, stop = withdraws_after(settings, managed=managed), settings.stop_after
    if not managed:
        return (Phase.LOST, Level.WARNING, min(stop, withdraw)), (Phase.LOST, Level.ALARM, withdraw)
    return (Phase.DERATED, Level.WARNING, stop), (Phase.LOST, Level.ALARM, max(stop, withdraw))


def withdraws_after(settings: PackSettings, *, managed: bool) -> float:
    """Seconds of silence after which the pack leaves the bus."""
    return (settings.control_remove_after if managed else settings.remove_after) or inf


def silent_phase(since: float, settings: PackSettings) -> Phase:
    """Phase of a pack that controlled before a restart, ``since`` s after its last sample."""
    return Phase.DERATED if since < settings.stop_after else Phase.LOST


def judge(
    silence: float | None,
    started: float,
    failing: bool,
    settings: PackSettings,
    *,
    managed: bool = False,
    previous_silence: float = 0.0,
) -> Freshness:
    """Judge a pack by its silence.

    Args:
        silence: s since the newest good sample, ``None`` if there was none.
        started: s since the program started to look for this pack.
        failing: whether the newest poll failed.
        settings: of the pack.
        managed: whether the pack controls chargers; only then reduced discharging continues for a while.
        previous_silence: s since the last good sample before the start, if there was none since.
    """
    hold = longest_gap(settings)
    if silence is not None and silence < hold:
        return Freshness(phase=Phase.HELD if failing else Phase.FRESH, lasts=hold - silence)
    if silence is None and started < hold:
        return Freshness(phase=Phase.WAITING, lasts=hold - started)
    return _judge_silence(max(started, previous_silence) if silence is None else silence, settings, managed)


def _judge_silence(age: float, settings: PackSettings, managed: bool) -> Freshness:
    """Phase of a silence longer than the hold; ``age`` in s."""
    for phase, cable, end in _silent_phases(managed, settings):
        if age < end:
            return Freshness(phase=phase, lasts=end - age, cable=cable)
    return Freshness(phase=Phase.WITHDRAWN, lasts=inf, cable=Level.ALARM)


def judge_lent(since_end: float, silence: float, settings: PackSettings, *, managed: bool) -> Freshness:
    """Judge a pack that has brought no sample since its link was lent.

    Earlier measurements are not shown again. Silence counts from when the link should be back, but a
    controlling pack stops discharging as early as in any other silence.

    Args:
        since_end: s since lending ended, negative before.
        silence: s since the newest good sample, or since the start.
        settings: of the pack.
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
    """Judge a pack whose readings have been in doubt for ``since`` s: no value is held."""
    return _judge_silence(DOUBTED_AFTER + since, settings, managed)
