"""The packages that the self-test requires."""

from __future__ import annotations

import tomllib
from pathlib import Path

from dbus_xbms.doctor.facts import numbers
from dbus_xbms.doctor.machine import NEEDED, lacking

ROOT = Path(__file__).parents[2]


def test_the_self_test_requires_the_packages_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = dict(line.split(">=") for line in project["dependencies"])
    assert {name: numbers(least) for name, least in asked.items()} == NEEDED


def test_a_package_that_is_missing_or_too_old_is_named() -> None:
    assert lacking({"bleak": "3.1.0", "bleak-retry-connector": "4.7.1", "dbus-fast": "2.21.1"}) == [
        "dbus-fast 2.21.1, needs 5.2"
    ]
    assert len(lacking({})) == len(NEEDED)
