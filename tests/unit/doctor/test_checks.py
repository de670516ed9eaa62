"""Checks of the doctor: facts in, findings out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dbus_xbms.contact import Contact, ContactState, advice
from dbus_xbms.doctor.checks import LABEL, UNKNOWN, examine, page
from dbus_xbms.doctor.discretion import discreet, short
from dbus_xbms.doctor.facts import (
    Adapter,
    Bluetooth,
    Boot,
    Device,
    Facts,
    Finding,
    Line,
    Machine,
    Pack,
    Program,
    Service,
    SettingsFile,
    Shown,
    Storage,
    System,
    Verdict,
    numbers,
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
    return replace(HEALTHY, **changes)


def shown(**changes: Any) -> Facts:
    return replace(HEALTHY, shown={ONE: replace(SHOWN, **changes)})


def test_a_healthy_system_gets_no_problem_and_no_note() -> None:
    assert not_ok(HEALTHY) == []
    assert page(examine(HEALTHY), "dbus-xbms").startswith("dbus-xbms: all is well\n")


def test_a_controlling_pack_without_authentication_is_reported() -> None:
    def trust(facts: Facts) -> list[str]:
        return [f"{one.topic}: {one.words}" for one in examine(facts) if one.topic.startswith("trust")]

    assert trust(shown(controls=True)) == [
        f"trust House ({ONE}): its Bluetooth has no authentication: "
        "a device that advertises this address with a stronger signal would set the limits"
    ]
    assert trust(shown(controls=False)) == []


def test_packs_that_are_only_watched_are_listed_with_their_make() -> None:
    litime = replace(PACK, make="LiTime", watch_only=True)
    found = [one for one in examine(replace(HEALTHY, packs={ONE: litime})) if one.topic == "watch only"]
    assert [one.words for one in found] == [f"never control and are never switched: House ({ONE}): LiTime"]
    assert not [one for one in examine(HEALTHY) if one.topic == "watch only"]


def test_a_pack_that_cannot_be_read_without_its_library_is_a_problem() -> None:
    litime = replace(
        PACK, make="LiTime", watch_only=True, missing="needs Python 3.12: run dbus-xbms with that"
    )
    stopped = not_ok(replace(HEALTHY, packs={ONE: litime}, running=False))
    (found,) = [one for one in stopped if one.topic.startswith("pack") and one.verdict is Verdict.PROBLEM]
    assert found.words == "LiTime needs Python 3.12: run dbus-xbms with that"


DVCC_ON = System(present=True, dvcc=True)


def with_contact(state: ContactState, reason: str, on_the_bus: Shown | None = None) -> Facts:
    """Facts with the state of a pack as the service reports it."""
    contact = Contact(state=state, reason=reason, advice=advice(state, ONE), seconds=60.0)
    return facts(
        shown={ONE: on_the_bus} if on_the_bus else {}, service=replace(RUNNING, contacts={ONE: contact})
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


@pytest.mark.parametrize(("case", "topic", "words", "advice"), PROBLEMS.values(), ids=PROBLEMS)
def test_a_fault_is_a_problem_with_advice(case: Facts, topic: str, words: str, advice: str) -> None:
    found = the_finding(case)
    assert (found.verdict, found.topic) == (Verdict.PROBLEM, topic)
    assert words in found.words
    assert advice in found.advice


@pytest.mark.parametrize(
    ("what", "topic", "advice"),
    [
        ({"localsettings": False}, "settings", "systemctl start dbus-xbms-settings"),
        ({"running": False}, "service", "journalctl -u dbus-xbms"),
    ],
)
def test_a_machine_without_venus_os_gets_advice_for_systemd(
    what: dict[str, Any], topic: str, advice: str
) -> None:
    (problem,) = [one for one in not_ok(facts(venus=None, **what)) if one.verdict is Verdict.PROBLEM]
    assert problem.topic == topic
    assert advice in problem.advice


@pytest.mark.parametrize(("case", "topic", "words", "advice"), NOTES.values(), ids=NOTES)
def test_useful_information_is_a_note(case: Facts, topic: str, words: str, advice: str) -> None:
    found = the_finding(case)
    assert (found.verdict, found.topic) == (Verdict.NOTE, topic)
    assert words in found.words
    assert advice in found.advice


def test_a_stopped_service_is_the_problem_and_its_packs_are_notes() -> None:
    service, pack = not_ok(facts(running=False, service=None, shown={}))
    assert (service.topic, service.verdict) == ("service", Verdict.PROBLEM)
    assert "svstat /service/dbus-xbms" in service.advice
    assert (pack.topic, pack.verdict) == (f"pack House ({ONE})", Verdict.NOTE)
    by_hand = not_ok(facts(running=False, service=None, shown={}, boot=Boot(line=True)))[0]
    assert "dbus-xbms run" in by_hand.advice


@pytest.mark.parametrize(
    ("scan", "device", "words"),
    [
        ({ONE: -70}, None, "in range at -70 dBm"),
        ({ONE: None}, None, "in range"),
        ({}, None, "not in range"),
        (None, Device(hci="hci0", connected=False, rssi=-71), "in range at -71 dBm"),
        (None, Device(hci="hci0", connected=True), "connected on hci0"),
    ],
)
def test_a_pack_without_contact_is_reported_as_in_range_or_not(
    scan: Any, device: Device | None, words: str
) -> None:
    assert HEALTHY.bluetooth
    bluetooth = replace(HEALTHY.bluetooth, devices={ONE: device} if device else {})
    found = [f for f in not_ok(facts(shown={}, scan=scan, bluetooth=bluetooth)) if f.topic.startswith("pack")]
    assert f"not reached, {words}" in found[0].words


def test_an_unknown_state_of_the_packs_is_not_reported_as_a_stopped_service() -> None:
    words = [finding.words for finding in not_ok(facts(shown=None, failed={"shown": "no answer"}))]
    assert words == [
        "the packs on the bus could not be read, connected on hci0",
        "the packs on the bus: no answer",
    ]


def test_the_last_log_line_of_a_pack_with_a_problem_is_quoted() -> None:
    log = tuple(
        Line(text=f"WARNING dbus_xbms.pack.state_log: {ONE}: {what}", age=200.0) for what in ("old", "new")
    )
    found = the_finding(replace(facts(shown={}), log=log))
    assert "log, 3 min ago: WARNING" in found.words
    assert f"{ONE}: new" in found.words
    assert "old" not in found.words


def test_victrons_bluetooth_does_not_affect_packs_on_another_adapter() -> None:
    bluetooth = Bluetooth(
        running=True, adapters=(HCI0, HCI1), devices={ONE: Device(hci="hci1", connected=True)}
    )
    assert not_ok(facts(interference=VenusPrograms(bluetooth=True), bluetooth=bluetooth)) == []


def test_victrons_bluetooth_is_reported_before_the_first_pack_is_added() -> None:
    found = not_ok(facts(interference=VenusPrograms(bluetooth=True), packs={}, shown={}))
    assert [(one.topic, one.verdict) for one in found if "vesmart" in one.topic] == [
        ("interference vesmart-server", Verdict.NOTE)
    ]


def test_an_occasional_reconnect_is_ok() -> None:
    found = [one for one in examine(shown(reconnects=3, failed_polls=9)) if one.topic.startswith("pack")]
    assert [(one.verdict, one.words) for one in found] == [
        (Verdict.OK, "connected, -62 dBm, 3 reconnects in 2 h, 9 failed polls in the last hour")
    ]


def test_the_controlling_pack_is_named() -> None:
    case = replace(
        shown(controls=True), system=System(present=True, dvcc=True, bms=SERVICE_ONE, instances={})
    )
    (found,) = [finding for finding in examine(case) if finding.topic == "DVCC"]
    assert (
        found.words
        == f"on; controlling BMS: House ({ONE}); battery monitor: none; voltage shared with chargers: none"
    )


def test_the_most_severe_findings_come_first() -> None:
    verdicts = [f.verdict for f in examine(replace(shown(rssi=-95), running=False, bluetoothd="5.1"))]
    assert verdicts == sorted(verdicts, reverse=True)
    assert verdicts[0] is Verdict.PROBLEM


@pytest.mark.parametrize("width", [34, 50, 80])
def test_a_page_fits_the_terminal(width: int) -> None:
    failed = {"log": "x " * 200}
    lines = page(examine(Facts(program=HEALTHY.program, failed=failed)), "dbus-xbms", width).splitlines()
    assert width - LABEL < max(map(len, lines)) <= width


def test_a_report_is_printed_even_if_no_fact_is_known() -> None:
    failed = dict.fromkeys(UNKNOWN, "PermissionError")
    text = page(examine(Facts(program=HEALTHY.program, failed=failed)), "dbus-xbms")
    assert "PROBLEM  D-Bus" in text
    assert text.count("PermissionError") == len(failed)


def test_no_line_is_wider_than_80_columns() -> None:
    for case, *_ in (*PROBLEMS.values(), *NOTES.values()):
        text = page(examine(replace(case, failed={"log": "x " * 200})), "dbus-xbms 1.2.3 on Venus OS v3.67")
        assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize(
    ("text", "shortened"),
    [
        (f"{ONE}: gone", "A4:C1:37..03: gone"),
        ("xbms_a4c137010203", "xbms_a4:c1:37..03"),
        ("/org/bluez/hci0/dev_A4_C1_37_01_02_03/service", "/org/bluez/hci0/dev_A4:C1:37..03/service"),
        ("a4-c1-37-01-02-03", "a4:c1:37..03"),
        ("0x0bda:d723 at 2026-11-22 12:00:00", "0x0bda:d723 at 2026-11-22 12:00:00"),
        ("5.2.0, 32 MB", "5.2.0, 32 MB"),
    ],
)
def test_an_address_is_shortened_in_every_spelling(text: str, shortened: str) -> None:
    assert short(text) == shortened


def test_a_discreet_report_has_no_names_and_no_quotes() -> None:
    log = (
        Line(text=f"WARNING a: {ONE}: xiaoxiang-17 needs its password"),
        Line(text="ERROR b: Password: '123456' is too long"),
    )
    bare = discreet(facts(log=log))
    assert [line.text for line in bare.log or ()] == [
        f"WARNING a: {ONE}: ... needs its password",
        "ERROR b: Password: '...' is too long",
    ]
    assert "House" not in repr(bare)
    assert "xiaoxiang" not in repr(bare)


@pytest.mark.parametrize(
    ("version", "parts"), [("v3.70~12", (3, 70)), ("5.2.0", (5, 2, 0)), ("v4", (4,)), ("", ())]
)
def test_versions_are_compared_numerically(version: str, parts: tuple[int, ...]) -> None:
    assert numbers(version) == parts


def test_a_discreet_report_has_no_names_from_the_advice_of_the_service() -> None:
    contact = Contact(
        state=ContactState.NEEDS_PASSWORD,
        reason="the module's password is refused; the pack's app knows it",
        advice='dbus-xbms set "House" Password 123456',
    )
    bare = discreet(facts(service=replace(RUNNING, contacts={ONE: contact})))
    assert bare.service
    assert bare.service.contacts[ONE].reason == contact.reason
    assert bare.service.contacts[ONE].advice == 'dbus-xbms set "..." Password 123456'


def test_advice_on_a_machine_without_venus_os_fits_that_machine() -> None:
    def advised(**found: Any) -> str:
        return " ".join(one.advice for one in examine(facts(venus=None, **found)))

    assert "sudo systemctl restart bluetooth" in advised(bluetooth=Bluetooth(running=False))
    assert "restart it: sudo systemctl restart dbus-xbms" in advised(service=Service(answers=False))
    assert "plug in a USB adapter" in advised(bluetooth=Bluetooth(running=True))
    words = advised(bus=False, failed={"bus": "no bus"}) + advised(bluetooth=Bluetooth(running=False))
    assert not [part for part in ("svc", "init.d", "the GX") if part in words]
