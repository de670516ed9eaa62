"""Change a setting. It takes effect within one poll, without a restart."""

from __future__ import annotations

import argparse

from dbus_xbms.commands import CommandError
from dbus_xbms.commands.known import Known, is_program, known_packs, row_of, title
from dbus_xbms.commands.naming import PROGRAM, name_refusal
from dbus_xbms.commands.pack_contact import chemistry_conflicts, first_contact, limits_or_why
from dbus_xbms.commands.questions import confirm, refuse_second_controller
from dbus_xbms.commands.saying import say
from dbus_xbms.commands.session import complete, warn_if_hung, warn_if_not_running
from dbus_xbms.commands.setting_text import ask_secret, setting_lines, value_text
from dbus_xbms.policy.advice.consequences import Consequence, of_change, willing
from dbus_xbms.policy.charge.chemistry import refusal
from dbus_xbms.settings import (
    AnySetting,
    PackSettings,
    ProgramSettings,
    Settings,
    SettingsError,
    Value,
    pack_path,
    service_path,
)

CONTROL_LIMIT = 10.0  # s until a pack has limits; the service checks who controls every 5 s


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``dbus-xbms set``."""
    parser.add_argument("pack", help=f"address or name; `{PROGRAM}` for the settings of the service")
    parser.add_argument("setting", help="name of the setting, as shown by `dbus-xbms get`")
    parser.add_argument(
        "value", nargs="?", help="new value; a password or passkey is prompted for if omitted"
    )
    parser.add_argument(
        "--yes", action="store_true", help="do not ask, even if chargers would obey another pack"
    )


def run(args: argparse.Namespace) -> int:
    """Check the value, store it and read it back."""
    row = row_of(ProgramSettings.rows if is_program(args.pack) else PackSettings.rows, args.setting)
    return complete(_set(args, row, row.parse(_value(row, args.value))))


def _value(row: AnySetting, given: str | None) -> str:
    if given is not None:
        return given
    if row.secret:
        return ask_secret(row.name)
    choices = f" ({', '.join(row.choices)})" if row.choices else ""
    raise SettingsError(f"{row.name} needs a value{choices}: dbus-xbms set PACK {row.name} VALUE")


async def _set(args: argparse.Namespace, row: AnySetting, value: Value) -> int:
    async with known_packs() as known:
        starts, address = False, ""
        settings: Settings
        if is_program(args.pack):
            settings = await known.program()
            stored = await known.set(service_path(row.name), value)
        else:
            address = known.address(args.pack)
            starts = await _judge(known, address, row.name, value, yes=args.yes)
            settings = await known.add(address)
            stored = await known.set(pack_path(address, row.name), value)
        settings.put(row.name, stored)
    for line in setting_lines(row, settings):
        say(line)
    if stored != value:
        raise CommandError(
            f"localsettings did not store {value_text(row, value)}: it is in use or not allowed"
        )
    if starts and isinstance(settings, PackSettings):
        await _report_control(address, settings)
    else:
        await warn_if_hung()
    return 0


async def _report_control(address: str, settings: PackSettings) -> None:
    """Print the limits of a pack that may control now, or why it has none."""
    if not await warn_if_not_running():
        return
    pack = await first_contact(address, title(address, settings), control=True, limit=CONTROL_LIMIT)
    if pack is None:
        say("It is not on the bus yet, so nothing obeys it; `dbus-xbms list` shows why.")
        return
    say("\n".join(limits_or_why(pack)))


async def _judge(known: Known, address: str, name: str, value: Value, *, yes: bool) -> bool:
    """Check a value together with the other settings, and ask the owner to confirm its consequences.

    Returns whether the new value allows the pack to control and the old one did not.

    Raises:
        SettingsError: the value is not allowed.
        CommandError: the owner does not confirm, or a second pack would control.
    """

    def packs_after() -> dict[str, PackSettings]:
        pack = known.packs[known.address(address)]
        return {**known.packs, address: PackSettings({**pack, name: value})}

    async def changes() -> list[Consequence]:
        others = packs_after()
        why = refusal(known.packs[address], {name: value})
        if name == PackSettings.custom_name.name:
            why = name_refusal(str(value), address, known.candidates)
        if why:
            raise SettingsError(why)
        refuse_second_controller(known.packs, others, address)
        found = of_change(known.packs, others, explicit=name == PackSettings.control.name)
        return [*found, *await chemistry_conflicts(address, others[address], [name])]

    question = f"Set {name} of {title(address, known.packs[address])}"
    await confirm(known, changes, question, yes=yes)
    return address in willing(packs_after()) and address not in willing(known.packs)
