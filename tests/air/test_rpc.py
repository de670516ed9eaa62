"""The methods that the service offers on D-Bus, called without a bus, in virtual time."""

from __future__ import annotations

import asyncio
import inspect
from typing import Any

import pytest
from dbus_fast import DBusError, Message, unpack_variants

from dbus_xbms import __version__
from dbus_xbms.ble.errors import NotInRange
from dbus_xbms.ble.scan_results import LONGEST_SCAN, SHORTEST_SCAN
from dbus_xbms.contact import Contact, ContactState
from dbus_xbms.dbus.errors import BusLost
from dbus_xbms.protocols import Advertised
from dbus_xbms.rpc import (
    BUS,
    BUSY,
    FAULT,
    INTERFACE,
    MOST_PACKS,
    MOST_SCANS,
    PATH,
    SETTINGS,
    SO_FAR_AGE,
    STOPPING,
    RpcService,
    _described_error,
    error_name,
)
from dbus_xbms.settings import SettingsError
from tests.air.virtual_time import now, virtual_time

ADDRESS = "A4:C1:37:00:00:01"


def heard(n: int, rssi: int | None = -60, name: str = "xiaoxiang") -> Advertised:
    return Advertised(
        address=f"A4:C1:37:00:{n // 256:02X}:{n % 256:02X}", name=name, rssi=rssi, manufacturer={}
    )


class Service:
    """The service's methods, over what a test puts in place of the program."""

    def __init__(self) -> None:
        self.scanned: list[float] = []  # s, of each scan
        self.found: list[tuple[Advertised, bool, bool]] = []
        self.hearing: list[Advertised] = []
        self.asked = 0
        self.known: dict[str, Contact] = {}
        self.rpc = RpcService(self.scan, lambda: {"packs": 2}, lambda: self.known, list, self.hear)

    async def scan(self, seconds: float) -> list[tuple[Advertised, bool, bool]]:
        self.scanned.append(seconds)
        await asyncio.sleep(seconds)
        return list(self.found)

    def hear(self) -> list[Advertised]:
        self.asked += 1
        return self.hearing

    async def call(self, member: str, *body: Any) -> Any:
        method = self.rpc.methods[member]
        message = Message(path=PATH, interface=INTERFACE, member=member, signature=method.takes, body=[*body])
        result: Any = method.run(message)
        return unpack_variants((await result if inspect.isawaitable(result) else result)[0])


@pytest.mark.parametrize(
    ("given", "taken"),
    [(12.0, 12.0), (1e9, LONGEST_SCAN), (-1.0, SHORTEST_SCAN), (float("nan"), SHORTEST_SCAN)],
)
@virtual_time
async def test_a_scan_lasts_as_long_as_its_caller_wants_within_limits(given: float, taken: float) -> None:
    service = Service()
    await service.call("Scan", given)
    assert service.scanned == [taken]


@virtual_time
async def test_a_scan_returns_added_packs_first_then_the_strongest_and_no_more_than_fit() -> None:
    service = Service()
    service.found = [(heard(n, rssi=-100 + n % 60), False, False) for n in range(MOST_PACKS + 20)]
    service.found.append((heard(999, rssi=None), True, True))
    found = await service.call("Scan", 1.0)
    assert len(found) == MOST_PACKS
    assert (found[0]["known"], found[0]["enabled"], "rssi" in found[0]) == (True, True, False)
    strengths = [one["rssi"] for one in found[1:]]
    assert strengths == sorted(strengths, reverse=True)


@virtual_time
async def test_only_some_scans_run_at_a_time_and_another_may_follow() -> None:
    service = Service()
    running = [asyncio.create_task(service.call("Scan", 10.0)) for _ in range(MOST_SCANS)]
    await asyncio.sleep(1)
    with pytest.raises(DBusError) as refused:
        await service.call("Scan", 10.0)
    assert refused.value.type == BUSY
    await asyncio.wait(running)
    await service.call("Scan", 10.0)
    assert len(service.scanned) == MOST_SCANS + 1


@virtual_time
async def test_a_scan_that_is_cancelled_makes_room_for_another() -> None:
    service = Service()
    running = [asyncio.create_task(service.call("Scan", 10.0)) for _ in range(MOST_SCANS)]
    await asyncio.sleep(1)
    for scan in running:
        scan.cancel()
    await asyncio.wait(running)
    await service.call("Scan", 1.0)
    assert len(service.scanned) == MOST_SCANS + 1


@virtual_time
async def test_what_is_heard_so_far_is_made_again_after_half_a_second() -> None:
    service, begun = Service(), now()
    service.hearing = [heard(1)]
    for _ in range(5):
        assert [one["address"] for one in await service.call("FoundSoFar")] == ["A4:C1:37:00:00:01"]
    assert service.asked == 1
    service.hearing = [heard(2)]
    await asyncio.sleep(SO_FAR_AGE)
    assert [one["address"] for one in await service.call("FoundSoFar")] == ["A4:C1:37:00:00:02"]
    assert now() - begun == SO_FAR_AGE


@virtual_time
async def test_a_name_in_an_advertisement_cannot_carry_control_characters() -> None:
    service = Service()
    service.hearing = [heard(1, name="\x1b[2Jpack\x00")]
    (found,) = await service.call("FoundSoFar")
    assert found["name"].isprintable()


@virtual_time
async def test_the_contact_with_each_pack_is_returned_with_its_silence_if_there_is_one() -> None:
    service = Service()
    away = Contact(
        state=ContactState.NOT_HEARD, reason="not heard", advice="go nearer", seconds=9.0, silence=30.0
    )
    service.known = {ADDRESS: away}
    assert (await service.call("Packs"))[ADDRESS] == {
        "state": "not heard",
        "reason": "not heard",
        "advice": "go nearer",
        "seconds": 9.0,
        "left": 0.0,
        "silence": 30.0,
    }
    service.known = {ADDRESS: Contact(state=ContactState.CONNECTED, seconds=1.0)}
    assert "silence" not in (await service.call("Packs"))[ADDRESS]


@virtual_time
async def test_the_version_and_the_counts_are_the_programs() -> None:
    service = Service()
    assert await service.call("Version") == __version__
    assert await service.call("Health") == {"packs": 2}


@pytest.mark.parametrize(
    ("err", "name"),
    [
        (DBusError(BUSY, "busy"), BUSY),
        (NotInRange("not in range"), error_name(NotInRange("not in range").state)),
        (SettingsError("refused"), SETTINGS),
        (BusLost(), BUS),
        (asyncio.CancelledError(), STOPPING),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_kind_of_error_has_a_name_and_words(err: BaseException, name: str) -> None:
    described = _described_error(err)
    assert described.type == name
    assert described.text


def test_an_error_in_the_program_is_logged_and_its_words_stay_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    described = _described_error(KeyError("secret"))
    assert (described.type, "secret" in described.text) == (FAULT, False)
    assert "KeyError" in caplog.text
