"""What can be wrong with the bus, with localsettings and with the service. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from dbus_xbms.doctor.facts import ADDRESS, Facts, Line, Service
from dbus_xbms.doctor.finding import Finding, note, ok, problem
from dbus_xbms.text import duration

STARTED = 300.0  # s after which a mean says something
MUCH_CPU = 20.0  # % of a core
MUCH_MEMORY = 80.0  # MB; supervision ends it at 100
RECENT = 86400.0  # s


def bus(facts: Facts) -> Iterator[Finding]:
    """Venus's bus answers."""
    if not facts.bus:
        why = facts.failed.get("bus", "it does not answer")
        yield problem("D-Bus", why, f"without it nothing works; {facts.kind.reboot}")


def localsettings(facts: Facts) -> Iterator[Finding]:
    """Venus's settings can be read."""
    if facts.localsettings:
        yield ok("settings", "localsettings is there")
    elif facts.localsettings is not None:
        yield problem(
            "settings",
            "com.victronenergy.settings is not there or does not answer; no pack starts without it",
            "`sudo systemctl start dbus-xbms-settings`, or `dbus-xbms settings`, keeps them"
            if facts.elsewhere
            else f"wait a minute, then {facts.kind.reboot}",
        )


def settings_file(facts: Facts) -> Iterator[Finding]:
    """The settings are complete, and changes are saved."""
    if facts.settings_file is None:
        return
    for file in facts.settings_file.damaged:
        yield problem(
            "settings",
            f"the settings were damaged and some are lost; {file} is what they were",
            "`dbus-xbms list` and `dbus-xbms get PACK --changed` show what is left; add and set what is "
            "missing, then remove that file",
        )
    if trouble := facts.settings_file.trouble:
        yield problem("settings", f"they cannot be changed: {trouble}", "make room, or mount it writable")


def service(facts: Facts) -> Iterator[Finding]:
    """The service runs, is the one on the disk, and is modest."""
    if facts.running is False:
        if facts.elsewhere or (facts.boot and facts.boot.supervised):
            advice = f"{facts.kind.why_ended}; `{facts.kind.start}` starts it"
        else:
            advice = "`dbus-xbms run` starts it here and now, install.sh for good"
        yield problem("service", "it does not run", advice)
    elif facts.running:
        yield _of(facts.service or Service(), facts.program.version, facts.kind.restart)


def _of(service: Service, installed: str, restart: str) -> Finding:
    if not service.answers:
        return problem("service", "it runs but does not answer", f"restart it: {restart}")
    if service.version and service.version != installed:
        return note(
            "service",
            f"version {service.version} runs, but {installed} is installed",
            f"{restart} starts the new one",
        )
    words = ", ".join(["runs", *_figures(service)])
    settled = service.uptime is not None and service.uptime >= STARTED
    if settled and (service.cpu or 0.0) > MUCH_CPU:
        return note("service", words, "that is much CPU: send the end of its log with a report")
    if (service.memory or 0.0) > MUCH_MEMORY:
        return note("service", words, "that is much memory; it is restarted at 100 MB")
    return ok("service", words)


def _figures(service: Service) -> Iterator[str]:
    if service.version:
        yield f"version {service.version}"
    if service.uptime is not None:
        yield f"for {duration(service.uptime)}"
    if service.cpu is not None:
        yield f"{service.cpu:.1f} % of a core"
    if service.memory is not None:
        yield f"{service.memory:.0f} MB"
    yield from (f"{name} {count}" for name, count in service.counts.items() if name != "tasks")


def log(facts: Facts) -> Iterator[Finding]:
    """The last error that concerns no single pack."""
    errors = [
        line
        for line in facts.log or ()
        if line.text.startswith("ERROR") and not ADDRESS.search(line.text) and (line.age or 0.0) < RECENT
    ]
    if errors:
        yield note("log", told(errors[-1]))


def told(line: Line) -> str:
    """A line of the log, and how old it is."""
    return line.text if line.age is None else f"{duration(line.age)} ago: {line.text}"
