"""The makes that the library reads: the table is the library's, and each advertisement has one family."""

from __future__ import annotations

import inspect
import sys
from typing import Any

import pytest

from dbus_xbms.protocols import Advertised
from dbus_xbms.protocols.aiobmsble.brands import BRANDS
from dbus_xbms.protocols.aiobmsble.makes import MAKES, VERSION
from dbus_xbms.protocols.registry import DEFAULT, FAMILIES, recognise
from pages.makes import LEFT_OUT, library_modules, makes

aiobmsble = pytest.importorskip("aiobmsble", reason="aiobmsble needs Python 3.12")
recorded = pytest.importorskip("aiobmsble.test_data")
library = pytest.importorskip("aiobmsble.utils")
devices = pytest.importorskip("bleak.backends.device")

JBD_MODULES = {name for name, reason in LEFT_OUT.items() if "family JBD" in reason}
NO_FAMILY = LEFT_OUT.keys() - JBD_MODULES
MODULES = dict(library_modules())


def advertised(sample: Any) -> Advertised:
    """Return an advertisement of the library as this program gets it."""
    advertisement, address, *_ = sample
    services = advertisement.service_uuids
    return Advertised(
        address=address,
        name=advertisement.local_name or "",
        services=(services,) if isinstance(services, str) else tuple(services),
        manufacturer=advertisement.manufacturer_data,
        service_data=advertisement.service_data,
    )


def family_of(seen: Advertised) -> str | None:
    family = recognise(seen)
    return family.name if family else None


SAMPLES = [(advertised(sample), sample[2].removesuffix("_bms")) for sample in recorded.bms_advertisements()]
IGNORED = [advertised(sample) for sample in recorded.ignore_advertisements()]


def test_the_table_is_that_of_the_installed_library() -> None:
    assert makes() == MAKES, "run script/makes"
    assert aiobmsble.__version__ == VERSION


def test_each_module_of_the_library_is_a_family_or_left_out_for_a_reason() -> None:
    assert MODULES.keys() == {make.name for make in MAKES} | LEFT_OUT.keys()
    assert MODULES.keys() - LEFT_OUT.keys() == FAMILIES.keys() - {DEFAULT}


@pytest.mark.parametrize("name", sorted(MODULES))
def test_each_module_can_be_constructed_and_has_patterns(name: str) -> None:
    device = devices.BLEDevice("A4:C1:37:00:00:01", "name", {"path": "/org/bluez/hci0/dev"})
    assert MODULES[name](device).get_bms_module() == f"aiobmsble.bms.{name}_bms"
    assert MODULES[name].matcher_dict_list()


@pytest.mark.parametrize("name", sorted(MODULES))
def test_only_a_module_that_mentions_no_current_cannot_read_a_pack(name: str) -> None:
    bases = (base.__module__ for base in MODULES[name].__mro__)
    sources = (inspect.getsource(sys.modules[base]) for base in bases if base.startswith("aiobmsble.bms."))
    assert any('"current"' in source for source in sources) or name in NO_FAMILY


def test_the_library_has_advertisements_of_every_module() -> None:
    assert {name for _, name in SAMPLES} == MODULES.keys() - {"dummy"}


@pytest.mark.parametrize(("seen", "module"), SAMPLES, ids=lambda value: getattr(value, "name", value))
def test_an_advertisement_belongs_to_the_family_that_its_recording_names(
    seen: Advertised, module: str
) -> None:
    expected = DEFAULT if module in JBD_MODULES else None if module in NO_FAMILY else module
    assert family_of(seen) == expected


@pytest.mark.parametrize("seen", [seen for seen, _ in SAMPLES], ids=lambda seen: seen.name)
def test_no_two_families_are_equally_sure_of_an_advertisement(seen: Advertised) -> None:
    points = sorted(family.certainty(seen) for family in FAMILIES.values())
    assert points[-1] > points[-2] or not points[-1]


@pytest.mark.parametrize("sample", recorded.bms_advertisements(), ids=lambda sample: sample[0].local_name)
def test_a_family_recognises_what_its_module_matches(sample: Any) -> None:
    matching = {name for name, bms in MODULES.items() if library.bms_supported(bms, sample[0], sample[1])}
    seen = advertised(sample)
    recognising = {name for name in FAMILIES if name != DEFAULT and FAMILIES[name].recognises(seen)}
    assert recognising == matching - LEFT_OUT.keys()


@pytest.mark.parametrize("seen", IGNORED, ids=lambda seen: seen.name)
def test_a_device_that_is_no_battery_belongs_to_no_family(seen: Advertised) -> None:
    assert family_of(seen) is None


@pytest.mark.parametrize(("make", "pattern"), [(make, one) for make in BRANDS for one in BRANDS[make]])
def test_a_brand_is_that_of_a_recorded_name(make: str, pattern: str) -> None:
    brand = BRANDS[make][pattern]
    assert brand in {FAMILIES[make].make_of(seen) for seen, module in SAMPLES if module == make}
