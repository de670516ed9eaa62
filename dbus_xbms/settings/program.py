"""Settings of the whole program. Pure."""

from __future__ import annotations

from dbus_xbms.schema import Setting, Settings


class ProgramSettings(Settings):
    """Settings of the whole program."""

    max_connections = Setting(
        default=16, lowest=1, highest=64, help="Most packs connected at the same time on one adapter."
    )
