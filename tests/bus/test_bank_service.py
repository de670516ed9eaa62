"""The service of a bank: when it appears, is replaced and leaves, and the texts that name a pack."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from dbus_xbms.model import Level, MosfetTarget, Phase
from dbus_xbms.policy.bank.records import Alarm
from dbus_xbms.report import BankReport, ChangeSetting, Request
from dbus_xbms.settings import BankSettings
from dbus_xbms.venus.bank import BankService
from tests.bus.owners import items, owner
from tests.bus.venus import BATTERY, BUS_ITEM, Venus
from tests.unit.samples import bank_report, member, silent

pytestmark = pytest.mark.usefixtures("private_bus")

BANK = BATTERY + "xbms_bank_1"
CONTROLLING = bank_report(controls=True)


@pytest.fixture
async def venus() -> AsyncIterator[Venus]:
    async with Venus() as venus:
        yield venus


class RecordingBank:
    """A bank that shows reports and records requests."""

    def __init__(self) -> None:
        self.written: list[Request] = []
        self.latest: BankReport | None = None
        self.service = BankService(1, self)
        self._now = 0.0

    def request(self, request: Request, sender: str) -> bool:
        self.written.append(request)
        return True

    async def show(self, report: BankReport) -> None:
        self._now += 1.0
        self.latest = report
        await self.service.show(report, self._now)


@pytest.fixture
async def bank() -> AsyncIterator[RecordingBank]:
    bank = RecordingBank()
    yield bank
    await bank.service.leave()


async def test_a_bank_is_not_on_the_bus_before_the_owner_confirms_it(
    venus: Venus, bank: RecordingBank
) -> None:
    await bank.show(replace(CONTROLLING, settings=BankSettings({"Enabled": 0})))
    assert await owner(venus, BANK) is None
    await bank.show(CONTROLLING)
    shown = await items(venus, BANK)
    assert (shown["/DeviceInstance"], shown["/ProductId"], shown["/CustomName"]) == (590, 0xBA59, "House")


async def test_the_loss_of_members_never_takes_a_bank_off_the_bus(venus: Venus, bank: RecordingBank) -> None:
    await bank.show(CONTROLLING)
    before = await owner(venus, BANK)
    lost = tuple(map(silent, CONTROLLING.decision.members))
    await bank.show(bank_report(controls=True, members=(member(1), *lost[1:])))
    await bank.show(bank_report(controls=True, members=lost, phase=Phase.LOST, reports=(None,) * 4))
    assert await owner(venus, BANK) == before
    assert (await items(venus, BANK))["/System/NrOfModulesOffline"] == 4
    await bank.show(bank_report(controls=True, members=lost, phase=Phase.WITHDRAWN))
    assert await owner(venus, BANK) is None


async def test_a_bank_is_replaced_when_it_begins_or_ends_to_control(
    venus: Venus, bank: RecordingBank
) -> None:
    owners = []
    for controls in (False, True, False):
        await bank.show(bank_report(controls=controls))
        assert ("/Info/MaxChargeVoltage" in await items(venus, BANK)) == controls
        owners.append(await owner(venus, BANK))
    assert len(set(owners)) == 3


async def test_another_member_gets_its_paths(venus: Venus, bank: RecordingBank) -> None:
    await bank.show(bank_report(packs=3))
    await bank.show(bank_report(packs=4))
    assert (await items(venus, BANK))["/Members/4/Name"] == "Starboard"


async def test_the_text_of_an_alarm_names_the_pack_and_follows_it(venus: Venus, bank: RecordingBank) -> None:
    path = "/Alarms/HighCellVoltage"
    await bank.show(bank_report(alarms={path: Alarm(level=Level.ALARM, names=("Bow",))}))
    assert await venus.call(BANK, path, BUS_ITEM, "GetText") == "2 (Bow)"
    await bank.show(bank_report(alarms={path: Alarm(level=Level.ALARM, names=("Stern",))}))
    assert await venus.call(BANK, path, BUS_ITEM, "GetText") == "2 (Stern)"
    seen = await venus.until("bank_1", lambda seen: seen.items[path]["Text"].value == "2 (Stern)")
    assert [list(changes) for _, changes in seen.signals] == [[path]]


async def test_the_page_of_single_batteries_shows_the_one_selected(venus: Venus, bank: RecordingBank) -> None:
    await bank.show(CONTROLLING)
    codes = [await venus.write(BANK, "/Battery/Request/Id", number) for number in (3, 5, 0)]
    assert codes == [0, 2, 2]
    await venus.until("bank_1", lambda seen: seen["/Battery/Request/Id"] == 3)
    await bank.show(bank_report(controls=True, phase=Phase.HELD))
    assert (await items(venus, BANK))["/Battery/Request/Id"] == 3
    assert bank.written == []


async def test_writes_become_requests_to_the_bank(venus: Venus, bank: RecordingBank) -> None:
    await bank.show(CONTROLLING)
    assert await venus.write(BANK, "/Io/AllowToCharge", 0) == 0
    assert await venus.write(BANK, "/CustomName", "Shed") == 0
    assert await venus.write(BANK, "/Soc", 50.0) == 1
    assert bank.written == [MosfetTarget(charge=False), ChangeSetting("Name", "Shed")]
