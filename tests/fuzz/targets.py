"""Table of fuzz targets: each takes a random source and raises only its own errors."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import suppress
from dataclasses import dataclass
from math import isfinite
from random import Random
from typing import Any, Literal

from dbus_fast import Variant

from dbus_xbms.model import LinkStatus, Mosfet, Mosfets, PackIdentity, Reading
from dbus_xbms.policy import engine
from dbus_xbms.policy.charge.chemistry import preset
from dbus_xbms.policy.decision import Decision
from dbus_xbms.policy.pack_state import PackState
from dbus_xbms.protocols import Advertised, Frame, LinkError, NoReply, ProtocolError, Request
from dbus_xbms.protocols.jbd import Jbd
from dbus_xbms.protocols.jbd.adverts import FF00, FF06, FFF0
from dbus_xbms.protocols.jbd.describe import decode_frame, describe
from dbus_xbms.protocols.jbd.frames import LONGEST, Cutter, JbdFramer, Junk, parse, parse_request
from dbus_xbms.protocols.jbd.protocol import JbdSwitching
from dbus_xbms.protocols.jbd.registers import (
    BASIC,
    CELLS,
    COUNTERS,
    HARDWARE,
    decode_basic,
    decode_cells,
    decode_counters,
    decode_hardware,
)
from dbus_xbms.report import Report
from dbus_xbms.settings import PackSettings, SettingsError, instance_of
from dbus_xbms.settings.persisted import identity_of, remembered
from dbus_xbms.venus.bus_item import from_variant, to_variant
from dbus_xbms.venus.diff import Diff
from dbus_xbms.venus.tables.battery import items_for
from tests.fuzz.mutate import PAYLOADS, answer, chunks, mutant, payload
from tests.fuzz.owners import CURVES, owner
from tests.fuzz.promises import check_counters, check_curves, check_decision, check_items, check_reading
from tests.unit.samples import SAMPLE

ADDRESS = "10:A5:62:32:75:36"
MOST_REQUESTS = 60  # of one conversation: 2 orders, each with its read-backs, and some for the login
EXPECTED = (ProtocolError, LinkError, SettingsError)  # what may come out of nonsense

ODD: tuple[Callable[[Random], Any], ...] = (
    lambda rng: rng.choice((float("nan"), float("inf"), -float("inf"), -0.0, 1e308, 5e-324)),
    lambda rng: rng.choice((0, 1, -1, 2**31, -(2**31) - 1, 2**63 - 1, 2**64 - 1, -(2**63), 10**400)),
    lambda rng: rng.uniform(-100, 100),
    lambda rng: rng.randint(-2, 40),
    lambda rng: rng.choice((True, False, None, [], {}, (), b"", ["x"], {"a": 1})),
    lambda rng: rng.choice(
        ("", "nan", "inf", "1e999", "9" * 5000, "-1", "1.5", "\u0663", "x" * 10000, "\0\n\x7f")
    ),
    lambda rng: rng.choice(("battery:1", "battery:" + "9" * 10, "battery:-1", "tank:1", "battery:\u0663")),
    lambda rng: mutant(rng).decode("utf-8", "replace"),
    lambda rng: rng.choice(CURVES),
)

KINDS: tuple[Literal["i", "d", "s"], ...] = ("i", "d", "s")

Run = Callable[[Random], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One target; it gets ``weight`` parts of all inputs."""

    name: str
    weight: int
    run: Run  # may raise what is EXPECTED


def stream(rng: Random) -> None:
    """Decode notifications to words: nothing is lost, and little is kept."""
    sent = b"".join(mutant(rng) for _ in range(rng.randint(1, 4)))
    framer, cutter, pieces = JbdFramer(), Cutter(), []
    for chunk in chunks(rng, sent):
        pieces += cutter.feed(chunk)
        assert len(cutter.kept) < LONGEST
        for frame in framer.feed(chunk):
            _described(frame)
    pieces += cutter.end()
    assert b"".join(piece.encoded for piece in pieces) == sent
    assert not cutter.kept
    assert all(isinstance(piece, Junk) or parse(piece.encoded) for piece in pieces)


def _described(frame: Any) -> None:
    with suppress(ProtocolError):
        assert describe(frame)


def frame(rng: Random) -> None:
    """Decode one whole frame of either direction, as the command line does."""
    encoded = mutant(rng)
    try:
        parse_request(encoded)
    except ProtocolError:
        assert decode_frame(encoded)


def register(rng: Random) -> None:
    """Describe a payload that the framer accepted, as any register."""
    kind, number = rng.choice([*PAYLOADS])
    assert describe(parse(answer(rng, kind, number)))


def basic(rng: Random) -> None:
    decoded = decode_basic(payload(rng, "dd", BASIC))
    assert len(decoded.temperatures) <= decoded.sensor_count <= 8
    assert set(decoded.balancing) <= set(range(1, 33))
    assert decoded.firmware.isprintable()
    assert decoded.unknown <= {"remaining", "nominal"}
    assert abs(decoded.tail.balance_current or 0.0) <= 10.0


def cells(rng: Random) -> None:
    assert all(0 <= cell <= 0xFFFF for cell in decode_cells(payload(rng, "dd", CELLS)))


def hardware(rng: Random) -> None:
    assert decode_hardware(payload(rng, "dd", HARDWARE)).isprintable()


def counters(rng: Random) -> None:
    check_counters(decode_counters(payload(rng, "dd", COUNTERS)))


