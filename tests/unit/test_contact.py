"""The contact with a pack has one state, a reason, and matching advice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dbus_xbms.contact import (
    ADVICE,
    IN_PROGRESS,
    UNREACHABLE,
    Contact,
    ContactState,
    ContactView,
    Failure,
    advice,
    judge,
)
from dbus_xbms.model import Phase
from dbus_xbms.pack.contact_tracker import ContactTracker
from dbus_xbms.pack.roster import CRASHED, Roster
from dbus_xbms.protocols import LinkError, LoginFailed, Mute, NotPaired, ProtocolError

ADDRESS = "A4:C1:37:01:02:03"
NOT_IN_RANGE = Failure(ContactState.NOT_HEARD, "not in range, or connected to a phone")
FAILED = Failure(ContactState.NO_CONNECTION, "the connection failed; a weak signal?")
NEEDS_PASSWORD = Failure(ContactState.NEEDS_PASSWORD, "the Bluetooth module needs its password")
HEALTHY = ContactView(link="connected", phase=Phase.FRESH, silence=1.0, running=600.0, withdraws_after=40.0)
NO_CONTACT = replace(HEALTHY, link="searching", phase=Phase.LOST, silence=720.0, failure=NOT_IN_RANGE)
NEW = replace(HEALTHY, link="searching", phase=Phase.WAITING, silence=None, running=9.0)

CASES = {
    "ok": (HEALTHY, ContactState.CONNECTED, "connected"),
    "shared, between two polls": (
        replace(HEALTHY, link="free until the next poll"),
        ContactState.CONNECTED,
        "connected",
    ),
    "just started": (replace(NEW, link="starting"), ContactState.STARTING, "starting"),
    "first search": (NEW, ContactState.SEARCHING, "searching for it"),
    "first connection": (replace(NEW, link="connecting"), ContactState.CONNECTING, "connecting"),
    "pairing": (replace(NEW, link="pairing"), ContactState.CONNECTING, "connecting"),
    "never in range": (
        replace(NEW, failure=NOT_IN_RANGE),
        ContactState.NOT_HEARD,
        "not heard yet, after 9 s of searching (not in range, or connected to a phone)",
    ),
    "no longer heard": (
        NO_CONTACT,
        ContactState.NOT_HEARD,
        "not heard for 12 min (not in range, or connected to a phone)",
    ),
    "withdrawn": (
        replace(NO_CONTACT, phase=Phase.WITHDRAWN),
        ContactState.WITHDRAWN,
        "withdrawn after 40 s of silence: not heard for 12 min (not in range, or connected to a phone)",
    ),
    "withdrawn while searching": (
        replace(NO_CONTACT, phase=Phase.WITHDRAWN, failure=None),
        ContactState.WITHDRAWN,
        "withdrawn after 40 s of silence: searching for it",
    ),
    "never in range is not withdrawn": (
        replace(NEW, phase=Phase.WITHDRAWN, running=2000.0, failure=NOT_IN_RANGE),
        ContactState.NOT_HEARD,
        "not heard yet, after 33 min of searching (not in range, or connected to a phone)",
    ),
    "heard, but connections fail": (
        replace(NO_CONTACT, failure=FAILED),
        ContactState.NO_CONNECTION,
        FAILED.words,
    ),
    "a gap of one poll": (
        replace(HEALTHY, phase=Phase.HELD, link="connecting", failure=FAILED),
        ContactState.CONNECTING,
        FAILED.words,
    ),
    "needs its password at once": (
        replace(HEALTHY, phase=Phase.HELD, link="disconnected", failure=NEEDS_PASSWORD),
        ContactState.NEEDS_PASSWORD,
        NEEDS_PASSWORD.words,
    ),
    "needs its password while it is retried": (
        replace(NO_CONTACT, link="connecting", failure=NEEDS_PASSWORD),
        ContactState.NEEDS_PASSWORD,
        NEEDS_PASSWORD.words,
    ),
    "needs its password even when withdrawn": (
        replace(NO_CONTACT, phase=Phase.WITHDRAWN, failure=NEEDS_PASSWORD),
        ContactState.NEEDS_PASSWORD,
        NEEDS_PASSWORD.words,
    ),
    "no bluetoothd": (
        replace(NO_CONTACT, link="no Bluetooth"),
        ContactState.NO_BLUETOOTH,
        "bluetoothd is not running",
    ),
    "bluetoothd hangs": (
        replace(NO_CONTACT, link="bluetoothd hangs"),
        ContactState.BLUETOOTH_HANGS,
        "bluetoothd does not answer",
    ),
    "no adapter": (
        replace(NO_CONTACT, link="no adapter"),
        ContactState.NO_ADAPTER,
        "there is no Bluetooth adapter",
    ),
    "chosen adapter missing": (
        replace(NO_CONTACT, link="no adapter", adapter="00:1A:7D:DA:71:13"),
        ContactState.NO_ADAPTER,
        "its adapter 00:1A:7D:DA:71:13 is not there",
    ),
    "adapter off": (
        replace(NO_CONTACT, link="adapter off", phase=Phase.WITHDRAWN),
        ContactState.ADAPTER_OFF,
        "the Bluetooth adapter is off",
    ),
    "no free connection": (
        replace(NO_CONTACT, link="slots full 3/3"),
        ContactState.SLOTS_FULL,
        "other packs have all connections that are allowed on the adapter",
    ),
    "lent": (
        replace(NO_CONTACT, link="lent, 14 min left", lent_for=840.0, phase=Phase.LENT),
        ContactState.LENT,
        "lent for another 14 min",
    ),
    "lent, adapter off": (
        replace(NO_CONTACT, link="adapter off", lent_for=840.0),
        ContactState.LENT,
        "lent for another 14 min",
    ),
    "implausible readings": (
        replace(HEALTHY, phase=Phase.LOST, doubt="a cell of 9 V"),
        ContactState.DOUBTED,
        "a cell of 9 V",
    ),
    "name taken": (
        replace(HEALTHY, unshown=Failure(ContactState.NAME_TAKEN, "the name is taken")),
        ContactState.NAME_TAKEN,
        "the name is taken",
    ),
    "not allowed on the bus": (
        replace(HEALTHY, unshown=Failure(ContactState.UNPUBLISHED, "not allowed by the policy")),
        ContactState.UNPUBLISHED,
        "not allowed by the policy",
    ),
    "stopped": (replace(HEALTHY, fault="stopped by an error"), ContactState.STOPPED, "stopped by an error"),
}


@pytest.mark.parametrize(("view", "state", "reason"), CASES.values(), ids=CASES)
def test_the_state_and_its_reason_are_those_of_the_cause_nearest_to_the_machine(
    view: ContactView, state: ContactState, reason: str
) -> None:
    assert judge(view) == (state, reason)


@pytest.mark.parametrize(
    "state", [one for one in ContactState if one not in IN_PROGRESS and one is not ContactState.UNKNOWN]
)
def test_every_state_except_ok_has_advice(state: ContactState) -> None:
    assert ADVICE[state]
    assert "{" not in advice(state, ADDRESS)


@pytest.mark.parametrize("state", ContactState)
def test_a_state_is_parsed_from_its_name_and_from_texts_that_start_with_it(state: ContactState) -> None:
    assert ContactState(state.value) is state
    assert ContactState(f"{state.value} 3/3") is state
    assert ContactState("something newer") is ContactState.UNKNOWN


def test_advice_in_unreachable_states_concerns_this_machine() -> None:
    assert all("in range" not in ADVICE[state] for state in UNREACHABLE)


@pytest.mark.parametrize(
    ("err", "state", "words"),
    [
        (LinkError("connection lost"), ContactState.NO_CONNECTION, "connection lost"),
        (ProtocolError("4 bytes are missing"), ContactState.GARBLED, "4 bytes are missing"),
        (LoginFailed("it needs its password", "ask"), ContactState.NEEDS_PASSWORD, "it needs its password"),
        (NotPaired("it is not paired", "pair"), ContactState.NEEDS_PASSKEY, "it is not paired"),
        (Mute("silence; close every app"), ContactState.MUTE, "it connects, but never answers"),
    ],
)
def test_the_reason_of_a_failure_excludes_the_advice_of_its_message(
    err: LinkError | ProtocolError, state: ContactState, words: str
) -> None:
    tracker = ContactTracker(ADDRESS, 0.0)
    tracker.failed(err)
    assert tracker.failure == Failure(state, words)


def test_only_errors_that_the_owner_must_fix_are_logged_at_once_and_once() -> None:
    tracker = ContactTracker(ADDRESS, 0.0)
    login_failed = LoginFailed("it needs its password")
    assert not tracker.failed(LinkError("connection lost"))
    assert [tracker.failed(login_failed), tracker.failed(login_failed)] == [True, False]
    tracker.succeeded(1.0)
    assert tracker.failure is None
    assert tracker.failed(login_failed)


def test_a_state_lasts_from_its_start_even_if_its_reason_changes() -> None:
    tracker = ContactTracker(ADDRESS, 0.0)
    assert tracker.contact(NO_CONTACT, 10.0).seconds == 0.0
    later = tracker.contact(replace(NO_CONTACT, silence=800.0), 90.0)
    assert (later.seconds, later.silence, later.state) == (80.0, 800.0, ContactState.NOT_HEARD)
    assert tracker.contact(HEALTHY, 91.0).seconds == 0.0


def test_a_state_that_returns_after_a_good_poll_starts_again() -> None:
    tracker = ContactTracker(ADDRESS, 0.0)
    tracker.contact(NO_CONTACT, 10.0)
    tracker.succeeded(100.0)
    assert tracker.contact(NO_CONTACT, 200.0).seconds == 0.0


class FakePack:
    """A fake pack whose contact is set by the test."""

    def __init__(self) -> None:
        self.now = Contact()

    def contact(self, now: float) -> Contact:
        return self.now


def test_a_pack_that_crashes_repeatedly_stays_stopped() -> None:
    packs: dict[str, FakePack] = {}
    roster = Roster(packs)
    for at in (10.0, 20.0):
        packs[ADDRESS] = FakePack()
        roster.stopped(ADDRESS, CRASHED, at, crashed=packs[ADDRESS])
    packs[ADDRESS].now = Contact(state=ContactState.CONNECTED)  # the last state of the crashed pack
    contact = roster.contacts(30.0)[ADDRESS]
    assert (contact.state, contact.reason, contact.seconds) == (ContactState.STOPPED, CRASHED, 20.0)
    assert contact.advice == ADVICE[ContactState.STOPPED]


@pytest.mark.parametrize("state", ContactState)
def test_a_restarted_pack_reports_its_own_reason_as_soon_as_it_has_one(
    state: ContactState,
) -> None:
    packs = {ADDRESS: FakePack()}
    roster = Roster(packs)
    roster.stopped(ADDRESS, CRASHED, 10.0, crashed=packs[ADDRESS])
    packs[ADDRESS] = FakePack()
    packs[ADDRESS].now = Contact(state=state, reason="its own")
    still = state in (ContactState.STARTING, ContactState.SEARCHING, ContactState.CONNECTING)
    assert roster.contacts(30.0)[ADDRESS].reason == (CRASHED if still else "its own")
    packs[ADDRESS].now = Contact()
    assert (roster.contacts(40.0)[ADDRESS].state is ContactState.STOPPED) == still


def test_a_pack_that_keeps_running_without_its_new_settings_reports_its_own_reason() -> None:
    pack = FakePack()
    pack.now = Contact(state=ContactState.NEEDS_PASSWORD)
    roster = Roster({ADDRESS: pack})
    roster.stopped(ADDRESS, "its settings cannot be read", 0.0)
    assert roster.contacts(1.0) == {ADDRESS: pack.now}


def test_a_pack_that_cannot_be_started_is_reported_until_it_is_released() -> None:
    roster = Roster({})
    roster.stopped(ADDRESS, "its settings cannot be read", 0.0)
    assert roster.contacts(1.0)[ADDRESS].reason == "its settings cannot be read"
    roster.removed(ADDRESS)
    assert roster.contacts(2.0) == {}


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("House bank", '"House bank"'),
        ("Bank {0}", '"Bank {0}"'),
        ("Küche", '"Küche"'),
        ("", ADDRESS),
        ("-all", ADDRESS),
        ("a$(reboot)", ADDRESS),
        ('12" rack', ADDRESS),
        ("it's", ADDRESS),
        ("two\nlines", ADDRESS),
    ],
)
def test_advice_uses_the_name_of_a_pack_unless_a_shell_would_misread_it(name: str, called: str) -> None:
    tracker = ContactTracker(ADDRESS, 0.0)
    contact = tracker.contact(replace(NO_CONTACT, failure=NEEDS_PASSWORD), 1.0, name)
    assert contact.advice.endswith(f"dbus-xbms set {called} Password 123456")
