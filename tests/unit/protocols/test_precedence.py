"""Advertisements that several families recognise belong to the surest."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbus_xbms.protocols import Advertised
from dbus_xbms.protocols.advertisement import LONGEST_START, Pattern, certainty, uuid16
from dbus_xbms.protocols.aiobmsble.makes import MAKES
from dbus_xbms.protocols.registry import FAMILIES, recognise
from tests.unit.recorded import RECORDED, Entry

FF00, FFE0, FFF0 = uuid16(0xFF00), uuid16(0xFFE0), uuid16(0xFFF0)
OTHER = "00:11:22:33:44:55"


def advert(name: str = "", address: str = OTHER, service: str = "", company: int | None = None) -> Advertised:
    manufacturer = {} if company is None else {company: b"\x00\x01"}
    services = (service,) if service else ()
    return Advertised(address=address, name=name, services=services, manufacturer=manufacturer)


@pytest.mark.parametrize(
    ("seen", "family"),
    [
        (advert("boat", service=FF00), "JBD"),  # renamed
        (advert("boat", service=FF00, company=0x0102), "JBD"),  # a piece of its address, not Daly
        (advert("boat", "A5:C2:37:00:00:01", FF00, company=0x0102), "JBD"),
        (advert("boat", "A5:C2:37:00:00:01", FFF0), "JBD"),
        (advert("WTaHdB0000000", "AA:C2:37:00:00:01", FFF0), "JBD"),
        (advert("WTaHdAZ000000", "AA:C2:37:00:00:01", FFF0), "tdt"),
        (advert("WTDH04SC02", "AA:C2:37:00:00:01", FFF0), "tdt"),
        (advert("JBD-DH04SC02", service=FFF0), "JBD"),
        (advert("TP_123456", service=FF00), "tianpwr"),
        (advert("BP02", service=FF00), "seplos_v2"),
        (advert("BP02", "A5:C2:37:00:00:01", FF00), "seplos_v2"),
        (advert("KS-Vanvolt-666", service=FF00, company=0x007B), "braunpwr"),
        (advert("L-12V100AH-0902", service=FFE0, company=0x585A), "ej"),  # a longer pattern than of Redodo
        (advert("L-12100BNNA70-A09683", service=FFE0, company=0x585A), "redodo"),
        (advert("S12200A  LE00006", service=FFE0), "roypow"),  # BlueZ removed the spaces around it
    ],
    ids=lambda value: getattr(value, "name", value),
)
def test_an_advertisement_belongs_to_the_surest_family(seen: Advertised, family: str) -> None:
    assert recognise(seen) is FAMILIES[family]


@pytest.mark.parametrize("entry", RECORDED["advertisements"]["entries"], ids=lambda e: str(e["local_name"]))
def test_a_recorded_jbd_belongs_to_no_other_make(entry: Entry) -> None:
    services = tuple(uuid16(int(s, 16)) if len(s) == 4 else s for s in entry["service_uuids_16bit"])
    companies = {
        int(company, 16): bytes.fromhex(text) for company, text in entry["manufacturer_data"].items()
    }
    seen = Advertised(
        address=entry["mac_prefix"] or "",
        name=entry["local_name"] or "",
        services=services,
        manufacturer=companies,
    )
    assert recognise(seen) is FAMILIES["JBD"]


@pytest.mark.parametrize("name", ["KS-Vanvolt-666", "DL-401710015C9B", "HS30A3", "JHB-501812XXXXXX"])
def test_a_name_of_another_make_on_the_service_of_a_jbd_is_not_a_jbd(name: str) -> None:
    assert recognise(advert(name, service=FF00)) is None


NAMES = st.sampled_from(["", "boat", "BP02", "SP01B1", "WTDH04SC02", "L-12V100AH-1", "SS-1"]) | st.text(
    max_size=12
)
SERVICES = st.sets(st.sampled_from([FF00, FFE0, FFF0, uuid16(0xFFE5), uuid16(0x0001), uuid16(0xAF30)]))
COMPANIES = st.dictionaries(
    st.sampled_from([0, 0x0102, 0x007B, 0x585A, 0xFFFF, 0x1234]), st.binary(max_size=8)
)
ADDRESSES = st.sampled_from([OTHER, "A5:C2:37:00:00:01", "a4:c1:38:00:00:01", "60:6E:41:00:00:01"])


@given(NAMES, ADDRESSES, SERVICES, COMPANIES)
def test_an_advertisement_belongs_to_a_family_that_recognises_it_if_there_is_one(
    name: str, address: str, services: set[str], companies: dict[int, bytes]
) -> None:
    seen = Advertised(address=address, name=name, services=tuple(services), manufacturer=companies)
    recognising = [family for family in FAMILIES.values() if family.recognises(seen)]
    chosen = recognise(seen)
    assert chosen in recognising if recognising else chosen is None
    assert all(chosen.certainty(seen) >= other.certainty(seen) for other in recognising if chosen)


def test_every_given_part_of_a_pattern_must_match() -> None:
    pattern = Pattern(
        name="A-*", oui="A4:C1", service=FF00, service_data=FFE0, manufacturer=7, manufacturer_start=b"\x01"
    )
    whole = Advertised(
        address="a4:c1:38:00:00:01",
        name=" A-1 \0",
        services=(FFF0, FF00),
        service_data={FFE0: b""},
        manufacturer={7: b"\x01\x02"},
    )
    assert certainty((pattern,), whole) == 2 + 3 + 1 + 1 + 1 + 1
    others = (
        replace(whole, address=OTHER),
        replace(whole, name="B-1"),
        replace(whole, services=()),
        replace(whole, service_data={FF00: b""}),
        replace(whole, manufacturer={7: b"\x02"}),
        replace(whole, manufacturer={8: b"\x01"}),
    )
    assert not [one for one in others if pattern.matches(one)]


def test_the_evidence_of_an_advertisement_is_what_patterns_look_at() -> None:
    seen = Advertised(address=OTHER, name="A", services=(FF00,), manufacturer={7: bytes(LONGEST_START)})
    assert replace(seen, rssi=-60, manufacturer={7: bytes(LONGEST_START + 1)}).evidence == seen.evidence
    others = (
        replace(seen, address="00:11:22:33:44:56"),
        replace(seen, name="B"),
        replace(seen, services=()),
        replace(seen, manufacturer={7: b"\x01"}),
        replace(seen, service_data={FF00: b""}),
    )
    assert seen.evidence not in {other.evidence for other in others}
    patterns = [pattern for make in MAKES for pattern in make.patterns]
    assert max(len(pattern.manufacturer_start) for pattern in patterns) <= LONGEST_START


def test_a_pattern_may_require_that_there_is_no_service_data() -> None:
    pattern = Pattern(service_data="")
    assert pattern.matches(Advertised(address=OTHER, manufacturer={}))
    assert not pattern.matches(Advertised(address=OTHER, manufacturer={}, service_data={FF00: b""}))
