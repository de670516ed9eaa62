"""What can be wrong with this program's files and with the machine under it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dbus_xbms.doctor.facts import Facts, Version, numbers
from dbus_xbms.doctor.finding import Finding, note, ok, problem
from dbus_xbms.text import count

OLDEST_VENUS = (3, 60)  # the first with Python 3.12
# What the program was made for; an older one of the system's must not come first.
NEEDED: Mapping[str, Version] = {"bleak": (3, 1), "bleak-retry-connector": (4, 7), "dbus-fast": (5, 2)}

LITTLE_SPACE, NO_SPACE = 20.0, 5.0  # MB on /data
LITTLE_MEMORY, NO_MEMORY = 40.0, 15.0  # MB available
BUSY = 2.0  # processes that want to run, for each core


def lacking(packages: Mapping[str, str]) -> list[str]:
    """What is missing or too old, in words."""
    return [
        f"{name} {packages.get(name) or 'is missing'}, needs {'.'.join(map(str, least))}"
        for name, least in NEEDED.items()
        if numbers(packages.get(name, "")) < least
    ]


def program(facts: Facts) -> Iterator[Finding]:
    """This program and the packages that it brings."""
    mine = facts.program
    if found := lacking(mine.packages):
        yield problem("program", "; ".join(found), "install dbus-xbms again: it brings its own")
        return
    packages = ", ".join(f"{name} {version}" for name, version in mine.packages.items())
    yield ok("program", f"dbus-xbms {mine.version}, Python {mine.python}, {packages}")


def venus(facts: Facts) -> Iterator[Finding]:
    """Venus OS is there, and new enough."""
    if facts.elsewhere:
        yield note("Venus OS", "this is not a Venus OS device: /opt/victronenergy/version is missing")
    elif facts.venus is None:
        return  # it could not be read
    elif numbers(facts.venus) < OLDEST_VENUS:
        yield problem("Venus OS", f"{facts.venus} is too old", "update to v3.60 or newer: Settings, Firmware")
    else:
        yield ok("Venus OS", facts.venus)


def boot(facts: Facts) -> Iterator[Finding]:
    """The service comes back after a restart of the GX."""
    if facts.boot is None or facts.venus is None:
        return
    if facts.boot.setup_helper:
        yield ok("start", "SetupHelper starts the service with the GX")
    elif facts.boot.line:
        yield ok("start", "/data/rc.local starts the service with the GX")
    elif facts.boot.disabled:
        yield problem(
            "start",
            "the GX has switched off /data/rc.local, so that nothing starts the service after a restart",
            "allow it again in the GX's modification checks, or: mv /data/rc.local.disabled /data/rc.local",
        )
    elif facts.boot.words:
        yield problem("start", "the service will not start with the GX", facts.boot.words)
    else:
        yield note("start", "nothing starts the service after a restart of the GX", "install.sh does that")


def storage(facts: Facts) -> Iterator[Finding]:
    """There is room for settings and logs."""
    if facts.storage is None:
        return
    free = f"{facts.storage.free:.0f} MB free on /data"
    if not facts.storage.writable:
        yield problem("/data", "cannot be written: no setting and no log is kept", "restart the GX")
    elif facts.storage.free < NO_SPACE:
        yield problem("/data", free, "delete what you do not need: du -sh /data/* shows what is big")
    elif facts.storage.free < LITTLE_SPACE:
        yield note("/data", free, "little is left for logs: du -sh /data/* shows what is big")
    else:
        yield ok("/data", free)


def machine(facts: Facts) -> Iterator[Finding]:
    """There is memory and time to run."""
    if facts.machine is None:
        return
    memory = f"{facts.machine.memory:.0f} MB of memory available"
    load = f"load {facts.machine.load:.1f} on {count(facts.machine.cores, 'core')}"
    if facts.machine.memory < NO_MEMORY:
        yield problem("machine", memory, "a GX without memory restarts: stop what you have added")
    elif facts.machine.memory < LITTLE_MEMORY:
        yield note("machine", memory, "a GX without memory restarts: stop what you do not need")
    elif facts.machine.load > BUSY * facts.machine.cores:
        yield note("machine", load, "it is busy, values may come late: `top` shows with what")
    else:
        yield ok("machine", f"{memory}, {load}")
