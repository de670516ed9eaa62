"""Settings of all tests."""

from __future__ import annotations

import os
from pathlib import Path

import hypothesis
import pytest

from tests.journal import Journal

# No deadline: a machine that runs other tests is slow at times. pytest-timeout ends tests that hang.
hypothesis.settings.register_profile(
    "tests", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("tests")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the longest tests first, so that none of them runs alone at the end."""
    items.sort(
        key=lambda item: not item.get_closest_marker("endurance") and "closed_loop" not in item.path.parts
    )


def pytest_configure(config: pytest.Config) -> None:
    file = os.environ.get("XBMS_JOURNAL")
    if file and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Journal(Path(file)))
