"""`list`: a table, blocks on a narrow terminal, and JSON with stable keys."""

from __future__ import annotations

import json

import pytest

from dbus_xbms.commands.list import Listing, as_json, described
from dbus_xbms.commands.scanning import Found
from dbus_xbms.commands.table import Battery
from dbus_xbms.contact import Contact, ContactState
from dbus_xbms.settings import PackSettings

ONE, TWO, THREE = "A4:C1:37:00:00:01", "A4:C1:37:00:00:02", "A4:C1:37:00:00:03"
SHOWN = Battery(
    service="com.victronenergy.battery.xbms_a4c137000001",
    values={"/Bluetooth/State": "connected", "/Info/MaxChargeVoltage": 14.2},
    texts={"/Bluetooth/State": "connected"},
)
LOCKED = Contact(
    state=ContactState.NEEDS_PASSWORD,
    reason="it wants its password",
    advice="give it",
    seconds=12.0,
    silence=40.0,
)


def pack(**values: str | int) -> PackSettings:
    return PackSettings({"Enabled": 1, **values})


LISTING = Listing(
    packs={
        TWO: pack(Enabled=0),
        ONE: pack(CustomName="House bank", ClassAndVrmInstance="battery:600"),
        THREE: pack(AdvertisedName="JBD-3"),
    },
    service="running",
    shown={ONE: SHOWN},
    contacts={ONE: Contact(state=ContactState.CONNECTED, reason="connected"), THREE: LOCKED},
    recent=[Found(address="A4:C1:37:00:00:09", name="Neighbour", rssi=-90, state="new")],
)


def test_a_wide_terminal_gets_a_table_with_reasons_below() -> None:
    lines = "\n".join(described(LISTING, 80)).splitlines()
    assert lines[1] == f"{ONE}  connected, controls     battery:600  House bank"
    assert [line.split()[0] for line in lines[1:4]] == [ONE, THREE, TWO]
    assert "removed, settings kept" in lines[3]
    assert lines[5:7] == ["JBD-3: it wants its password", "  -> give it"]
    assert lines[-1].split() == ["A4:C1:37:00:00:09", "-90", "new", "Neighbour"]


def test_a_narrow_terminal_gets_a_few_lines_for_each_pack() -> None:
    lines = "\n".join(described(LISTING, 34)).splitlines()
    assert lines[:4] == ["House bank", f"  {ONE}", "  connected, controls", "  battery:600"]
    assert [line for line in lines if len(line) > 34] == []


def test_an_empty_list_has_advice() -> None:
    empty = Listing(packs={}, service="running", shown={}, contacts={}, recent=[])
    assert [*described(empty, 80)] == ["No pack has been added yet; `dbus-xbms scan` lists those in range."]


@pytest.mark.parametrize("service", ["stopped", "does not answer"])
def test_without_a_reply_of_the_service_every_pack_is_marked(service: str) -> None:
    listing = Listing(
        packs={ONE: pack(), TWO: pack(Enabled=0)}, service=service, shown={}, contacts={}, recent=[]
    )
    assert listing.state(ONE) == f"service {service}"
    assert listing.state(TWO) == "removed, settings kept"


def test_a_pack_unknown_to_the_service_is_not_shown_as_starting() -> None:
    listing = Listing(packs={ONE: pack()}, service="running", shown={}, contacts={}, recent=[])
    assert listing.state(ONE) == "unknown"


def test_the_keys_of_the_json_are_stable() -> None:
    output = json.loads(json.dumps(as_json(LISTING)))
    assert list(output) == ["service", "banks", "packs", "heard"]
    assert output["service"] == "running"
    one, three, two = output["packs"]
    assert one == {
        "address": ONE,
        "name": "House bank",
        "enabled": True,
        "instance": 600,
        "controls": True,
        "state": "connected",
        "reason": "connected",
        "advice": "",
        "seconds": 0.0,
        "silence": None,
    }
    assert (three["state"], three["reason"], three["silence"]) == (
        "needs password",
        "it wants its password",
        40.0,
    )
    assert (two["enabled"], two["controls"], two["state"]) == (False, None, None)
    assert output["heard"] == [
        {
            "address": "A4:C1:37:00:00:09",
            "name": "Neighbour",
            "advertised_name": "Neighbour",
            "rssi": -90,
            "state": "new",
        }
    ]
