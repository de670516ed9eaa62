"""Advertisements: every recorded JBD is recognised, other brands on the same service are not."""

from __future__ import annotations

import pytest

from dbus_xbms.protocols import Advertised
from dbus_xbms.protocols.advertisement import uuid16
from dbus_xbms.protocols.jbd import Jbd
from dbus_xbms.protocols.jbd.adverts import FF00, FF06, FFF0
from tests.unit.recorded import RECORDED, Entry


def recognised(
    name: str = "", address: str = "00:00:00:00:00:00", *services: str, **manufacturer: bytes
) -> bool:
    companies = {int(company, 16): payload for company, payload in manufacturer.items()}
    return Jbd().recognises(Advertised(address=address, name=name, services=services, manufacturer=companies))


def test_there_are_38_recordings() -> None:
    assert len(RECORDED["advertisements"]["entries"]) == 38


@pytest.mark.parametrize("entry", RECORDED["advertisements"]["entries"], ids=lambda e: str(e["local_name"]))
def test_a_recorded_jbd_is_recognised(entry: Entry) -> None:
    services = [uuid16(int(s, 16)) if len(s) == 4 else s for s in entry["service_uuids_16bit"]]
    manufacturer = {company: bytes.fromhex(text) for company, text in entry["manufacturer_data"].items()}
    assert recognised(entry["local_name"] or "", entry["mac_prefix"] or "", *services, **manufacturer)


@pytest.mark.parametrize(
    ("name", "address", "service"),
    [
        ("12150EG00040", "A5:C2:37:00:00:00", FF06),  # Eleksol; aiobmsble test data
        ("WTaHdB12345", "00:00:00:00:00:00", FFF0),  # WattCycle
        ("WTeHdB12345", "00:00:00:00:00:00", FFF0),
        ("JBD-DH04SC02", "00:00:00:00:00:00", FFF0),
        ("anything", "EE:C2:37:00:00:00", FFF0),
        ("anything", "a5:c2:37:00:00:00", FF00),
        ("boat", "00:00:00:00:00:00", FF00),  # a renamed module
    ],
)
def test_the_rarer_families_are_recognised(name: str, address: str, service: str) -> None:
    assert recognised(name, address, service)


def test_an_advertisement_without_services_is_recognised_by_an_address_that_only_jbd_uses() -> None:
    assert recognised("", "A5:C2:37:01:02:03")
    assert not recognised("", "A4:C1:38:01:02:03")  # any Telink chip, also thermometers
    assert not recognised("", "A5:C2:37:01:02:03", uuid16(0x180F))


# Names, addresses and services of modules that answered as JBD; issues of patman15/BMS_BLE-HA and aiobmsble.
@pytest.mark.parametrize(
    ("name", "address", "services"),
    [
        ("ECO-LFP48100-3U-3158", "A2:C2:37:00:00:00", ()),  # data of aiobmsble, issue 835
        ("ECO-LFP48100-3U-3158", "A2:C2:37:00:00:00", (FF00,)),
        ("SJ-480-B240023", "00:00:00:00:00:00", (FF00,)),
        ("@KsM:33390A014CC5    ", "00:00:00:00:00:00", (FF00,)),
        ("TITAN-12V-120AHBH-0201", "00:00:00:00:00:00", (FF00, uuid16(0x1812))),
        ("12150BLH1805", "00:00:00:00:00:00", (FF00, "6e400001-b5a3-f393-e0a9-e50e24dcca9e")),
        ("P09924280150", "00:00:00:00:00:00", (FF00,)),
        ("DWF0000", "00:00:00:00:00:00", (FF00,)),  # Daren
        ("0521150067", "00:00:00:00:00:00", (FF00,)),  # Liontron
        ("LSG-0000", "00:00:00:00:00:00", (FF00,)),
        ("", "E0:9F:2A:00:00:00", (*map(uuid16, (0x1800, 0x1801, 0x180A, 0x180F)), FF00)),
        ("", "BB:30:00:00:00:00", (FF00,)),
    ],
)
def test_a_module_that_answered_as_jbd_is_recognised(
    name: str, address: str, services: tuple[str, ...]
) -> None:
    assert recognised(name, address, *services)


def test_company_data_shared_by_braun_power_and_jbd_is_not_decisive() -> None:
    # Supervolt, SBL and TITAN, which are JBD, send it as a renamed Docan Panda does (BMS_BLE-HA issue 613).
    shared = {"007b": bytes.fromhex("02ffff7d")}
    assert recognised("My Home Battery", "F4:AB:5C:00:00:00", FF00, **shared)
    assert not recognised("KS-Vanvolt-666", "CF:68:06:00:00:00", FF00, **shared)


# Names and services as advertised; source: the test data of patman15/aiobmsble and its issues.
@pytest.mark.parametrize(
    ("name", "address", "services"),
    [
        ("HSKS-25A-118", "24:19:72:00:00:00", (FF00,)),
        ("BL-25F-170-118", "00:00:00:00:00:00", (FF00,)),
        ("HSKS-random name", "F4:AB:5C:00:00:00", (FF00,)),
        ("TP_123456", "90:A6:BF:00:00:00", (FF00,)),
        ("BP02", "00:00:00:00:00:00", (FF00,)),
        ("BP21", "00:00:00:00:00:00", (FF00,)),
        ("BP00", "00:00:00:00:00:00", (uuid16(0x1800), uuid16(0x1801), FF00)),
        ("HS30A3", "13:C2:A7:00:00:00", (FF00, uuid16(1))),
        ("ECOE934", "15:05:D5:00:00:00", (FF00, uuid16(1))),
        ("KS-Vanvolt-666", "CF:68:06:00:00:00", (FF00,)),  # BMS_BLE-HA issue 781
        ("Vanvolt-180A-24313", "F2:B9:21:00:00:00", (FF00,)),  # BMS_BLE-HA issue 794
        ("DL-46640102XXXX", "00:00:00:00:00:00", (FFF0,)),
        ("DL-401710015C9B", "00:00:00:00:00:00", (FF00,)),
        ("JHB-501812XXXXXX", "00:00:00:00:00:00", (FF00,)),
        ("SmartBat-A12345", "00:00:00:00:00:00", (FFF0,)),
        ("ECO-WORTHY 02_B8EF", "00:00:00:00:00:00", (FFF0,)),
        ("LYWSD03MMC", "A4:C1:38:00:00:00", ()),
        ("", "00:00:00:00:00:00", ()),
    ],
)
def test_other_brands_are_not_claimed(name: str, address: str, services: tuple[str, ...]) -> None:
    assert not recognised(name, address, *services)


def test_padding_around_a_name_does_not_hide_another_brand() -> None:
    assert not recognised(" BL-25F-170-118 \0\0", "00:00:00:00:00:00", FF00)
