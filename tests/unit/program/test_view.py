"""How the running parts of the program are shown."""

from __future__ import annotations

from dbus_xbms.contact import Contact, ContactState
from dbus_xbms.known.stored import Stored, StoredBank
from dbus_xbms.policy.bank.formation import BankStatus, Formation
from dbus_xbms.program.view import adapters, in_rows, known_banks, known_packs
from dbus_xbms.program_report import MOST_KNOWN
from dbus_xbms.settings import PackSettings
from tests.unit.program.running_parts import parts

ONE, TWO, THREE = "A4:C1:37:00:00:01", "A4:C1:37:00:00:02", "A4:C1:37:00:00:03"
BANK = BankStatus(number=1, name="House", enabled=True, formation=Formation(members=(ONE, TWO)))


def test_a_new_pack_comes_last_whatever_its_address() -> None:
    assert in_rows([], [TWO, THREE]) == [TWO, THREE]
    assert in_rows([TWO, THREE], [ONE, TWO, THREE]) == [TWO, THREE, ONE]
    assert in_rows([TWO, THREE, ONE], [ONE, TWO]) == [TWO, ONE]


def test_a_pack_is_shown_with_its_contact_and_its_service() -> None:
    stored = Stored(
        packs={
            ONE: PackSettings({"Enabled": 1, "CustomName": "Bow", "ClassAndVrmInstance": "battery:601"}),
            TWO: PackSettings({"Enabled": 0, "AdvertisedName": "xiao\x1bxiang"}),
            THREE: PackSettings({"Enabled": 1}),
        }
    )
    contacts = {ONE: Contact(state=ContactState.NEEDS_PASSWORD)}
    bow, off, new = known_packs(parts(contacts=contacts), stored, [ONE, TWO, THREE])
    assert (bow.name, bow.state, bow.enabled, bow.instance) == ("Bow", "needs password", True, 601)
    assert bow.service == "com.victronenergy.battery.xbms_a4c137000001"
    assert (off.state, off.enabled, off.service, off.name.isprintable()) == ("off", False, "", True)
    assert (new.name, new.state, new.service) == (THREE, "starting", "")


def test_no_more_packs_are_shown_than_there_are_rows() -> None:
    packs = {f"A4:C1:37:00:00:{n:02X}": PackSettings() for n in range(MOST_KNOWN + 8)}
    assert len(known_packs(parts(), Stored(packs=packs), packs)) == MOST_KNOWN


def test_a_bank_says_why_it_is_not_formed() -> None:
    broken = BankStatus(number=2, name="Bow", enabled=True, formation=Formation(refusal="one pack only"))
    off = BankStatus(number=3, name="Bank 3", enabled=False, formation=Formation(refusal="turned off"))
    deleted = BankStatus(number=4, name="Bank 4", enabled=False, formation=Formation())
    stored = Stored(banks={1: StoredBank({"Topology": "series"}), 2: StoredBank(), 3: StoredBank()})
    shown = known_banks(parts(BANK, broken, off, deleted), stored)
    assert [(bank.number, bank.state) for bank in shown] == [(1, "formed"), (2, "one pack only"), (3, "off")]
    assert (shown[0].members, shown[0].topology, shown[0].instance) == ((ONE, TWO), "series", 590)
    assert shown[0].service == "com.victronenergy.battery.xbms_bank_1"
    assert shown[1].service == ""


def test_an_adapter_is_on_off_or_busy() -> None:
    assert [(one.name, one.state, one.slots, one.used) for one in adapters(parts())] == [
        ("hci0", "busy", 16, 2),
        ("hci1", "off", 16, 0),
    ]
