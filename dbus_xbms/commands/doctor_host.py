"""What `dbus-xbms doctor` reads from files: of Venus, of the kernel, of the service's log."""

from __future__ import annotations

import asyncio
import os
import platform
import re
import time
from importlib import metadata
from pathlib import Path

from dbus_xbms import __version__
from dbus_xbms.doctor.facts import Boot, Line, Machine, Program, Service, Storage
from dbus_xbms.doctor.host import NEEDED
from dbus_xbms.process.machine import VENUS

NAME = "dbus-xbms"  # of the service in /service, and what names us in rc.local
LOG_TAIL = 65536  # bytes; multilog keeps 25 kB in a file
MEGA = 1e6
TAI64N = re.compile(r"@([0-9a-f]{16})[0-9a-f]{8} ")
TAI_EPOCH = 2**62 + 10  # s; multilog counts from 1970 TAI, and leap seconds do not matter here
BLUEZ_PROGRAMS = (  # each says its version with --version, and does nothing else then
    "usr/libexec/bluetooth/bluetoothd",
    "usr/lib/bluetooth/bluetoothd",
    "usr/bin/bluetoothctl",
)


def program() -> Program:
    """This program and what it brings."""
    return Program(
        version=__version__,
        python=platform.python_version(),
        packages={name: _version(name) for name in NEEDED},
    )


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def venus(root: Path) -> str | None:
    """The version of Venus OS; ``None`` where there is none."""
    file = root / VENUS
    return file.read_text().partition("\n")[0].strip() if file.exists() else None


async def boot(root: Path) -> Boot:
    """What starts the service with the machine; install.sh judges rc.local."""
    script = root / "data/rc.local"
    reached, words = await _reached(root)
    return Boot(
        line=reached,
        words=words,
        disabled=_names_us(script.with_name("rc.local.disabled")),
        setup_helper=(root / f"etc/venus/installedVersion-{NAME}").exists(),
        supervised=(root / "service" / NAME).exists(),
    )


async def _reached(root: Path) -> tuple[bool, str]:
    """Whether Venus gets to our line in rc.local, and what install.sh says if not."""
    installer = root / "data/apps" / NAME / "current/install.sh"
    if not installer.exists():
        return False, ""
    elsewhere = () if root == Path("/") else ("--root", str(root))
    status, _, said = await _ran("sh", str(installer), "--check-boot", *elsewhere)
    return status == 0, said.strip().removeprefix("Note: ")


async def _ran(*command: str) -> tuple[int | None, str, str]:
    """Run a program; its status, output and errors."""
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


def _names_us(script: Path) -> bool:
    lines = script.read_text(errors="replace").splitlines() if script.exists() else []
    return any(NAME in line for line in lines if not line.lstrip().startswith("#"))


def storage(root: Path) -> Storage | None:
    """How much room there is on /data; ``None`` where there is none."""
    data = root / "data"
    if not data.exists():
        return None
    room = os.statvfs(data)
    writable = os.access(data, os.W_OK) and not room.f_flag & os.ST_RDONLY
    return Storage(free=room.f_bavail * room.f_frsize / MEGA, writable=writable)


def machine(root: Path) -> Machine:
    """How much memory and time is left."""
    memory = _field(root / "proc/meminfo", "MemAvailable")
    load = float((root / "proc/loadavg").read_text().split()[1])
    return Machine(memory=memory, load=load, cores=os.cpu_count() or 1)


def _field(file: Path, name: str) -> float:
    """A field of /proc that is given in kB, in MB."""
    found = re.search(rf"^{name}:\s*(\d+) kB", file.read_text(), re.MULTILINE)
    if not found:
        raise ValueError(f"{file} says nothing of {name}")
    return int(found[1]) * 1024 / MEGA


def process(root: Path, pid: int) -> Service:
    """What a process uses."""
    folder = root / "proc" / str(pid)
    fields = (folder / "stat").read_text().rpartition(")")[2].split()  # its name may hold anything
    ticks = os.sysconf("SC_CLK_TCK")
    used = (int(fields[11]) + int(fields[12])) / ticks
    uptime = float((root / "proc/uptime").read_text().split()[0]) - int(fields[19]) / ticks
    return Service(
        uptime=max(uptime, 0.0),
        cpu=100.0 * used / uptime if uptime > 0 else None,
        memory=_field(folder / "status", "VmRSS"),
    )


def driver(root: Path, hci: str) -> str | None:
    """The kernel's driver of an adapter, and what a USB adapter says of itself."""
    device = root / "sys/class/bluetooth" / hci / "device"
    if not device.exists():
        return None
    usb = device.resolve().parent  # the device is an interface of what is plugged in
    words = [(device / "driver").resolve().name if (device / "driver").exists() else ""]
    if (usb / "idVendor").exists():
        words.append(":".join((usb / name).read_text().strip() for name in ("idVendor", "idProduct")))
    return " ".join(word for word in words if word) or None


def log(root: Path) -> tuple[Line, ...]:
    """The lines of the service's log that tell of trouble, the oldest first."""
    file = root / "var/log" / NAME / "current"
    if not file.exists():
        return ()
    with file.open("rb") as stream:
        stream.seek(max(0, file.stat().st_size - LOG_TAIL))
        lines = stream.read().decode("utf-8", "replace").splitlines()
    told = [_line(line) for line in lines]
    return tuple(line for line in told if line.text.startswith(("WARNING ", "ERROR ")))


def _line(line: str) -> Line:
    stamp = TAI64N.match(line)
    if not stamp:
        return Line(text=line)
    age = time.time() - (int(stamp[1], 16) - TAI_EPOCH)
    return Line(text=line[stamp.end() :], age=age if age >= 0 else None)


async def bluetoothd(root: Path) -> str | None:
    """The version of BlueZ, as its programs say it; it is not on the bus."""
    for path in BLUEZ_PROGRAMS:
        if (root / path).exists():
            _, said, _ = await _ran(str(root / path), "--version")
            if found := re.search(r"\d+\.\d+", said):
                return found[0]
    return None
