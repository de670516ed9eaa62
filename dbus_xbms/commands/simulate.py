"""Simulate packs, BlueZ and localsettings on the D-Bus buses that the environment specifies."""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
from pathlib import Path

from dbus_xbms.commands import CommandError
from dbus_xbms.commands.arguments import seconds, whole
from dbus_xbms.simulator import board, server
from dbus_xbms.simulator.scenario import (
    MOST_IN_BANK,
    MOST_PACKS,
    Scenario,
    ScenarioError,
    bank_of,
    brands,
    default_packs,
    read_scenario,
    replayed_packs,
)

MOST_SEEDS = 2**31


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``dbus-xbms simulate``."""
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--packs", type=whole(1, MOST_PACKS, "packs"), default=2, metavar="N", help="number of packs (2)"
    )
    what.add_argument("--model", type=Path, metavar="FILE", help="scenario in JSON: packs and timed faults")
    what.add_argument(
        "--replay", metavar="NAME,NAME", help="replay recordings of real devices, separated by commas"
    )
    what.add_argument(
        "--bank",
        type=whole(2, MOST_IN_BANK, "packs"),
        nargs="?",
        const=2,
        metavar="N",
        help="N packs wired in parallel, with one charger and its loads (2)",
    )
    what.add_argument("--brands", action="store_true", help="a JBD and packs of other makes")
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--bluez-only", action="store_true", help="do not simulate localsettings")
    only.add_argument("--settings-only", action="store_true", help="do not simulate packs and Bluetooth")
    parser.add_argument("--seconds", type=seconds, metavar="N", help="stop after N seconds")
    parser.add_argument(
        "--seed", type=whole(0, MOST_SEEDS), metavar="N", help="seed of all random values (1)"
    )
    parser.add_argument("--settings-file", type=Path, metavar="FILE", help="keep the settings in FILE")
    parser.add_argument("--list-models", action="store_true", help="list the recordings and exit")


def run(args: argparse.Namespace) -> int:
    """Serve until SIGTERM, until ``--seconds`` have passed, or until the bus is lost."""
    if args.list_models:
        for recording in board.recordings().values():
            print(f"{recording.name:<26}{recording.device}")
        return 0
    if args.settings_file is not None and args.settings_file.is_dir():
        raise CommandError(f"{args.settings_file} is a directory")
    try:
        options = server.ServeOptions(
            scenario=_scenario(args),
            bluez=not args.settings_only,
            settings=not args.bluez_only,
            settings_file=args.settings_file,
            seconds=args.seconds,
        )
        asyncio.run(server.serve(options))
    except (ScenarioError, server.BusLostError) as err:
        raise CommandError(str(err)) from err
    return 0


def _scenario(args: argparse.Namespace) -> Scenario:
    if args.settings_only:
        scenario = Scenario(packs=())
    elif args.model is not None:
        scenario = read_scenario(args.model.read_text(encoding="utf-8", errors="replace"))
    elif args.replay is not None:
        scenario = Scenario(packs=replayed_packs(args.replay.split(",")))
    elif args.brands:
        scenario = Scenario(packs=brands())
    elif args.bank is not None:
        scenario = bank_of(args.bank)
    else:
        scenario = Scenario(packs=default_packs(args.packs))
    return scenario if args.seed is None else dataclasses.replace(scenario, seed=args.seed)
