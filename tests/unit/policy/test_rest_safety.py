"""What may happen between two polls of a pack at rest, with a simulated battery."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dbus_xbms.policy import engine, poll_rate
from dbus_xbms.policy.pack_state import PackState
from dbus_xbms.settings import PackSettings
from dbus_xbms.simulator.battery import Battery, BatterySpec
from dbus_xbms.simulator.chemistry import CHEMISTRIES as VOLTAGES
from tests.unit.samples import settings

CHEMISTRIES = {"lfp": "LiFePO4", "nmc": "NMC"}
CAPACITY = 100.0  # Ah

batteries = st.builds(
    BatterySpec,
    chemistry=st.sampled_from([*CHEMISTRIES]),
    capacity=st.just(CAPACITY),
    soc=st.floats(2, 100),
    spread=st.floats(0, 0.05),
    weak=st.integers(0, 4),
    load=st.just("rest"),
    noise=st.just(0.0),
)


def owner(spec: BatterySpec) -> PackSettings:
    """Settings that allow 1 C in both directions."""
    chemistry = CHEMISTRIES[spec.chemistry]
    return settings(Chemistry=chemistry, MaxChargeCurrent=CAPACITY, MaxDischargeCurrent=CAPACITY)


@pytest.mark.parametrize("charging", [True, False])
@given(spec=batteries)
def test_at_1_c_no_cell_makes_the_bms_act_before_the_next_poll_of_a_pack_at_rest(
    spec: BatterySpec, charging: bool
) -> None:
    battery, chosen = Battery(spec), owner(spec)
    state, decision = PackState(started=0.0), None
    for second in range(62):
        state, decision = engine.step(state, battery.sample(), float(second), chosen, managed=True)
    assert decision
    assume(decision.resting)
    assert decision.limits
    interval = poll_rate.interval(chosen, resting=True)
    assert interval == 10
    battery.overrides.current = decision.limits.ccl if charging else -decision.limits.dcl
    for tenths in range(int(10 * interval) + 1):
        battery.advance(tenths / 10)
        assert VOLTAGES[spec.chemistry].undervoltage < min(battery.cells)
        assert max(battery.cells) < VOLTAGES[spec.chemistry].overvoltage
