"""The makes that the library reads, and their advertisements. Pure."""

from __future__ import annotations

from dbus_xbms.protocols.aiobmsble.matching import Make, Pattern

MAKES = (
    Make(
        name="daly",
        make="Daly",
        patterns=(Pattern(name="DL-*", service="0000fff0-0000-1000-8000-00805f9b34fb"),),
    ),
)
