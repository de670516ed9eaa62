"""Checks of the doctor about banks, the battery monitor and other programs: facts in, findings out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dbus_xbms.doctor import others
from dbus_xbms.doctor.checks import examine
from dbus_xbms.doctor.discretion import discreet
from dbus_xbms.doctor.facts import Bank, Facts, Finding, Pack, Shown, ShownBank, ShownMember, System, Verdict
from dbus_xbms.interference.rules import VenusPrograms
from tests.unit.doctor.facts import HEALTHY, RUNNING, not_ok, the_finding

PORT, STARBOARD, STRANGER = "A4:C1:37:01:02:03", "A4:C1:37:0A:0B:0C", "A4:C1:37:0D:0E:0F"
HOUSE_SERVICE = "com.victronenergy.battery.xbms_bank_1"
SHUNT = "com.victronenergy.battery.ttyS5"


def pack(address: str, name: str, **changes: Any) -> Pack:
    usual = Pack(address=address, name=name, names=(name,), enabled=True, chemistry="LiFePO4", cells=4)
    return replace(usual, **changes)


def shown(address: str, **changes: Any) -> Shown:
    service = f"com.victronenergy.battery.xbms_{address.replace(':', '').lower()}"
    return replace(Shown(service=service, words="connected", voltage=13.2, mosfets_on=True), **changes)


PACKS = {PORT: pack(PORT, "Port"), STARBOARD: pack(STARBOARD, "Starboard")}
SHOWN = {PORT: shown(PORT), STARBOARD: shown(STARBOARD)}
HOUSE = Bank(number=1, name="House", members=(PORT, STARBOARD))
ONLINE = (ShownMember(name="Port", state="online"), ShownMember(name="Starboard", state="online"))
ON_BUS = ShownBank(service=HOUSE_SERVICE, members=ONLINE, controls=True, soc_spread=4.0)
OBEYED = System(
    present=True,
    dvcc=True,
    bms=HOUSE_SERVICE,
    battery=HOUSE_SERVICE,
    limits={HOUSE_SERVICE: 14.2},
    instances={HOUSE_SERVICE: 590, SHOWN[PORT].service: 600, SHOWN[STARBOARD].service: 601},
)
WITH_BANK = replace(
    HEALTHY,
    packs=PACKS,
    shown=SHOWN,
    banks={1: HOUSE},
    shown_banks={1: ON_BUS},
    system=OBEYED,
)


def facts(**changes: Any) -> Facts:
    return replace(WITH_BANK, **changes)


def bank(**changes: Any) -> Facts:
    return facts(banks={1: replace(HOUSE, **changes)})


def on_bus(**changes: Any) -> Facts:
    return facts(shown_banks={1: replace(ON_BUS, **changes)})


def single(**changes: Any) -> Facts:
    """Two packs that nobody has confirmed to be one battery."""
    changed = {address: replace(pack, **changes) for address, pack in PACKS.items()}
    return facts(banks={}, shown_banks={}, packs=changed, system=System(present=False), venus=None)


def about(facts: Facts, topic: str) -> list[Finding]:
    return [finding for finding in examine(facts) if finding.topic == topic]


def test_a_healthy_bank_gets_no_note_and_the_findings_say_who_controls_and_who_is_the_monitor() -> None:
    assert not_ok(WITH_BANK) == []
    assert [one.words for one in about(WITH_BANK, "bank House")] == [
        "2 of 2 packs online; it controls chargers"
    ]
    (dvcc,) = about(WITH_BANK, "DVCC")
    assert dvcc.words.startswith("on; controlling BMS: House (bank1); battery monitor: House (bank1)")


UNCONFIRMED = {
    "unconfirmed": (
        single(),
        'dbus-xbms bank create; if they are not in parallel: dbus-xbms set "Port" JoinBank 0',
    ),
    "none has a chemistry": (
        single(chemistry=""),
        'choose Chemistry of "Port" and "Starboard" (dbus-xbms set PACK Chemistry LiFePO4), then: ',
    ),
    "one has no chemistry": (
        facts(
            banks={1: replace(HOUSE, enabled=False)},
            shown_banks={},
            packs={**PACKS, STARBOARD: replace(PACKS[STARBOARD], chemistry="")},
            system=System(present=False),
            venus=None,
        ),
        'choose Chemistry of "Starboard" (dbus-xbms set PACK Chemistry LiFePO4), then: dbus-xbms bank create',
    ),
}


@pytest.mark.parametrize(("case", "advice"), UNCONFIRMED.values(), ids=UNCONFIRMED)
def test_packs_that_could_be_one_battery_are_reported_until_their_owner_decides(
    case: Facts, advice: str
) -> None:
    (found,) = about(case, "bank")
    assert found.verdict is Verdict.NOTE
    assert f"Port ({PORT}) and Starboard ({STARBOARD}) have 4 cells each and agree in voltage" in found.words
    assert advice in found.advice


@pytest.mark.parametrize(
    "case",
    [
        WITH_BANK,
        single(joins=False),
        single(cells=0),
        replace(single(), packs={**PACKS, PORT: pack(PORT, "Port", cells=16)}),
        replace(single(), packs={**PACKS, PORT: pack(PORT, "Port", chemistry="NMC")}),
        replace(single(), shown={**SHOWN, PORT: shown(PORT, voltage=12.1)}),
        replace(single(), packs={PORT: PACKS[PORT]}),
    ],
    ids=[
        "confirmed",
        "told not to join",
        "never read",
        "other cells",
        "other chemistry",
        "other voltage",
        "alone",
    ],
)
def test_packs_that_cannot_be_one_battery_are_not_proposed(case: Facts) -> None:
    assert about(case, "bank") == []


def apart(state: str, why: str = "") -> Facts:
    return on_bus(members=(ONLINE[0], ShownMember(name="Starboard", state=state, why=why)))


PROBLEMS = {
    "unknown pack": (
        bank(unknown=(STRANGER,)),
        f"its settings name {STRANGER}, which was not added",
        f"dbus-xbms add {STRANGER}; or dbus-xbms bank remove bank1 {STRANGER}",
    ),
    "not formed": (
        bank(refusal="2s2p needs 4 packs, not 2"),
        "it is not formed: 2s2p needs 4 packs, not 2",
        "dbus-xbms bank list",
    ),
    "no chemistry": (
        bank(no_chemistry=(STARBOARD,)),
        f"it does not control chargers: no chemistry is chosen for Starboard ({STARBOARD})",
        'dbus-xbms set "Starboard" Chemistry',
    ),
    "never read": (
        facts(shown_banks={}),
        "it is not on the bus: none of its packs has been read yet",
        "the entries of its packs",
    ),
    "name taken": (
        facts(shown_banks={}, service=replace(RUNNING, not_shown={1: "another program has its name"})),
        "it is not on the bus: another program has its name",
        "the entries of its packs",
    ),
    "alarm": (
        on_bus(alarms=("HighCellVoltage",)),
        "alarm HighCellVoltage; 2 of 2 packs online",
        "`dbus-xbms watch` shows why",
    ),
    "unusable setting": (
        bank(unusable=("Topology 'ring' is not a topology",)),
        "a stored value cannot be used, so the default applies: Topology 'ring'",
        "dbus-xbms bank set bank1 Topology VALUE",
    ),
}
NOTES = {
    "silent": (apart("no contact"), "Starboard does not count: no contact", "the entry of this pack"),
    "never read": (apart("never read"), "Starboard does not count: never read", "the entry of this pack"),
    "apart": (
        apart("not connected to the others", "13.9 V, the others 13.2 V"),
        "Starboard does not count: 13.9 V, the others 13.2 V",
        "bring the packs to one voltage",
    ),
    "lent": (apart("lent to the phone app"), "Starboard does not count: lent", "it returns by itself"),
    "drifted": (
        on_bus(soc_spread=12.4),
        "the state of charge of its packs differs by 12 %",
        "charge it fully",
    ),
    "blocked": (
        on_bus(advice=("Port stops the bank: to charge the others, switch its charge MOSFET off",)),
        "Port stops the bank",
        "",
    ),
    "does not control": (
        facts(
            shown_banks={1: replace(ON_BUS, controls=False, no_control="Not controlling: Lynx has limits")},
            system=replace(OBEYED, bms=None, limits={}),
        ),
        "it should control chargers, but does not. Not controlling: Lynx has limits",
        "dbus-xbms bank set bank1 Control 0",
    ),
    "warning": (on_bus(warnings=("LowSoc",)), "warning LowSoc; 2 of 2 packs online", "watch"),
}


@pytest.mark.parametrize(("case", "words", "advice"), PROBLEMS.values(), ids=PROBLEMS)
def test_a_fault_of_a_bank_is_a_problem_with_advice(case: Facts, words: str, advice: str) -> None:
    found = the_finding(case)
    assert (found.verdict, found.topic) == (Verdict.PROBLEM, "bank House")
    assert words in found.words
    assert advice in found.advice


@pytest.mark.parametrize(("case", "words", "advice"), NOTES.values(), ids=NOTES)
def test_what_the_owner_of_a_bank_should_know_is_a_note(case: Facts, words: str, advice: str) -> None:
    found = the_finding(case)
    assert (found.verdict, found.topic) == (Verdict.NOTE, "bank House")
    assert words in found.words
    assert advice in found.advice


def test_a_bank_that_is_not_confirmed_is_not_checked() -> None:
    assert about(bank(enabled=False, refusal="not confirmed", unknown=(STRANGER,)), "bank House") == []


def test_the_packs_of_a_bank_need_not_control_themselves() -> None:
    watching = {
        address: replace(one, no_control="Not controlling: part of the bank House")
        for address, one in SHOWN.items()
    }
    wanting = {address: replace(one, wants_control=True) for address, one in PACKS.items()}
    assert not_ok(facts(shown=watching, packs=wanting)) == []


MONITORS = {
    "a pack of the bank": (
        replace(OBEYED, battery=SHOWN[PORT].service),
        f"Port ({PORT}) is the battery monitor, but only a part of House (bank1)",
        "Settings, System setup, Battery monitor: automatic, or House",
    ),
    "a shunt beside the bank": (
        replace(OBEYED, products={SHUNT: "SmartShunt 500A/50mV"}, instances={**OBEYED.instances, SHUNT: 279}),
        "House (bank1) is the battery monitor, not battery.ttyS5 (SmartShunt 500A/50mV)",
        "BatteryService = com.victronenergy.battery/279); "
        f"to take its current for that of the bank: dbus-xbms bank set bank1 Shunt {SHUNT}",
    ),
}


@pytest.mark.parametrize(("system", "words", "advice"), MONITORS.values(), ids=MONITORS)
def test_another_monitor_is_named_with_the_setting_that_chooses_it(
    system: System, words: str, advice: str
) -> None:
    found = the_finding(facts(system=system))
    assert (found.verdict, found.topic) == (Verdict.NOTE, "monitor")
    assert words in found.words
    assert advice in found.advice


def test_a_shunt_may_stay_the_monitor_while_the_bank_controls() -> None:
    case = facts(system=replace(OBEYED, battery=SHUNT, products={SHUNT: "BMV-712 Smart"}))
    assert not_ok(case) == []
    (found,) = about(case, "monitor")
    assert found.words == "battery.ttyS5 (BMV-712 Smart) is the battery monitor; limits come from the BMS"


def test_a_foreign_bms_in_control_is_named_with_its_product() -> None:
    lynx = "com.victronenergy.battery.socketcan_can0"
    found = the_finding(
        facts(system=replace(OBEYED, bms=lynx, limits={}, products={lynx: "Lynx Smart BMS 500"}))
    )
    assert "battery.socketcan_can0 (Lynx Smart BMS 500) is the controlling BMS" in found.words
    assert "dbus-xbms set bank1 Control 0" in found.advice


AGGREGATE = VenusPrograms(batteries={"com.victronenergy.battery.aggregate": "AggregateBatteries"})


@pytest.mark.parametrize(
    "changes",
    [
        {"interference": AGGREGATE},
        {"others": ("dbus-aggregate-batteries",)},
        {"others": ("BatteryAggregator",)},
    ],
    ids=["service", "process", "other process"],
)
def test_an_aggregator_beside_a_bank_is_reported_once(changes: dict[str, Any]) -> None:
    found = the_finding(facts(**changes))
    assert (found.verdict, found.topic) == (Verdict.NOTE, "aggregator")
    assert "aggregates batteries; while it has limits, no pack and no bank controls" in found.words
    assert found.advice == "remove it, since House does the same; or: dbus-xbms bank set bank1 Control 0"


def test_a_second_driver_is_named() -> None:
    (found,) = about(facts(others=("dbus-serialbattery",)), "driver")
    assert found.words.startswith("dbus-serialbattery runs, too; a pack accepts only one connection")


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("python3 /data/dbus-aggregate-batteries/aggregatebatteries.py", ("dbus-aggregate-batteries",)),
        ("python /data/BatteryAggregator/battery_service.py", ("BatteryAggregator",)),
        ("python3 /data/apps/dbus-serialbattery/dbus-serialbattery.py /dev/ttyUSB0", ("dbus-serialbattery",)),
        ("python3 -m dbus_xbms run", ()),
        ("dbus-daemon --system", ()),
        ("", ()),
    ],
)
def test_programs_are_recognised_by_their_command_lines(line: str, names: tuple[str, ...]) -> None:
    assert others.found([line, "svscan /service"]) == names


def test_a_bug_report_has_no_name_of_a_bank_or_of_its_packs() -> None:
    away = ShownMember(name="Starboard", state="no contact", why="Starboard is away")
    told = replace(
        facts(
            banks={1: replace(HOUSE, refusal="Port is part of the bank House")},
            shown_banks={
                1: replace(
                    ON_BUS,
                    members=(ONLINE[0], away),
                    advice=("Port stops the bank",),
                )
            },
            shown={PORT: replace(SHOWN[PORT], no_control="Not controlling: part of the bank House")},
            service=replace(RUNNING, not_shown={1: "Port and Starboard"}),
        ),
    )
    text = repr(discreet(told)) + " ".join(f"{one.topic} {one.words}" for one in examine(discreet(told)))
    assert not any(name in text for name in ("House", "Port", "Starboard"))


def test_a_bank_that_does_not_control_because_of_a_watch_only_pack_is_a_problem_with_a_way_out() -> None:
    why = "Lite is watch only, and AllowWatchOnlyMembers is 0"
    case = replace(on_bus(controls=False, no_control=why), banks={1: replace(HOUSE, watch_only=why)})
    (found,) = [one for one in about(case, "bank House") if one.verdict is Verdict.PROBLEM]
    assert found.words == f"it does not control chargers: {why}"
    assert "dbus-xbms bank remove bank1 PACK" in found.advice


def test_a_watch_only_pack_of_a_bank_that_controls_is_noted() -> None:
    notes = about(bank(watched=("Lite",)), "trust bank House")
    assert notes[0].words.startswith(
        "Lite: watch only; the bank gets from it at most the currents that you set"
    )
