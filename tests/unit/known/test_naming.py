"""Names of packs on the command line: which pack a word selects, and errors for none or several."""

from __future__ import annotations

import pytest

from dbus_xbms.commands.known import candidate, row_of
from dbus_xbms.known.naming import (
    AmbiguousName,
    Candidate,
    UnknownPack,
    bank_candidates,
    called,
    find,
    name_refusal,
    nearest,
)
from dbus_xbms.settings import BankSettings, PackSettings, SettingsError

ONE, TWO, THREE = "A4:C1:37:00:00:01", "A4:C1:37:00:00:02", "C0:D6:3C:00:00:03"

HOUSE = Candidate(address=ONE, given="House bank", others=("xiaoxiang BMS", "JBD BMS SP04S034"))
BOW = Candidate(address=TWO, given="Bow thruster", others=("xiaoxiang BMS", "JBD BMS SP04S020"))
PLAIN = Candidate(address=THREE, others=("DP04S007L4S120A", "JBD BMS DP04S007 00:03"))
ALL = [HOUSE, BOW, PLAIN]


@pytest.mark.parametrize(
    ("word", "pack"),
    [
        (ONE, HOUSE),
        (ONE.lower(), HOUSE),
        ("a4c137000001", HOUSE),
        ("a4-c1-37-00-00-01", HOUSE),
        ("House bank", HOUSE),
        ("  HOUSE BANK ", HOUSE),
        ("house", HOUSE),
        ("b", BOW),
        ("DP04S007L4S120A", PLAIN),
        ("dp04", PLAIN),
        ("jbd bms dp04s007 00:03", PLAIN),
        ("JBD BMS SP04S020", BOW),
        ("jbd bms sp04s03", HOUSE),
        ("c0:d6", PLAIN),
        ("c0d6", PLAIN),
    ],
)
def test_a_pack_is_found_by_address_by_each_name_and_by_a_unique_prefix(word: str, pack: Candidate) -> None:
    assert find(word, ALL) is pack


def test_an_exact_match_takes_precedence_over_a_prefix() -> None:
    short = Candidate(address=THREE, given="House")
    assert find("house", [HOUSE, short]) is short


def test_an_owners_name_takes_precedence_over_an_advertised_one() -> None:
    other = Candidate(address=THREE, others=("House bank",))
    assert find("house bank", [other, HOUSE]) is HOUSE
    hidden = Candidate(address=THREE, given="Stern", others=("House",))
    assert find("house", [hidden, HOUSE]) is HOUSE
    with pytest.raises(AmbiguousName, match=ONE):
        find("house", [Candidate(address=THREE, others=("House",)), HOUSE])


@pytest.mark.parametrize("name", [ONE, "a4c137000001", "A4 C1 37 00 00 01"])
def test_a_name_in_the_form_of_an_address_is_ignored(name: str) -> None:
    others_named_so = [Candidate(address=TWO, given=name), Candidate(address=THREE, others=(name,))]
    assert find(ONE, [*others_named_so, HOUSE]) is HOUSE
    with pytest.raises(UnknownPack):
        find(ONE, others_named_so)


def test_the_error_for_an_ambiguous_name_lists_only_its_candidates() -> None:
    with pytest.raises(AmbiguousName) as raised:
        find("xiaoxiang bms", ALL)
    assert str(raised.value) == (
        f"'xiaoxiang bms' could be House bank ({ONE}) or Bow thruster ({TWO}); use the address"
    )


def test_the_error_for_an_unknown_name_says_whether_a_pack_or_a_bank_was_looked_for() -> None:
    bank = Candidate(address="bank1", given="House", bank=1)
    with pytest.raises(UnknownPack, match=r"^no bank is called 'nobody'\. Known: House \(bank1\)$"):
        find("nobody", [bank])
    with pytest.raises(UnknownPack, match=f"^no bank is called '{ONE}'"):
        find(ONE, [bank])
    with pytest.raises(UnknownPack, match=r"^no pack or bank is called 'nobody' \(addresses look like "):
        find("nobody", [bank, HOUSE])


def test_the_error_for_an_unknown_name_lists_all_packs_and_the_nearest_one() -> None:
    with pytest.raises(UnknownPack) as raised:
        find("Huose bank", ALL)
    assert str(raised.value) == (
        "no pack is called 'Huose bank' (addresses look like A4:C1:37:01:02:03); did you mean House bank? "
        f"Known: House bank ({ONE}), Bow thruster ({TWO}), DP04S007L4S120A ({THREE})"
    )
    with pytest.raises(UnknownPack, match=r"'nobody' \(addresses look like A4:C1:37:01:02:03\)\. Known: "):
        find("nobody", ALL)
    with pytest.raises(UnknownPack, match=f"no pack with the address {THREE} was added. Known: House"):
        find(THREE, [HOUSE, BOW])