def _talk(rng: Random, conversation: Generator[Request, Frame, Any], silent: float) -> Any:
    """Run a conversation to its end with damaged replies and silence."""
    try:
        request = next(conversation)
        for _ in range(MOST_REQUESTS):
            assert parse_request(request.encoded)
            replied = parse(answer(rng, request.reply.kind, request.reply.number))
            if isinstance(replied, Frame) and rng.random() >= silent:
                request = conversation.send(replied)
            else:  # no link hands over an echo
                request = conversation.throw(NoReply("silence", echoed=rng.random() < 0.1))
    except StopIteration as done:
        return done.value
    raise AssertionError(f"still talking after {MOST_REQUESTS} requests")


def poll(rng: Random) -> None:
    known = PackIdentity(cell_count=4, ntc_count=2) if rng.random() < 0.3 else None
    check_reading(_talk(rng, Jbd().poll(known, counters=rng.random() < 0.5), silent=0.05))


def hello(rng: Random) -> None:
    password = rng.choice(("", "123456", "000000", "ÄÖÜ", "12345"))
    _talk(rng, Jbd().hello(ADDRESS, password), silent=0.5)


def set_mosfets(rng: Random) -> None:
    want = Mosfets(charge=rng.random() < 0.5, discharge=rng.random() < 0.5)
    settings = PackSettings({"UseFbCommand": int(rng.random() < 0.5)})
    order = JbdSwitching().set_mosfets(want, before=SAMPLE, settings=settings)
    seen = _talk(rng, order, silent=0.1).mosfets
    # A MOSFET ordered off is off; one ordered on may be kept off by a protection.
    assert all(want.of(mosfet) for mosfet in Mosfet if seen.of(mosfet))


def advert(rng: Random) -> None:
    raw = mutant(rng)
    seen = Advertised(
        address=rng.choice((ADDRESS, "A5:C2:37:00:00:01", "", raw.hex())),
        name=rng.choice(("", "JBD-SP04S020A", raw.decode("utf-8", "replace"), raw.decode("latin-1"))),
        services=tuple(rng.sample((FF00, FFF0, FF06, raw.hex(), ""), rng.randrange(4))),
        manufacturer={int.from_bytes(raw[:2]): raw[2:]},
        rssi=rng.choice((None, -60, 127, -32768)),
    )
    assert Jbd().recognises(seen) in (True, False)


def setting(rng: Random) -> None:
    """Check any stored value: the result is in range, or it is refused."""
    row, value = rng.choice(PackSettings.rows), rng.choice(ODD)(rng)
    taken = row.parse(value) if isinstance(value, str) else row.checked(value)
    assert type(taken) is type(row.default)
    if not isinstance(taken, str):
        assert isfinite(taken)
        assert row.lowest is None or row.lowest <= taken or taken == row.unset
        assert row.highest is None or taken <= row.highest
    elif row.name == "ClassAndVrmInstance":
        assert instance_of(taken) < 2**31
    stored = PackSettings({row.name: taken})
    assert remembered(identity_of(stored)).keys() <= stored.keys()
    check_curves(preset(stored))


def written(rng: Random) -> None:
    """Write anything to a path: the result can be sent on the bus."""
    kind, raw = rng.choice(KINDS), rng.choice(ODD)(rng)
    if isinstance(raw, int) and abs(raw) > 2**64:
        raw = 2**64 - 1  # no more comes over a bus
    value = from_variant(kind, Variant("v", Variant("s", raw)) if isinstance(raw, str) else raw)
    assert value is None or to_variant(kind, value).value == value


def step(rng: Random) -> None:
    """Turn bytes into values on the bus: any decodable samples, silence between them, and settings."""
    chosen, managed = owner(rng), rng.random() < 0.8
    identity: PackIdentity | None = None
    reader: Diff[Report] | None = None
    now, state = rng.choice((0.0, 1e6)), PackState(started=0.0)
    for _ in range(rng.randint(1, 6)):
        now += rng.choice((0.0, 1.0, 1.0, 5.0, 40.0, 400.0, 3000.0, 1e6))
        reading = _reading(rng, identity)
        if reading and reading.identity and reading.identity != identity:
            identity, reader = reading.identity, None
        sample = reading.sample if reading else None
        state, decision = engine.step(state, sample, now, chosen, managed=managed)
        check_decision(state, decision, chosen)
        _, stopped = engine.stopped(state, now, chosen)
        assert not stopped.limits or stopped.limits.ccl == stopped.limits.dcl == 0
        if identity:
            items = items_for(identity, controls=managed)
            report = report_of(state, decision, chosen, identity, managed)
            check_items(items, report)
            reader = reader or Diff(items)
            for path, value in reader.changes(report, now).items():
                to_variant(next(item.kind for item in items if item.path == path), value)


def _reading(rng: Random, known: PackIdentity | None) -> Reading | None:
    if rng.random() < 0.15:
        return None
    again = known if rng.random() < 0.7 else None
    try:
        found: Reading = _talk(rng, Jbd().poll(again, counters=False), silent=0.0)
    except EXPECTED:
        return None
    return found


def report_of(
    state: PackState, decision: Decision, chosen: PackSettings, identity: PackIdentity, managed: bool
) -> Report:
    """Return the report of a decision."""
    return Report(
        address=ADDRESS,
        instance=1,
        identity=identity,
        decision=decision,
        link=LinkStatus(),
        extremes=state.extremes,
        controls=managed,
        settings=chosen,
    )


TARGETS = tuple(
    Target(name=run.__name__, weight=weight, run=run)
    for run, weight in (
        (stream, 30),
        (frame, 12),
        (register, 12),
        (basic, 10),
        (cells, 4),
        (hardware, 4),
        (counters, 4),
        (poll, 10),
        (hello, 4),
        (set_mosfets, 4),
        (advert, 2),
        (setting, 4),
        (written, 1),
        (step, 4),
    )
)
