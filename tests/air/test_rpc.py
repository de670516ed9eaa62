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
from dbus_xbms.policy.bank.formation import BankStatus, Formation
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


def advertised(n: int, rssi: int | None = -60, name: str = "xiaoxiang") -> Advertised:
    return Advertised(
        address=f"A4:C1:37:00:{n // 256:02X}:{n % 256:02X}", name=name, rssi=rssi, manufacturer={}
    )


class Service:
    """The methods of the service, with fakes for the rest of the program."""

    def __init__(self) -> None:
        self.scanned: list[float] = []  # s, of each scan
        self.found: list[tuple[Advertised, bool, bool]] = []
        self.heard_so_far: list[Advertised] = []
        self.listings = 0
        self.known: dict[str, Contact] = {}
        self.banks: list[BankStatus] = []
        self.rpc = RpcService(
            self.scan,
            lambda: {"packs": 2},
            lambda: self.known,
            list,
            self.list_advertised,
            lambda: self.banks,
        )

    async def scan(self, seconds: float) -> list[tuple[Advertised, bool, bool]]:
        self.scanned.append(seconds)
        await asyncio.sleep(seconds)
        return list(self.found)

    def list_advertised(self) -> list[Advertised]:
        self.listings += 1
        return self.heard_so_far

    async def call(self, member: str, *body: Any) -> Any:
        method = self.rpc.methods[member]
        message = Message(path=PATH, interface=INTERFACE, member=member, signature=method.takes, body=[*body])
        result: Any = method.run(message)
        return unpack_variants((await result if inspect.isawaitable(result) else result)[0])


@pytest.mark.parametrize(
    ("requested", "duration"),
    [(12.0, 12.0), (1e9, LONGEST_SCAN), (-1.0, SHORTEST_SCAN), (float("nan"), SHORTEST_SCAN)],
)
@virtual_time
async def test_a_scan_takes_the_requested_time_within_limits(requested: float, duration: float) -> None:
    service = Service()
    await service.call("Scan", requested)
    assert service.scanned == [duration]


@virtual_time
async def test_a_scan_returns_added_packs_first_then_the_strongest_and_no_more_than_fit() -> None:
    service = Service()
    service.found = [(advertised(n, rssi=-100 + n % 60), False, False) for n in range(MOST_PACKS + 20)]
    service.found.append((advertised(999, rssi=None), True, True))
    found = await service.call("Scan", 1.0)
    assert len(found) == MOST_PACKS
    assert (found[0]["known"], found[0]["enabled"], "rssi" in found[0]) == (True, True, False)
    strengths = [one["rssi"] for one in found[1:]]
    assert strengths == sorted(strengths, reverse=True)


@virtual_time
async def test_the_number_of_concurrent_scans_is_limited() -> None:
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
async def test_a_cancelled_scan_frees_its_place() -> None:
    service = Service()
    running = [asyncio.create_task(service.call("Scan", 10.0)) for _ in range(MOST_SCANS)]
    await asyncio.sleep(1)
    for scan in running:
        scan.cancel()
    await asyncio.wait(running)
    await service.call("Scan", 1.0)
    assert len(service.scanned) == MOST_SCANS + 1


@virtual_time
async def test_the_list_of_packs_found_so_far_is_cached_for_half_a_second() -> None:
    service, began = Service(), now()
    service.heard_so_far = [advertised(1)]
    for _ in range(5):
        assert [one["address"] for one in await service.call("FoundSoFar")] == ["A4:C1:37:00:00:01"]
    assert service.listings == 1
    service.heard_so_far = [advertised(2)]
    await asyncio.sleep(SO_FAR_AGE)
    assert [one["address"] for one in await service.call("FoundSoFar")] == ["A4:C1:37:00:00:02"]
    assert now() - began == SO_FAR_AGE


@virtual_time
async def test_control_characters_are_removed_from_an_advertised_name() -> None:
    service = Service()
    service.heard_so_far = [advertised(1, name="\x1b[2Jpack\x00")]
    (found,) = await service.call("FoundSoFar")
    assert found["name"].isprintable()


@virtual_time
async def test_the_contact_with_each_pack_is_returned_with_its_silence_if_any() -> None:
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
async def test_the_version_and_the_health_of_the_program_are_returned() -> None:
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
def test_each_kind_of_error_has_a_name_and_a_text(err: BaseException, name: str) -> None:
    described = _described_error(err)
    assert described.type == name
    assert described.text


def test_a_bug_is_logged_and_its_details_are_not_sent_to_the_caller(
    caplog: pytest.LogCaptureFixture,
) -> None:
    described = _described_error(KeyError("secret"))
    assert (described.type, "secret" in described.text) == (FAULT, False)
    assert "KeyError" in caplog.text


@virtual_time
async def test_a_bank_that_is_not_formed_says_why_and_which_packs_are_outside() -> None:
    service = Service()
    formation = Formation(
        members=(ADDRESS,), refusal="a bank needs at least two packs", outside=("Stern: JoinBank 0",)
    )
    service.banks = [BankStatus(number=1, name="House\0", enabled=True, formation=formation)]
    assert await service.call("Banks") == [
        {
            "number": 1,
            "device": "xbms_bank_1",
            "name": "House\N{REPLACEMENT CHARACTER}",
            "enabled": True,
            "formed": False,
            "controls": False,
            "members": [ADDRESS],
            "outside": ["Stern: JoinBank 0"],
            "reason": "a bank needs at least two packs",
        }
    ]
