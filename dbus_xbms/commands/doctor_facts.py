"""Collect the facts for `dbus-xbms doctor`: from files, programs and the buses, each with a time limit."""

from __future__ import annotations

import asyncio
import os
import re
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dbus_xbms.commands import doctor_bus, doctor_packs
from dbus_xbms.commands.doctor_bus import MEGA, megabytes
from dbus_xbms.commands.progress import waiting
from dbus_xbms.commands.scanning import scan, scan_limit
from dbus_xbms.commands.self_test import program
from dbus_xbms.commands.session import is_running, open_bus
from dbus_xbms.dbus import BusError, TrustedBus
from dbus_xbms.doctor.facts import Boot, Facts, Line, Machine, Storage
from dbus_xbms.doctor.others import found
from dbus_xbms.process.machine import VENUS

NAME = "dbus-xbms"  # of the service in /service, and in the line of rc.local
LOG_TAIL = 65536  # bytes; multilog keeps 25 kB in a file
TAI64N = re.compile(r"@([0-9a-f]{16})[0-9a-f]{8} ")
TAI_EPOCH = 2**62 + 10  # s; multilog counts from 1970 TAI, and leap seconds do not matter here
BLUEZ_PROGRAMS = (  # --version only prints the version
    "usr/libexec/bluetooth/bluetoothd",
    "usr/lib/bluetooth/bluetoothd",
    "usr/bin/bluetoothctl",
)
FILE_LIMIT, PROGRAM_LIMIT, PACKS_LIMIT, BUS_LIMIT = 3.0, 5.0, 6.0, 10.0  # s


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The file system and the bus to examine."""

    root: Path  # of the file system
    bus: TrustedBus | None = None  # Venus's; None if it does not answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A function that finds out one fact within a time limit."""

    fact: str  # a field of Facts
    limit: float  # s
    find: Callable[[Place], Awaitable[Any]]


def _file(fact: str, read: Callable[[Path], Any]) -> Probe:
    return Probe(fact=fact, limit=FILE_LIMIT, find=lambda place: aside(lambda: read(place.root)))


def _bus(fact: str, ask: Callable[[TrustedBus, Path], Awaitable[Any]], limit: float = BUS_LIMIT) -> Probe:
    async def find(place: Place) -> Any:
        return await ask(place.bus, place.root) if place.bus else None

    return Probe(fact=fact, limit=limit, find=find)


def venus(root: Path) -> str | None:
    """Return the version of Venus OS, or ``None`` on another system."""
    file = root / VENUS
    return file.read_text().partition("\n")[0].strip() if file.exists() else None


async def boot(root: Path) -> Boot:
    """Return what starts the service at boot; install.sh checks rc.local."""
    script = root / "data/rc.local"
    reached, words = await _reached(root)
    return Boot(
        line=reached,
        words=words,
        disabled=_has_line(script.with_name("rc.local.disabled")),
        setup_helper=(root / f"etc/venus/installedVersion-{NAME}").exists(),
        supervised=(root / "service" / NAME).exists(),
    )


async def _reached(root: Path) -> tuple[bool, str]:
    """Return whether the line in rc.local will run and, if not, the message of install.sh."""
    installer = root / "data/apps" / NAME / "current/install.sh"
    if not installer.exists():
        return False, ""
    elsewhere = () if root == Path("/") else ("--root", str(root))
    status, _, message = await _ran("sh", str(installer), "--check-boot", *elsewhere)
    return status == 0, message.strip().removeprefix("Note: ")


async def _ran(*command: str) -> tuple[int | None, str, str]:
    """Run a program; return its exit status, output and errors."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.DEVNULL, stdout=pipe, stderr=pipe
    )
    try:
        out, err = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode, out.decode("utf-8", "replace"), err.decode("utf-8", "replace")


def _has_line(script: Path) -> bool:
    lines = script.read_text(errors="replace").splitlines() if script.exists() else []
    return any(NAME in line for line in lines if not line.lstrip().startswith("#"))


def storage(root: Path) -> Storage | None:
    """Return the free space on /data, or ``None`` if there is no /data."""
    data = root / "data"
    if not data.exists():
        return None
    room = os.statvfs(data)
    writable = os.access(data, os.W_OK) and not room.f_flag & os.ST_RDONLY
    return Storage(free=room.f_bavail * room.f_frsize / MEGA, writable=writable)


def machine(root: Path) -> Machine:
    """Return available memory and load."""
    memory = megabytes(root / "proc/meminfo", "MemAvailable")
    load = float((root / "proc/loadavg").read_text().split()[1])
    return Machine(memory=memory, load=load, cores=os.cpu_count() or 1)


def log(root: Path) -> tuple[Line, ...]:
    """Return warnings and errors at the end of the service's log, oldest first."""
    file = root / "var/log" / NAME / "current"
    if not file.exists():
        return ()
    with file.open("rb") as stream:
        stream.seek(max(0, file.stat().st_size - LOG_TAIL))
        lines = stream.read().decode("utf-8", "replace").splitlines()
    parsed = [_line(line) for line in lines]
    return tuple(line for line in parsed if line.text.startswith(("WARNING ", "ERROR ")))


