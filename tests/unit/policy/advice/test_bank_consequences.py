"""What a change of banks, and of packs in banks, means for charge control."""

from __future__ import annotations

from dbus_xbms.policy.advice.bank_meaning import meaning
from dbus_xbms.policy.advice.consequences import Consequence, of_change
from dbus_xbms.policy.advice.controllers import Configuration, control_disabled, willing
from dbus_xbms.settings import BankSettings, PackSettings

BOW, STERN, PORT, SOLO = (f"A4:C1:37:00:00:0{number}" for number in range(1, 5))


def pack(name: str, **chosen: float | str) -> PackSettings:
    typical = {"Enabled": 1, "Chemistry": "LiFePO4", "Cells": 4, "Nominal": 100.0}
    return PackSettings({**typical, "CustomName": name, **chosen})


def house(**chosen: float | str) -> BankSettings:
    return BankSettings({"Enabled": 1, "Name": "House", **chosen})


def setup(
    bank: BankSettings | None, *, stern: PackSettings | None = None, **packs: PackSettings
) -> Configuration:
    by_name = {"port": PORT, "solo": SOLO}
    others = {by_name[name]: settings for name, settings in packs.items()}
    members = {BOW: pack("Bow"), STERN: stern or pack("Stern")}
    return Configuration(packs=members | others, banks={1: bank} if bank else {})


def test_a_bank_controls_and_its_packs_do_not() -> None:
    both = setup(house(), stern=pack("Stern", Control=1, Controlled=1))
    assert [one.key for one in willing(both)] == ["xbms_bank_1"]
    shown = setup(house(Control=0), stern=pack("Stern", Control=1))
    assert willing(shown) == []
    proposed = setup(house(Enabled=0), stern=pack("Stern", Control=1))
    assert [one.key for one in willing(proposed)] == [STERN]


def test_a_bank_needs_the_chemistry_of_all_its_packs() -> None:
    members = f"{BOW} {STERN}"
    missing = setup(house(Members=members), stern=pack("Stern", Chemistry=""))
    assert control_disabled(1, missing) == "Chemistry is not chosen for Stern"
    assert willing(missing) == []


def test_confirming_a_bank_takes_control_from_its_pack() -> None:
    control = pack("Stern", Control=1)
    (one,) = of_change(setup(house(Enabled=0), stern=control), setup(house(), stern=control))
    assert one == Consequence(
        words="House will then control chargers instead of Stern, up to 13.80 V (4 cells, LiFePO4)", ask=True
    )


def test_the_end_of_a_bank_that_controls_stops_chargers() -> None:
    before = setup(house())
    after = Configuration(packs={BOW: before.packs[BOW]}, banks=before.banks)
    ends, stops = of_change(before, after)
    assert ends.words == "The bank House ends: a bank needs at least two packs"
    assert stops.words.startswith("House no longer controls chargers; chargers then stop with error 67")
    assert stops.ask


def test_a_pack_that_joins_or_leaves_a_bank_that_controls_has_to_be_confirmed() -> None:
    small, large = setup(house()), setup(house(), port=pack("Port"))
    assert of_change(small, large) == [Consequence(words="Port becomes part of the bank House", ask=True)]
    (leaves,) = of_change(large, small)
    assert leaves.words.startswith(
        "Port is no longer part of the bank House; what stays connected is charged"
    )
    assert leaves.ask


def test_another_topology_of_a_bank_that_controls_shows_both_voltages() -> None:
    members = f"{BOW} {STERN}"
    before, after = setup(house(Members=members)), setup(house(Members=members, Topology="series"))
    (one,) = of_change(before, after)
    assert one == Consequence(words="House is charged to 27.60 V instead of 13.80 V", ask=True)


def test_a_setting_of_a_member_that_stops_charging_it_has_to_be_confirmed() -> None:
    (one,) = of_change(setup(house()), setup(house(), stern=pack("Stern", MaxChargeCurrent=0)))
    assert (one.words, one.ask) == ("Stern is not charged (MaxChargeCurrent is 0 A)", True)


def test_the_settings_of_a_bank_are_explained_by_its_packs() -> None:
    configuration = setup(house(), solo=pack("Solo", Cells=16))
    rows = {row.name: row for row in BankSettings.rows}

    def words(name: str, setup: Configuration = configuration) -> str:
        return meaning(rows[name], 1, setup)

    assert words("Members") == "all packs: Bow and Stern"
    assert words("MaxDischargeCurrent") == "not set: 100 A, by its packs"
    assert words("Enabled") == "acts as one battery"
    assert words("Topology", setup(house(Topology="2s2p"))) == "2s2p needs 4 packs, not 2"
    assert words("Enabled", setup(house(Topology="2s2p"))) == "not formed: 2s2p needs 4 packs, not 2"
    assert words("Control", setup(house(Enabled=0))) == "no effect yet: not confirmed, or turned off"
    assert words("Name", setup(house(Name=""))) == "Bank 1"
    assert words("ChargeSwitchShow") == "hidden"
