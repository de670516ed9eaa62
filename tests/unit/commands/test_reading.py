"""A reading as text: units only with a value."""

from __future__ import annotations

from dataclasses import replace

from dbus_xbms.commands.reading import as_json, described
from dbus_xbms.model import Mosfets, PackIdentity, Protection, Reading
from tests.unit.samples import SAMPLE

READING = Reading(
    sample=replace(
        SAMPLE,
        mosfets=Mosfets(charge=True, discharge=False),
        protection=frozenset({Protection.CELL_OVERVOLTAGE}),
    ),
    identity=PackIdentity(hardware="JBD-SP04S034", cell_count=4),
)


def test_a_reading_is_formatted_for_people() -> None:
    rows = dict(line.strip().split(maxsplit=1) for line in described(READING) if line.startswith("  "))
    assert rows["mosfets"] == "charge on, discharge off"
    assert rows["learned"] == "--"
    assert rows["voltage"] == "13.28 V"
    assert rows["protection"] == "CELL_OVERVOLTAGE"
    assert rows["balancing"] == "none"
    assert rows["produced"] == "--"
    assert rows["cells"] == "3.321 3.319 3.32 3.32 V"


def test_a_reading_in_json_keeps_its_types() -> None:
    output = as_json(READING)
    sample = output["sample"]
    assert isinstance(sample, dict)
    assert sample["mosfets"] == {"charge": True, "discharge": False}
    assert sample["learned"] is None
    assert "counters" not in output
