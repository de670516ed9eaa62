"""`doctor` on a real bus with simulated packs and a directory in place of the root of a GX."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

import pytest

from dbus_xbms import __version__
from tests.bus.cli import Done, command
from tests.bus.shown_packs import ONE, TWO, valid
from tests.bus.simulation import Program, Simulation
from tests.bus.venus import CONTROL, Seen, Venus
from tests.bus.venus_services import offer, venus_service

pytestmark = pytest.mark.usefixtures("private_bus")

SERVICE_ONE = "com.victronenergy.battery.xbms_a4c137000001"
SYSTEM = "com.victronenergy.system"
NAME, PASSWORD = "Aunt Mary", "314159"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The files of a healthy GX."""
    files = {
        "opt/victronenergy/version": "v3.67\n20251001\n",
        "data/apps/dbus-xbms/current/install.sh": "#!/bin/sh\nexit 0\n",
        "data/rc.local": "#!/bin/sh\n/data/apps/dbus-xbms/current/enable.sh --boot # dbus-xbms\n",
        "service/dbus-xbms/run": "#!/bin/sh\n",
        "usr/bin/bluetoothctl": "#!/bin/sh\necho 'bluetoothctl: 5.72'\n",
        "sys/devices/usb1/1-1/idVendor": "0bda\n",
        "sys/devices/usb1/1-1/idProduct": "d723\n",
        "sys/drivers/btusb/module": "",
        "var/log/dbus-xbms/current": "",
        "proc/meminfo": "MemTotal:  1026812 kB\nMemAvailable:  607528 kB\n",
        "proc/loadavg": "0.52 0.40 0.31 1/120 4711\n",
    }
    for name, text in files.items():
        file = tmp_path / "root" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(0o755)
    interface = tmp_path / "root/sys/devices/usb1/1-1/1-1:1.0"
    interface.mkdir()
    (interface / "driver").symlink_to(tmp_path / "root/sys/drivers/btusb")
    (tmp_path / "root/sys/class/bluetooth/hci0").mkdir(parents=True)
    (tmp_path / "root/sys/class/bluetooth/hci0/device").symlink_to(interface)
    (tmp_path / "root/proc/uptime").symlink_to("/proc/uptime")
    return tmp_path / "root"


def logged(root: Path, *lines: str, seconds_ago: float = 0.0) -> None:
    """Append lines to the service's log, as multilog writes them."""
    stamp = f"@{int(time.time() - seconds_ago) + 2**62 + 10:016x}00000000"
    file = root / "var/log/dbus-xbms/current"
    file.write_text(file.read_text() + "".join(f"{stamp} {line}\n" for line in lines))


async def doctor(root: Path, *arguments: str) -> Done:
    return await command("doctor", "--root", str(root), *arguments)


def findings(done: Done) -> dict[str, dict[str, str]]:
    """The findings by topic; of several, the worst."""
    assert done.out, done.err
    return {one["topic"]: one for one in reversed(json.loads(done.out)["findings"])}


def controls(seen: Seen) -> bool:
    return "/Info/MaxChargeVoltage" in seen.items and valid(seen)


async def test_on_a_healthy_gx_doctor_says_that_all_is_well_and_lists_its_findings(root: Path) -> None:
    shown = {"/ActiveBmsService": SERVICE_ONE, "/Dc/Battery/BatteryService": SERVICE_ONE}
    async with Simulation(1), Venus() as venus, Program("run") as service, venus_service(SYSTEM, shown):
        (root / "proc" / str(service.pid)).symlink_to(f"/proc/{service.pid}")
        await offer(venus, Services_Bluetooth=0, Services_BleSensors=1, Services_Bol=3)
        await venus.enable(ONE, CustomName="House", **CONTROL)
        await venus.until(ONE, controls)
        done = await doctor(root)
    text = " ".join(done.out.split())
    assert done.status == 0, done.out
    assert done.err == ""
    assert text.startswith(f"dbus-xbms {__version__} on Venus OS v3.67: all is well OK ")
    assert f"service: running, version {__version__}, for " in text
    assert "% of a core" in text
    assert "MB, packs 1, banks 0, links 1" in text
    assert "machine: 622 MB of memory available, load 0.4 on" in text
    assert "bluetoothd: running, version 5.72" in text
    assert "(btusb 0bda:d723) is on" in text
    assert "interference: dbus-ble-sensors uses Bluetooth too, but does not disturb a pack" in text
    assert f"pack House ({ONE}): connected" in text
    assert f"DVCC: on; controlling BMS: House ({ONE}); battery monitor: House ({ONE}); voltage" in text
    assert "start: /data/rc.local starts the service" in text
    assert max(map(len, done.out.splitlines())) <= 80


