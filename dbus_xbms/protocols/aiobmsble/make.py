"""What is known of a make without the library. Pure."""

from __future__ import annotations

from dbus_xbms.protocols.advertisement import Pattern
from dbus_xbms.record import record


@record
class Make:
    """A make of BMS, read by one module of the library."""

    name: str  # of the module, without "_bms"
    make: str  # for people
    patterns: tuple[Pattern, ...]  # one of them matches its advertisements
    reports: tuple[str, ...] = ()  # what it reports beside voltage and current, from EXTRAS


# What a pack may report beside voltage, current and state of charge: for people, in the order of the docs.
EXTRAS = ("cells", "temperatures", "MOSFETs", "balancing", "problems", "health")
