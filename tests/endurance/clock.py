"""A wall clock that jumps for one program only, by libfaketime; monotonic time is unaffected."""

from __future__ import annotations

from pathlib import Path

LIBRARIES = ("/usr/lib/*/faketime/libfaketime.so.1", "/usr/lib*/faketime/libfaketime.so.1")


class WallClock:
    """Clock of the programs started in its environment; :meth:`set` moves it."""

    def __init__(self, directory: Path) -> None:
        found = [file for pattern in LIBRARIES for file in sorted(Path("/").glob(pattern[1:]))]
        assert found, "needs libfaketime (Debian: apt install faketime)"
        self._file = directory / "clock"
        self.set("+0")
        self.environment = {
            "LD_PRELOAD": str(found[0]),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_CACHE_DURATION": "1",  # s
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_FORCE_MONOTONIC_FIX": "0",  # by it, a thread that waits for another one is always busy
            "NO_FAKE_STAT": "1",
        }

    def set(self, offset: str) -> None:
        """Offset the clock from the true time, for example by "-3600" s or "+5y"."""
        new = self._file.with_suffix(".new")
        new.write_text(offset)
        new.replace(self._file)
