"""What the library needs of the machine."""

from __future__ import annotations

import sys

import pytest

from dbus_xbms.protocols.aiobmsble import requirement
from dbus_xbms.protocols.registry import DEFAULT, FAMILIES


def test_an_older_python_lacks_what_the_library_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 11, 7))
    assert FAMILIES["daly"].missing() == "needs Python 3.12: run dbus-xbms with that"


def test_a_library_that_is_not_installed_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 12, 1))
    monkeypatch.setattr(requirement, "LIBRARY", "a_library_that_nobody_has")
    assert "a_library_that_nobody_has, which is not installed" in FAMILIES["daly"].missing()


def test_nothing_is_missing_for_our_own_family() -> None:
    assert FAMILIES[DEFAULT].missing() == ""


def test_the_installed_library_is_found_without_importing_it() -> None:
    if sys.version_info >= (3, 12):
        pytest.importorskip("aiobmsble")
        assert FAMILIES["daly"].missing() == ""
