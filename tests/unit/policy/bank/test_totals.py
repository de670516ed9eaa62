"""The alarms of a bank: the worst of its packs, with the names of those that raise them."""

from __future__ import annotations

from dataclasses import replace

from dbus_xbms.model import Level
from dbus_xbms.policy.bank import engine
from dbus_xbms.policy.bank.records import Alarm
from dbus_xbms.policy.decision import Decision
from tests.unit.policy.bank.packs import LATER, START, Pack, bank, reading

PATH = "/Alarms/HighCellVoltage"


def alarm(*packs: tuple[str, Level]) -> Alarm | None:
    """Return the alarm of a bank whose packs have names and levels; ``None``: it is not raised."""
    views = []
    for number, (name, level) in enumerate(packs, 1):
        pack = Pack(number)
        pack.poll(reading(), START, None)
        decision = replace(pack.decision or Decision(), alarms={PATH: level})
        views.append(replace(pack.view, name=name, decision=decision, decided_at=LATER))
    return engine.decide(engine.BankState(started=START), views, bank(), LATER)[1].alarms.get(PATH)


def test_an_alarm_is_the_worst_of_the_packs_and_names_those_at_that_level() -> None:
    packs = (("Bow", Level.WARNING), ("Stern", Level.ALARM), ("Port", Level.OK))
    assert alarm(*packs) == Alarm(level=Level.ALARM, names=("Stern",))


def test_a_pack_of_the_same_name_does_not_hide_an_alarm() -> None:
    raised = Alarm(level=Level.ALARM, names=("Bow (pack 1)",))
    assert alarm(("Bow", Level.ALARM), ("Bow", Level.OK)) == raised


def test_an_alarm_that_no_pack_raises_is_not_raised() -> None:
    assert alarm(("Bow", Level.OK), ("Stern", Level.OK)) is None