async def test_doctor_reports_a_bluetoothd_that_hangs(root: Path) -> None:
    async with Simulation(1, "--bluez-only") as sim:
        os.kill(sim.pid, signal.SIGSTOP)
        try:
            done = await doctor(root, "--json")
        finally:
            os.kill(sim.pid, signal.SIGCONT)
    assert findings(done)["bluetoothd"]["words"] == "it is running but does not answer"
    assert "/etc/init.d/bluetooth restart" in findings(done)["bluetoothd"]["advice"]
    assert "adapter" not in findings(done)  # unknown, so not mentioned


async def test_problems_are_reported_and_make_the_status_1(root: Path) -> None:
    shown = {"/ActiveBmsService": None}
    other = {"/DeviceInstance": 600, "/Mgmt/Connection": f"BLE {ONE}", "/Mgmt/ProcessName": "other.py"}
    async with (
        Simulation(1),
        Venus() as venus,
        Program("run"),
        venus_service(SYSTEM, shown),
        venus_service("com.victronenergy.battery.ttyO1", other),
    ):
        await offer(venus, Services_Bluetooth=1, Services_BleSensors=0, Services_Bol=0)
        await venus.enable(ONE, **CONTROL)
        await venus.until(ONE, controls)
        logged(root, "ERROR dbus_xbms.app: lost the D-Bus connection", "INFO dbus_xbms.app: no trouble")
        done = await doctor(root, "--json")
        found = findings(done)
        assert done.status == 1
        words = " ".join(
            f"{one['topic']}: {one['words']}"
            for one in json.loads(done.out)["findings"]
            if one["verdict"] == "problem"
        )
        assert "vesmart-server: it ends every link on the built-in adapter" in words
        assert f"ttyO1: it reads {ONE} too" in words
        assert f"off, so nothing obeys {ONE}" in words
        assert "are both battery 600" in words
        assert found["log"]["words"].endswith("s ago: ERROR dbus_xbms.app: lost the D-Bus connection")
        assert json.loads(done.out)["summary"] == "4 problems, 1 note"


