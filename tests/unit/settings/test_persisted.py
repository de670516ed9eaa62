from __future__ import annotations

import pytest

from dbus_xbms.model import Extremes, History, PackIdentity
from dbus_xbms.settings.persisted import extremes_of, history_of, identity_of, remembered
from tests.unit.samples import settings

RECORDS = [
    PackIdentity(),
    PackIdentity(hardware="JBD-SP04S034", firmware="2.9", cell_count=4, ntc_count=2, nominal=100.0),
    Extremes(),
    Extremes(
        pack_min=12.0, pack_max=14.4, cell_min=2.9, cell_max=3.6, temperature_min=0.0, temperature_max=31.5
    ),
    History(),
    History(
        deepest_discharge=80.0, total_drawn=1200.5, charged_energy=14.2, since_full=0.0, since_top_balance=7.0
    ),
]
READ = {PackIdentity: identity_of, Extremes: extremes_of, History: history_of}


@pytest.mark.parametrize("record", RECORDS)
def test_persisted_state_is_read_back_unchanged(record: PackIdentity | Extremes | History) -> None:
    assert READ[type(record)](settings(**remembered(record))) == record


def test_a_new_pack_has_no_persisted_state() -> None:
    assert (identity_of(settings()), extremes_of(settings()), history_of(settings())) == (
        PackIdentity(),
        Extremes(),
        History(),
    )
