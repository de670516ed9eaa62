"""The state of a pack and of its link, doubts and alarms on a battery service. Pure."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter

from dbus_xbms.model import BETWEEN_POLLS, CONNECTED, Level, Phase
from dbus_xbms.policy.alarms import ALARM_PATHS
from dbus_xbms.report import Report
from dbus_xbms.venus.item import Item, Source, rows
from dbus_xbms.venus.tables.history import SLOW_EVERY

STATES = {
    Phase.WAITING: 0,
    Phase.FRESH: 9,
    Phase.HELD: 9,
    Phase.LENT: 9,
    Phase.LENT_STOPPED: 9,
    Phase.DERATED: 9,
    Phase.LOST: 10,
    Phase.WITHDRAWN: 10,
}


SILENCE = {Phase.HELD: "held", Phase.DERATED: "derated", Phase.LOST: "stopped", Phase.WITHDRAWN: "withdrawn"}


def _connection(report: Report) -> str:
    """Describe the phase of silence and the state of the link."""
    words = report.link.state
    if phase := SILENCE.get(report.decision.phase):
        words = f"{phase}, {'no reply' if words == CONNECTED else words}"
    return f"{words}; {report.link.finding}" if report.link.finding else words


REGISTER = 16  # characters of Modbus register 1328
BRIEF = {BETWEEN_POLLS: "free"}


def _briefly(report: Report) -> str:
    """Describe the same in a word or two, within the length of a Modbus register."""
    if phase := SILENCE.get(report.decision.phase):
        return phase
    words = BRIEF.get(report.link.state, report.link.state).replace(", ", " ").removesuffix(" left")
    kept = "".join(char for char in words if char.isascii() and char.isprintable())
    return kept if len(kept) <= REGISTER else kept[:REGISTER].rpartition(" ")[0] or kept[:REGISTER]


def alarm_value(level: Level, *, known: bool) -> int | None:
    """Return the value of an alarm. Without measured values, one that is not raised is invalid."""
    return None if level is Level.OK and not known else level.value


def _alarm(path: str) -> Callable[[Report], int | None]:
    return lambda report: alarm_value(
        report.decision.alarms.get(path, Level.OK), known=report.decision.sample is not None
    )


STATE: Source[Report] = Source(attrgetter("decision.phase", "link"))
AGE: Source[Report] = Source(
    attrgetter("decision.age"), shape=lambda r: r.decision.age is None
)  # different in every report
DOUBT: Source[Report] = Source(attrgetter("decision.doubt"))
ALARMS: Source[Report] = Source(lambda r: (r.decision.alarms, r.decision.sample is None))

STATE_ITEMS = (
    *rows(
        STATE,
        Item("/State", "i", "{}", lambda r: STATES[r.decision.phase]),
        Item("/Bluetooth/State", "s", "{}", _connection),
        Item("/ConnectionInformation", "s", "{}", _briefly),
        Item("/Bluetooth/Rssi", "i", "{}dBm", lambda r: r.link.rssi, every=15.0),
        Item("/Bluetooth/Reconnects", "i", "{}", lambda r: r.link.reconnects, every=SLOW_EVERY),
        Item("/Bluetooth/FailedPolls", "i", "{}", lambda r: r.link.failed_polls, every=SLOW_EVERY),
        Item(
            "/Bluetooth/FailedPollsLastHour", "i", "{}", lambda r: r.link.failed_last_hour, every=SLOW_EVERY
        ),
        Item("/Bluetooth/Interference", "s", "{}", lambda r: r.link.interference or None),
    ),
    *rows(AGE, Item("/Bluetooth/SampleAge", "i", "{}s", lambda r: r.decision.age, every=SLOW_EVERY)),
    *rows(DOUBT, Item("/Diagnostics/Doubt", "s", "{}", lambda r: r.decision.doubt or None)),
    *rows(ALARMS, *(Item(path, "i", "{}", _alarm(path)) for path in ALARM_PATHS)),
)
