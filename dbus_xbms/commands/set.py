"""Change a setting; it takes effect within one poll, without a restart."""

from __future__ import annotations

import argparse

from dbus_xbms.commands.consent import ENDS, confirm_end, refuse_second, wants_control
from dbus_xbms.commands.known import PROGRAM, Known, known_packs, name_of, row_of
from dbus_xbms.commands.session import complete
from dbus_xbms.control.authority import NO_CHEMISTRY, unwilling
from dbus_xbms.settings import PACK_SETTINGS, SERVICE_SETTINGS, Setting, Value, pack_path, service_path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``dbus-xbms set``."""
    parser.add_argument("pack", help=f"address or name; `{PROGRAM}` for the program's own settings")
    parser.add_argument("setting", help="as `dbus-xbms get` shows it")
    parser.add_argument("value")


def run(args: argparse.Namespace) -> int:
    """Check the value, store it, read it back."""
    row = row_of(SERVICE_SETTINGS if args.pack == PROGRAM else PACK_SETTINGS, args.setting)
    return complete(_set(args.pack, row, row.parse(args.value)))


async def _set(pack: str, row: Setting, value: Value) -> int:
    async with known_packs() as known:
        if pack == PROGRAM:
            await known.program()
            path = service_path(row.name)
        else:
            address = known.address(pack)
            await known.add(address)
            _consider(known, address, row.name, value)
            path = pack_path(address, row.name)
        stored = await known.set(path, value)
    print(f"{row.name} = {stored}")
    if stored != value:
        print(f"localsettings did not take {value}; it is in use or not allowed.")
    return 0


def _consider(known: Known, address: str, name: str, value: Value) -> None:
    """Say what a setting changes about who controls chargers.

    Raises:
        CommandError: it would let a second pack control, or end control without a word.
    """
    pack = known.packs[address]
    before = wants_control(pack)
    if name == "Enabled" and not value:
        confirm_end(pack, name_of(pack) or address, "Remove it", yes=False)
    pack.put(name, value)
    if wants_control(pack) and not before:
        refuse_second(known.packs, address)
    elif before and not wants_control(pack):
        print(f"It no longer controls chargers: {ENDS}.")
    elif name == "Control" and value and unwilling(pack) == NO_CHEMISTRY:
        print(f"No effect yet: {NO_CHEMISTRY}.")