@pytest.mark.parametrize("word", ["", "  ", "\t"])
def test_an_empty_word_matches_no_pack(word: str) -> None:
    with pytest.raises(UnknownPack):
        find(word, [Candidate(address=ONE, others=("", " ")), HOUSE])


def test_without_packs_the_error_suggests_a_scan() -> None:
    with pytest.raises(UnknownPack, match=r"'House' \(addresses look like .*\); `dbus-xbms scan` lists"):
        find("House", [])


def test_an_error_lists_eight_candidates_and_counts_the_rest() -> None:
    many = [Candidate(address=f"A4:C1:37:00:00:{n:02}", given=f"Pack {n}") for n in range(11)]
    with pytest.raises(AmbiguousName, match=r"Pack 7 \(\S+\) or 3 more; use the address"):
        find("pack", many)
    with pytest.raises(UnknownPack, match=r"Pack 7 \(\S+\) and 3 more$"):
        find("nobody", many)


def test_control_characters_in_a_name_are_not_printed() -> None:
    nasty = Candidate(address=ONE, others=("\x1b[2Jx\ny",))
    with pytest.raises(UnknownPack) as raised:
        find("z", [nasty])
    assert str(raised.value).isprintable()


def test_a_removed_pack_is_marked_as_removed() -> None:
    removed = candidate(ONE, PackSettings({"CustomName": "House"}))
    fresh = candidate(TWO, PackSettings({"Enabled": 1, "Hardware": "JBD-SP04S034-L4S-200A-B-U"}))
    assert removed.words == f"House ({ONE}, removed)"
    assert fresh.words == f"JBD BMS SP04S034 00:02 ({TWO})"


def test_only_names_given_by_the_owner_count_as_taken() -> None:
    assert called(" HOUSE BANK", ALL) is HOUSE
    assert called("House", ALL) is None
    assert called("xiaoxiang BMS", ALL) is None
    assert called("", [PLAIN]) is None


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("CelFull", "CellFull"),
        ("cellfulll", "CellFull"),
        ("Chemsitry", "Chemistry"),
        ("holt", "HoldTime"),
        ("ChargeCurrent", "MaxChargeCurrent"),
        ("chim", "Chemistry"),
    ],
)
def test_a_mistyped_setting_gets_a_suggestion(typed: str, meant: str) -> None:
    with pytest.raises(SettingsError, match=f"there is no setting '{typed}'; did you mean .*{meant}"):
        row_of(PackSettings.rows, typed)


def test_a_word_unlike_any_setting_gets_the_list_of_all_settings() -> None:
    with pytest.raises(SettingsError, match=r"'colour'; settings are: Enabled, CustomName, .*DischargeFloor"):
        row_of(PackSettings.rows, "colour")


@pytest.mark.parametrize(
    ("word", "words", "close"),
    [
        ("ab", ["ba", "abc", "xy"], ["abc", "ba"]),
        ("", ["a"], []),
        ("house", ["House", "mouse", "horse", "Bow"], ["House", "horse", "mouse"]),
        ("house", ["houses", "louse", "mouse", "horse"], ["houses", "horse", "louse"]),
    ],
)
def test_at_most_three_suggestions_are_made_the_most_similar_first(
    word: str, words: list[str], close: list[str]
) -> None:
    assert nearest(word, words) == close


SALOON = bank_candidates({1: BankSettings({"Enabled": 1, "Name": "Saloon"}), 2: BankSettings()})


@pytest.mark.parametrize(
    ("word", "number"),
    [
        ("saloon", 1),
        ("bank1", 1),
        ("Bank 1", 1),
        ("1", 1),
        ("xbms_bank_1", 1),
        ("sal", 1),
        ("BANK2", 2),
        ("2", 2),
    ],
)
def test_a_bank_is_found_by_its_name_and_by_its_number(word: str, number: int) -> None:
    assert find(word, [*ALL, *SALOON]).bank == number


def test_a_packs_name_comes_before_the_number_of_a_bank() -> None:
    one = Candidate(address=THREE, given="1")
    assert find("1", [HOUSE, one, *SALOON]) is one
    assert find("bank1", [Candidate(address=THREE, others=("bank1",)), *SALOON]).bank == 1


def test_a_pack_and_a_bank_of_one_name_are_told_apart_by_address_and_number() -> None:
    twin = Candidate(address=THREE, given="Saloon")
    with pytest.raises(AmbiguousName) as raised:
        find("saloon", [twin, *SALOON])
    assert str(raised.value) == (
        f"'saloon' could be Saloon ({THREE}) or Saloon (bank1); use the address, or bank1 for the bank"
    )


@pytest.mark.parametrize(
    ("name", "why"), [("Bank 1", "reserved for banks"), ("saloon", "already has this name")]
)
def test_a_pack_cannot_have_the_name_of_a_bank(name: str, why: str) -> None:
    assert why in name_refusal(name, ONE, [*ALL, *SALOON])
