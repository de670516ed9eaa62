"""Scenario files are validated strictly, and the default packs are of every kind."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path

import pytest

from dbus_xbms.protocols import Advertised
from dbus_xbms.protocols.jbd import Jbd
from dbus_xbms.simulator.air import RadioSpec
from dbus_xbms.simulator.battery import BatterySpec
from dbus_xbms.simulator.bluez_names import Timing, uuid
from dbus_xbms.simulator.board import BoardSpec
from dbus_xbms.simulator.device import WireSpec
from dbus_xbms.simulator.faults import FAULTS
from dbus_xbms.simulator.jbd_device import JbdDevice
from dbus_xbms.simulator.scenario import (
    MOST_PACKS,
    Scenario,
    ScenarioError,
    default_packs,
    read_scenario,
    replayed_packs,
)
from dbus_xbms.simulator.world import make_device, make_module
from tests.unit.simulator.fake_clock import FakeClock


def test_the_first_two_default_packs_are_a_small_and_a_large_one() -> None:
    first, second = default_packs(2)
    assert (first.address, first.battery.cells, first.battery.capacity) == ("A4:C1:37:00:00:01", 4, 100.0)
    assert (second.address, second.battery.cells, second.battery.capacity) == ("A4:C1:37:00:00:02", 16, 280.0)


def test_many_default_packs_have_unique_addresses_and_vary() -> None:
    packs = default_packs(MOST_PACKS)
    assert len({pack.address for pack in packs}) == MOST_PACKS
    assert {pack.radio.layout for pack in packs} == {"ff00", "fff0", "ff06"}
    assert {pack.radio.write for pack in packs} == {"command", "request", "both"}
    assert {pack.board.tail for pack in packs} == {0, 9, 16}


def test_every_default_pack_is_recognised_by_its_advertisement() -> None:
    for spec in default_packs(16):
        module = make_module(spec)
        assert module.manufacturer is not None
        company, content = module.manufacturer
        seen = Advertised(
            address=spec.address,
            name=spec.radio.name,
            services=(uuid(module.advertised),),
            manufacturer={company: content},
        )
        assert Jbd().recognises(seen), spec.radio.name


def test_a_scenario_file_defines_packs_timing_and_faults() -> None:
    scenario = read_scenario(
        json.dumps(
            {
                "seed": 5,
                "packs": [{"cells": 8, "soc": 90, "name": "mine"}, {"replay": "vendor-17s"}],
                "adapters": [{"name": "hci3"}],
                "timing": {"connect_timeout": 1},
                "faults": [{"at": 5, "target": "A4:C1:37:00:00:01", "fault": "drop"}],
            }
        )
    )
    assert scenario.packs[0].battery.cells == 8
    assert scenario.packs[0].radio.name == "mine"
    assert scenario.packs[1].address == "A4:C1:37:00:00:02"
    assert scenario.packs[1].replay == "vendor-17s"
    assert scenario.adapters[0].name == "hci3"
    assert scenario.timing.connect_timeout == 1
    assert scenario.faults[0].fault == "drop"
    assert scenario.seed == 5


@pytest.mark.parametrize(
    ("scenario", "words"),
    [
        ("{", "the scenario is not JSON"),
        ("[]", "the scenario: must be an object"),
        ('{"pack": 1}', "unknown pack; known: adapters"),
        ('{"packs": 1000}', "up to 99"),
        ('{"packs": [{"cell": 4}]}', "pack 1: unknown cell"),
        ('{"packs": [{"cells": "four"}]}', "pack 1: cells cannot be 'four'"),
        ('{"packs": [{"cells": 4.5}]}', "pack 1: cells cannot be 4.5"),
        ('{"packs": [{"layout": "ff01"}]}', "layout must be one of ff00, fff0, ff06"),
        ('{"packs": [{"load": "storm"}]}', "load must be one of day"),
        ('{"packs": [{"replay": "atlantis"}]}', "unknown recording 'atlantis'"),
        ('{"packs": [{"address": "12"}]}', "pack 1: '12' is not a Bluetooth address"),
        ('{"packs": [{"address": "A4:C1:37:00:00:02"}, {}]}', "two packs have the same address"),
        ('{"timing": {"conect": 1}}', "timing: unknown conect"),
        ('{"faults": [{"at": 1}]}', "faults: "),
    ],
)
def test_an_error_in_a_file_states_its_location(scenario: str, words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        read_scenario(scenario)


def test_replaying_requires_existing_recordings() -> None:
    assert [pack.replay for pack in replayed_packs(["vendor-17s", "chins-4s"])] == ["vendor-17s", "chins-4s"]
    with pytest.raises(ScenarioError, match="unknown recording 'c'; known: sp04s034-4s"):
        replayed_packs(["c"])


def test_the_documentation_names_every_fault_and_every_key() -> None:
    text = (Path(__file__).parents[3] / "docs" / "simulator.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(\w+)`", text))
    records = (BatterySpec, BoardSpec, WireSpec, RadioSpec, Timing)
    keys = {field.name for record in records for field in fields(record)}
    parameters = {name for fault in FAULTS for name in fault.parameters}
    assert keys | parameters | {fault.name for fault in FAULTS} <= named


def test_the_scenario_of_the_documentation_can_be_read() -> None:
    text = (Path(__file__).parents[3] / "docs" / "simulator.md").read_text(encoding="utf-8")
    example = text.partition("```json\n")[2].partition("```")[0]
    assert len(read_scenario(example).packs) == 3


KEYS = sorted({f.name for part in (BatterySpec, BoardSpec, WireSpec, RadioSpec) for f in fields(part)})
ODD: tuple[object, ...] = (
    None,
    True,
    -1,
    0,
    10**30,
    -0.5,
    1e308,
    float("nan"),
    float("inf"),
    "",
    "x",
    "\0",
    "\ud800",
    "x" * 1000,
    [],
    [1],
    {},
)


def parse(scenario: object) -> Scenario | str:
    """Return a scenario, or the error that refuses it."""
    try:
        return read_scenario(scenario if isinstance(scenario, str) else json.dumps(scenario))
    except ScenarioError as err:
        return str(err)


@pytest.mark.parametrize("key", [*KEYS, "address", "replay"])
def test_an_unusual_value_of_a_pack_is_refused_with_a_reason_or_simulated(key: str) -> None:
    refused = 0
    for value in ODD:
        scenario = parse({"packs": [{key: value}]})
        if isinstance(scenario, str):
            assert "\n" not in scenario
            assert len(scenario) < 1500
            refused += 1
            continue
        (pack,) = scenario.packs
        device = make_device(pack, FakeClock())
        assert isinstance(device, JbdDevice)
        for register in (0x03, 0x04, 0x05):
            for now in (0.0, 1.0, 1000.0):
                assert device.board.read(register, now) is not None
        assert make_module(pack).manufacturer
    assert refused >= 5


HARMLESS: dict[str, list[object]] = {  # of the unusual values
    "packs": [0, []],
    "adapters": [[]],
    "timing": [{}],
    "faults": [[]],
    "seed": [0],
    "old_bluez": [True],
}


@pytest.mark.parametrize("key", HARMLESS)
def test_an_unusual_part_of_a_scenario_is_refused_with_a_reason_or_ignored(key: str) -> None:
    for value in (*ODD, [[]], [None], [{"fly": 1}]):
        result = parse({key: value})
        assert isinstance(result, Scenario) == (value in HARMLESS[key] and type(value) is not float), (
            value,
            result,
        )
        assert isinstance(result, Scenario) or "\n" not in result


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"packs": [{"cells": 33}]}', "pack 1: cells must be from 1 to 32, not 33"),
        ('{"packs": [{"soc": NaN}]}', "pack 1: soc must be from 0 to 100, not nan"),
        ('{"packs": [{"cells": "4"}]}', "pack 1: cells cannot be '4'"),
        ('{"packs": [{"passkey": "12"}]}', "pack 1: passkey must be six digits, not '12'"),
        ('{"packs": true}', "packs must be a list of packs or a number up to 99, not True"),
        ('{"timing": {"connect": -1}}', "timing: connect must be from 0 to 3600, not -1"),
        ('{"seed": "x"}', "the scenario: seed cannot be 'x'"),
        (
            '{"adapters": [{"name": "../x"}]}',
            "adapter name must be letters and digits, such as hci0, not '../x'",
        ),
        ('{"adapters": [{}, {}]}', "two adapters have the same name"),
        ('{"faults": {}}', "faults must be a list, not {}"),
        (
            '{"faults": [{"fault": "drop", "every": Infinity}]}',
            "faults: every must be from 0 to 1e+09, not inf",
        ),
        ("[]", "the scenario: must be an object, not []"),
        ("[" * 100_000, "the scenario is not JSON"),
        ("", "the scenario is not JSON"),
    ],
    ids=lambda text: text[:40],
)
def test_an_invalid_scenario_is_refused_with_its_location(text: str, words: str) -> None:
    result = parse(text)
    assert isinstance(result, str)
    assert words in result
