"""The paths of the program's own pages on the GX: MOSFETs, the range of cells, the roles of sensors."""

from __future__ import annotations

from typing import Any

import pytest

from dbus_xbms.model import Mosfets, MosfetTarget, PackIdentity, Protection, SwitchStatus
from dbus_xbms.policy.temperatures import judge
from dbus_xbms.report import Report
from dbus_xbms.venus.tables import battery
from dbus_xbms.venus.tables.screen import Hold
from tests.unit import samples
from tests.unit.samples import sample, settings

IDENTITY = PackIdentity(cell_count=4, ntc_count=3)
CHARGE_OFF = Mosfets(charge=False, discharge=True)


def report(**values: Any) -> Report:
    return samples.report(address="A4:C1:37:00:00:01", instance=1, **values)


def shown(pack: Report) -> dict[str, object]:
    return dict(battery.values(battery.items_for(IDENTITY), pack))


def charge_off(*tripped: Protection, switching: SwitchStatus | None = None) -> dict[str, object]:
    reading = sample(mosfets=CHARGE_OFF, protection=frozenset(tripped))
    return shown(report(sample=reading, switching=switching or SwitchStatus()))


@pytest.mark.parametrize(
    ("tripped", "switching", "expected"),
    [
        ((), SwitchStatus(commanded=MosfetTarget(charge=False)), Hold.COMMAND),
        ((), SwitchStatus(requested=MosfetTarget(charge=True)), Hold.SWITCHING),
        ((Protection.CELL_OVERVOLTAGE,), None, Hold.PROTECTION),
        ((Protection.CELL_OVERVOLTAGE,), SwitchStatus(commanded=MosfetTarget(charge=False)), Hold.COMMAND),
        ((Protection.CELL_UNDERVOLTAGE,), None, Hold.UNKNOWN),
        ((), SwitchStatus(commanded=MosfetTarget(charge=True)), Hold.UNKNOWN),
    ],
)
def test_a_mosfet_that_is_off_says_what_holds_it(
    tripped: tuple[Protection, ...], switching: SwitchStatus | None, expected: Hold
) -> None:
    values = charge_off(*tripped, switching=switching)
    assert values["/Io/ChargeHold"] == expected
    assert values["/Io/DischargeHold"] == Hold.ON


def test_only_protections_of_that_mosfet_are_named() -> None:
    values = charge_off(Protection.CELL_OVERVOLTAGE, Protection.SHORT_CIRCUIT)
    assert values["/Io/ChargeProtection"] == "a cell is too high, short circuit"
    assert values["/Io/DischargeProtection"] == "short circuit"


def test_unknown_mosfets_are_not_said_to_be_on() -> None:
    assert shown(report(sample=sample(mosfets=None)))["/Io/ChargeHold"] is None


def test_empty_and_full_come_from_the_chemistry_and_the_owner() -> None:
    values = shown(report(settings=settings(CellFull=3.4)))
    assert values["/Cells/Full"] == 3.4
    assert values["/Cells/Low"] == pytest.approx(2.9)


def test_without_a_chemistry_no_cell_is_called_full() -> None:
    values = shown(report(settings=settings(Chemistry="")))
    assert values["/Cells/Full"] is None
    assert values["/Cells/HighCutoff"] is None


def test_each_sensor_says_where_it_is() -> None:
    values = shown(report(sample=sample(), temperatures=judge((21.0, 20.0, 20.5), "mc-")))
    assert values["/System/NrOfTemperatureSensors"] == 3
    assert [values[f"/System/TemperatureRole{n}"] for n in (1, 2, 3)] == ["MOSFETs", "cells", "elsewhere"]


def test_the_roles_of_sensors_are_unknown_before_the_first_reading() -> None:
    assert shown(report())["/System/TemperatureRole1"] is None
