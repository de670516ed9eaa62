"""The judge reads the replies of simulated packs of other makes as they are meant."""

from __future__ import annotations

import pytest

from dbus_xbms.simulator.battery import Battery, BatterySpec
from dbus_xbms.simulator.makes import jikong, litime
from dbus_xbms.simulator.makes.table import MAKES
from tests.endurance.other_truth import DECODERS, MEASURED
from tests.endurance.truth import Reads

REQUESTS = {"litime": litime.REQUEST, "jikong": jikong.request(jikong.MEASURED)}


@pytest.mark.parametrize("make", DECODERS)
def test_a_reply_is_decoded_to_what_the_battery_measured(make: str) -> None:
    battery = Battery(BatterySpec(cells=8, sensors=3, capacity=120.0, soc=71.0, mask=1))
    battery.advance(0.0)
    battery.advance(60.0)
    frame = MAKES[make].answer(REQUESTS[make], battery)
    assert frame is not None
    assert len(frame) == MEASURED[make]
    reads = Reads(make)
    reads.add([(60.0, REQUESTS[make].hex(), frame.hex())])
    (basic,), (cells,) = reads.basics, reads.cells
    assert basic.voltage == pytest.approx(sum(battery.cells), abs=0.001)
    assert basic.current == pytest.approx(battery.current, abs=0.001)
    assert basic.remaining == pytest.approx(battery.remaining, abs=0.01)
    assert basic.soc == round(battery.soc)
    assert basic.temperatures == pytest.approx(battery.temperatures, abs=0.5)
    assert (basic.charge, basic.discharge) == ((None, None) if make == "litime" else (False, True))
    assert cells.volts == pytest.approx(battery.cells, abs=0.001)


def test_a_reply_about_the_device_has_no_measurements() -> None:
    battery = Battery(BatterySpec())
    battery.advance(0.0)
    request = jikong.request(jikong.DEVICE)
    frame = jikong.answer(request, battery)
    assert frame is not None
    reads = Reads("jikong")
    reads.add([(1.0, request.hex(), frame.hex())])
    assert reads.basics == []
