"""The facts of a healthy GX with one pack, and what is found in changed ones."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dbus_xbms.contact import Contact, ContactState, advice
from dbus_xbms.doctor.checks import examine
from dbus_xbms.doctor.facts import (
    Adapter,
    Bluetooth,
    Boot,
    Device,
    Facts,
    Finding,
    Machine,
    Pack,
    Program,
    Service,
    Shown,
    Storage,
    System,
    Verdict,
)
from dbus_xbms.doctor.machine import NEEDED
from dbus_xbms.interference.rules import VenusPrograms

ONE, TWO = "A4:C1:37:01:02:03", "A4:C1:37:0A:0B:0C"
SERVICE_ONE = "com.victronenergy.battery.xbms_a4c137010203"
LYNX = "com.victronenergy.battery.socketcan_can0"
HCI0 = Adapter(hci="hci0", address="00:1A:7D:DA:71:13", powered=True, driver="btusb 0bda:d723")
HCI1 = Adapter(hci="hci1", address="00:1A:7D:DA:71:14", powered=True)
PACK = Pack(address=ONE, name="House", names=("House", "xiaoxiang-17"), enabled=True)
SHOWN = Shown(service=SERVICE_ONE, words="connected", rssi=-62)
RUNNING = Service(version="1.2.3", uptime=7200.0, cpu=1.8, memory=32.0, counts={"packs": 1, "tasks": 9})
HEALTHY = Facts(
    program=Program(version="1.2.3", python="3.12.1", packages=dict.fromkeys(NEEDED, "9.0")),
    venus="v3.67",
    boot=Boot(line=True, supervised=True),
    storage=Storage(free=300.0, writable=True),
    machine=Machine(memory=400.0, load=0.4, cores=2),
    bus=True,
    localsettings=True,
    running=True,
    service=RUNNING,
    bluetoothd="5.72",
    bluetooth=Bluetooth(running=True, adapters=(HCI0,), devices={ONE: Device(hci="hci0", connected=True)}),
    interference=VenusPrograms(),
    packs={ONE: PACK, TWO: Pack(address=TWO)},
    shown={ONE: SHOWN},
    system=System(present=True, dvcc=False, instances={SERVICE_ONE: 1}),
    log=(),
)


def not_ok(facts: Facts) -> list[Finding]:
    """Return the findings that are not OK."""
    return [finding for finding in examine(facts) if finding.verdict is not Verdict.OK]


def the_finding(facts: Facts) -> Finding:
    """Return the only finding that is not OK."""
    (finding,) = not_ok(facts)
    return finding


def facts(**changes: Any) -> Facts:
    """Return the facts of the healthy GX with changes."""
    return replace(HEALTHY, **changes)


def shown(**changes: Any) -> Facts:
    """Return the same with a pack whose service shows these values."""
    return replace(HEALTHY, shown={ONE: replace(SHOWN, **changes)})


DVCC_ON = System(present=True, dvcc=True)


def with_contact(state: ContactState, reason: str, on_the_bus: Shown | None = None) -> Facts:
    """Facts with the state of a pack as the service reports it."""
    contact = Contact(state=state, reason=reason, advice=advice(state, ONE), seconds=60.0)
    return facts(
        shown={ONE: on_the_bus} if on_the_bus else {}, service=replace(RUNNING, contacts={ONE: contact})
    )
