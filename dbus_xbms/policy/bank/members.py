"""Which packs of a bank count, and which are apart from the others by their voltage. Pure.

Packs in parallel have one voltage. One that differs is not connected, or about to be: connecting it would let
an inrush of hundreds of amperes flow. A pack through which current flows is connected, whatever its voltage.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from operator import attrgetter

from dbus_xbms.model import LENT, VALID, Limits, Mosfet, PackSample, Phase
from dbus_xbms.policy import state_of_charge
from dbus_xbms.policy.bank.records import MemberState, MemberView
from dbus_xbms.policy.bank.topology import Topology, tolerance
from dbus_xbms.policy.charge import silent_limits
from dbus_xbms.policy.charge.limits_state import LimitsState
from dbus_xbms.record import record, replace

TASK_ENDED = "its task does not run"
STALE = 15.0  # s without a decision of a member's task, which decides every 10 s at least
APART_AFTER = 10.0  # s that the voltage of a connected pack must differ
JOIN_AFTER = 5.0  # s that the voltage of a pack apart must agree ...
JOIN_WITHIN = 0.8  # ... within this fraction of the tolerance
IDLE_RATE, LEAST_IDLE = 0.01, 1.0  # C and A; less may be an error of the measurement


@record
class Connection:
    """Whether a pack is connected to the others, by its voltage."""

    connected: bool
    changing_since: float | None = None  # s, since when its voltage says otherwise


@record
class Placed:
    """A member in its string."""

    number: int  # 1-based
    string: int  # 1-based
    view: MemberView
    state: MemberState
    why: str = ""  # why it is not online, in words
    control: LimitsState | None = None  # its last, also after its task has ended
    limits: Limits | None = None  # its own; None: it has none
    sample: PackSample | None = None  # its measured values; None: they are not valid now
    watch_only: bool = False  # its limits only tighten those of the others
    was_apart: bool = False  # without contact; it was not connected to the others when there last was
    capacity: float  # Ah, assumed if it is unknown
    capacity_known: bool = True
    cells: int  # 0: never read

    @property
    def online(self) -> bool:
        """Whether it counts."""
        return self.state is MemberState.ONLINE

    def conducts(self, mosfet: Mosfet) -> bool:
        """Return whether current can flow in a direction; True if that is not known.

        Charge control sees a MOSFET as off as soon as it is to be turned off.
        """
        seen = self.control.last_sample if self.control else None
        seen = seen or self.sample
        return seen is None or seen.is_on(mosfet) is not False


def controlling(members: Iterable[Placed]) -> list[Placed]:
    """Return the members whose limits the bank may follow: all but those that are watch only."""
    return [one for one in members if not one.watch_only]


def watched(members: Iterable[Placed]) -> list[Placed]:
    """Return the members that are watch only."""
    return [one for one in members if one.watch_only]


def by_string(members: Iterable[Placed]) -> list[list[Placed]]:
    """Return the members of each string in series; they come string after string."""
    return [list(string) for _, string in groupby(members, key=attrgetter("string"))]


def place(
    views: Sequence[MemberView],
    topology: Topology,
    controls: Mapping[str, LimitsState],
    connections: Mapping[str, Connection],
    now: float,
) -> tuple[tuple[Placed, ...], dict[str, Connection]]:
    """Place all members; return with them which are connected.

    One that was connected is judged anew when it returns; one that was not must agree for a while.

    Args:
        views: members, string after string.
        topology: of the bank.
        controls: the last charge control of each member, by address.
        connections: as returned for the previous decision.
        now: s, monotonic.
    """
    strings = topology.strings(len(views))
    placed = [
        _placed(n, string, view, controls.get(view.address), now)
        for n, (view, string) in enumerate(zip(_distinct(views), strings, strict=True), 1)
    ]
    updated: dict[str, Connection] = {}
    found: dict[int, Placed] = {}
    for string in sorted(set(strings)):
        members = [one for one in placed if one.string == string]
        found |= {one.number: one for one in _connect(members, connections, updated, now)}
    return tuple(found[one.number] for one in placed), updated


def _distinct(views: Sequence[MemberView]) -> list[MemberView]:
    """Number the packs that have the same name, so that words about them are clear: ``House (pack 2)``."""
    named = Counter([view.name for view in views])
    if len(named) == len(views):
        return list(views)
    return [
        view if named[view.name] == 1 else replace(view, name=f"{view.name} (pack {n})")
        for n, view in enumerate(views, 1)
    ]


def _placed(number: int, string: int, view: MemberView, control: LimitsState | None, now: float) -> Placed:
    state, why = _contact(view, control, now)
    decision = view.decision
    sample = decision.sample if decision and state is MemberState.ONLINE else None
    return Placed(
        number=number,
        string=string,
        view=view,
        state=state,
        why=why,
        control=control,
        limits=_limits(view, control, now),
        sample=sample,
        capacity=state_of_charge.assumed(view.identity.nominal, view.settings),
        capacity_known=state_of_charge.installed(view.identity.nominal, view.settings) > 0,
        cells=view.identity.cell_count or (len(sample.cells) if sample else 0) or view.settings.cells,
        watch_only=view.settings.watch_only,
    )


def _runs(view: MemberView, now: float) -> bool:
    """Return whether a pack's task decides about it."""
    return view.decision is not None and now - view.decided_at <= STALE


