"""A directory in place of the root of a GX, with busybox and real daemontools; and bundles to install."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from tests.patience import PATIENCE

PROJECT = Path(__file__).parents[2]
BUSYBOX = [
    *(
        "awk",
        "basename",
        "cat",
        "chmod",
        "cmp",
        "cp",
        "cut",
        "dd",
        "df",
        "dirname",
        "echo",
        "env",
        "find",
        "grep",
        "head",
        "id",
    ),
    *(
        "ln",
        "ls",
        "mkdir",
        "mktemp",
        "mv",
        "printf",
        "readlink",
        "rm",
        "rmdir",
        "sed",
        "sh",
        "sha256sum",
        "sleep",
    ),
    *("sync", "tail", "tar", "tr", "uname", "wc"),
]
REAL = ["flock", "ssh-keygen", "svc", "svscan", "svstat", "supervise", "softlimit", "multilog", "tai64nlocal"]
STUB = """#!/bin/sh
here=$(cd "$(dirname "$0")/.." && pwd -P)
case $1 in
    doctor) [ ! -e "$here/unfit" ] || { echo "no module named bleak"; exit 1; } ;;
    run)
        echo "this is $(cat "$here/VERSION")"
        [ ! -e "$here/crashes" ] || exit 1
        cat "$here/VERSION" >"$XBMS_ROOT/run/name"
        exec sleep 1000 ;;
    wait) grep -qxF "$(cat "$here/VERSION")" "$XBMS_ROOT/run/name" && [ ! -e "$here/mute" ] ;;
    remove) echo "$@" >>"$XBMS_ROOT/run/removed" ;;
