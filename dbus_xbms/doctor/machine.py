"""Checks of the machine: installation, Venus OS, bus, settings, service and Bluetooth. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dbus_xbms.doctor.discretion import ADDRESS
from dbus_xbms.doctor.facts import (
    Adapter,
    Facts,
    Finding,
    Line,
    Pack,
    Service,
    Version,
    note,
    numbers,
    ok,
    problem,
)
from dbus_xbms.interference.rules import RadioUse, notices
from dbus_xbms.text import count, duration, listed

OLDEST_VENUS = (3, 60)  # the first with Python 3.12
# Oldest supported versions; an older package of the system must not be found first.
NEEDED: Mapping[str, Version] = {"bleak": (3, 1), "bleak-retry-connector": (4, 7), "dbus-fast": (5, 2)}

LITTLE_SPACE, NO_SPACE = 20.0, 5.0  # MB on /data
LITTLE_MEMORY, NO_MEMORY = 40.0, 15.0  # MB available
BUSY = 2.0  # runnable processes per core
STARTED = 300.0  # s of uptime after which rates are meaningful
MUCH_CPU = 20.0  # % of a core
MUCH_MEMORY = 80.0  # MB; the service is restarted at 100
RECENT = 86400.0  # s
OLDEST_BLUEZ = (5, 55)  # bleak refuses older ones
NO_INTERFERENCE = "no other program uses Bluetooth"
HARMLESS = "dbus-ble-sensors"  # interferes for a moment only, unlike the others


def lacking(packages: Mapping[str, str]) -> list[str]:
    """Return a message for each required package that is missing or too old."""
    return [
        f"{name} {packages.get(name) or 'is missing'}, needs {'.'.join(map(str, least))}"
        for name, least in NEEDED.items()
        if numbers(packages.get(name, "")) < least
    ]


def program(facts: Facts) -> Iterator[Finding]:
    """Check the program and its packages."""
    mine = facts.program
    if found := lacking(mine.packages):
        yield problem("program", "; ".join(found), "install dbus-xbms again: it includes them")
        return
    packages = ", ".join(f"{name} {version}" for name, version in mine.packages.items())
    yield ok("program", f"dbus-xbms {mine.version}, Python {mine.python}, {packages}")


def venus(facts: Facts) -> Iterator[Finding]:
    """Check that this is Venus OS and recent enough."""
    if facts.elsewhere:
        yield note("Venus OS", "this is not a Venus OS device: /opt/victronenergy/version is missing")
    elif facts.venus is None:
        return  # it could not be read
    elif numbers(facts.venus) < OLDEST_VENUS:
        yield problem("Venus OS", f"{facts.venus} is too old", "update to v3.60 or newer: Settings, Firmware")
    else:
        yield ok("Venus OS", facts.venus)


def boot(facts: Facts) -> Iterator[Finding]:
    """Check that the service starts with the GX."""
    if facts.boot is None or facts.venus is None:
        return
    if facts.boot.setup_helper:
        yield ok("start", "SetupHelper starts the service with the GX")
    elif facts.boot.line:
        yield ok("start", "/data/rc.local starts the service with the GX")
    elif facts.boot.disabled:
        yield problem(
            "start",
            "the GX has disabled /data/rc.local, so nothing starts the service after a restart",
            "allow it again in the GX's modification checks, or: mv /data/rc.local.disabled /data/rc.local",
        )
    elif facts.boot.words:
        yield problem("start", "the service will not start with the GX", facts.boot.words)
    else:
        yield note("start", "nothing starts the service after a restart of the GX", "run install.sh")


def storage(facts: Facts) -> Iterator[Finding]:
    """Check the free space for settings and logs."""
    if facts.storage is None:
        return
    free = f"{facts.storage.free:.0f} MB free on /data"
    if not facts.storage.writable:
        yield problem("/data", "cannot be written: settings and logs are not saved", "restart the GX")
    elif facts.storage.free < NO_SPACE:
        yield problem("/data", free, "delete what you do not need: du -sh /data/* shows what takes the space")
    elif facts.storage.free < LITTLE_SPACE:
        yield note("/data", free, "little space is left for logs: du -sh /data/* shows what takes it")
    else:
        yield ok("/data", free)


def machine(facts: Facts) -> Iterator[Finding]:
    """Check memory and load."""
    if facts.machine is None:
        return
    memory = f"{facts.machine.memory:.0f} MB of memory available"
    load = f"load {facts.machine.load:.1f} on {count(facts.machine.cores, 'core')}"
    if facts.machine.memory < NO_MEMORY:
        yield problem("machine", memory, "without memory a GX restarts: stop programs that you have added")
    elif facts.machine.memory < LITTLE_MEMORY:
        yield note("machine", memory, "without memory a GX restarts: stop programs that you do not need")
    elif facts.machine.load > BUSY * facts.machine.cores:
        yield note("machine", load, "it is busy and values may be late: `top` shows the programs")
    else:
        yield ok("machine", f"{memory}, {load}")


def bus(facts: Facts) -> Iterator[Finding]:
    """Check that Venus's bus answers."""
    if not facts.bus:
        why = facts.failed.get("bus", "it does not answer")
        yield problem("D-Bus", why, f"nothing works without it; {facts.kind.reboot}")


def localsettings(facts: Facts) -> Iterator[Finding]:
    """Check that localsettings answers."""
    if facts.localsettings:
        yield ok("settings", "localsettings answers")
    elif facts.localsettings is not None:
        yield problem(
            "settings",
            "com.victronenergy.settings is missing or does not answer; no pack starts without it",
            "`sudo systemctl start dbus-xbms-settings`, or `dbus-xbms settings`, starts a settings store"
            if facts.elsewhere
            else f"wait a minute, then {facts.kind.reboot}",
        )


