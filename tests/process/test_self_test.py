"""`doctor --self-test` in a Python of its own: passes where the program can run, says why where it cannot."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dbus_xbms import __version__
from tests.stock_venus import NOT_ON_VENUS

ROOT = Path(__file__).parents[2]


ON_VENUS = f"""
import sys
for name in {sorted(NOT_ON_VENUS)}:
    sys.modules[name] = None  # an import of it now fails
# That of an editable installation would lend what the copy lacks.
sys.meta_path = [finder for finder in sys.meta_path if "Editable" not in repr(finder)]
from dbus_xbms.__main__ import main
sys.argv = ["dbus-xbms", "doctor", "--self-test"]
sys.exit(main())
"""


def self_test(root: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run it as the installer does: no bus, no more of Python than Venus has."""
    return subprocess.run(
        [sys.executable, "-c", ON_VENUS],
        cwd=root,
        env={"PYTHONPATH": str(root), "DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/nonexistent"},
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The program, to be broken."""
    shutil.copytree(ROOT / "dbus_xbms", tmp_path / "dbus_xbms", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def spoil(file: Path, old: str, new: str) -> None:
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))


def test_it_passes_with_what_venus_has_and_says_the_version() -> None:
    done = self_test()
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"dbus-xbms {__version__}: self-test passed (Python 3.")


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("pack/poller.py", "import", "imp ort", "dbus_xbms.pack.poller: SyntaxError"),
        ("ble/bluez/client.py", "from bleak.", "from bleak_of_old.", "bleak_of_old"),
        (
            "settings/pack.py",
            "hold_time = Setting(",
            'hold_time = Setting(name="Password",',
            "Password is defined twice",
        ),
        ("settings/pack.py", "default=30.0", "default=3000.0", "setting HoldTime: "),
        ("venus/tables/measured.py", '"/Soc"', '"/Soh"', "path /Soh is defined twice"),
        ("protocols/jbd/frames.py", "(-sum(", "(sum(", "frame: ProtocolError"),
        ("protocols/jbd/registers.py", "import", "imp ort", "incomplete"),
    ],
)
def test_it_fails_with_the_reason_where_the_program_is_broken(
    copy: Path, file: str, old: str, new: str, words: str
) -> None:
    spoil(copy / "dbus_xbms" / file, old, new)
    done = self_test(copy)
    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_it_fails_where_a_recorded_pack_of_another_make_is_read_wrong(copy: Path) -> None:
    pytest.importorskip("aiobmsble", reason="aiobmsble needs Python 3.12")
    spoil(copy / "dbus_xbms/protocols/aiobmsble/reading.py", "current=_required", "current=-_required")
    done = self_test(copy)
    assert done.returncode == 1
    assert "a recorded pack of another make has (13.278, 12.5, 70.0, 4), not (13.278, -12.5" in done.stderr


def test_a_file_that_is_missing_is_noticed(copy: Path) -> None:
    (copy / "dbus_xbms/pack/pack.py").unlink()
    done = self_test(copy)
    assert done.returncode == 1
    assert "No module named 'dbus_xbms.pack.pack'" in done.stderr
