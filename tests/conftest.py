"""What holds for all tests."""

from __future__ import annotations

import os
from pathlib import Path

import hypothesis
import pytest

from tests.journal import Journal

# A machine that is busy with other tests is slow now and then; pytest-timeout sees to what hangs.
hypothesis.settings.register_profile(
    "tests", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("tests")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes a minute, so that in the end nobody waits for it alone."""
    items.sort(key=lambda item: item.get_closest_marker("endurance") is None)


def pytest_configure(config: pytest.Config) -> None:
    file = os.environ.get("XBMS_JOURNAL")
    if file and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Journal(Path(file)))
