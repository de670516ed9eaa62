"""Odd samples: each path keeps its type, text and register, or is invalid."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbus_xbms.model import History, Limits, Phase, Protection
from dbus_xbms.report import Report
from dbus_xbms.settings import Value
from dbus_xbms.venus.item import INVALID_TEXT, Item
from dbus_xbms.venus.tables.battery import items_for, values
from tests.unit.samples import changed
from tests.unit.venus.tables.battery_reports import COUNTERS, IDENTITY, LIMITS, REPORT, SAMPLE, shown
from tests.unit.venus.tables.venus_battery import REGISTERS


@pytest.mark.parametrize("celsius", [-273.1, -30.0, 120.0, 6280.4])
def test_an_implausible_sensor_is_invalid(celsius: float) -> None:
    sample = replace(SAMPLE, temperatures=(celsius, 21.0, 22.0))
    got = shown(changed(REPORT, sample=sample))
    assert got["/System/Temperature1"] is None
    assert got["/System/Temperature2"] == 21.0


def test_a_sample_with_fewer_cells_and_sensors_than_known_leaves_the_rest_invalid() -> None:
    got = shown(changed(REPORT, sample=replace(SAMPLE, cells=(3.3,), temperatures=())))
    assert (got["/Voltages/Cell1"], got["/Voltages/Cell2"], got["/System/Temperature1"]) == (3.3, None, None)


def test_characters_that_d_bus_cannot_carry_are_removed_from_texts() -> None:
    got = shown(replace(REPORT, custom_name="B\0o\x1bw\ud800 ü"))
    assert got["/CustomName"] == "Bow ü"


def test_nan_is_invalid_and_minus_zero_is_zero() -> None:
    def reading(value: Value) -> Value | None:
        item: Item[Report] = Item("/X", "d", "{:.1f}A", lambda report: value)
        return item.value(REPORT)

    assert reading(float("nan")) is None
    assert reading(float("inf")) is None
    assert str(reading(-0.04)) == "0.0"
    assert reading(3) == 3.0


@given(
    cells=st.lists(st.floats(0, 5), max_size=32),
    temperatures=st.lists(st.floats(-273, 6280), max_size=8),
    current=st.floats(-3276, 3276),
    voltage=st.floats(0, 655),
    remaining=st.floats(0, 6553),
    nominal=st.floats(0, 6553),
    learned=st.none() | st.floats(0, 6553),
    cycles=st.integers(0, 65535),
    protection=st.frozensets(st.sampled_from(Protection)),
    phase=st.sampled_from(Phase),
    limits=st.builds(
        replace,
        st.just(LIMITS),
        cvl=st.floats(0, 160),
        ccl=st.floats(0, 2000),
        dcl=st.floats(0, 2000),
        charge_request=st.booleans(),
        mode=st.text(),
        battery_low_voltage=st.floats(0, 160),
    ),
    history=st.builds(
        History,
        deepest_discharge=st.floats(0, 6553),
        last_discharge=st.floats(0, 6553),
        total_drawn=st.floats(0, 6553),
        charged_energy=st.floats(0, 6553),
        discharged_energy=st.floats(0, 6553),
        since_full=st.none() | st.floats(0, 1e10),
    ),
)
def test_with_any_sample_each_path_keeps_its_type_text_and_register(
    cells: list[float],
    temperatures: list[float],
    current: float,
    voltage: float,
    remaining: float,
    nominal: float,
    learned: float | None,
    cycles: int,
    protection: frozenset[Protection],
    phase: Phase,
    limits: Limits,
    history: History,
) -> None:
    sample = replace(
        SAMPLE,
        cells=tuple(cells),
        temperatures=tuple(temperatures),
        current=current,
        voltage=voltage,
        remaining=remaining,
        nominal=nominal,
        learned=learned,
        cycles=cycles,
        protection=protection,
    )
    connected = phase in (Phase.FRESH, Phase.HELD)
    report = changed(
        REPORT,
        phase=phase,
        sample=sample if connected else None,
        cell_temperatures=tuple(t for t in temperatures if -30 < t < 120) if connected else (),
        counters=COUNTERS,
        controls=True,
        limits=limits,
        history=history,
    )
    identity = replace(IDENTITY, cell_count=len(cells), ntc_count=8)
    items = {item.path: item for item in items_for(identity, controls=True)}
    for path, value in values(items.values(), report).items():
        text = items[path].show(value)
        if value is None:
            assert text == INVALID_TEXT
            continue
        assert type(value) is {"i": int, "d": float, "s": str}[items[path].kind]
        assert text or path == "/Info/ChargeMode" or items[path].writable
        if isinstance(value, str):
            assert len(value) <= 8 or not path.endswith("CellId")
        elif path in REGISTERS:
            scale, lowest, highest = REGISTERS[path]
            assert lowest <= round(value * scale) <= highest
