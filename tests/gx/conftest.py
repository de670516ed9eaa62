"""Fixtures of the tests of the plugin."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from tests.gx.services import Service
from tests.gx.show import Show

if TYPE_CHECKING:
    from tests.gx.screen import Screen


@pytest.fixture
def show() -> Iterator[Show]:
    """Show pages; the test fails if one has an error or a warning."""
    from tests.gx.screen import shown

    screens: list[Screen] = []
    with ExitStack() as stack:

        def run(page: str, *services: Service, **options: Any) -> Screen:
            screen = stack.enter_context(shown(page, services, **options))
            screens.append(screen)
            return screen

        yield run
        assert [problem for screen in screens for problem in screen.problems] == []
