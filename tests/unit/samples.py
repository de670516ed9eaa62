"""Samples for tests: a plausible pack, and a hypothesis strategy for arbitrary ones."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from hypothesis import strategies as st

from dbus_xbms.model import Mosfets, MosfetTarget, PackSample, Protection
from dbus_xbms.policy.decision import Decision
from dbus_xbms.report import Report
from dbus_xbms.settings import PackSettings

SAMPLE = PackSample(
    voltage=13.28,
    current=-5.0,
    soc=72.0,
    remaining=72.0,
    nominal=100.0,
    cycles=12,
    commanded=MosfetTarget(charge=True, discharge=True),
    mosfets=Mosfets(charge=True, discharge=True),
    protection=frozenset(),
    cells=(3.321, 3.319, 3.320, 3.320),
    temperatures=(21.0, 20.0, 20.5),
)


def sample(**changes: Any) -> PackSample:
    """Return the plausible pack with changes; its voltage is the sum of the cells."""
    if "cells" in changes:
        changes.setdefault("voltage", sum(changes["cells"]))
    return replace(SAMPLE, **changes)


def settings(**changes: Any) -> PackSettings:
    """Return the settings of a LiFePO4 pack: the defaults with changes."""
    return PackSettings({"Chemistry": "LiFePO4"} | changes)


samples = st.builds(
    sample,
    voltage=st.floats(0, 80),
    current=st.floats(-300, 300),
    soc=st.integers(0, 100).map(float),
    mosfets=st.builds(Mosfets, charge=st.booleans(), discharge=st.booleans()),
    protection=st.frozensets(st.sampled_from(Protection)),
    cells=st.lists(st.floats(0, 5), min_size=1, max_size=32).map(tuple),
    temperatures=st.lists(st.floats(-273.1, 6280.4), max_size=8).map(tuple),
)


DECISION_FIELDS = {row.name for row in fields(Decision)}


def _split(values: dict[str, Any], before: Decision) -> dict[str, Any]:
    """Move the fields of the decision among ``values`` into a changed decision."""
    decided = {name: values.pop(name) for name in list(values) if name in DECISION_FIELDS}
    renamed = {"cell_temperatures": "cells", "mosfet_temperature": "mosfet"}
    if measured := {renamed[name]: values.pop(name) for name in list(values) if name in renamed}:
        decided["temperatures"] = replace(before.temperatures, **measured)
    return values | ({"decision": replace(before, **decided)} if decided else {})


def report(**values: Any) -> Report:
    """Return a report; fields of its decision are given like its own."""
    return Report(**({"decision": Decision()} | _split(values, Decision())))


def changed(before: Report, **changes: Any) -> Report:
    """Return the report with changes, also to fields of its decision."""
    return replace(before, **_split(changes, before.decision))
