"""Facts that the doctor reads from files, and the independence of its probes."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from dbus_xbms.commands import doctor_bus, doctor_facts
from dbus_xbms.commands.doctor_facts import Place, Probe, _found, aside, collect
from dbus_xbms.doctor.facts import Boot

LINE = "/data/apps/dbus-xbms/current/enable.sh --boot # dbus-xbms\n"


def put(root: Path, name: str, text: str, mode: int = 0o755) -> Path:
    file = root / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    file.chmod(mode)
    return file


def test_the_version_of_venus_is_the_first_line_of_its_file(tmp_path: Path) -> None:
    assert doctor_facts.venus(tmp_path) is None
    put(tmp_path, "opt/victronenergy/version", "v3.72\nVenus OS\n20260301\n")
    assert doctor_facts.venus(tmp_path) == "v3.72"


@pytest.mark.parametrize(
    ("name", "text", "mode", "expected"),
    [
        ("data/rc.local", f"#!/bin/sh\n{LINE}", 0o755, Boot()),  # of a program that does not exist
        ("data/rc.local.disabled", LINE, 0o755, Boot(disabled=True)),
        ("etc/venus/installedVersion-dbus-xbms", "v1.2\n", 0o644, Boot(setup_helper=True)),
        ("service/dbus-xbms/run", "#!/bin/sh\n", 0o755, Boot(supervised=True)),
    ],
)
async def test_the_way_the_service_is_started_is_detected(
    tmp_path: Path, name: str, text: str, mode: int, expected: Boot
) -> None:
    put(tmp_path, name, text, mode)
    assert await doctor_facts.boot(tmp_path) == expected


@pytest.mark.parametrize(
    ("status", "expected"), [(0, Boot(line=True)), (1, Boot(words="the line comes after an exit"))]
)
async def test_install_sh_decides_whether_the_line_in_rc_local_runs(
    tmp_path: Path, status: int, expected: Boot
) -> None:
    asked = f'[ "$*" = "--check-boot --root {tmp_path}" ] || exit 9'
    words = "" if status == 0 else "echo Note: the line comes after an exit >&2"
    put(tmp_path, "data/apps/dbus-xbms/current/install.sh", f"{asked}\n{words}\nexit {status}\n")
    assert await doctor_facts.boot(tmp_path) == expected


def test_only_problems_of_the_log_are_kept_with_their_age(tmp_path: Path) -> None:
    stamp = f"@{int(time.time()) - 100 + 2**62 + 10:016x}1dcd6500"
    ahead = f"@{int(time.time()) + 9999 + 2**62 + 10:016x}1dcd6500"
    lines = [
        "*** starting dbus-xbms ***",
        f"{stamp} INFO a: b",
        f"{stamp} WARNING c: d",
        f"{ahead} ERROR e: f",
    ]
    put(tmp_path, "var/log/dbus-xbms/current", "\n".join(lines))
    old, new = doctor_facts.log(tmp_path)
    assert old.text == "WARNING c: d"
    assert old.age == pytest.approx(100, abs=10)
    assert (new.text, new.age) == ("ERROR e: f", None)


def test_only_the_end_of_a_long_log_is_read(tmp_path: Path) -> None:
    put(tmp_path, "var/log/dbus-xbms/current", "".join(f"ERROR x: {n}\n" for n in range(20_000)))
    assert doctor_facts.log(tmp_path)[-1].text == "ERROR x: 19999"
    assert len(doctor_facts.log(tmp_path)) < 10_000
    assert doctor_facts.log(tmp_path / "nowhere") == ()


def test_a_process_is_measured() -> None:
    used = doctor_bus.process(Path("/"), os.getpid())
    assert used.memory
    assert 5.0 < used.memory < 20_000.0
    assert used.uptime is not None
    assert 0.0 <= used.uptime < 86400.0
    assert used.cpu is not None
    with pytest.raises(OSError, match="No such file"):
        doctor_bus.process(Path("/"), 2**22 + 1)


def test_without_a_data_partition_no_free_space_is_reported(tmp_path: Path) -> None:
    assert doctor_facts.storage(tmp_path) is None
    (tmp_path / "data").mkdir()
    found = doctor_facts.storage(tmp_path)
    assert found
    assert found.writable
    assert found.free > 0


def test_an_adapter_that_is_no_usb_device_has_only_a_driver(tmp_path: Path) -> None:
    assert doctor_bus.driver(tmp_path, "hci0") is None
    serial = tmp_path / "sys/devices/serial0-0"
    serial.mkdir(parents=True)
    put(tmp_path, "sys/bus/serial/drivers/hci_uart_bcm/module", "")
    (serial / "driver").symlink_to(tmp_path / "sys/bus/serial/drivers/hci_uart_bcm")
    (tmp_path / "sys/class/bluetooth/hci0").mkdir(parents=True)
    (tmp_path / "sys/class/bluetooth/hci0/device").symlink_to(serial)
    assert doctor_bus.driver(tmp_path, "hci0") == "hci_uart_bcm"


@pytest.mark.parametrize(("says", "version"), [("5.72", "5.72"), ("bluetoothctl: 5.66", "5.66"), ("", None)])
async def test_the_version_of_bluez_is_read_from_bluetoothd(
    tmp_path: Path, says: str, version: str | None
) -> None:
    assert await doctor_facts.bluetoothd(tmp_path) is None
    put(tmp_path, "usr/libexec/bluetooth/bluetoothd", f"#!/bin/sh\necho '{says}'\n")
    assert await doctor_facts.bluetoothd(tmp_path) == version


async def test_a_program_that_does_not_exit_is_killed(tmp_path: Path) -> None:
    put(tmp_path, "usr/bin/bluetoothctl", f"#!/bin/sh\necho $$ >{tmp_path}/pid\nexec sleep 600\n")
    probe = Probe(fact="bluetoothd", limit=1.0, find=lambda place: doctor_facts.bluetoothd(place.root))
    failed: dict[str, str] = {}
    assert await _found(probe, Place(root=tmp_path), failed) is None
    assert failed == {"bluetoothd": "no answer in time"}
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


def broken(place: Place) -> Any:
    raise ZeroDivisionError("a bug")


def hanging(place: Place) -> Any:
    return aside(threading.Event().wait)


def waiting(place: Place) -> Any:
    return asyncio.Event().wait()


@pytest.mark.parametrize(
    ("find", "why"),
    [(broken, "a bug"), (hanging, "no answer in time"), (waiting, "no answer in time")],
)
async def test_a_probe_that_fails_or_hangs_is_reported_and_ends_in_time(find: Any, why: str) -> None:
    failed: dict[str, str] = {}
    probe = Probe(fact="machine", limit=0.05, find=find)
    assert await _found(probe, Place(root=Path("/")), failed) is None
    assert failed == {"machine": why}


async def test_unreadable_files_are_reported_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SESSION", "SYSTEM"):
        monkeypatch.setenv(f"DBUS_{name}_BUS_ADDRESS", "unix:path=/nonexistent/bus")
    for name in (
        "opt/victronenergy/version",
        "data/rc.local.disabled",
        "var/log/dbus-xbms/current",
        "proc/meminfo",
    ):
        (tmp_path / name).mkdir(parents=True)
    facts = await collect(tmp_path)
    assert facts.failed.keys() == {"bus", "bluetooth", "venus", "boot", "log", "machine"}
    assert facts.storage
    assert "Is a directory" in facts.failed["venus"]
