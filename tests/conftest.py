"""Settings of all tests."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import hypothesis
import pytest

from tests.journal import Journal

# No deadline: a machine that runs other tests is slow at times. pytest-timeout ends tests that hang.
hypothesis.settings.register_profile(
    "tests", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
# For an older Python: what a property says was tried with many examples on the newest one.
hypothesis.settings.register_profile("brief", hypothesis.settings.get_profile("ci"), max_examples=10)
hypothesis.settings.load_profile("tests")


# Layers whose tests mostly wait for processes; the others compute.
WAITING = {"bus", "bundle", "endurance", "install", "process", "tools"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the longest tests first, so that none of them runs alone at the end, and mix the other modules.

    Each worker begins with a part of the list: in any part, tests that wait leave the processor to others.
    """
    modules = {item.path: 0.0 for item in items}
    sizes, counted = Counter(map(_waits, items)), Counter[bool]()
    for item in items:
        counted[_waits(item)] += 1
        modules[item.path] = modules[item.path] or counted[_waits(item)] / sizes[_waits(item)]
    items.sort(key=lambda item: (not _computes_long(item), not _is_long(item), modules[item.path]))


def _waits(item: pytest.Item) -> bool:
    return not WAITING.isdisjoint(item.path.parts)


def _computes_long(item: pytest.Item) -> bool:
    """Return whether a test computes for a minute, which does not depend on the load."""
    return item.path.name == "test_day.py"


def _is_long(item: pytest.Item) -> bool:
    return bool(item.get_closest_marker("endurance")) or "closed_loop" in item.path.parts


def pytest_configure(config: pytest.Config) -> None:
    file = os.environ.get("XBMS_JOURNAL")
    if file and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Journal(Path(file)))
