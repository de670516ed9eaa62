"""The contents of a release, and that builds are reproducible."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tarfile
import tomllib
from pathlib import Path

from bundle.vendor import LOCK, ROW
from dbus_xbms import __version__
from dbus_xbms.protocols.aiobmsble.makes import MAKES, VERSION
from tests.bundle.release import NAME, REPOSITORY, ROOT, build, files
from tests.install.gx import new_key

MOST = 1_500_000  # bytes


def test_two_builds_in_different_places_years_and_time_zones_are_the_same_to_the_byte(
    output: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "another tree"
    not_built = shutil.ignore_patterns(".*", "__pycache__", "build", "dist", "tests", "*.egg-info")
    shutil.copytree(ROOT, elsewhere, ignore=not_built)
    again = build(
        tmp_path / "dist",
        root=elsewhere,
        command=("faketime", "2031-02-03 04:05:06"),
        GITHUB_REPOSITORY=REPOSITORY,
        PYTHONHASHSEED="7",
        TZ="Asia/Tokyo",
        LC_ALL="C",
    )
    assert again == {path.name: path.read_bytes() for path in output.iterdir()}


def test_every_archive_is_below_one_and_a_half_megabytes(output: Path) -> None:
    archives = list(output.glob("*.tar.gz"))
    assert len(archives) == 4
    assert [path.name for path in archives if path.stat().st_size > MOST] == []


def test_an_archive_contains_nothing_about_the_machine_that_built_it(output: Path) -> None:
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


def for_a_computer(path: Path) -> bool:
    return path.parts[0] == "simulator" or path.stem in ("demo", "simulate", "stories")


def test_the_bundle_contains_the_program_without_the_simulator(unpacked: Path) -> None:
    source = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "dbus_xbms").rglob("*")
        if path.suffix in (".py", ".bash") and not for_a_computer(path.relative_to(ROOT / "dbus_xbms"))
    }
    assert source
    assert {path for path in files(unpacked) if path.startswith("dbus_xbms/")} == source
    assert (unpacked / "VERSION").read_text() == f"{NAME.removeprefix('dbus-xbms-')}\n"


def test_the_bundle_contains_the_readme_and_the_pages_that_it_links(unpacked: Path) -> None:
    readme = (unpacked / "README.md").read_text()
    pages = re.findall(r"\]\((docs/[\w-]+\.md)", readme)
    assert pages
    assert [page for page in pages if not (unpacked / page).is_file()] == []


def test_the_bundle_contains_only_the_service_files_of_venus(unpacked: Path) -> None:
    service = {path for path in files(unpacked) if path.startswith("service/")}
    scripts = {"service/packs.sh", "service/pages.sh", "service/venus.sh"}
    assert service == {*scripts, "service/dbus-xbms/run", "service/dbus-xbms/log/run"}


def test_the_bundle_contains_the_pages_of_the_touch_screen(unpacked: Path) -> None:
    plugin = json.loads((unpacked / "gui-v2/dbus-xbms.json").read_text())
    assert (plugin["name"], plugin["version"]) == ("dbus-xbms", __version__)
    assert {one["type"] for one in plugin["integrations"]} == {1, 2}


def test_only_scripts_are_executable_and_only_for_sh(unpacked: Path) -> None:
    scripts = {path: content for path, content in files(unpacked).items() if content.startswith(b"#!")}
    assert "bin/dbus-xbms" in scripts
    assert {path for path in files(unpacked) if (unpacked / path).stat().st_mode & 0o111} == set(scripts)
    assert set(re.findall(rb"^#!(\S+)", b"\n".join(scripts.values()), re.MULTILINE)) == {b"/bin/sh"}


def test_the_libraries_are_pure_python_and_only_for_linux(unpacked: Path) -> None:
    vendor = [path for path in files(unpacked) if path.startswith("vendor/")]
    assert {Path(path).suffix for path in vendor} == {".py", ""}
    assert [path for path in vendor if Path(path).suffix == "" and Path(path).name != "METADATA"] == []
    foreign = re.compile(
        r"backends/(winrt|corebluetooth|android|p4android)|windows|macos|glib/|tests?/|test_"
    )
    assert [path for path in vendor if foreign.search(path)] == []
    assert [path for path in vendor if path.endswith(("__main__.py", "oui.data"))] == []


def test_the_library_for_other_makes_has_the_modules_of_the_listed_makes_only(unpacked: Path) -> None:
    library = unpacked / "vendor/aiobmsble"
    modules = {f"{make.name}_bms.py" for make in MAKES}
    assert {path.name for path in (library / "bms").iterdir()} == {"__init__.py", *modules}
    assert (unpacked / f"vendor/aiobmsble-{VERSION}.dist-info/METADATA").is_file(), (
        "it reads its version there"
    )


def test_pip_installs_the_release_of_that_library_that_is_in_the_bundle() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert extras["other-makes"] == [f'aiobmsble=={VERSION}; python_version >= "3.12"']


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


def test_the_lock_contains_every_library_that_is_needed_on_venus(unpacked: Path) -> None:
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


def test_install_sh_and_the_notes_name_the_repository_that_published_them(output: Path) -> None:
    address = f"https://github.com/{REPOSITORY}/releases/latest/download"
    assert f"\nDOWNLOADS='{address}'\n" in (output / "install.sh").read_text()
    notes = (output / "NOTES.md").read_text()
    assert f"curl --proto '=https' -fsSLO {address}/install.sh && sh install.sh" in notes
    assert "This build is unsigned." in notes


def test_a_local_build_has_no_download_address(tmp_path: Path) -> None:
    built = build(tmp_path, GITHUB_REPOSITORY="")
    assert b"\nDOWNLOADS=''\nKEY=''\n" in built["install.sh"]
    assert not [name for name in built if name.startswith("setuphelper") or name == "NOTES.md"]


def test_a_release_is_signed_inside_and_outside_reproducibly(tmp_path: Path) -> None:
    key = new_key(tmp_path)
    one, two = (build(tmp_path / name, "--repository", REPOSITORY, "--key", key) for name in ("one", "two"))
    assert one == two
    with tarfile.open(tmp_path / "one" / f"{NAME}.tar.gz") as archive:
        archive.extractall(tmp_path, filter="data")
    public = (tmp_path / NAME / "release-key.pub").read_text()
    assert public.split() == key.with_suffix(".pub").read_text().split()[:2]
    assert f"\nKEY='{public.strip()}'\n".encode() in one["install.sh"]
    (tmp_path / "signers").write_text(f"dbus-xbms {public}")
    for folder in (tmp_path / "one", tmp_path / NAME):
        signers = ("-f", str(tmp_path / "signers"), "-I", "dbus-xbms", "-n", "dbus-xbms")
        command = ["ssh-keygen", "-Y", "verify", *signers, "-s", str(folder / "SHA256SUMS.sig")]
        with (folder / "SHA256SUMS").open() as sums:
            done = subprocess.run(
                [*command, "-s", folder / "SHA256SUMS.sig"], stdin=sums, capture_output=True
            )
        assert done.returncode == 0, done.stderr


def test_the_tree_contains_no_address_of_a_repository_of_this_project() -> None:
    # Registering an address that is printed here would give control over every GX that follows it.
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)
    own = re.compile(
        r"(github\.com|github\.io|githubusercontent\.com)[/:][\w.-]*/?dbus[-_]xbms|io\.github\.dbus_xbms",
        re.I,
    )
    named = [
        path
        for path in tracked.stdout.split("\0")
        if path
        and path != "tests/bundle/test_bundle.py"
        and own.search((ROOT / path).read_text(errors="replace"))
    ]
    assert named == []
    for path in ("README.md", "install.sh"):
        assert "github.com" not in (ROOT / path).read_text()


def test_the_actions_of_the_workflows_are_pinned_by_commit() -> None:
    used = [
        use
        for path in (ROOT / ".github/workflows").glob("*.yml")
        for use in re.findall(r"uses: (\S+)", path.read_text())
        if not use.startswith("./")
    ]
    assert used
    assert [use for use in used if not re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", use)] == []
