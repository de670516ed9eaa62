"""Any change of any bank is described or refused in words, and any list of banks can be shown."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dbus_xbms.commands import CommandError
from dbus_xbms.commands.bank import to_create
from dbus_xbms.commands.bank_change import BankChange, consequences
from dbus_xbms.commands.known import Known
from dbus_xbms.commands.list import Listing, as_json, described
from dbus_xbms.known.stored import StoredBank
from dbus_xbms.policy.advice.controllers import Configuration
from dbus_xbms.settings import BankSettings, SettingsError, Value
from dbus_xbms.settings.bank import MOST_BANKS
from dbus_xbms.venus.localsettings import LocalSettings
from tests.unit.commands.known_packs import shown
from tests.unit.policy.advice.configurations import ADDRESSES, configurations

SETTINGS = {
    "Enabled": st.integers(0, 1),
    "Control": st.integers(0, 1),
    "Topology": st.sampled_from(["parallel", "series", "2s2p"]),
    "Members": st.lists(st.sampled_from(ADDRESSES)).map(" ".join),
}
changes = st.builds(
    BankChange,
    number=st.integers(1, MOST_BANKS),
    deletes=st.booleans(),
    bank=st.fixed_dictionaries({}, optional=SETTINGS),
)
voltages = st.dictionaries(st.sampled_from(ADDRESSES), st.sampled_from([None, 0.0, 12.8, 13.2, 13.3]))


def known(configuration: Configuration) -> Known:
    packs = Known(LocalSettings(lambda path, value: None), {})
    packs.packs = dict(configuration.packs)
    packs.banks = {number: StoredBank(dict(bank)) for number, bank in configuration.banks.items()}
    return packs


def words(change: BankChange, packs: Known, live: dict[str, Value | None]) -> list[str]:
    batteries = {address: shown(address, volts) for address, volts in live.items()}  # type: ignore[arg-type]
    try:
        return [one.words for one in consequences(change, packs, batteries)]
    except (CommandError, SettingsError) as err:
        return [str(err)]


@given(configurations, changes, voltages)
def test_any_change_of_any_bank_is_described_or_refused(
    configuration: Configuration, change: BankChange, live: dict[str, Value | None]
) -> None:
    packs = known(configuration)
    if change.number in packs.banks:
        assert all(words(change, packs, live))


@given(configurations, st.lists(st.sampled_from(ADDRESSES)), voltages)
def test_any_bank_is_created_or_refused(
    configuration: Configuration, chosen: list[str], live: dict[str, Value | None]
) -> None:
    packs = known(configuration)
    try:
        change = to_create(packs, chosen)
    except SettingsError:
        return
    assert change is None or all(words(change, packs, live))


@given(configurations, st.integers(20, 100))
def test_any_banks_can_be_listed(configuration: Configuration, width: int) -> None:
    banks: dict[int, StoredBank] = known(configuration).banks
    listing = Listing(
        packs=configuration.packs, service="running", shown={}, contacts={}, recent=[], banks=banks
    )
    lines = "\n".join(described(listing, width)).splitlines()
    numbers = [line.split()[0] for line in lines if line.startswith("bank")]
    assert len(lines) >= 1 + len(numbers)
    assert [bank["number"] for bank in as_json(listing)["banks"]] == sorted(banks)  # type: ignore[attr-defined]


def test_a_bank_that_is_not_confirmed_cannot_have_the_name_of_another() -> None:
    packs = known(Configuration(banks={1: BankSettings({"Name": "House"}), 2: BankSettings()}))
    assert "already has this name" in words(BankChange(number=2, bank={"Name": "house"}), packs, {})[0]
