"""Change a setting; it takes effect within one poll, without a restart."""

from __future__ import annotations

import argparse

from dbus_xbms.commands.consent import ENDS, confirm_end, refuse_second, wants_control
from dbus_xbms.commands.known import PROGRAM, Known, is_program, known_packs, name_of, row_of
from dbus_xbms.commands.secret import ask_secret, shown
from dbus_xbms.commands.session import complete, warn_if_hung
from dbus_xbms.control.authority import NO_CHEMISTRY, unwilling
from dbus_xbms.control.chemistry import preset, refusal
from dbus_xbms.printable import LINE, printable
from dbus_xbms.settings import (
    PACK_SETTINGS,
    SERVICE_SETTINGS,
    Setting,
    Settings,
    SettingsError,
    Value,
    pack_path,
    service_path,
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``dbus-xbms set``."""
    parser.add_argument("pack", help=f"address or name; `{PROGRAM}` for the program's own settings")
    parser.add_argument("setting", help="as `dbus-xbms get` shows it")
    parser.add_argument("value", nargs="?", help="a password may be left out: then it is asked for")


def run(args: argparse.Namespace) -> int:
    """Check the value, store it, read it back."""
    row = row_of(SERVICE_SETTINGS if is_program(args.pack) else PACK_SETTINGS, args.setting)
    return complete(_set(args.pack, row, row.parse(_value(row, args.value))))


def _value(row: Setting, given: str | None) -> str:
    if given is not None:
        return given
    if row.secret:
        return ask_secret(row.name)
    raise SettingsError(f"{row.name} needs a value: dbus-xbms set PACK {row.name} VALUE")


async def _set(pack: str, row: Setting, value: Value) -> int:
    async with known_packs() as known:
        if is_program(pack):
            await known.program()
            path, why, control = service_path(row.name), "", ""
        else:
            address = known.address(pack)
            settings = await known.add(address)
            path, why = pack_path(address, row.name), _stopped(settings, row.name, value)
            control = _control_words(known, address, row.name, value)
        stored = await known.set(path, value)
    print(f"{row.name} = {shown(row, stored)}")
    if control:
        print(printable(control, LINE))
    if why:
        print(f"The pack is neither charged nor discharged for now: {why}.")
    if stored != value:
        print(f"localsettings did not take {shown(row, value)}; it is in use or not allowed.")
    await warn_if_hung()
    return 0


def _control_words(known: Known, address: str, name: str, value: Value) -> str:
    """What a setting changes about who controls chargers; empty if nothing.

    Raises:
        CommandError: it would let a second pack control, or end control unasked.
    """
    pack = known.packs[address]
    if name == "Enabled" and not value:
        confirm_end(pack, name_of(pack) or address, "Remove it", yes=False)
    after = Settings(PACK_SETTINGS, {**pack, name: value})
    if wants_control(after) and not wants_control(pack):
        refuse_second(known.packs, address)
    if wants_control(pack) and not wants_control(after):
        return f"It no longer controls chargers: {ENDS}."
    return f"No effect yet: {NO_CHEMISTRY}." if name == "Control" and unwilling(after) == NO_CHEMISTRY else ""


def _stopped(settings: Settings, name: str, value: Value) -> str:
    """Why a controlling pack is neither charged nor discharged with this value; empty if it is.

    Raises:
        SettingsError: the value may not be set.
    """
    if why := refusal(settings, {name: value}):
        raise SettingsError(why)
    after = Settings(PACK_SETTINGS, {**settings, name: value})
    return preset(after).refused if wants_control(after) else ""