esac
"""
T = TypeVar("T")
BOOT_LINE = "/data/apps/dbus-xbms/current/install.sh"
Tree = dict[str, tuple[int, bytes]]  # path -> mode and content


def bundle(directory: Path, version: str, *traits: str, pages: bool = True) -> Path:
    """An unpacked archive with a stub for the program: ``unfit``, ``crashes``, ``mute`` or working."""
    tree = directory / f"dbus-xbms-{version}"
    shutil.copytree(PROJECT / "service", tree / "service")
    shutil.copy2(PROJECT / "install.sh", tree)
    (tree / "bin").mkdir()
    (tree / "bin/dbus-xbms").write_text(STUB)
    (tree / "bin/dbus-xbms").chmod(0o755)
    (tree / "VERSION").write_text(f"{version}\n")
    if pages:
        (tree / "gui-v2").mkdir()
        (tree / "gui-v2/dbus-xbms.json").write_text(f'{{"version": "{version}"}}\n')
    for trait in traits:
        (tree / trait).touch()
    write_sums(tree)
    return tree


def sign(tree: Path, key: Path) -> None:
    """Sign a bundle: add the public key, the sums and their signature."""
    public = subprocess.run(["ssh-keygen", "-y", "-f", key], check=True, capture_output=True, text=True)
    (tree / "release-key.pub").write_text(" ".join(public.stdout.split()[:2]) + "\n")
    sign_sums(tree, key)


def sign_sums(tree: Path, key: Path) -> None:
    """Write the sums of a bundle and sign them."""
    write_sums(tree)
    (tree / "SHA256SUMS.sig").unlink(missing_ok=True)
    sign = ["ssh-keygen", "-q", "-Y", "sign", "-n", "dbus-xbms", "-f", str(key), str(tree / "SHA256SUMS")]
    subprocess.run(sign, check=True, capture_output=True)


def new_key(directory: Path, name: str = "key") -> Path:
    """Make a pair of keys; return the path of the private one."""
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", directory / name],
        check=True,
        capture_output=True,
    )
    return directory / name


def write_sums(tree: Path) -> None:
    """Write SHA256SUMS with the sums of all other files."""
    files = sorted(
        path for path in tree.rglob("*") if path.is_file() and not path.name.startswith("SHA256SUMS")
    )
    sums = (f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(tree)}\n" for path in files)
    (tree / "SHA256SUMS").write_text("".join(sums))


def archive(tree: Path) -> Path:
    """Pack the bundle; return the path of the archive."""
    file = tree.parent / f"{tree.name}.tar.gz"
    subprocess.run(["tar", "czf", file, "-C", tree.parent, tree.name], check=True)
    return file


def snapshot(root: Path, *excluded: str) -> Tree:
    """All files and directories below ``root`` except ``excluded``."""
    tree: Tree = {}
    for path in sorted(root.rglob("*")):
        name = str(path.relative_to(root))
        if any(name == part or name.startswith(f"{part}/") for part in excluded):
            continue
        content = b""
        if path.is_symlink():
            content = os.fsencode(path.readlink())
        elif path.is_file():
            content = path.read_bytes()
        tree[name] = (path.lstat().st_mode, content)
    return tree


def until(condition: Callable[[], T]) -> T:
    """Call ``condition`` until its result is true, and return it."""
    end = time.monotonic() + PATIENCE
    while not (result := condition()):
        assert time.monotonic() < end, f"not within {PATIENCE} s"
        time.sleep(0.05)
    return result


class Gx:
    """A GX: ``root`` is its root directory, ``tools`` the only directory on its PATH."""

    def __init__(self, directory: Path, version: str = "v3.73") -> None:
        self.root = directory / "gx"
        self.tools = directory / "tools"
        for name in ("data", "service", "run", "opt/victronenergy/service", "etc/venus", "var/log"):
            (self.root / name).mkdir(parents=True)
        (self.root / "opt/victronenergy/version").write_text(f"{version}\nVictron Energy\n20250801\n")
        (self.root / "data/keepme").write_text("of another program\n")
        (self.root / "data/apps/enabled").mkdir(parents=True)  # by gui-v2
        self.tools.mkdir()
        for name in BUSYBOX:
            self.tool(name, shutil.which("busybox"))
        for name in REAL:
            self.tool(name, shutil.which(name))
        self.tool("python3", sys.executable)
        self.environment = {"PATH": str(self.tools), "XBMS_PATIENCE": "12", "XBMS_STEADY": "2"}
        self._svscan: subprocess.Popen[bytes] | None = None

    def tool(self, name: str, path: str | None) -> None:
        """Put a program on the PATH."""
        assert path, f"needs {name}"
        link = self.tools / name
        link.unlink(missing_ok=True)
        link.symlink_to(path)

    def script(self, name: str, text: str) -> None:
        """Put a shell script on the PATH, replacing one of the same name."""
        link = self.tools / name
        link.unlink(missing_ok=True)
        link.write_text(f"#!/bin/sh\n{text}\n")
        link.chmod(0o755)

    # --- install.sh ---

    def command(self, tree: Path, *options: str) -> list[str]:
        """The command that runs the install.sh of ``tree``, without the svc of busybox, which is runit's."""
        shell = (str(self.tools / "sh"), "-c", f'svc() {{ {self.tools}/svc "$@"; }}; . "$0"')
        return [*shell, str(tree / "install.sh"), "--root", str(self.root), *options]

    def install(self, tree: Path, *options: str) -> subprocess.CompletedProcess[str]:
        """Run install.sh to its end; its output is in ``stdout``, errors included."""
        return subprocess.run(
            self.command(tree, *options),
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
        )

    def place(self, tree: Path) -> None:
        """Install without starting the service."""
        done = self.install(tree, "--no-start")
        assert done.returncode == 0, done.stdout

    def boot(self, *, rc_local_first: bool = True) -> None:
        """A reboot: /service is emptied, then svscan starts and rc.local runs.

        It is the other way round on a GX, but then svscan takes 5 s to see what rc.local has put there.
        """
        self.stop()
        shutil.rmtree(self.root / "service")
        (self.root / "service").mkdir()
        if rc_local_first:
            self.run_rc_local()
        self.start()
        if not rc_local_first:
            self.run_rc_local()

    def run_rc_local(self) -> None:
        """Run rc.local as Venus OS does."""
        rc_local = self.root / "data/rc.local"
        if os.access(rc_local, os.X_OK):
            subprocess.run([rc_local], env=self.environment, check=False, timeout=20)

    @property
    def current(self) -> str | None:
        """The version that is linked as the current one."""
        link = self.root / "data/apps/dbus-xbms/current"
        return (link / "VERSION").read_text().strip() if link.is_dir() else None

    @property
    def settled(self) -> bool:
        """Whether no release is on trial and no install.sh is running."""
        with (self.root / "run/dbus-xbms.lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
        return not (self.root / "data/apps/dbus-xbms/trial").exists()

    # --- daemontools ---

    def start(self) -> None:
        """Let svscan watch /service."""
        self._svscan = subprocess.Popen(
            [self.tools / "svscan", self.root / "service"],
            env={**self.environment, "XBMS_ROOT": str(self.root)},
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def stop(self) -> None:
        """End svscan and all that it has started, which is in the same session."""
        if self._svscan is None:
            return
        for child in self.processes():
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        self._svscan.wait()
        self._svscan = None

    def processes(self) -> list[int]:
        """Process ids of svscan and all that it has started, svscan first."""
        assert self._svscan
        own = self._svscan.pid
        found = []
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):
                state, _, _, session = stat.read_text().rpartition(")")[2].split()[:4]
                if int(session) == own and state != "Z":
                    found.append(int(stat.parent.name))
        return sorted(found)

    @property
    def pid(self) -> int | None:
        """The process id of the service, if it is up."""
        line = subprocess.run(
            [self.tools / "svstat", self.root / "service/dbus-xbms"], capture_output=True, text=True
        ).stdout
        return int(line.partition("(pid ")[2].partition(")")[0]) if ": up (pid " in line else None

    @property
    def running(self) -> str | None:
        """The version that is running, if any."""
        name = self.root / "run/name"
        return name.read_text().strip() if self.pid and name.exists() else None