async def test_a_report_contains_no_full_address_name_or_password(root: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.txt"
    async with Simulation([{}, {"present": False}]) as sim, Venus() as venus, Program("run"):
        await offer(venus, Services_Bluetooth=1, Services_BleSensors=1, Services_Bol=1)
        await venus.enable(ONE, TWO, CustomName=NAME, Password=PASSWORD, Passkey=PASSWORD)
        await venus.until(ONE, valid)
        logged(root, f"WARNING dbus_xbms.x: {TWO}: {NAME} does not take {PASSWORD!r}", seconds_ago=3600.0)
        done = await doctor(root, "--scan", "2", "--report", str(report))
        simulated = [(await sim.truth(address))["name"] for address in (ONE, TWO)]
    text = report.read_text()
    assert f"pack {NAME} ({ONE})" in " ".join(done.out.split())
    assert "pack A4:C1:37..01: connected" in text
    assert "1 h ago: WARNING dbus_xbms.x: A4:C1:37..02: ..." in " ".join(text.split())
    assert "read it before you send it" in done.err
    for secret in (ONE, TWO, NAME, PASSWORD, *simulated, "00:1A:7D:DA:71:01"):
        for form in {secret, secret.lower(), secret.replace(":", ""), secret.replace(":", "").lower()}:
            assert form not in text
            assert form not in text.replace("\n", "")


async def test_a_report_that_cannot_be_written_is_an_error_that_names_the_file(root: Path) -> None:
    done = await doctor(root, "--report", "/dev/full")
    assert done.err.splitlines()[-1] == "dbus-xbms: cannot write /dev/full: No space left on device"
    assert done.status == 1


async def test_a_scan_reports_packs_in_range_with_and_without_the_service(root: Path) -> None:
    async with Simulation(2), Venus() as venus:
        await venus.enable(ONE)
        alone = findings(await doctor(root, "--scan", "2", "--json"))
        assert alone["service"]["verdict"] == "problem"
        assert "in range at" in alone[f"pack {ONE}"]["words"]
        async with Program("run"):
            await venus.until(ONE, valid)
            assert TWO in findings(await doctor(root, "--scan", "2", "--json"))["scan"]["words"]


async def test_a_bank_is_proposed_checked_and_named_as_the_one_that_controls(root: Path) -> None:
    bank, shunt = "com.victronenergy.battery.xbms_bank_1", "com.victronenergy.battery.ttyS5"
    monitor = {"/ActiveBmsService": bank, "/Dc/Battery/BatteryService": bank}
    rows = [{"cells": 4, "soc": soc, "load": "rest"} for soc in (62, 48)]
    (root / "proc/77").mkdir()
    (root / "proc/77/cmdline").write_bytes(b"python3\0/data/BatteryAggregator/battery_service.py\0")
    async with (
        Simulation(rows, banks=[{"packs": [1, 2], "load": "rest"}]) as sim,
        Venus() as venus,
        Program("run"),
        venus_service(SYSTEM, monitor),
        venus_service(shunt, {"/DeviceInstance": 279, "/ProductName": "SmartShunt 500A/50mV"}),
    ):
        await offer(venus, Services_Bol=1)
        for address, name in ((ONE, "Port"), (TWO, "Starboard")):
            await venus.enable(address, CustomName=name, Chemistry="LiFePO4")
            await venus.until(address, valid)
        proposed = findings(await doctor(root, "--json"))["bank"]
        assert (
            f"Port ({ONE}) and Starboard ({TWO}) have 4 cells each and agree in voltage" in proposed["words"]
        )
        assert (await command("bank", "create", "--name", "House", "--yes")).status == 0
        formed = await doctor(root, "--json")
        drifted = [one for one in json.loads(formed.out)["findings"] if one["topic"] == "bank House"]
        assert [one["words"] for one in drifted] == [
            "the state of charge of its packs differs by 14 %",
            "2 of 2 packs online; it controls chargers",
        ]
        named = findings(formed)
        assert named["DVCC"]["words"].startswith("on; controlling BMS: House (bank1); battery monitor: House")
        assert f"dbus-xbms bank set bank1 Shunt {shunt}" in named["monitor"]["advice"]
        assert named["aggregator"]["words"].startswith("BatteryAggregator aggregates batteries")
        await sim.fault("vanish", TWO)
        await venus.until_bank(lambda seen: seen["/System/NrOfModulesOffline"] == 1)
        silent = [
            one["words"]
            for one in json.loads((await doctor(root, "--json")).out)["findings"]
            if "bank House" in one["topic"]
        ]
        assert "Starboard does not count: no contact" in " ".join(silent)


async def test_programs_that_hang_do_not_hide_other_findings(root: Path) -> None:
    hanging = "com.victronenergy.battery.ttyO9"
    async with Simulation(1), Program("run"):
        async with Venus() as venus:
            await venus.enable(ONE)
            await venus.until(ONE, valid)
        async with venus_service(SYSTEM, {}, hangs=True), venus_service(hanging, {}, hangs=True):
            found = findings(await doctor(root, "--json"))
        assert found[f"pack {ONE}"]["verdict"] == "ok"
        assert found["service"]["words"].startswith("running")
        assert "who controls charging: systemcalc has not answered" in found["unknown"]["words"]


async def test_a_service_that_hangs_is_reported_with_the_findings_it_prevents(root: Path) -> None:
    async with Simulation(1), Program("run") as service:
        async with Venus() as venus:
            await venus.enable(ONE)
            await venus.until(ONE, valid)
        os.kill(service.pid, signal.SIGSTOP)
        try:
            found = findings(await doctor(root, "--json"))
        finally:
            os.kill(service.pid, signal.SIGCONT)
    assert found["service"]["words"] == "it is running but does not answer"
    assert "on the bus: the dbus-xbms service has not answered" in found["unknown"]["words"]
    assert found[f"pack {ONE}"]["words"] == "the packs on the bus could not be read, connected on hci0"


async def test_missing_bluetooth_settings_and_service_are_each_a_problem(root: Path) -> None:
    done = await doctor(root, "--json")
    problems = {one["topic"] for one in json.loads(done.out)["findings"] if one["verdict"] == "problem"}
    assert (done.status, done.err) == (1, "")
    assert problems == {"settings", "service", "bluetoothd"}


async def test_without_a_bus_and_files_doctor_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SESSION", "SYSTEM"):
        monkeypatch.setenv(f"DBUS_{name}_BUS_ADDRESS", "unix:path=/nonexistent/bus")
    done = await doctor(tmp_path / "nothing")
    assert (done.status, done.err) == (1, "")
    assert "PROBLEM  D-Bus: cannot connect" in done.out
    assert "this is not a Venus OS device: /opt/victronenergy/version is missing" in " ".join(
        done.out.split()
    )
