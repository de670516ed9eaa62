"""Connect to one pack once, read everything and print it, with every byte that went over the air."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import fields
from enum import IntFlag
from pathlib import Path

from dbus_xbms.ble.air import Air
from dbus_xbms.ble.exchange import HIDDEN
from dbus_xbms.ble.link import Capture, Link
from dbus_xbms.capture import Capture as CaptureFile
from dbus_xbms.commands import CommandError
from dbus_xbms.commands.bluetoothd import check_bluetoothd
from dbus_xbms.commands.secret import ask_secret
from dbus_xbms.commands.session import complete, is_on_bus, open_bus
from dbus_xbms.contact import FACTORY_PASSKEY
from dbus_xbms.model import Counters, Mosfets, PackIdentity, PackSample, Reading
from dbus_xbms.printable import LINE, printable
from dbus_xbms.protocols.base import LoginFailed, Mute, NotPaired, PairingNext
from dbus_xbms.protocols.jbd import Jbd
from dbus_xbms.settings import PACK_SETTINGS, device_id, normal_address
from dbus_xbms.venus.items import BATTERY

REACH_LIMIT = 60.0  # s to find and connect to the pack
UNITS = {
    "voltage": "V",
    "current": "A",
    "soc": "%",
    "remaining": "Ah",
    "nominal": "Ah",
    "learned": "Ah",
    "health": "%",
    "cells": "V",
    "temperatures": "°C",
    "balance_current": "A",
}

Record = PackSample | PackIdentity | Counters | Mosfets


class Transcript:
    """Every byte sent and received, printed or kept, and passed on to a capture file if there is one."""

    def __init__(self, passed_on: Capture | None, printed: bool) -> None:
        self.chunks: list[str] = []
        self._passed_on = passed_on
        self._printed = printed

    def __call__(self, address: str, direction: str, chunk: str) -> None:
        """Take one chunk, sent (``>``) or received (``<``), in hex."""
        self.chunks.append(f"{direction} {_spaced(chunk)}")
        if self._printed:
            print(self.chunks[-1], flush=True)
        if self._passed_on:
            self._passed_on(address, direction, chunk)


def _spaced(chunk: str) -> str:
    return chunk if chunk.endswith(HIDDEN) else bytes.fromhex(chunk).hex(" ")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``dbus-xbms probe``."""
    parser.add_argument("pack", type=str, help="Bluetooth address")
    parser.add_argument(
        "--password",
        nargs="?",
        default="",
        help="of the Bluetooth module; asked for if not given",
    )
    parser.add_argument(
        "--passkey",
        nargs="?",
        default="",
        help="to pair with; asked for if not given",
    )
    parser.add_argument("--adapter", default="", metavar="ADDRESS", help="Bluetooth adapter to use")
    parser.add_argument("--capture", type=Path, metavar="FILE", help="write every frame there, for `decode`")
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace) -> int:
    """Read the pack and print it."""
    address = normal_address(args.pack)
    if args.password is None:
        args.password = ask_secret("Password")
    if args.passkey is None:
        args.passkey = ask_secret("Passkey")
    with CaptureFile(args.capture) if args.capture else nullcontext() as file:
        transcript = Transcript(file, printed=not args.json)
        reading = complete(_probe(address, args, transcript))
    if args.json:
        print(json.dumps({"address": address, **_as_json(reading), "chunks": transcript.chunks}))
    else:
        print("\n".join(_described(reading)))
    return 0


async def _probe(address: str, args: argparse.Namespace, transcript: Transcript) -> Reading:
    service = f"{BATTERY}.{device_id(address)}"
    async with open_bus() as bus:
        if await is_on_bus(bus, service):
            raise CommandError("the service holds this pack; see `watch`, or `remove` it first")
    await check_bluetoothd()
    protocol = Jbd()
    air = Air([protocol])
    link = air.link(
        address, protocol, adapter=args.adapter.upper(), passkey=_passkey(args.passkey), capture=transcript
    )
    async with asyncio.TaskGroup() as group:
        running = group.create_task(air.run(), name="air")
        try:
            return await _read(link, protocol, address, args.password)
        except LoginFailed as err:
            raise CommandError(f"{err.what}; {_advice(err)}") from err
        except Mute as err:
            raise CommandError(f"{err}; try --password or --passkey") from err
        finally:
            await link.close()
            running.cancel()


async def _read(link: Link, protocol: Jbd, address: str, password: str) -> Reading:
    """Connect and poll once; again after each step of a pairing."""
    while True:
        try:
            async with asyncio.timeout(REACH_LIMIT):
                await link.open()
            await link.run(protocol.hello(address, password))
            return await link.run(protocol.poll(None, counters=True))
        except PairingNext as err:
            print(printable(err, LINE), file=sys.stderr, flush=True)
        except TimeoutError as err:
            raise CommandError(f"not reached in {REACH_LIMIT:g} s: {link.status.state}") from err


def _passkey(text: str) -> str:
    """The passkey as the setting of that name takes it.

    Raises:
        SettingsError: it has another form.
    """
    row = next(row for row in PACK_SETTINGS if row.name == "Passkey")
    return str(row.parse(text))


def _advice(err: LoginFailed) -> str:
    if isinstance(err, NotPaired):
        return f"give the passkey that a phone asks for when it pairs: --passkey {FACTORY_PASSKEY}"
    return "give the password that the phone app asks for: --password 123456"


def _sections(reading: Reading) -> Iterator[tuple[str, Record]]:
    for name in ("identity", "sample", "counters"):
        if record := getattr(reading, name):
            yield name, record


def _as_json(reading: Reading) -> dict[str, object]:
    return {
        section: {field.name: _plain(getattr(record, field.name)) for field in fields(record)}
        for section, record in _sections(reading)
    }


def _described(reading: Reading) -> Iterator[str]:
    for section, record in _sections(reading):
        yield f"\n{section}"
        for field in fields(record):
            value = _plain(getattr(record, field.name))
            text = " ".join(str(part) for part in value) if isinstance(value, list) else str(value)
            shown = f"{printable(text, LINE)} {UNITS.get(field.name, '') if text else ''}"
            yield f"  {field.name:<26}{shown}".rstrip()


def _plain(value: object) -> object:
    """The value as JSON knows it: flags by name, sets and tuples as lists."""
    if isinstance(value, IntFlag):
        return [str(flag.name) for flag in value]
    if isinstance(value, tuple | frozenset):
        return sorted(value) if isinstance(value, frozenset) else list(value)
    if isinstance(value, Mosfets):
        return {"charge": value.charge, "discharge": value.discharge}
    return value
