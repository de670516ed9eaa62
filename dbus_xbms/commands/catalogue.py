"""All commands: what each is for, and how it starts."""

from __future__ import annotations

from importlib.util import find_spec

from dbus_xbms.record import record


@record
class Command:
    """One command; the module of that name in ``dbus_xbms.commands`` implements it."""

    name: str
    help: str
    log_level: str = "WARNING"
    on_bus: bool = False  # calls the service or the settings


COMMANDS = (
    Command(name="run", help="run the service: connect to the packs and publish them", log_level="INFO"),
    Command(name="scan", help="list the packs in range", log_level="ERROR", on_bus=True),
    Command(name="add", help="add a pack, so that it appears on the GX", on_bus=True),
    Command(name="remove", help="remove a pack", on_bus=True),
    Command(name="bank", help="show, create and change banks: packs that act as one battery", on_bus=True),
    Command(name="list", help="list banks and added packs with the state of each", on_bus=True),
    Command(name="get", help="show the settings of a pack, a bank or the service", on_bus=True),
    Command(name="set", help="change a setting", on_bus=True),
    Command(name="switch", help="switch charging, discharging or balancing of a pack on or off", on_bus=True),
    Command(name="lend", help="lend a pack to the phone app for some minutes", on_bus=True),
    Command(name="watch", help="show the packs live", on_bus=True),
    Command(
        name="history",
        help="show trips, extremes, energy and the last full charge of a pack",
        on_bus=True,
    ),
    Command(name="wait", help="wait until the service is running, for scripts", on_bus=True),
    Command(name="probe", help="connect to a pack once, read everything and print it", log_level="ERROR"),
    Command(name="doctor", help="check everything and say what to do about problems", log_level="ERROR"),
    Command(name="decode", help="decode frames from hex or from a capture"),
    Command(name="settings", help="store the settings on a machine without Venus OS", log_level="INFO"),
    Command(name="simulate", help="simulate packs, to experiment with", log_level="INFO"),
    Command(name="demo", help="run simulated packs, the service and the live view together"),
    Command(name="completion", help="print the completion script for a shell"),
)


def installed(command: Command) -> bool:
    """Return whether the module of a command is there: a release for a GX leaves the simulator out."""
    return find_spec(f"dbus_xbms.commands.{command.name}") is not None
