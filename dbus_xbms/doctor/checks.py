"""All checks of `dbus-xbms doctor`, causes before effects, and the page with their findings. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Iterator

from dbus_xbms.doctor import banks, control, machine, packs
from dbus_xbms.doctor.facts import Facts, Finding, Verdict, note
from dbus_xbms.text import LINE, count, printable

WIDTH = 80  # columns, of a file or a wide terminal
LABEL = 9  # columns of a verdict

Check = Callable[[Facts], Iterable[Finding]]

UNKNOWN = {  # probe -> what is unknown if it failed
    "venus": "the version of Venus OS",
    "boot": "what starts the service with the GX",
    "storage": "how much space is left",
    "machine": "how much memory there is",
    "log": "the log",
    "bluetooth": "Bluetooth",
    "bluetoothd": "the version of bluetoothd",
    "settings_file": "whether settings are saved",
    "packs": "the packs in the settings",
    "banks": "the banks in the settings",
    "shown": "the packs on the bus",
    "shown_banks": "the banks on the bus",
    "others": "which other programs read batteries",
    "scan": "which packs are in range",
    "system": "who controls charging",
}


def unknown(facts: Facts) -> Iterator[Finding]:
    """Report the probes that failed; the bus has a check of its own."""
    for probe, why in facts.failed.items():
        if probe != "bus":
            yield note("unknown", f"{UNKNOWN.get(probe, probe)}: {why}")


CHECKS: tuple[Check, ...] = (
    machine.program,
    machine.venus,
    machine.bus,
    machine.localsettings,
    machine.settings_file,
    machine.service,
    machine.bluetoothd,
    machine.adapters,
    machine.interference,
    packs.packs,
    packs.trust,
    packs.watched,
    packs.settings,
    packs.in_range,
    banks.banks,
    banks.unconfirmed,
    control.charge_control,
    control.not_controlling,
    control.no_bms,
    control.several_limits,
    control.shared_voltage,
    control.monitor,
    control.aggregator,
    control.drivers,
    control.instances,
    machine.boot,
    machine.storage,
    machine.machine,
    machine.log,
    unknown,
)


def examine(facts: Facts) -> list[Finding]:
    """Return the findings of all checks, the worst first."""
    findings = [finding for check in CHECKS for finding in check(facts)]
    return sorted(findings, key=lambda finding: -finding.verdict)


def page(findings: Iterable[Finding], headline: str, width: int = WIDTH) -> str:
    """Return the findings in the given order, under a headline with a summary, ``width`` columns wide."""
    found = list(findings)
    head = _wrapped(f"{headline}: {summary(found)}", width, 0)
    return "\n".join([*head, "", *(_entry(one, width) for one in found)])


def summary(findings: list[Finding]) -> str:
    """Return the number of problems and notes: "2 problems, 1 note", or "all is well"."""
    counts = [
        count(number, verdict.name.lower())
        for verdict in (Verdict.PROBLEM, Verdict.NOTE)
        if (number := sum(one.verdict is verdict for one in findings))
    ]
    return ", ".join(counts) or "all is well"


def _entry(finding: Finding, width: int) -> str:
    lines = _wrapped(f"{finding.topic}: {finding.words}", width, LABEL)
    lines[0] = finding.verdict.name.ljust(LABEL) + lines[0].lstrip()
    advice = _wrapped(f"-> {finding.advice}", width, LABEL, hanging=3) if finding.advice else []
    return "\n".join([*lines, *advice])


def _wrapped(text: str, width: int, indent: int, hanging: int = 0) -> list[str]:
    return textwrap.wrap(
        printable(text, LINE),
        width,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + hanging),
        break_on_hyphens=False,
    )
