"""`list`: a table, blocks on a narrow terminal, and JSON with stable keys."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from dbus_xbms.commands.list import Listing, as_json, described
from dbus_xbms.commands.scanning import Found
from dbus_xbms.commands.table import Battery
from dbus_xbms.contact import Contact, ContactState
from dbus_xbms.known.stored import StoredBank
from dbus_xbms.protocols import WATCH_ONLY
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
    recent=[
        Found(
            address="A4:C1:37:00:00:09",
            name="Neighbour",
            rssi=-90,
            state="new",
            protocol="redodo",
            make="LiTime",
            watch_only=True,
        )
    ],
)


def test_a_wide_terminal_gets_a_table_with_reasons_below() -> None:
    lines = "\n".join(described(LISTING, 80)).splitlines()
    assert lines[1] == f"{ONE}  connected, controls     battery:600  House bank"
    assert [line.split()[0] for line in lines[1:4]] == [ONE, THREE, TWO]
    assert "removed, settings kept" in lines[3]
    assert lines[5:7] == ["JBD-3: it wants its password", "  -> give it"]
    assert lines[-1].split() == ["A4:C1:37:00:00:09", "-90", "new", "LiTime", "(watch", "only)", "Neighbour"]


def test_a_narrow_terminal_gets_a_few_lines_for_each_pack() -> None:
    lines = "\n".join(described(LISTING, 34)).splitlines()
    assert lines[:4] == ["House bank", f"  {ONE}", "  connected, controls", "  battery:600"]
    assert [line for line in lines if len(line) > 34] == []


def test_a_pack_that_is_only_watched_says_so_with_its_make_and_the_reason() -> None:
    bow = pack(CustomName="Bow", Protocol="redodo", AdvertisedName="L-12100BNNA70-A09683")
    mode = {"/Bluetooth/State": "connected", "/Info/ChargeMode": "Not controlling: a long reason"}
    shown = replace(SHOWN, values=mode)
    listing = replace(
        LISTING, packs={ONE: bow, TWO: PackSettings({**bow, "Enabled": 0})}, shown={ONE: shown}, contacts={}
    )
    assert listing.state(ONE) == "connected, watch only"
    lines = "\n".join(described(listing, 400)).splitlines()
    assert f"Watch only: Bow (LiTime). {WATCH_ONLY}" in lines
    first, _ = json.loads(json.dumps(as_json(listing)))["packs"]
    assert (first["make"], first["watch_only"]) == ("LiTime", True)


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
        "make": "JBD",
        "watch_only": False,
        "bank": None,
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
            "protocol": "redodo",
            "make": "LiTime",
            "watch_only": True,
        }
    ]


BANK = StoredBank({"Enabled": 1, "Name": "Saloon", "Members": f"{THREE} {ONE}"})
ON_BUS = Battery(
    service="com.victronenergy.battery.xbms_bank_1",
    values={
        "/Dc/0/Voltage": 13.25,
        "/Dc/0/Current": -12.3,
        "/Soc": 76.0,
        "/System/NrOfModulesOnline": 1,
        "/System/NrOfBatteries": 2,
        "/Io/AllowToCharge": 0,
        "/Info/MaxChargeVoltage": 13.8,
    },
    texts={
        "/Dc/0/Voltage": "13.25V",
        "/Soc": "76.0%",
        "/System/NrOfModulesOnline": "1",
        "/System/NrOfBatteries": "2",
    },
)
WITH_BANK = replace(LISTING, banks={1: BANK, 2: StoredBank()}, shown_banks={1: ON_BUS}, recent=[])


def test_banks_come_first_with_their_values_and_their_packs_indented() -> None:
    lines = "\n".join(described(WITH_BANK, 120)).splitlines()
    assert lines[1].split("  ")[:2] == ["bank1", ""]
    assert "13.25V, -12.3A, 76.0%, 1 of 2 packs, charge off, controls" in lines[1]
    assert lines[1].endswith("Saloon")
    assert [line.startswith(f"  {address}") for line, address in zip(lines[2:4], (THREE, ONE), strict=True)]
    assert lines[4].startswith("bank2")
    assert "not confirmed" in lines[4]
    assert lines[5].startswith(TWO)


def test_a_narrow_terminal_gets_the_packs_of_a_bank_indented() -> None:
    lines = "\n".join(described(WITH_BANK, 40)).splitlines()
    assert lines[:2] == ["Saloon", "  bank1"]
    start = lines.index("  House bank")
    assert lines[start + 1] == f"    {ONE}"


def test_a_bank_that_is_not_on_the_bus_has_a_reason() -> None:
    absent = replace(WITH_BANK, shown_banks={}, reasons={1: "Stern has never been read"})
    assert absent.bank_state(1) == "not on the bus: Stern has never been read"
    assert replace(WITH_BANK, service="stopped").bank_state(1) == "service stopped"
    one = replace(WITH_BANK, banks={1: StoredBank({**BANK, "Topology": "2s2p"})})
    assert one.bank_state(1) == "not formed: 2s2p needs 4 packs, not 2"


def test_the_keys_of_a_bank_in_the_json_are_stable() -> None:
    output = json.loads(json.dumps(as_json(WITH_BANK)))
    assert output["banks"][0] == {
        "number": 1,
        "name": "Saloon",
        "confirmed": True,
        "reason": "",
        "instance": 590,
        "controls": True,
        "topology": "parallel",
        "members": [THREE, ONE],
        "online": 1,
        "voltage": 13.25,
        "current": -12.3,
        "soc": 76.0,
    }
    assert output["banks"][1]["confirmed"] is False
    assert {pack["address"]: pack["bank"] for pack in output["packs"]} == {ONE: 1, THREE: 1, TWO: None}


def test_packs_that_could_be_a_bank_are_named_with_the_command() -> None:
    kind: dict[str, str | int] = {"Chemistry": "LiFePO4", "Cells": 4}
    packs = {ONE: pack(CustomName="Bow", **kind), THREE: pack(CustomName="Stern", **kind)}
    proposed = replace(WITH_BANK, packs=packs, banks={1: StoredBank()})
    assert (
        "If Bow and Stern are wired in parallel: `dbus-xbms bank create` makes one battery of them."
        in "\n".join(described(proposed, 120))
    )
