"""Dialects of boards: the tail of Daren, the 100 mA flag, fields with another meaning."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dbus_xbms.model import Mosfets, PackSample, Phase, Reading
from dbus_xbms.policy import engine, history, pack_state, state_of_charge
from dbus_xbms.protocols import ProtocolError
from dbus_xbms.protocols.jbd import Jbd
from dbus_xbms.protocols.jbd.frames import reply
from dbus_xbms.protocols.jbd.registers import decode_basic
from dbus_xbms.venus.tables.battery import items_for
from tests.unit.recorded import converse, frame_of
from tests.unit.samples import changed, report, settings

LONG, SHORT_A, SHORT_B = (
    "daren_16s_300ah_gauge_in_tail",
    "daren_16s_324ah_short_tail",
    "daren_16s_120ah_short_tail",
)
CELLS = frame_of("daren_16s_300ah_cells")
REFUSED = bytes.fromhex("dd058000ff8077")  # the reply of Daren to 0x05


def payload(name: str) -> bytearray:
    return bytearray(frame_of(name)[4:-3])


def poll(basic: bytes, cells: bytes = CELLS) -> Reading:
    registers = {0x03: basic, 0x04: cells, 0x05: REFUSED}
    return converse(Jbd().poll(None, counters=False), lambda one: registers.get(one.reply.number))[0]


def sample_of(basic: bytes | bytearray) -> PackSample:
    return poll(reply(0x03, bytes(basic))).sample


@pytest.mark.parametrize(
    ("name", "voltage", "current", "remaining", "nominal", "soc", "health", "temperatures"),
    [
        (LONG, 52.42, -13.2, 142.4, 300.0, 47.0, 99.0, (26.7, 26.8, 27.0, 27.2, 25.6, 27.9)),
        (SHORT_A, 52.53, 0.0, 166.41, 324.41, 51.0, 99.0, (28.6, 29.0, 28.8, 29.1, 26.0, 28.7)),
        (SHORT_B, 52.59, -8.32, 83.98, 120.0, 69.0, 100.0, (21.2, 21.3, 21.2, 20.9, 22.0, 23.3)),
    ],
)
def test_daren_sends_gauge_health_and_temperatures_in_the_tail(
    name: str,
    voltage: float,
    current: float,
    remaining: float,
    nominal: float,
    soc: float,
    health: float,
    temperatures: tuple[float, ...],
) -> None:
    reading = poll(frame_of(name))
    sample = reading.sample
    assert (sample.voltage, sample.current, sample.soc) == (voltage, current, soc)
    assert (sample.remaining, sample.nominal, sample.health) == (remaining, nominal, health)
    assert (sample.temperatures, sample.sensor_roles) == (temperatures, "ccccm-")
    assert (sample.learned, sample.balance_current) == (None, None)
    assert sample.mosfets == Mosfets(charge=True, discharge=True)
    assert reading.identity is not None
    assert (reading.identity.nominal, reading.identity.ntc_count) == (nominal, 6)
    assert (reading.identity.hardware, reading.identity.produced) == ("", "")


@pytest.mark.parametrize(("name", "missing"), [(LONG, -157.6), (SHORT_A, -158.0), (SHORT_B, -36.02)])
def test_charge_missing_from_daren_counts_from_its_nominal_capacity(name: str, missing: float) -> None:
    assert state_of_charge.consumed(poll(frame_of(name)).sample) == pytest.approx(missing)


@pytest.mark.parametrize(("floor", "charge"), [(0, 83.98), (20, 83.98 - 0.2 * 120.0)])
def test_the_time_to_go_of_a_daren_counts_from_its_nominal_capacity(floor: int, charge: float) -> None:
    state = pack_state.sampled(pack_state.PackState(started=0.0), poll(frame_of(SHORT_B)).sample, 1.0)
    _, decision = engine.decide(state, 1.0, settings(DischargeFloor=floor))
    assert decision.time_to_go == pytest.approx(charge / 8.32 * 3600, abs=30)


@pytest.mark.parametrize(
    ("name", "rating", "ccl", "dcl"),
    [
        (LONG, 0, 90.0, 100.0),  # 0.3 C, and the most for a board without a rating
        (SHORT_B, 0, 36.0, 60.0),
        ("fogstar_4s_628ah_100ma_flag", 250, 188.4, 250.0),  # 0.3 C, and the rating of SP04S060L4S250A
    ],
)
def test_currents_that_are_not_set_come_from_the_capacity_of_the_dialect(
    name: str, rating: int, ccl: float, dcl: float
) -> None:
    cells = reply(0x04, (3320).to_bytes(2, "big") * 4) if name.startswith("fogstar") else CELLS
    state = pack_state.sampled(pack_state.PackState(started=0.0), poll(frame_of(name), cells).sample, 1.0)
    owner = settings(Control=1, TemperatureControl=0, Rating=rating)
    _, decision = engine.decide(state, 1.0, owner, managed=True)
    assert decision.limits
    assert (decision.limits.ccl, decision.limits.dcl) == pytest.approx((ccl, dcl), abs=0.05)


def test_the_history_of_a_daren_records_the_true_discharge() -> None:
    state, sample = history.HistoryState(), poll(frame_of(SHORT_A)).sample
    for second in range(4):
        state = history.add_sample(state, sample, float(second), 5.0)
    assert state.history.deepest_discharge == pytest.approx(158.0)


def test_a_sensor_of_daren_has_the_role_given_by_the_dialect() -> None:
    state = pack_state.sampled(pack_state.PackState(started=0.0), poll(frame_of(LONG)).sample, 1.0)
    _, decision = engine.decide(state, 1.0, settings())
    assert decision.temperatures.cells == (26.7, 26.8, 27.0, 27.2)
    assert decision.temperatures.mosfet == 25.6
    _, decision = engine.decide(state, 1.0, settings(TemperatureRoles="mccc--"))
    assert decision.temperatures.cells == (26.8, 27.0, 27.2)  # the setting takes precedence


def test_a_reported_health_takes_precedence_over_a_derived_one() -> None:
    reading = poll(frame_of(LONG))
    assert reading.identity is not None
    (soh,) = (item for item in items_for(reading.identity) if item.path == "/Soh")
    shown = report(address="A4:C1:37:00:00:01", instance=1, phase=Phase.FRESH, sample=reading.sample)
    assert soh.value(shown) == 99.0
    derived = replace(reading.sample, health=None, learned=270.0)
    assert soh.value(changed(shown, sample=derived)) == 90.0


@pytest.mark.parametrize("cut", [8, 16])
def test_a_poll_without_any_charge_count_fails(cut: int) -> None:
    with pytest.raises(ProtocolError, match="remaining and nominal, got FFFF"):
        sample_of(payload(LONG)[:-cut])  # with a short tail, and without


def test_a_poll_with_an_all_ones_gauge_in_the_tail_fails() -> None:
    broken = payload(LONG)
    broken[-8:-4] = b"\xff\xff\xff\xff"
    with pytest.raises(ProtocolError, match="remaining and nominal, got FFFF"):
        sample_of(broken)


@pytest.mark.parametrize("raw", [-32769, 32769, -(2**31), 2**31 - 1])
def test_an_impossible_current_fails_the_poll(raw: int) -> None:
    broken = payload(LONG)
    broken[-4:] = raw.to_bytes(4, "big", signed=True)
    with pytest.raises(ProtocolError, match=r"current: expected at most 3276.8 A"):
        sample_of(broken)
    broken[-4:] = (-32768).to_bytes(4, "big", signed=True)
    assert sample_of(broken).current == -3276.8


def test_a_charge_count_in_the_head_takes_precedence_over_the_gauge_in_the_tail() -> None:
    counting = payload(LONG)
    counting[2:8] = payload(SHORT_A)[2:8]
    sample = sample_of(counting)
    assert (sample.current, sample.remaining, sample.nominal) == (0.0, 166.41, 324.41)


def test_a_nominal_capacity_of_all_ones_is_unknown() -> None:
    broken = payload(SHORT_A)
    broken[6:8] = b"\xff\xff"
    reading = poll(reply(0x03, bytes(broken)))
    assert (reading.sample.remaining, reading.sample.nominal) == (166.41, 0.0)
    assert reading.identity is not None
    assert reading.identity.nominal == 0.0


@pytest.mark.parametrize(
    ("at", "value"),
    [
        (10, b"\x30\x77"),  # a production date
        (18, b"\x29"),  # a firmware version
        (31, b"\x00\x00"),  # no temperature in the place of the MOSFETs'
        (33, b"\xff\xff"),  # nor in the place of the ambient one
        (35, b"\x00"),  # a health of 0 %
        (35, b"\x65"),  # or of 101 %
    ],
)
def test_a_tail_without_the_marks_of_daren_is_not_read_as_daren(at: int, value: bytes) -> None:
    other = payload(SHORT_A)
    other[at : at + len(value)] = value
    sample = sample_of(other)
    assert (sample.health, len(sample.temperatures), sample.sensor_roles) == (None, 4, "")
    assert sample.learned is None  # this field is not the capacity of this pack


@pytest.mark.parametrize(
    ("raw", "daren"), [(2731 - 401, False), (2731 - 400, True), (2731 + 1200, True), (2731 + 1201, False)]
)
def test_a_tail_of_daren_starts_with_temperatures_from_minus_40_to_120(raw: int, daren: bool) -> None:
    other = payload(SHORT_A)
    other[31:33] = raw.to_bytes(2, "big")
    assert (sample_of(other).health is not None) is daren


@pytest.mark.parametrize("health", [1, 100])
def test_a_health_of_1_to_100_percent_is_valid(health: int) -> None:
    other = payload(SHORT_A)
    other[35] = health
    assert sample_of(other).health == health


def test_a_flag_in_the_first_byte_of_the_tail_means_100_ma_and_100_mah() -> None:
    sample = poll(frame_of("fogstar_4s_628ah_100ma_flag"), frame_of("sp04s034_cells_a")).sample
    assert (sample.current, sample.remaining, sample.nominal) == (-5.8, 471.9, 628.0)
    assert (sample.learned, sample.voltage) == (656.9, 13.28)
    assert state_of_charge.soc(sample) == 71.8
    assert sample.voltage * sample.current == pytest.approx(-77, abs=0.1)


@pytest.mark.parametrize(
    ("first", "nominal"), [(0x01, 62.8), (0x64, 62.8), (0x7F, 62.8), (0x80, 628.0), (0xE4, 628.0)]
)
def test_only_bit_7_of_the_first_byte_is_the_flag(first: int, nominal: float) -> None:
    flagged = payload("fogstar_4s_628ah_100ma_flag")
    flagged[-9] = first
    assert sample_of(flagged).nominal == nominal


def test_both_flags_at_once_mean_ten_times_not_a_hundred() -> None:
    flagged = payload("fogstar_4s_628ah_100ma_flag")
    flagged[20] |= 0x80
    assert (sample_of(flagged).current, sample_of(flagged).nominal) == (-5.8, 628.0)


@pytest.mark.parametrize("length", range(1, 9))
def test_the_flag_in_a_tail_of_unknown_length_is_ignored(length: int) -> None:
    torn = payload("fogstar_4s_628ah_100ma_flag")
    end = len(torn) - 9 + length
    assert decode_basic(bytes(torn[:end])).nominal == 62.8


@pytest.mark.parametrize(
    ("learned", "expected"),
    [(0, None), (4999, None), (5000, 50.0), (13000, 130.0), (13001, None), (51811, None)],
)
def test_a_learned_capacity_far_from_the_nominal_one_is_ignored(learned: int, expected: float | None) -> None:
    vatrer = payload("vatrer_16s_tail9")
    vatrer[-6:-4] = learned.to_bytes(2, "big")
    assert sample_of(vatrer).learned == expected


def test_an_impossible_balance_current_is_ignored() -> None:
    assert poll(frame_of("btbattery14_300ah"), frame_of("sp04s034_cells_a")).sample.balance_current is None
    tail = payload("btbattery14_300ah")
    for raw, amperes in ((-10_000, -10.0), (-10_001, None), (10_001, None), (1500, 1.5)):
        tail[-2:] = raw.to_bytes(2, "big", signed=True)
        assert sample_of(tail).balance_current == amperes


def test_nothing_is_consumed_at_100_percent() -> None:
    full = replace(poll(frame_of(SHORT_A)).sample, soc=100.0, remaining=324.0, learned=330.0)
    assert state_of_charge.consumed(full) == 0.0
    assert state_of_charge.consumed(replace(full, soc=99.0)) == -6.0
