"""Records shared by all modules."""

from __future__ import annotations

from dataclasses import replace

from dbus_xbms.model import Mosfet, Mosfets, Protection
from tests.unit.samples import sample


def test_each_mosfet_has_protections_that_turn_off_only_that_mosfet() -> None:
    charge, discharge = Mosfet.CHARGE.blocked_by, Mosfet.DISCHARGE.blocked_by
    assert charge - discharge
    assert discharge - charge
    assert charge | discharge == set(Protection)


def test_a_bms_without_mosfets_reports_neither_on_nor_off() -> None:
    none = replace(sample(), mosfets=None)
    one = replace(sample(), mosfets=Mosfets(charge=True, discharge=False))
    assert [none.is_on(mosfet) for mosfet in Mosfet] == [None, None]
    assert [one.is_on(mosfet) for mosfet in Mosfet] == [True, False]
