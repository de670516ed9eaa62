"""What a soak needs of its packs: their truth, and faults. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol


class World(Protocol):
    """Packs with a radio: simulated ones, or virtual ones at the real BlueZ."""

    @property
    def addresses(self) -> Sequence[str]:
        """The packs."""

    async def fault(self, name: str, target: str = "", /, **parameters: bool | int | float | str) -> None:
        """Inject a fault, or end one.

        Raises:
            AssertionError: the world refused it, or has ended.
        """

    async def truth(self, address: str) -> dict[str, Any]:
        """Return what a pack measured, what was written to it, and who is connected to it."""
