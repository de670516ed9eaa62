"""How a test shows a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from tests.gx.services import Service

if TYPE_CHECKING:
    from tests.gx.screen import Screen


class Show(Protocol):
    """Show a page with services; see :mod:`tests.gx.screen`."""

    def __call__(self, page: str, *services: Service, **options: Any) -> Screen: ...