def settings_file(facts: Facts) -> Iterator[Finding]:
    """Check that no settings were lost and that changes are saved."""
    if facts.settings_file is None:
        return
    for file in facts.settings_file.damaged:
        yield problem(
            "settings",
            f"the settings file was damaged and some settings are lost; {file} is a copy of the damaged file",
            "`dbus-xbms list` and `dbus-xbms get PACK --changed` show what is left; add and set what is "
            "missing, then remove that file",
        )
    if trouble := facts.settings_file.trouble:
        yield problem("settings", f"they cannot be changed: {trouble}", "make room, or mount it writable")


def service(facts: Facts) -> Iterator[Finding]:
    """Check that the service runs in the installed version, and its use of CPU and memory."""
    if facts.running is False:
        if facts.elsewhere or (facts.boot and facts.boot.supervised):
            advice = f"{facts.kind.why_ended}; `{facts.kind.start}` starts it"
        else:
            advice = "`dbus-xbms run` starts it now; install.sh also starts it with the machine"
        yield problem("service", "it is not running", advice)
    elif facts.running:
        yield _running(facts.service or Service(), facts.program.version, facts.kind.restart)


def _running(service: Service, installed: str, restart: str) -> Finding:
    if not service.answers:
        return problem("service", "it is running but does not answer", f"restart it: {restart}")
    if service.version and service.version != installed:
        return note(
            "service",
            f"version {service.version} is running, but {installed} is installed",
            f"{restart} starts the new version",
        )
    words = ", ".join(["running", *_figures(service)])
    settled = service.uptime is not None and service.uptime >= STARTED
    if settled and (service.cpu or 0.0) > MUCH_CPU:
        return note("service", words, "that is a lot of CPU: report it, with the end of the log")
    if (service.memory or 0.0) > MUCH_MEMORY:
        return note("service", words, "that is a lot of memory; it is restarted at 100 MB")
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
    """Report the last error in the log that is not about a single pack."""
    errors = [
        line
        for line in facts.log or ()
        if line.text.startswith("ERROR") and not ADDRESS.search(line.text) and (line.age or 0.0) < RECENT
    ]
    if errors:
        yield note("log", log_line(errors[-1]))


def log_line(line: Line) -> str:
    """Return a line of the log with its age."""
    return line.text if line.age is None else f"{duration(line.age)} ago: {line.text}"


def bluetoothd(facts: Facts) -> Iterator[Finding]:
    """Check that bluetoothd runs and is recent enough."""
    if facts.bluetooth is None:
        return
    if not facts.bluetooth.running:
        yield problem("bluetoothd", "it is not running", facts.kind.bluetooth_helps)
    elif facts.bluetooth.hangs:
        yield problem("bluetoothd", "it is running but does not answer", facts.kind.bluetooth_helps)
    elif facts.bluetoothd is None:
        yield ok("bluetoothd", "running, version unknown")
    elif numbers(facts.bluetoothd) < OLDEST_BLUEZ:
        yield problem("bluetoothd", f"version {facts.bluetoothd} is too old", facts.kind.update)
    else:
        yield ok("bluetoothd", f"running, version {facts.bluetoothd}")


def adapters(facts: Facts) -> Iterator[Finding]:
    """Check that there is an adapter and that it is on."""
    if facts.bluetooth is None or not facts.bluetooth.running or facts.bluetooth.hangs:
        return
    present = facts.bluetooth.adapters
    if not present:
        yield problem("adapter", "there is none", facts.kind.adapter_helps)
    some_on = any(adapter.powered for adapter in present)
    for adapter in present:
        if adapter.powered:
            yield ok("adapter", f"{_described(adapter)} is on")
        else:
            verdict = note if some_on else problem
            yield verdict("adapter", f"{_described(adapter)} is off", f"unplug it, or {facts.kind.reboot}")


def _described(adapter: Adapter) -> str:
    return f"{adapter.hci} {adapter.address}" + (f" ({adapter.driver})" if adapter.driver else "")


def hci_of(pack: Pack, facts: Facts) -> str:
    """Return the adapter that a pack uses, such as "hci0", or empty if that is unknown."""
    bluetooth = facts.bluetooth
    if bluetooth is None:
        return ""
    device = bluetooth.devices.get(pack.address)
    if device and device.connected:
        return device.hci
    on = [one.hci for one in bluetooth.adapters if pack.adapter.upper() in ("", one.address) and one.powered]
    return on[0] if len(on) == 1 else ""


def interference(facts: Facts) -> Iterator[Finding]:
    """Report other programs that disturb the packs."""
    venus = facts.interference
    if venus is None:
        return
    radios = [RadioUse(address=pack.address, hci=hci_of(pack, facts)) for pack in facts.enabled]
    found = {(one.who, one.words) for one in notices(venus, radios)}
    for shown in (facts.shown or {}).values():  # the service also knows whether a scan was refused
        texts = shown.interference.split("; ") if shown.interference else []
        found |= {(who, words) for who, colon, words in (text.partition(": ") for text in texts) if colon}
    for who, words in sorted(found):
        does, _, advice = words.partition(": ")
        yield (note if who == HARMLESS else problem)(f"interference {who}", does, advice)
    if venus.bluetooth and not radios:
        words = "it is on and would break every connection on the built-in adapter once a minute"
        advice = "switch off Bluetooth in the GX's Settings, Connectivity, or use a USB adapter"
        yield note("interference vesmart-server", words, advice)
    elif not found:
        on = [name for name, runs in (("vesmart-server", venus.bluetooth), (HARMLESS, venus.sensors)) if runs]
        words = f"{listed(on)} uses Bluetooth too, but does not disturb a pack" if on else NO_INTERFERENCE
        yield ok("interference", words)
