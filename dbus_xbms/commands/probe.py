"""Connect to a pack once, read everything and print it, with every byte sent and received."""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import nullcontext
from pathlib import Path

from dbus_xbms.ble.exchange import HIDDEN, Capture
from dbus_xbms.capture import Capture as CaptureFile
from dbus_xbms.client import NotReached, PackClient, connect
from dbus_xbms.commands import CommandError
from dbus_xbms.commands.bluetoothd import check_bluetoothd
from dbus_xbms.commands.lookup import PackInRange, find_in_range
from dbus_xbms.commands.progress import Line, waiting
from dbus_xbms.commands.reading import as_json, described
from dbus_xbms.commands.session import again_if_replaced, complete, open_bus
from dbus_xbms.commands.setting_text import ask_secret, setting_value
from dbus_xbms.contact import FACTORY_PASSKEY
from dbus_xbms.dbus import has_owner
from dbus_xbms.model import Reading
from dbus_xbms.protocols import LinkError, LoginFailed, Mute, NotPaired
from dbus_xbms.settings import PackSettings, device_id
from dbus_xbms.text import LINE, printable, shell_quoted
from dbus_xbms.venus.bus_item import get_value
from dbus_xbms.venus.tables.battery import BATTERY
from dbus_xbms.venus.tables.switches import LEND


class Transcript:
    """Records every byte sent and received; also prints it, or writes it to a capture file."""

    def __init__(self, capture: Capture | None, line: Line | None) -> None:
        """``capture``: also record to it. ``line``: print above this line; ``None``: print nothing."""
        self.chunks: list[str] = []
        self._capture = capture
        self._line = line

    def __call__(self, address: str, direction: str, chunk: str) -> None:
        """Record one chunk in hex, sent (``>``) or received (``<``)."""
        self.chunks.append(f"{direction} {_spaced(chunk)}")
        if self._line:
            self._line.print_above(self.chunks[-1])
        if self._capture:
            self._capture(address, direction, chunk)


def _spaced(chunk: str) -> str:
    return chunk if chunk.endswith(HIDDEN) else bytes.fromhex(chunk).hex(" ")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``dbus-xbms probe``."""
    parser.add_argument("pack", help="Bluetooth address, or name of a pack that was added or found by a scan")
    parser.add_argument(
        "--password",
        nargs="?",
        default="",
        help="password of the module, prompted for if omitted; without this option, the stored one",
    )
    parser.add_argument(
        "--passkey",
        nargs="?",
        default="",
        help="passkey for pairing, prompted for if omitted; without this option, the stored one",
    )
    parser.add_argument(
        "--adapter",
        default="",
        metavar="ADDRESS",
        help="Bluetooth adapter to use; without this option, the stored one",
    )
    parser.add_argument(
        "--protocol",
        type=setting_value(PackSettings.protocol.name),
        default="",
        metavar="NAME",
        help="protocol of the BMS, as in the setting; without this option, the stored or the advertised one",
    )
    parser.add_argument(
        "--capture", type=Path, metavar="FILE", help="write every frame to FILE, for `decode`"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    """Read the pack and print it."""
    if args.password is None:
        args.password = ask_secret("Password")
    if args.passkey is None:
        args.passkey = ask_secret("Passkey")
    with CaptureFile(args.capture) if args.capture else nullcontext() as file:
        line = Line()
        transcript = Transcript(file, None if args.json else line)
        address, reading = complete(_probe(args, transcript, line))
    if args.json:
        print(json.dumps({"address": address, **as_json(reading), "chunks": transcript.chunks}))
    else:
        print("\n".join(described(reading)))
    return 0


async def _probe(args: argparse.Namespace, transcript: Transcript, line: Line) -> tuple[str, Reading]:
    """Return the pack's address and a reading of it."""
    passkey = str(PackSettings.passkey.parse(args.passkey))
    pack = await find_in_range(args.pack)
    lent = await _is_lent(pack)
    await check_bluetoothd()
    client = connect(
        pack.address,
        password=args.password or pack.settings.password,
        passkey=passkey or pack.settings.passkey,
        adapter=args.adapter or pack.settings.adapter,
        protocol=args.protocol or pack.settings.protocol,
        capture=transcript,
        notify=lambda message: line.print_above(printable(message, LINE), sys.stderr),
    )
    try:
        async with waiting(lambda: f"{pack.name}: {client.state}", line=line):
            return pack.address, await _read(client, attempts=2 if lent else 1)
    except LoginFailed as err:
        raise CommandError(f"{err.what}; {_advice(err)}") from err
    except Mute as err:
        raise CommandError(f"{err}; try --password or --passkey") from err


async def _is_lent(pack: PackInRange) -> bool:
    """Return whether the service has lent the pack.

    Raises:
        CommandError: the service is connected to it.
    """
    service = f"{BATTERY}.{device_id(pack.address)}"
    async with open_bus() as bus:
        if not await has_owner(bus, service):
            return False
        minutes = await again_if_replaced(bus, service, pack.name, lambda: get_value(bus, service, LEND))
    if isinstance(minutes, int) and minutes > 0:
        return True
    name = shell_quoted(pack.candidate.shown or pack.address)
    raise CommandError(
        f"the service is connected to {pack.name}; `dbus-xbms watch` shows what it reads. "
        f"To probe it, lend it first: dbus-xbms lend {name} 5 (its setting AllowLending must be 1)"
    )


async def _read(client: PackClient, *, attempts: int) -> Reading:
    """Connect and read the pack.

    ``attempts``: 2 for a lent pack. The service may still be disconnecting, which ends this connection too.
    """
    while True:
        try:
            async with client as pack:
                return await pack.read(counters=True)
        except NotReached:
            raise
        except LinkError:
            attempts -= 1
            if not attempts:
                raise


def _advice(err: LoginFailed) -> str:
    if isinstance(err, NotPaired):
        return f"give the passkey that a phone asks for when it pairs: --passkey {FACTORY_PASSKEY}"
    return "give the password that the phone app asks for: --password 123456"
