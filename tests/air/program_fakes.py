"""Fakes of what the program's service uses: stored settings, and a radio that finds packs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping

from dbus_xbms.program.discovered import Sighting
from dbus_xbms.settings import AnySetting, NotStoredError, Value, pack_path
from tests.air.virtual_time import now


class FakeStore:
    """The stored settings of localsettings; ``fails`` after so many values were set."""

    def __init__(self) -> None:
        self.values: dict[str, object] = {}
        self.fails: int | None = None
        self.error: Exception = NotStoredError("localsettings refuses it: the disk is full")
        self.sets = 0

    def put(self, address: str, **settings: Value) -> None:
        self.values |= {pack_path(address, name): value for name, value in settings.items()}

    def of(self, address: str) -> dict[str, object]:
        """Return the settings of a pack by name."""
        at = pack_path(address, "")
        return {path.removeprefix(at): value for path, value in self.values.items() if path.startswith(at)}

    async def stored(self, groups: Iterable[str]) -> dict[str, object]:
        return {path: value for path, value in self.values.items() if path.startswith(tuple(groups))}

    async def add_usable(self, rows: Mapping[str, AnySetting]) -> dict[str, Value]:
        await asyncio.sleep(0.1)
        self.values = {path: row.default for path, row in rows.items()} | self.values
        return {}

    async def set(self, path: str, value: Value) -> Value:
        if self.fails is not None and self.sets >= self.fails:
            raise self.error
        self.sets += 1
        self.values[path] = value
        return value

    async def remove(self, paths: Iterable[str]) -> None:
        for path in paths:
            self.values.pop(path, None)


class FakeScans:
    """A radio that finds packs."""

    def __init__(self, *found: Sighting) -> None:
        self.found = list(found)
        self.error: Exception | None = None
        self.ended: list[float] = []  # s, of each scan that was not cancelled
        self.kept = 0

    async def scan(self, seconds: float) -> None:
        if self.error:
            raise self.error
        await asyncio.sleep(seconds)
        self.ended.append(now())

    def sightings(self) -> Iterable[Sighting]:
        return self.found

    def keep_found_so_far(self) -> None:
        self.kept += 1
