"""The state of a pack and of its link, doubts and alarms on a battery service. Pure."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter

from dbus_xbms.model import CONNECTED, Level, Phase
from dbus_xbms.policy.alarms import ALARM_PATHS, BMS_CABLE
from dbus_xbms.report import AnyReport, Report
from dbus_xbms.venus.item import FIXED, Item, Source, rows
from dbus_xbms.venus.tables.connection import contact, joined, stopped
from dbus_xbms.venus.tables.history import SLOW_EVERY

# A GX shows "Pending" in place of the values of a battery in that state, which are invalid: else 0.00 V.
INITIALIZING, RUNNING, PENDING = 0, 9, 18
STATES = {
    Phase.WAITING: INITIALIZING,
    Phase.FRESH: RUNNING,
    Phase.HELD: RUNNING,
    Phase.LENT: PENDING,
    Phase.LENT_STOPPED: PENDING,
    Phase.DERATED: PENDING,
    Phase.LOST: PENDING,
    Phase.WITHDRAWN: PENDING,
}

SILENCE = {Phase.HELD: "held", Phase.DERATED: "derated", Phase.LOST: "stopped", Phase.WITHDRAWN: "withdrawn"}


def _connection(report: Report) -> str:
    """Describe the phase of silence and the state of the link."""
    words = report.link.state
    if phase := SILENCE.get(report.decision.phase):
        words = f"{phase}, {'no reply' if words == CONNECTED else words}"
    return f"{words}; {report.link.finding}" if report.link.finding else words


def alarm_value(path: str, level: Level, *, known: bool) -> int | None:
    """Return the value of an alarm. Without the values that it depends on, one that is not raised is invalid.

    That of the contact is known without them.
    """
    return None if level is Level.OK and not known and path != BMS_CABLE else level.value


def no_communication(phase: Phase, level: Level) -> int | None:
    """Return 1, an alarm of its own on a GX, once silence is an alarm; else ``None``.

    ``level``: of the alarm for silence, which warns before.
    """
    return 1 if phase is Phase.LOST and level is Level.ALARM else None


def _alarm(path: str) -> Callable[[Report], int | None]:
    def read(report: Report) -> int | None:
        decision = report.decision
        known = decision.sample is not None and path not in decision.unwatched
        return alarm_value(path, decision.alarms.get(path, Level.OK), known=known)

    return read


STATE: Source[Report] = Source(attrgetter("decision.phase", "link"))
LINE: Source[Report] = Source(
    attrgetter(
        "decision.phase", "link.state", "link.finding", "trouble", "mosfets", "protection", "switching",
        "decision.limits",
    )
)  # fmt: skip
AGE: Source[Report] = Source(
    attrgetter("decision.age"), shape=lambda r: r.decision.age is None
)  # different in every report
DOUBT: Source[Report] = Source(attrgetter("decision.doubt"))
COMMUNICATION = "/Errors/SmartLithium/Communication"
NO_ERROR: Item[AnyReport] = Item("/ErrorCode", "i", "{}", lambda r: None, source=FIXED)  # any is an alarm
SILENT: Source[Report] = Source(attrgetter("decision.phase", "decision.alarms"))
ALARMS: Source[Report] = Source(
    lambda r: (r.decision.alarms, r.decision.sample is None, r.decision.unwatched)
)

STATE_ITEMS: tuple[Item[Report], ...] = (
    *rows(
        STATE,
        Item("/State", "i", "{}", lambda r: STATES[r.decision.phase]),
        Item("/Bluetooth/State", "s", "{}", _connection),
        Item("/Bluetooth/Rssi", "i", "{}dBm", lambda r: r.link.rssi, every=15.0),
        Item("/Bluetooth/Reconnects", "i", "{}", lambda r: r.link.reconnects, every=SLOW_EVERY),
        Item("/Bluetooth/FailedPolls", "i", "{}", lambda r: r.link.failed_polls, every=SLOW_EVERY),
        Item(
            "/Bluetooth/FailedPollsLastHour", "i", "{}", lambda r: r.link.failed_last_hour, every=SLOW_EVERY
        ),
        Item("/Bluetooth/Interference", "s", "{}", lambda r: r.link.interference or None),
    ),
    *rows(
        LINE,
        Item("/ConnectionInformation", "s", "{}", lambda r: joined(contact(r), stopped(r))),
    ),
    *rows(AGE, Item("/Bluetooth/SampleAge", "i", "{}s", lambda r: r.decision.age, every=SLOW_EVERY)),
    *rows(DOUBT, Item("/Diagnostics/Doubt", "s", "{}", lambda r: r.decision.doubt or None)),
    *rows(ALARMS, *(Item(path, "i", "{}", _alarm(path)) for path in ALARM_PATHS)),
    Item(
        COMMUNICATION,
        "i",
        "{}",
        lambda r: no_communication(r.decision.phase, r.decision.alarms.get(BMS_CABLE, Level.OK)),
        source=SILENT,
    ),
    NO_ERROR,
)
