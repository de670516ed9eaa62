"""Log lines about a pack."""

from __future__ import annotations

import logging

import pytest

from dbus_xbms.model import PackIdentity
from dbus_xbms.pack.state_log import StateLogger
from dbus_xbms.policy import engine
from dbus_xbms.policy.pack_state import PackState
from tests.unit.samples import sample, settings

DEAD = sample(cells=(1.4, 2.5, 2.5, 2.5), voltage=8.9, soc=0.0)
HEALTHY = sample(cells=(2.6, 2.6, 2.6, 2.6), voltage=10.4, soc=0.0)


def test_a_dead_cell_and_its_recovery_are_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    owner, state, logger = settings(Chemistry="LiFePO4", Control=1), PackState(started=0.0), StateLogger("A4")
    with caplog.at_level(logging.INFO):
        for n, reading in enumerate((DEAD, DEAD, DEAD, HEALTHY, HEALTHY, HEALTHY)):
            state, decision = engine.step(state, reading, 600.0 * n, owner, managed=True)
            logger.log(decision, PackIdentity(), "")
    dead = [record for record in caplog.records if "dead or shorted" in record.message]
    assert [record.levelname for record in dead] == ["WARNING", "INFO"]


def test_an_unknown_capacity_is_logged_with_advice(caplog: pytest.LogCaptureFixture) -> None:
    owner, state, logger = settings(Chemistry="LiFePO4", Control=1), PackState(started=0.0), StateLogger("A4")
    for now in (0.0, 1.0):
        unknown = sample(nominal=0.0, remaining=0.0)
        state, decision = engine.step(state, unknown, now, owner, managed=True)
        logger.log(decision, PackIdentity(), "")
    assert [record.message for record in caplog.records if "set Capacity" in record.message] == [
        "A4: the BMS does not report how large the pack is: set Capacity"
    ]
