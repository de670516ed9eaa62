"""The storm of the rig: every fault can be injected, at packs that the judge knows."""

from __future__ import annotations

from tests.endurance.storm import Scope, Weather
from tests.rig.packs import VirtualPacks
from tests.rig.storm import RIG_STORM, RigPlan

PLAN = RigPlan(seconds=7200.0, seed=1, every=10.0)


def test_every_fault_of_the_storm_can_be_injected() -> None:
    own = [row for row in RIG_STORM if row.scope is not Scope.PROGRAM and not row.name.startswith("other_")]
    assert [row.name for row in own if not hasattr(VirtualPacks, f"_{row.name}")] == []
    assert "unplug" not in {row.name for row in RIG_STORM}  # an adapter of the simulator, under a new name


def test_the_scan_of_another_program_silences_only_packs_that_are_connected_for_each_poll() -> None:
    (scan,) = (row for row in RIG_STORM if row.name == "other_scans")
    known = [PLAN.known(number) for number in range(PLAN.packs)]
    assert [one.per_poll for one in known] == [False, False, False, True]
    assert [scan.silences(one) for one in known] == [False, False, False, True]


def test_a_storm_strikes_with_every_fault_at_packs_that_the_judge_knows() -> None:
    addresses = [PLAN.address(number) for number in range(PLAN.packs)]
    weather = Weather(packs=addresses, adapters=[], seed=PLAN.seed, every=PLAN.every, table=PLAN.table)
    strikes = list(weather.strikes(PLAN.seconds))
    assert {strike.fault.name for strike in strikes} == {row.name for row in RIG_STORM}
    assert {strike.target for strike in strikes if strike.target} == {
        PLAN.known(number).address for number in range(PLAN.packs)
    }
