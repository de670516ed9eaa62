"""Show the history of a pack or a bank: trips, extremes, charge and energy, and the last full charge."""

from __future__ import annotations

import argparse
import json

from dbus_xbms.commands.batteries import batteries
from dbus_xbms.commands.known import known_packs
from dbus_xbms.commands.lifetime import by_path, lines
from dbus_xbms.commands.lookup import FoundBattery
from dbus_xbms.commands.saying import say
from dbus_xbms.commands.session import complete
from dbus_xbms.commands.table import Battery, terminal
from dbus_xbms.known.naming import find
from dbus_xbms.policy.decision import Decision
from dbus_xbms.report import Report
from dbus_xbms.settings import PackSettings, device_id, name_of
from dbus_xbms.settings.persisted import extremes_of, history_of, identity_of
from dbus_xbms.venus.tables.battery import BATTERY, items_for, values


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``dbus-xbms history``."""
    parser.add_argument("pack", help="address or name of a pack or a bank")
    parser.add_argument("--json", action="store_true", help="print one JSON object: path -> value")


def run(args: argparse.Namespace) -> int:
    """Print the history of one pack."""
    return complete(_history(args.pack, as_json=args.json))


async def _history(word: str, *, as_json: bool) -> int:
    async with known_packs() as known:
        found = find(word, known.named)
        stored = known.packs.get(found.address)
    async with batteries() as live:
        shown = [one for one in live.all if one.label == found.address and not one.gone]
    if stored is None:  # a bank, which stores no history
        pack = await FoundBattery(candidate=found, battery=next(iter(shown), None)).on_bus()
    else:
        pack = shown[0] if shown else remembered(found.address, stored)
    if as_json:
        print(json.dumps(by_path(pack)))
        return 0
    print("\n".join(lines(pack, terminal().columns, stored=not shown)))
    if not shown:
        say("\nStored values: the pack is not on the bus; `dbus-xbms list` says why.")
    return 0


def remembered(address: str, stored: PackSettings) -> Battery:
    """Return the stored history of a pack as the bus would show it."""
    report = Report(
        address=address,
        instance=0,
        custom_name=name_of(stored),
        identity=identity_of(stored),
        extremes=extremes_of(stored),
        decision=Decision(history=history_of(stored)),
    )
    items = items_for(report.identity)
    on_bus = values(items, report)
    texts = {item.path: item.show(on_bus[item.path]) for item in items}
    return Battery(service=f"{BATTERY}.{device_id(address)}", values=on_bus, texts=texts)