def _line(line: str) -> Line:
    stamp = TAI64N.match(line)
    if not stamp:
        return Line(text=line)
    age = time.time() - (int(stamp[1], 16) - TAI_EPOCH)
    return Line(text=line[stamp.end() :], age=age if age >= 0 else None)


async def bluetoothd(root: Path) -> str | None:
    """Return the version of BlueZ, which only its programs report, or ``None``."""
    for path in BLUEZ_PROGRAMS:
        if (root / path).exists():
            _, output, _ = await _ran(str(root / path), "--version")
            if found := re.search(r"\d+\.\d+", output):
                return found[0]
    return None


def others(root: Path) -> tuple[str, ...]:
    """Return the names of other programs that read or aggregate batteries."""
    lines = []
    for file in (root / "proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # it has ended
            lines.append(file.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace"))
    return found(lines)


PROBES = (
    _file("venus", venus),
    _file("others", others),
    Probe(fact="boot", limit=PROGRAM_LIMIT, find=lambda place: boot(place.root)),
    _file("storage", storage),
    _file("machine", machine),
    _file("log", log),
    Probe(fact="bluetoothd", limit=PROGRAM_LIMIT, find=lambda place: bluetoothd(place.root)),
    Probe(fact="bluetooth", limit=BUS_LIMIT, find=lambda place: doctor_bus.bluetooth(place.root)),
    _bus("localsettings", lambda bus, root: doctor_bus.localsettings(bus)),
    _bus("settings_file", lambda bus, root: doctor_bus.settings_file(bus)),
    _bus("running", lambda bus, root: is_running(bus)),
    _bus("service", doctor_bus.service),
    _bus("packs", lambda bus, root: doctor_packs.packs(bus), PACKS_LIMIT),
    _bus("banks", lambda bus, root: doctor_packs.banks(bus), PACKS_LIMIT),
    _bus("shown", lambda bus, root: doctor_packs.shown(), PACKS_LIMIT),
    _bus("shown_banks", lambda bus, root: doctor_packs.shown_banks(), PACKS_LIMIT),
    _bus("interference", lambda bus, root: doctor_bus.interference(bus)),
    _bus("system", lambda bus, root: doctor_bus.system(bus)),
)


async def collect(root: Path, seconds: float = 0.0) -> Facts:
    """Run all probes concurrently; also scan for ``seconds``, unless 0."""
    async with AsyncExitStack() as stack:
        failed: dict[str, str] = {}
        bus = None
        try:
            bus = await stack.enter_async_context(open_bus())
        except (BusError, TimeoutError) as err:
            failed["bus"] = words_of(err)
        place = Place(root=root, bus=bus)
        probes = (*PROBES, _scan(seconds)) if seconds and bus else PROBES
        words = "Scanning for packs" if seconds and bus else "Checking"
        async with waiting(words, seconds or None), asyncio.TaskGroup() as group:
            found = {probe.fact: group.create_task(_found(probe, place, failed)) for probe in probes}
    facts = {fact: task.result() for fact, task in found.items()}
    return replace(Facts(program=program(), bus=bus is not None, failed=failed), **facts)


async def _found(probe: Probe, place: Place, failed: dict[str, str]) -> Any:
    try:
        async with asyncio.timeout(probe.limit):
            return await probe.find(place)
    except TimeoutError:
        failed[probe.fact] = "no answer in time"
    except Exception as err:  # a failed probe is reported; the others continue
        failed[probe.fact] = words_of(err)
    return None


def _scan(seconds: float) -> Probe:
    async def find(place: Place) -> Mapping[str, int | None]:
        return {pack.address: pack.rssi for pack in await scan(seconds)}

    return Probe(fact="scan", limit=scan_limit(seconds) + BUS_LIMIT, find=find)


async def aside(work: Callable[[], Any]) -> Any:
    """Run work that may hang, such as reading from a broken disk, in a thread that never blocks the exit."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Any] = loop.create_future()

    def finish(result: Any, err: Exception | None) -> None:
        if not done.done():
            done.set_exception(err) if err else done.set_result(result)

    def run() -> None:
        try:
            result, err = work(), None
        except Exception as failure:  # raised where it is awaited
            result, err = None, failure
        if not loop.is_closed():
            loop.call_soon_threadsafe(finish, result, err)

    threading.Thread(target=run, daemon=True).start()
    return await done


def words_of(err: BaseException) -> str:
    """Return an error as one line; of a group, its first error."""
    while isinstance(err, BaseExceptionGroup):
        err = err.exceptions[0]
    return (str(err) or type(err).__name__).partition("\n")[0]
