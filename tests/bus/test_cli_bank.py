"""`dbus-xbms bank` and banks in other commands, with a simulated localsettings."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest
from dbus_fast import BusType

from dbus_xbms.settings_store.service import LocalSettings
from tests.bus.cli import command
from tests.talking import talk

BOW, STERN, PORT = "A4:C1:37:00:00:01", "A4:C1:37:00:00:02", "A4:C1:37:00:00:03"


@pytest.fixture
async def settings(private_bus: str) -> AsyncIterator[LocalSettings]:
    """A simulated localsettings with two packs that have been read."""
    simulated = LocalSettings(BusType.SESSION)
    await simulated.open()
    for address, name in ((BOW, "Bow"), (STERN, "Stern")):
        await command("add", address, "--name", name, "--chemistry", "LiFePO4")
        device = f"/Settings/Devices/xbms_{address.replace(':', '').lower()}"
        simulated.store.entries[f"{device}/Cells"].value = 4
        simulated.store.entries[f"{device}/Nominal"].value = 100.0
    yield simulated
    await simulated.close()


def of_bank(settings: LocalSettings, name: str, number: int = 1) -> object:
    entry = settings.store.entries.get(f"/Settings/Services/Xbms/Banks/{number}/{name}")
    return entry and entry.value


def of_pack(settings: LocalSettings, address: str, name: str) -> object:
    return settings.store.entries[f"/Settings/Devices/xbms_{address.replace(':', '').lower()}/{name}"].value


async def test_a_bank_is_created_after_a_confirmation_and_deleted_with_all_its_settings(
    settings: LocalSettings,
) -> None:
    before = set(settings.store.entries)
    refused = await command("bank", "create", "--name", "House")
    assert (refused.status, "wired in parallel" in refused.err, "add --yes" in refused.err) == (1, True, True)
    assert set(settings.store.entries) == before

    question = "Create the bank House? yes or no [no]: "
    shown = await talk("bank", "create", "--name", "House", answers=[(question.rstrip(), "yes")], columns=200)
    assert shown.status == 0
    assert "Bow and Stern, wired in parallel, act as one battery of 200 Ah." in shown.text
    assert "The bank House was created (bank1, VRM instance 590)." in shown.text
    assert "the service is stopped" in shown.text.lower()
    assert [of_bank(settings, name) for name in ("Enabled", "Name", "Members", "Control")] == [
        1,
        "House",
        "",
        1,
    ]

    gone = await command("bank", "delete", "house", "--yes")
    assert gone.out.splitlines()[-1] == "The bank House was deleted; its packs stay."
    assert set(settings.store.entries) == before


async def test_an_answer_of_no_creates_nothing(settings: LocalSettings) -> None:
    before = set(settings.store.entries)
    shown = await talk("bank", "create", answers=[("Create the bank Bank 1?", "")])
    assert (shown.status, "nothing was changed" in shown.text) == (1, True)
    assert set(settings.store.entries) == before


async def test_packs_of_a_bank_are_added_and_removed(settings: LocalSettings) -> None:
    await command("add", PORT, "--name", "Port", "--chemistry", "LiFePO4")
    await command("bank", "create", "stern", "bow", "--name", "House", "--yes")
    assert of_bank(settings, "Members") == f"{STERN} {BOW}"
    added = await command("bank", "add", "House", "port", "--yes")
    assert added.out.splitlines()[-1] == "Port is now part of the bank House."
    assert of_bank(settings, "Members") == f"{STERN} {BOW} {PORT}"
    assert "already part of House" in (await command("bank", "add", "House", "port")).out
    await command("bank", "remove", "House", "bow", "--yes")
    assert of_bank(settings, "Members") == f"{STERN} {PORT}"
    strange = "A4:C1:37:00:00:09"
    settings.store.entries["/Settings/Services/Xbms/Banks/1/Members"].value = f"{STERN} {PORT} {strange}"
    left = await command("bank", "remove", "House", strange, "--yes")
    assert left.out.splitlines()[-1] == f"{strange} is no longer part of the bank House."
    assert of_bank(settings, "Members") == f"{STERN} {PORT}"
    last = await command("bank", "remove", "House", "port", "--yes")
    assert (last.status, "at least two packs" in last.err) == (1, True)


async def test_a_pack_leaves_and_joins_the_bank_of_all_packs_by_its_own_setting(
    settings: LocalSettings,
) -> None:
    await command("add", PORT, "--name", "Port", "--chemistry", "LiFePO4")
    settings.store.entries["/Settings/Devices/xbms_a4c137000003/Cells"].value = 4
    await command("bank", "create", "--yes")
    assert (await command("bank", "remove", "bank1", "port", "--yes")).status == 0
    assert of_pack(settings, PORT, "JoinBank") == 0
    joined = await command("bank", "add", "1", "port", "--yes")
    assert "Port becomes part of the bank Bank 1." in joined.out
    assert of_pack(settings, PORT, "JoinBank") == 1


async def test_settings_of_a_bank_are_shown_and_changed_like_those_of_a_pack(settings: LocalSettings) -> None:
    await command("bank", "create", "--name", "House", "--yes")
    shown = (await command("get", "house")).out
    assert "Members = empty (all packs: Bow and Stern)" in shown
    assert "Control = 1 (chargers and inverters obey this bank while DVCC is on)" in shown
    assert "MaxChargeCurrent = -1 A (not set: 60 A, by its packs)" in shown
    assert "ClassAndVrmInstance = battery:590" in shown
    done = await command("set", "house", "maxchargecurrent", "40")
    assert done.out == "MaxChargeCurrent = 40 A\n"
    assert of_bank(settings, "MaxChargeCurrent") == 40.0
    renamed = await command("bank", "set", "bank1", "Name", "Saloon")
    assert (renamed.out, of_bank(settings, "Name")) == ("Name = Saloon\n", "Saloon")
    wrong = await command("set", "Saloon", "MaxChargeCurent", "40")
    assert (wrong.status, "did you mean MaxChargeCurrent" in wrong.err) == (2, True)
    ends = await command("set", "Saloon", "Control", "0")
    assert (ends.status, "Saloon no longer controls chargers" in ends.err) == (1, True)
    impossible = await command("set", "Saloon", "Topology", "2s2p", "--yes")
    assert (impossible.status, "2s2p needs 4 packs, not 2" in impossible.err) == (1, True)
    values = json.loads((await command("get", "bank1", "Topology", "--json")).out)
    assert values["Topology"]["value"] == "parallel"


async def test_a_pack_of_a_bank_that_controls_cannot_control_by_itself(settings: LocalSettings) -> None:
    await command("bank", "create", "--name", "House", "--yes")
    refused = await command("set", "bow", "Control", "1", "--yes")
    assert refused.status == 1
    assert "Bow is part of the bank House, which controls chargers for all its packs" in refused.err
    assert of_pack(settings, BOW, "Control") == 0
    await command("set", "house", "Control", "0", "--yes")
    assert (await command("set", "bow", "Control", "1", "--yes")).status == 0


async def test_list_shows_banks_first_with_their_packs_indented(settings: LocalSettings) -> None:
    await command("add", PORT, "--name", "Port")
    await command("bank", "create", "--name", "House", "--yes")
    done = await command("list")
    _, house, bow, stern, port, _, note = done.out.splitlines()
    assert note == "Not part of House: Port: never read."
    assert house.split() == ["bank1", "service", "stopped", "battery:590", "House"]
    assert [bow.startswith(f"  {BOW}"), stern.startswith(f"  {STERN}"), port.startswith(PORT)] == [True] * 3
    assert (await command("bank")).out.splitlines() == [*done.out.splitlines()[:4], "", note]
    (bank,) = json.loads((await command("list", "--json")).out)["banks"]
    assert (bank["number"], bank["name"], bank["members"], bank["reason"]) == (1, "House", [BOW, STERN], "")


async def test_without_a_bank_the_list_says_how_to_create_one(settings: LocalSettings) -> None:
    assert "`dbus-xbms bank create` creates one" in (await command("bank")).out
    assert "there is no bank" in (await command("bank", "delete", "House")).err


async def test_removing_a_pack_makes_its_bank_smaller_or_ends_it_after_a_confirmation(
    settings: LocalSettings,
) -> None:
    await command("add", PORT, "--name", "Port", "--chemistry", "LiFePO4")
    await command("bank", "create", "bow", "stern", "port", "--name", "House", "--yes")
    refused = await command("remove", "port")
    assert (refused.status, "Port is no longer part of the bank House" in refused.err) == (1, True)
    assert (await command("remove", "port", "--yes")).status == 0
    assert of_bank(settings, "Members") == f"{BOW} {STERN}"
    refused = await command("remove", "stern")
    assert (refused.status, "House no longer controls chargers" in refused.err) == (1, True)
    assert (await command("remove", "stern", "--yes")).status == 0
    assert [of_bank(settings, name) for name in ("Enabled", "Members")] == [0, f"{BOW} {STERN}"]


async def test_removing_a_bank_deletes_it(settings: LocalSettings) -> None:
    await command("bank", "create", "--name", "House", "--yes")
    done = await command("remove", "house", "--yes")
    assert (done.status, of_bank(settings, "Enabled")) == (0, None)
    assert of_pack(settings, BOW, "Enabled") == 1


@pytest.mark.parametrize(
    "words", [("switch", "house", "charge", "off"), ("lend", "house"), ("history", "house")]
)
async def test_a_bank_that_is_not_on_the_bus_has_a_reason(
    settings: LocalSettings, words: tuple[str, ...]
) -> None:
    await command("bank", "create", "--name", "House", "--yes")
    done = await command(*words)
    assert done.status == 1
    assert "the bank House is not on the bus: the service is stopped" in done.err
