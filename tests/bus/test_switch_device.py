"""The outputs of the switch pane: on the battery, or on a switch device beside it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import pytest
from dbus_fast import Variant

from dbus_xbms.model import MosfetTarget, Phase, SwitchStatus
from dbus_xbms.report import Report, Request
from dbus_xbms.settings import PackSettings, switch_path
from dbus_xbms.venus.battery import BatteryService
from tests.bus.owners import items, owner
from tests.bus.simulation import Program, Simulation
from tests.bus.venus import BATTERY as BATTERIES
from tests.bus.venus import BUS_ITEM, SETTINGS, Seen, Venus
from tests.bus.venus import SWITCH as SWITCHES
from tests.unit.samples import changed
from tests.unit.venus.tables.battery_reports import REPORT

pytestmark = pytest.mark.usefixtures("private_bus")

ONE = "A4:C1:37:00:00:01"
BATTERY, SWITCH = (kind + "xbms_a4c137000001" for kind in (BATTERIES, SWITCHES))
STATE = "/SwitchableOutput/charge/State"
ALONE = replace(
    REPORT, address=ONE, settings=PackSettings({"Enabled": 1, "AllowMosfetControl": 1, "AllowLending": 1})
)
BESIDE = replace(ALONE, switch_instance=2)


@pytest.fixture
async def venus() -> AsyncIterator[Venus]:
    async with Venus() as venus:
        yield venus


class RecordingPack:
    """A pack that shows reports and records requests."""

    def __init__(self) -> None:
        self.written: list[Request] = []
        self.latest: Report | None = None
        self.service = BatteryService(ONE, self)
        self._now = 0.0

    def request(self, request: Request, sender: str) -> bool:
        assert ":1." in sender  # the bus name after the name of the program
        self.written.append(request)
        return isinstance(request, MosfetTarget)

    async def show(self, report: Report) -> None:
        self._now += 1.0
        self.latest = report
        await self.service.show(report, self._now)


@pytest.fixture
async def pack() -> AsyncIterator[RecordingPack]:
    pack = RecordingPack()
    yield pack
    await pack.service.leave()


async def test_the_outputs_move_with_the_setting_and_are_never_in_two_places(
    venus: Venus, pack: RecordingPack
) -> None:
    for report, beside in ((ALONE, False), (BESIDE, True), (ALONE, False)):
        await pack.show(report)
        battery, switch = await items(venus, BATTERY), await items(venus, SWITCH)
        assert (STATE in battery, STATE in switch) == (not beside, beside)
        assert battery["/DeviceInstance"] == 3
        assert switch.get("/DeviceInstance") == (2 if beside else None)


async def test_a_disabled_pack_is_not_published_again_without_control(
    venus: Venus, pack: RecordingPack
) -> None:
    await pack.show(replace(ALONE, controls=True))
    assert await owner(venus, BATTERY)
    # The arbiter has withdrawn control; the program stops the pack a moment later.
    await pack.show(replace(ALONE, controls=False, settings=PackSettings({"Enabled": 0})))
    assert await owner(venus, BATTERY) is None


async def test_each_device_has_its_own_connection_and_both_leave_together(
    venus: Venus, pack: RecordingPack
) -> None:
    await pack.show(BESIDE)
    owners = {await owner(venus, BATTERY), await owner(venus, SWITCH)}
    assert len(owners - {None}) == 2
    await pack.show(changed(BESIDE, phase=Phase.WITHDRAWN))
    assert (await owner(venus, BATTERY), await owner(venus, SWITCH)) == (None, None)
    await pack.show(BESIDE)
    assert not owners & {await owner(venus, BATTERY), await owner(venus, SWITCH)}


async def test_a_new_instance_publishes_the_switch_device_again(venus: Venus, pack: RecordingPack) -> None:
    await pack.show(BESIDE)
    before = await owner(venus, SWITCH)
    await pack.show(replace(BESIDE, switch_instance=7))
    assert await owner(venus, SWITCH) != before
    assert (await items(venus, SWITCH))["/DeviceInstance"] == 7


async def test_a_change_is_published_by_the_device_that_shows_it(venus: Venus, pack: RecordingPack) -> None:
    await pack.show(BESIDE)
    commanded = SwitchStatus(
        commanded=MosfetTarget(charge=True, discharge=True), requested=MosfetTarget(charge=False)
    )
    await pack.show(replace(BESIDE, switching=commanded))
    assert (await items(venus, SWITCH))[STATE] == 0
    battery = await items(venus, BATTERY)
    assert (battery["/Io/AllowToCharge"], battery["/Settings/ForceChargingOff"]) == (1, 1)


@pytest.mark.parametrize("report", [ALONE, BESIDE])
async def test_a_toggle_is_written_where_it_is_shown_and_only_within_its_range(
    venus: Venus, pack: RecordingPack, report: Report
) -> None:
    await pack.show(report)
    at = SWITCH if report.switch_instance else BATTERY
    codes = [await venus.write(at, STATE, value) for value in (0, 1, 2, -1, 0.5, "1")]
    assert codes == [0, 0, 2, 2, 1, 1]
    assert await venus.call(at, STATE, BUS_ITEM, "SetValue", "v", Variant("ai", [])) == 1
    assert await venus.write(at, "/SwitchableOutput/charge/Settings/Type", 2) == 2
    assert await venus.write(at, "/SwitchableOutput/charge/Status", 9) == 1
    assert pack.written == [MosfetTarget(charge=False), MosfetTarget(charge=True)]
    assert await venus.write(at, "/SwitchableOutput/lend/State", 1) == 2  # the pack refuses this request


def instance(number: int) -> Callable[[Seen], bool]:
    return lambda seen: bool(seen["/DeviceInstance"] == number)


async def test_the_program_has_a_switch_device_while_the_setting_is_on(venus: Venus) -> None:
    async with Simulation(1), Program("run") as program:
        await venus.enable(ONE)
        seen = await venus.until(ONE, lambda s: s["/Dc/0/Voltage"] is not None)
        assert STATE not in seen.items
        await venus.set(ONE, "AllowMosfetControl", 1)
        seen = await venus.until(ONE, lambda s: STATE in s.items)
        assert seen["/SwitchableOutput/charge/Settings/ShowUIControl"] == 0
        assert await owner(venus, SWITCH) is None
        await venus.set(ONE, "SeparateSwitchDevice", 1)
        switch = await venus.until(ONE, instance(1), kind=SWITCHES)
        assert switch["/SwitchableOutput/charge/Name"] == "Charge switch"
        assert STATE not in (await venus.until(ONE, lambda s: True)).items

        await venus.write(SWITCH, "/SwitchableOutput/charge/Settings/Group", "Bank")
        await venus.until_setting(ONE, "ChargeSwitchGroup", "Bank")
        assert await venus.write(SETTINGS, switch_path(ONE), "switch:5") == 0
        switch = await venus.until(ONE, instance(5), kind=SWITCHES)
        assert switch["/SwitchableOutput/charge/Settings/Group"] == "Bank"

        await venus.set(ONE, "SeparateSwitchDevice", 0)
        seen = await venus.until(ONE, lambda s: STATE in s.items)
        assert await owner(venus, SWITCH) is None
        assert await program.stop() == 0
    assert program.left_behind == []


async def test_a_switch_device_keeps_its_instance_over_a_restart(venus: Venus) -> None:
    async with Simulation(1):
        await venus.enable(ONE, SeparateSwitchDevice=1)
        async with Program("run"):
            await venus.until(ONE, instance(1), kind=SWITCHES)
            assert await venus.write(SETTINGS, switch_path(ONE), "switch:4") == 0
            await venus.until(ONE, instance(4), kind=SWITCHES)
        async with Program("run"):
            await venus.until(ONE, instance(4), kind=SWITCHES)
            # At the change, and at the end of the first run
            assert venus.left == [SWITCH, BATTERY, SWITCH, BATTERY]