def _limits(view: MemberView, control: LimitsState | None, now: float) -> Limits | None:
    """The limits that a member has by itself; without its task, those of a pack that must not be used."""
    if control is None:
        return None
    if view.decision is None or not _runs(view, now):
        return silent_limits.after_fault(control, now, TASK_ENDED).limits
    if view.decision.limits is None and view.decision.phase not in VALID:  # its last ones may be from before
        return silent_limits.in_silence(control, view.decision.phase, now, view.settings).limits
    return view.decision.limits or control.limits


def _contact(view: MemberView, control: LimitsState | None, now: float) -> tuple[MemberState, str]:
    """Judge a member by its own decision."""
    if view.decision is None or not _runs(view, now):
        known = view.decision is not None or control is not None
        return (MemberState.SILENT, TASK_ENDED) if known else (MemberState.UNKNOWN, MemberState.UNKNOWN.value)
    phase = view.decision.phase
    if phase in VALID and view.decision.sample:
        return MemberState.ONLINE, ""
    if phase in LENT:
        return MemberState.LENT, MemberState.LENT.value
    if phase is Phase.WAITING and control is None:
        return MemberState.UNKNOWN, "not read since the start"
    return MemberState.SILENT, view.decision.doubt or MemberState.SILENT.value


def _connect(
    members: Sequence[Placed], before: Mapping[str, Connection], updated: dict[str, Connection], now: float
) -> Iterable[Placed]:
    """Judge the members of one string by their voltages."""
    reference = _reference(members, before)
    for one in members:
        previous = before.get(one.view.address)
        if one.sample is None and previous and not previous.connected:
            updated[one.view.address] = previous
            yield replace(one, was_apart=True)
            continue
        if (sample := one.sample) is None or reference is None:
            yield one
            continue
        connection = _connection(previous, one, sample.voltage - reference, now)
        updated[one.view.address] = connection
        yield one if connection.connected else _apart(one, sample.voltage, reference)


def _connection(before: Connection | None, one: Placed, difference: float, now: float) -> Connection:
    """Judge one pack by how much its voltage differs from the reference, in V."""
    most = tolerance(one.cells)
    if before is None:  # no time to lose: it must not be counted before it has been judged
        return Connection(connected=_carries(one) or abs(difference) <= most)
    within = most if before.connected else most * JOIN_WITHIN
    agrees = _carries(one) or abs(difference) <= within
    if agrees is before.connected:
        return Connection(connected=before.connected)
    since = now if before.changing_since is None else before.changing_since
    lasting = now - since >= (APART_AFTER if before.connected else JOIN_AFTER)
    return Connection(connected=agrees) if lasting else Connection(connected=not agrees, changing_since=since)


def _apart(one: Placed, voltage: float, reference: float) -> Placed:
    words = f"{voltage:.1f} V, the others {reference:.1f} V: connecting it lets a large current flow"
    return replace(one, state=MemberState.APART, why=words, sample=None)


def _carries(one: Placed) -> bool:
    """Return whether current flows through a pack, so that it is connected."""
    return one.sample is not None and abs(one.sample.current) > max(LEAST_IDLE, IDLE_RATE * one.capacity)


def _reference(members: Sequence[Placed], before: Mapping[str, Connection]) -> float | None:
    """The voltage of a string: that of the packs that were connected or carry current, else of most.

    A pack with a MOSFET off may show its own voltage, one with both off does: it counts only if no other pack
    shows that of the string. A current alone does not make a pack the reference, because one with a false
    current would put all others apart. One that is watch only counts if there is no other.
    """
    known = [one for one in controlling(members) if one.sample] or [one for one in members if one.sample]
    contact = [one for one in known if one.sample and one.sample.is_connected]
    on = [one for one in contact if one.sample and one.sample.is_connected_both_ways]
    contact = on or contact or known
    if not any(_was_connected(one, before) for one in contact):
        return _most_common(contact)
    return _median([one for one in contact if _was_connected(one, before) or _carries(one)])


def _was_connected(one: Placed, before: Mapping[str, Connection]) -> bool:
    known = before.get(one.view.address)
    return known is not None and known.connected


def _median(members: Sequence[Placed]) -> float:
    """The median voltage, weighted by capacity."""
    rows = sorted((one.sample.voltage, one.capacity) for one in members if one.sample)
    half, passed = sum(capacity for _, capacity in rows) / 2, 0.0
    for voltage, capacity in rows:
        passed += capacity
        if passed >= half:
            return voltage
    return rows[-1][0]


def _most_common(members: Sequence[Placed]) -> float | None:
    """The voltage with which the most capacity agrees; of equal ones, the first member's."""
    volts = [(one.sample.voltage, one) for one in members if one.sample]
    if not volts:
        return None
    most = tolerance(max(one.cells for _, one in volts))

    def agreeing(voltage: float) -> float:
        return sum(one.capacity for other, one in volts if abs(other - voltage) <= most)

    return max(volts, key=lambda row: agreeing(row[0]))[0]
