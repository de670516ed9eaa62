"""Change a setting. It takes effect within one poll, without a restart."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from contextlib import suppress

from dbus_xbms.commands import CommandError
from dbus_xbms.commands.bank_change import BankChange, confirm_change
from dbus_xbms.commands.bank_contact import report_bank
from dbus_xbms.commands.known import Known, known_packs, row_of, title
from dbus_xbms.commands.pack_contact import chemistry_conflicts, first_contact, limits_or_why
from dbus_xbms.commands.questions import confirm, refuse_control_of_member, refuse_second_controller
from dbus_xbms.commands.saying import say
from dbus_xbms.commands.session import complete, warn_if_hung, warn_if_not_running
from dbus_xbms.commands.setting_text import ask_secret, value_text
from dbus_xbms.commands.subject import Bank, Pack, Program, rows_called, subject_of
from dbus_xbms.known.naming import PROGRAM, name_refusal
from dbus_xbms.policy.advice.consequences import Consequence, of_change
from dbus_xbms.policy.advice.controllers import Configuration, willing
from dbus_xbms.policy.authority import refusal
from dbus_xbms.settings import AnySetting, PackSettings, SettingsError, Value, bank_id
from dbus_xbms.text import printable

CONTROL_LIMIT = 15.0  # s until a pack has limits; the service checks who controls every 10 s


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``dbus-xbms set``."""
    parser.add_argument(
        "pack", help=f"address or name of a pack or a bank; `{PROGRAM}` for the settings of the service"
    )
    parser.add_argument("setting", help="name of the setting, as shown by `dbus-xbms get`")
    parser.add_argument(
        "value", nargs="?", help="new value; a password or passkey is prompted for if omitted"
    )
    parser.add_argument(
        "--yes", action="store_true", help="do not ask, even if chargers would obey another pack"
    )


def run(args: argparse.Namespace) -> int:
    """Check the value, store it and read it back."""
    rows = rows_called(args.pack, args.setting)
    text = ask_secret(rows[0].name) if args.value is None and rows[0].secret else args.value
    _check(rows, text)
    return complete(set_value(args.pack, args.setting, text, yes=args.yes))


def _check(rows: Sequence[AnySetting], text: str | None) -> None:
    """Check that one of the settings accepts a value.

    Raises:
        SettingsError: none does; the message is that of the first.
    """
    for row in rows[1:]:
        with suppress(SettingsError):
            _parsed(row, text)
            return
    _parsed(rows[0], text)


async def set_value(word: str, name: str, text: str | None, *, yes: bool) -> int:
    """Check a value, store it and read it back.

    Args:
        word: names a pack, a bank or the service.
        name: of the setting.
        text: value as typed; ``None``: not given.
        yes: do not ask.
    """
    async with known_packs() as known:
        subject = await subject_of(known, word)
        row = row_of(subject.settings.rows, name)
        value = _parsed(row, text)
        starts = await _judge(known, subject, row, value, yes=yes)
        if isinstance(subject, Pack):
            await known.add(subject.address)
        elif isinstance(subject, Bank):
            await known.add_bank(subject.number)
        stored = await known.set(subject.path(row), value)
        await known.read()
        subject = await subject_of(known, subject.key)
    for line in subject.lines(row):
        say(line)
    if stored != value:
        raise CommandError(
            f"localsettings did not store {value_text(row, value)}: it is in use or not allowed"
        )
    if not starts:
        await warn_if_hung()
    elif isinstance(subject, Pack):
        await _report_control(subject.address, subject.settings)
    elif isinstance(subject, Bank):
        await report_bank(subject.number, control=True)
    return 0


def _parsed(row: AnySetting, text: str | None) -> Value:
    if text is not None:
        return row.parse(text)
    choices = f" ({', '.join(row.choices)})" if row.choices else ""
    raise SettingsError(f"{row.name} needs a value{choices}: dbus-xbms set PACK {row.name} VALUE")


async def _judge(
    known: Known, subject: Program | Pack | Bank, row: AnySetting, value: Value, *, yes: bool
) -> bool:
    """Check a value together with the other settings, and ask the owner to confirm its consequences.

    Returns whether the new value allows the pack or bank to control and the old one did not.

    Raises:
        SettingsError: the value is not allowed.
        CommandError: the owner does not confirm, or a second pack or bank would control.
    """
    if isinstance(subject, Program):
        return False
    if isinstance(subject, Bank):
        change = BankChange(number=subject.number, bank={row.name: value})
        before = known.configuration
        await confirm_change(known, change, f"Set {row.name} of {printable(subject.name)}", yes=yes)
        return _begins(bank_id(subject.number), before, change.after(known.configuration))
    return await _judge_pack(known, subject.address, row.name, value, yes=yes)


def _begins(key: str, before: Configuration, after: Configuration) -> bool:
    was, will = ([one.key for one in willing(configuration)] for configuration in (before, after))
    return key in will and key not in was


async def _report_control(address: str, settings: PackSettings) -> None:
    """Print the limits of a pack that may control now, or why it has none."""
    if not await warn_if_not_running():
        return
    pack = await first_contact(address, title(address, settings), control=True, limit=CONTROL_LIMIT)
    if pack is None:
        say("It is not on the bus yet, so nothing obeys it; `dbus-xbms list` shows why.")
        return
    say("\n".join(limits_or_why(pack)))


async def _judge_pack(known: Known, address: str, name: str, value: Value, *, yes: bool) -> bool:
    def after() -> Configuration:
        pack = PackSettings({**known.packs[known.address(address)], name: value})
        return Configuration(packs={**known.packs, address: pack}, banks=known.banks)

    async def changes() -> list[Consequence]:
        before, then = known.configuration, after()
        why = refusal(known.packs[address], {name: value})
        if name == PackSettings.custom_name.name:
            why = name_refusal(str(value), address, known.named)
        if why:
            raise SettingsError(why)
        refuse_second_controller(before, then, address)
        if name == PackSettings.control.name and value:
            refuse_control_of_member(then, address)
        found = of_change(before, then, explicit=name == PackSettings.control.name)
        return [*found, *await chemistry_conflicts(address, then.packs[address], [name])]

    before = known.configuration
    question = f"Set {name} of {title(address, known.packs[address])}"
    await confirm(known, changes, question, yes=yes)
    return _begins(address, before, after())
