"""The table of everything that `dbus-xbms doctor` looks at, in the order of what hangs on what. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from dbus_xbms.doctor import control, host, packs, radio, service
from dbus_xbms.doctor.facts import Facts
from dbus_xbms.doctor.finding import Finding, note

Check = Callable[[Facts], Iterable[Finding]]

NOT_FOUND_OUT = {  # probe -> what is not known without it
    "venus": "the version of Venus OS",
    "boot": "what starts the service with the GX",
    "storage": "how much room there is",
    "machine": "how much memory there is",
    "log": "the log",
    "bluetooth": "Bluetooth",
    "bluetoothd": "the version of bluetoothd",
    "settings_file": "whether settings are saved",
    "packs": "the packs in the settings",
    "shown": "the packs on the bus",
    "scan": "who is in range",
    "system": "who controls charging",
}


def unknown(facts: Facts) -> Iterator[Finding]:
    """What could not be found out; the bus has a check of its own."""
    for probe, why in facts.failed.items():
        if probe != "bus":
            yield note("unknown", f"{NOT_FOUND_OUT.get(probe, probe)}: {why}")


CHECKS: tuple[Check, ...] = (
    host.program,
    host.venus,
    service.bus,
    service.localsettings,
    service.settings_file,
    service.service,
    radio.bluetoothd,
    radio.adapters,
    radio.interference,
    packs.packs,
    packs.trust,
    packs.settings,
    packs.in_range,
    control.charge_control,
    control.without_effect,
    control.nobody_controls,
    control.several_limits,
    control.shared_voltage,
    control.aggregator,
    control.instances,
    host.boot,
    host.storage,
    host.machine,
    service.log,
    unknown,
)


def examine(facts: Facts) -> list[Finding]:
    """What there is to say, the worst first."""
    findings = [finding for check in CHECKS for finding in check(facts)]
    return sorted(findings, key=lambda finding: -finding.verdict)
