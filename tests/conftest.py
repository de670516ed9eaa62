"""Settings of all tests."""

from __future__ import annotations

import gc
import os
from collections import Counter
from collections.abc import Generator
from pathlib import Path

import hypothesis
import pytest

from tests.journal import Journal

TESTS = Path(__file__).parent

# No deadline: a machine that runs other tests is slow at times. pytest-timeout ends tests that hang.
hypothesis.settings.register_profile(
    "tests", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
# For an older Python: what a property says was tried with many examples on the newest one.
hypothesis.settings.register_profile("brief", hypothesis.settings.get_profile("ci"), max_examples=10)
hypothesis.settings.load_profile("tests")


# Layers whose tests run wherever a worker is free. In the others, the tests of a module may share what one of
# them has computed, so they stay together.
APART = {"bus", "endurance", "install", "process"}
BRIEF = "unit"
LAST = 0.8  # of a worker's part; after that come brief tests only, so that all workers end together


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let each worker of xdist begin with an equal part of each layer, the longest tests first."""
    workers = getattr(config, "workerinput", {}).get("workercount", 1)
    if workers > 1:
        layers = {path: path.relative_to(TESTS).parts[0] for path in {item.path for item in items}}
        items[:] = _ordered({item: layers[item.path] for item in items}, workers)


def _ordered(layers: dict[pytest.Item, str], workers: int) -> list[pytest.Item]:
    """Return all tests, worker by worker: xdist divides the list into parts of one size."""
    brief = [item for item, layer in layers.items() if layer == BRIEF]
    parts: list[list[pytest.Item]] = [[] for _ in range(workers)]
    for group in _groups(layers):
        min(parts, key=len).extend(group)
    left = len(layers)
    for number, part in enumerate(parts):
        size = left // (workers - number)
        left -= size
        room = max(0, size - len(part))
        part[:], brief = _mixed(part, brief[:room]), brief[room:]
    return [item for part in parts for item in part] + brief


def _groups(layers: dict[pytest.Item, str]) -> list[list[pytest.Item]]:
    """Return the tests that are not brief, by groups: the longest first, then those of all layers evenly."""
    groups: dict[object, list[pytest.Item]] = {}
    order: dict[object, tuple[bool, float]] = {}
    sizes, counted = Counter(layers.values()), Counter[str]()
    for item, layer in layers.items():
        counted[layer] += 1
        if layer != BRIEF:
            key = item if layer in APART else item.path
            groups.setdefault(key, []).append(item)
            order.setdefault(key, (not item.get_closest_marker("long"), counted[layer] / sizes[layer]))
    return [groups[key] for key in sorted(groups, key=order.__getitem__)]


def _mixed(some: list[pytest.Item], brief: list[pytest.Item]) -> list[pytest.Item]:
    """Return all tests, brief ones between the others and at the end."""
    places = [(LAST * n / len(some), item) for n, item in enumerate(some)]
    places += [(n / len(brief), item) for n, item in enumerate(brief)]
    return [item for _, item in sorted(places, key=lambda place: place[0])]


def pytest_configure(config: pytest.Config) -> None:
    file = os.environ.get("XBMS_JOURNAL")
    if file and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Journal(Path(file)))


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Do not search modules and thousands of tests for reference cycles again and again."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()
