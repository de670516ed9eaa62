"""Every problem and every note of the checks: the facts, the topic, and words of reason and advice."""

from __future__ import annotations

from dataclasses import replace

from dbus_xbms.contact import ContactState
from dbus_xbms.doctor.facts import Bluetooth, Boot, Line, Machine, SettingsFile, Storage, System
from dbus_xbms.interference.rules import VenusPrograms
from tests.unit.doctor.facts import (
    DVCC_ON,
    HCI0,
    HCI1,
    HEALTHY,
    LYNX,
    ONE,
    PACK,
    RUNNING,
    SERVICE_ONE,
    SHOWN,
    TWO,
    facts,
    shown,
    with_contact,
)

PROBLEMS = {
    "no bus": (facts(bus=False, failed={"bus": "no bus"}), "D-Bus", "no bus", "restart the GX"),
    "package missing": (
        facts(program=replace(HEALTHY.program, packages={**HEALTHY.program.packages, "dbus-fast": ""})),
        "program",
        "dbus-fast is missing, needs 5.2",
        "install",
    ),
    "package of the image comes first": (
        facts(program=replace(HEALTHY.program, packages={**HEALTHY.program.packages, "dbus-fast": "2.22.1"})),
        "program",
        "dbus-fast 2.22.1, needs 5.2",
        "install",
    ),
    "Venus too old": (facts(venus="v3.55"), "Venus OS", "v3.55 is too old", "Settings, Firmware"),
    "rc.local disabled": (
        facts(boot=Boot(disabled=True)),
        "start",
        "disabled /data/rc.local",
        "modification checks",
    ),
    "rc.local does not reach the line of the program": (
        facts(boot=Boot(words="the line comes after an exit. Run install.sh again.")),
        "start",
        "will not start with the GX",
        "Run install.sh again",
    ),
    "no space": (facts(storage=Storage(free=3.0, writable=True)), "/data", "3 MB", "du -sh"),
    "/data read-only": (
        facts(storage=Storage(free=300.0, writable=False)),
        "/data",
        "cannot be",
        "restart",
    ),
    "no memory": (facts(machine=Machine(memory=9.0, load=0.0, cores=1)), "machine", "9 MB", "stop"),
    "no localsettings": (facts(localsettings=False), "settings", "is missing", "restart"),
    "damaged settings": (
        facts(settings_file=SettingsFile(damaged=("/var/lib/s.json.damaged",))),
        "settings",
        "some settings are lost; /var/lib/s.json.damaged",
        "remove that file",
    ),
    "unsaved settings": (
        facts(settings_file=SettingsFile(trouble="Read-only file system")),
        "settings",
        "they cannot be changed: Read-only file system",
        "mount it writable",
    ),
    "no bluetoothd": (
        facts(bluetooth=Bluetooth(running=False)),
        "bluetoothd",
        "is not running",
        "/etc/init.d/bluetooth",
    ),
    "bluetoothd too old": (facts(bluetoothd="5.50"), "bluetoothd", "5.50 is too old", "update"),
    "no adapter": (facts(bluetooth=Bluetooth(running=True)), "adapter", "there is none", "USB adapter"),
    "adapter off": (
        facts(bluetooth=Bluetooth(running=True, adapters=(replace(HCI0, powered=False),))),
        "adapter",
        "hci0 00:1A:7D:DA:71:13 (btusb 0bda:d723) is off",
        "restart",
    ),
    "VictronConnect over Bluetooth": (
        facts(interference=VenusPrograms(bluetooth=True)),
        "interference vesmart-server",
        "it ends every link on the built-in adapter once a minute",
        "Connectivity",
    ),
    "another driver": (
        facts(interference=VenusPrograms(batteries={"com.victronenergy.battery.ble_a4c137010203": ""})),
        "interference com.victronenergy.battery.ble_a4c137010203",
        f"it reads {ONE} too",
        "",
    ),
    "no contact": (
        shown(silent=True, words="stopped, no reply"),
        f"pack House ({ONE})",
        "no contact",
        "awake",
    ),
    "no free connection": (
        with_contact(ContactState.SLOTS_FULL, "other packs have all connections"),
        f"pack House ({ONE})",
        "other packs have all connections",
        "raise MaxConnections",
    ),
    "connected, but does not answer": (
        with_contact(ContactState.MUTE, "it connects, but never answers"),
        f"pack House ({ONE})",
        "it connects, but never answers, connected on hci0",
        "close it on every phone",
    ),
    "no contact, but another make answers": (
        with_contact(ContactState.OTHER_MAKE, "service ff00 is there", replace(SHOWN, silent=True)),
        f"pack House ({ONE})",
        "service ff00 is there",
        "scan, then add it again",
    ),
    "refuses the password while values are held": (
        with_contact(ContactState.NEEDS_PASSWORD, "the Bluetooth module refuses its password", SHOWN),
        f"pack House ({ONE})",
        "refuses its password",
        f"dbus-xbms set {ONE} Password",
    ),
    "withdrawn": (
        with_contact(ContactState.WITHDRAWN, "withdrawn after 40 s of silence: not heard for 12 min"),
        f"pack House ({ONE})",
        "not heard for 12 min",
        "is it in range",
    ),
    "crashed": (
        with_contact(ContactState.STOPPED, "stopped by an error in this program"),
        f"pack House ({ONE})",
        "stopped by an error",
        "the log says more",
    ),
    "bluetoothd hangs": (
        facts(bluetooth=Bluetooth(running=True, hangs=True)),
        "bluetoothd",
        "does not answer",
        "/etc/init.d/bluetooth",
    ),
    "never reached": (facts(shown={}), f"pack House ({ONE})", "not reached", "in range"),
    "alarm": (shown(alarms=("CellImbalance",)), f"pack House ({ONE})", "alarm CellImbalance", "watch"),
    "chosen adapter missing": (
        facts(packs={ONE: replace(PACK, adapter=HCI1.address)}),
        f"pack House ({ONE})",
        f"its adapter {HCI1.address} is not there",
        'set "House" Adapter',
    ),
    "DVCC off": (shown(controls=True), "DVCC", f"off, so nothing obeys House ({ONE})", "switch it on"),
    "no BMS chosen": (
        replace(shown(controls=True), system=System(present=True, dvcc=True, bms_chosen=-255, instances={})),
        "DVCC",
        "Controlling BMS is none",
        "automatic",
    ),
    "chosen BMS missing": (
        replace(shown(controls=True), system=System(present=True, dvcc=True, bms_chosen=7, instances={})),
        "DVCC",
        "the chosen BMS is missing",
        "automatic",
    ),
    "no battery controls": (
        facts(system=replace(DVCC_ON, expecting=("com.victronenergy.solarcharger.ttyO1",))),
        "error 67",
        "expect one and stop with error 67: solarcharger.ttyO1",
        "Control 1",
    ),
    "two batteries with limits": (
        facts(system=replace(DVCC_ON, bms=LYNX, limits={SERVICE_ONE: 13.8, LYNX: 52.6})),
        "limits",
        f"battery.socketcan_can0 (52.6 V) and House ({ONE}) (13.8 V) have charge voltage limits",
        "Controlling BMS",
    ),
    "two with the same instance": (
        facts(system=replace(HEALTHY.system, instances={SERVICE_ONE: 1, LYNX: 1})),  # type: ignore[type-var]
        "instance",
        f"House ({ONE}) and battery.socketcan_can0 are both battery 1",
        "ClassAndVrmInstance",
    ),
    "service hangs": (
        facts(service=replace(RUNNING, answers=False)),
        "service",
        "does not answer",
        "svc -t /service/dbus-xbms",
    ),
}
NOTES = {
    "permission without effect": (
        facts(
            packs={ONE: replace(PACK, wants_control=True)},
            shown={ONE: replace(SHOWN, no_control="Not controlling: Bow controls")},
        ),
        "control",
        f"House ({ONE}) should control chargers, but does not. Not controlling: Bow controls",
        "Control 0",
    ),
    "voltage sense over Bluetooth": (
        facts(system=replace(DVCC_ON, voltage=SERVICE_ONE)),
        "sense",
        f"chargers use the voltage of House ({ONE}), read over Bluetooth",
        "SVS",
    ),
    "an aggregator": (
        facts(
            interference=VenusPrograms(
                batteries={"com.victronenergy.battery.aggregate": "/data/apps/dbus.py"}
            )
        ),
        "aggregator",
        "battery.aggregate aggregates batteries",
        "Control of the packs at 0",
    ),
    "no Venus": (facts(venus=None), "Venus OS", "this is not a Venus OS device", ""),
    "nothing at boot": (facts(boot=Boot()), "start", "nothing starts the service", "install.sh"),
    "little space": (facts(storage=Storage(free=12.0, writable=True)), "/data", "12 MB", "du -sh"),
    "little memory": (facts(machine=Machine(memory=30.0, load=0.0, cores=1)), "machine", "30 MB", "stop"),
    "busy": (
        facts(machine=Machine(memory=300.0, load=5.0, cores=2)),
        "machine",
        "load 5.0 on 2 cores",
        "top",
    ),
    "another version runs": (
        facts(service=replace(RUNNING, version="1.2.2")),
        "service",
        "version 1.2.2 is running, but 1.2.3 is installed",
        "svc -t",
    ),
    "high CPU use": (facts(service=replace(RUNNING, cpu=40.0)), "service", "40.0 % of a core", "report"),
    "high memory use": (
        facts(service=replace(RUNNING, memory=90.0)),
        "service",
        "90 MB",
        "restarted at 100 MB",
    ),
    "one of two adapters off": (
        facts(bluetooth=replace(HEALTHY.bluetooth, adapters=(HCI0, replace(HCI1, powered=False)))),  # type: ignore[type-var]
        "adapter",
        "hci1 00:1A:7D:DA:71:14 is off",
        "unplug",
    ),
    "sensors interfere": (
        shown(interference="dbus-ble-sensors: it scans on every adapter, so that this program cannot: wait"),
        "interference dbus-ble-sensors",
        "it scans on every adapter, so that this program cannot",
        "wait",
    ),
    "no pack yet": (facts(packs={}, shown={}), "packs", "no pack has been added yet", "dbus-xbms scan"),
    "warning": (shown(warnings=("LowSoc",)), f"pack House ({ONE})", "warning LowSoc; connected", "watch"),
    "weak": (shown(rssi=-93), f"pack House ({ONE})", "connected, -93 dBm: that is weak", "USB adapter"),
    "unstable link": (
        shown(reconnects=40, failed_polls=7),
        f"pack House ({ONE})",
        "40 reconnects in 2 h, 7 failed polls in the last hour: that is too often",
        "USB adapter",
    ),
    "failing polls": (
        shown(failed_polls=60),
        f"pack House ({ONE})",
        "60 failed polls in the last hour: that is too often",
        "USB adapter",
    ),
    "another BMS controls": (
        replace(shown(controls=True), system=System(present=True, dvcc=True, bms=LYNX, instances={})),
        "DVCC",
        "battery.socketcan_can0 is the controlling BMS",
        "Controlling BMS",
    ),
    "error in the log": (
        facts(log=(Line(text="ERROR dbus_xbms.app: lost the D-Bus connection", age=700.0),)),
        "log",
        "12 min ago: ERROR dbus_xbms.app: lost",
        "",
    ),
    "failed probe": (
        facts(bluetooth=None, failed={"bluetooth": "no answer within 10 s"}),
        "unknown",
        "Bluetooth: no answer within 10 s",
        "",
    ),
    "others in range": (facts(scan={ONE: None, TWO: -80}), "scan", f"also in range: {TWO} at -80 dBm", "add"),
    "no system": (
        facts(system=System(present=False)),
        "DVCC",
        "com.victronenergy.system is not on the bus",
        "",
    ),
    "started a moment ago": (
        facts(shown={}, service=replace(RUNNING, uptime=10.0)),
        f"pack House ({ONE})",
        "not reached, connected on hci0; the service has just started",
        "",
    ),
}
