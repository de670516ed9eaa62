"""What a release consists of, and that it is the same each time."""

from __future__ import annotations

import json
import re
import subprocess
import tarfile
from pathlib import Path

from bundle.vendor import LOCK, ROW
from tests.bundle.conftest import NAME, ROOT, build, files

MOST = 1_500_000  # bytes


def test_two_builds_are_the_same_to_the_byte(output: Path, tmp_path: Path) -> None:
    again = build(tmp_path, PYTHONHASHSEED="7", TZ="Asia/Tokyo", LC_ALL="C")
    assert again == {path.name: path.read_bytes() for path in output.iterdir()}


def test_every_archive_is_below_one_and_a_half_megabytes(output: Path) -> None:
    archives = list(output.glob("*.tar.gz"))
    assert len(archives) == 4
    assert [path.name for path in archives if path.stat().st_size > MOST] == []


def test_an_archive_tells_nothing_of_the_machine_that_made_it(output: Path) -> None:
    for path in output.glob("*.tar.gz"):
        assert path.read_bytes()[4:8] == bytes(4), "the time in the header of gzip"
        with tarfile.open(path) as archive:
            members = archive.getmembers()
        assert [member.name for member in members] == sorted(member.name for member in members)
        assert {(member.uid, member.gid, member.uname, member.mtime) for member in members} == {
            (0, 0, "root", 1760000000)
        }
        assert {(member.isfile(), oct(member.mode)) for member in members} <= {
            (True, "0o644"),
            (True, "0o755"),
        }


def test_the_bundle_unpacks_to_one_directory_with_the_checksum_of_every_file(
    output: Path, unpacked: Path
) -> None:
    with tarfile.open(output / f"{NAME}.tar.gz") as archive:
        assert {name.split("/")[0] for name in archive.getnames()} == {NAME}
    listed = {line.split("  ")[1] for line in (unpacked / "SHA256SUMS").read_text().splitlines()}
    assert listed == set(files(unpacked)) - {"SHA256SUMS"}
    done = subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=unpacked, check=False)
    assert done.returncode == 0


def test_the_program_is_in_it_as_it_is_here(unpacked: Path) -> None:
    source = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "dbus_xbms").rglob("*")
        if path.suffix in (".py", ".json")
    }
    assert source
    assert {path for path in files(unpacked) if path.startswith("dbus_xbms/")} == source
    assert (unpacked / "VERSION").read_text() == f"{NAME.removeprefix('dbus-xbms-')}\n"


def test_only_what_the_device_runs_itself_can_be_run(unpacked: Path) -> None:
    scripts = {path: content for path, content in files(unpacked).items() if content.startswith(b"#!")}
    assert "bin/dbus-xbms" in scripts
    assert {path for path in files(unpacked) if (unpacked / path).stat().st_mode & 0o111} == set(scripts)
    assert set(re.findall(rb"^#!(\S+)", b"\n".join(scripts.values()), re.MULTILINE)) == {b"/bin/sh"}


def test_nothing_in_it_is_for_another_system_or_one_processor_only(unpacked: Path) -> None:
    vendor = [path for path in files(unpacked) if path.startswith("vendor/")]
    assert {Path(path).suffix for path in vendor} == {".py", ""}
    assert [path for path in vendor if Path(path).suffix == "" and Path(path).name != "METADATA"] == []
    foreign = re.compile(r"backends/(winrt|corebluetooth|android|p4android)|windows|macos|glib/|tests?/")
    assert [path for path in vendor if foreign.search(path)] == []


def test_each_library_of_the_lock_has_its_licence_and_its_row_in_the_bill(unpacked: Path) -> None:
    bill = json.loads((unpacked / "sbom.cdx.json").read_text())
    listed = [
        (part["name"], part["version"], part["hashes"][0]["content"], part["licenses"][0]["license"]["id"])
        for part in bill["components"]
    ]
    locked = ROW.findall(LOCK.read_text())
    assert [row[:3] for row in listed] == locked
    assert {row[3] for row in listed} == {"MIT", "Apache-2.0"}
    for name in ("dbus-xbms", *(row[0] for row in locked)):
        assert re.search(r"copyright", (unpacked / "LICENSES" / f"{name}.txt").read_text(), re.IGNORECASE)


def test_the_lock_holds_all_that_a_library_needs_where_it_runs(unpacked: Path) -> None:
    locked = {row[0] for row in ROW.findall(LOCK.read_text())}
    needs = {
        need
        for path in (unpacked / "vendor").glob("*/METADATA")
        for need in re.findall(r"^Requires-Dist: (.+)$", path.read_text(), re.MULTILINE)
    }
    elsewhere = re.compile(
        r"extra ==|python_(full_)?version *<|(sys_platform|platform_system) *== *\W(?!linux)\w", re.I
    )
    here = {re.split(r"[^\w-]", need)[0].lower() for need in needs if not elsewhere.search(need)}
    assert {"dbus-fast", "bleak"} <= here <= locked


def test_the_checksums_beside_the_archives_are_right(output: Path) -> None:
    done = subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=output, check=False)
    assert done.returncode == 0
