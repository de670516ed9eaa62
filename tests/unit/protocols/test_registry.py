"""Families of BMSes by name and by advertisement."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dbus_xbms.protocols import Advertised
from dbus_xbms.protocols.registry import DEFAULT, FAMILIES, family_named, recognise
from dbus_xbms.schema import SettingsError
from dbus_xbms.settings import PackSettings

PACKAGE = Path(__file__).parents[3] / "dbus_xbms"
# The simulated BMS is a JBD, and decode and self-test parse its frames.
MAY_NAME_IT = (
    *("protocols/jbd/", "protocols/registry.py", "simulator/"),
    *(f"commands/{name}.py" for name in ("decode", "demo", "self_test", "simulate", "stories", "story_bank")),
)
DESCRIPTION = "__init__.py"  # its first line describes the program


def advert(name: str) -> Advertised:
    return Advertised(address="A4:C1:37:00:00:01", name=name, manufacturer={})


def test_each_family_is_registered_under_its_name() -> None:
    assert {name: family.name for name, family in FAMILIES.items()} == {name: name for name in FAMILIES}
    assert family_named("") is family_named(DEFAULT) is FAMILIES[DEFAULT]


def test_an_advertisement_belongs_to_the_family_that_recognises_it_or_to_none() -> None:
    assert recognise(advert("JBD-SP04S034")) is FAMILIES["JBD"]
    assert recognise(Advertised(address="00:11:22:33:44:55", manufacturer={})) is None


def test_the_setting_protocol_accepts_family_names_in_any_case() -> None:
    assert PackSettings().protocol == DEFAULT
    assert PackSettings.protocol.parse("jbd") == "JBD"
    with pytest.raises(SettingsError, match="one of: JBD, "):
        PackSettings.protocol.parse("Neptune")


def test_a_family_is_named_only_in_its_package_and_the_registry() -> None:
    sources = {path.relative_to(PACKAGE).as_posix(): path for path in PACKAGE.rglob("*.py")}
    named = {
        name
        for name, path in sources.items()
        if not name.startswith(MAY_NAME_IT)
        for line in path.read_text().splitlines()
        if re.search(r"jbd|xiaoxiang", line, re.IGNORECASE) and "docs/jbd-protocol.md" not in line
    }
    assert named == {DESCRIPTION}
