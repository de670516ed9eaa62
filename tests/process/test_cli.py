"""The command line as a process: its standard streams, and what it imports."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from dbus_xbms import cli
from dbus_xbms.commands import parsers


def test_help_and_decode_load_neither_bleak_nor_dbus_fast() -> None:
    script = (
        "import sys; from dbus_xbms.commands import decode, parsers; parsers.top_parser();"
        "sys.exit(bool({'bleak', 'dbus_fast', 'asyncio'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], timeout=30)
    assert done.returncode == 0


def test_the_service_starts_as_on_a_gx_without_a_parser() -> None:
    script = (
        "import sys; from dbus_xbms import cli; from dbus_xbms.commands import run\n"
        "run.run = lambda args: 7 if args.capture is None and 'argparse' not in sys.modules else 8\n"
        "sys.exit(cli.main(['run']))"
    )
    done = subprocess.run([sys.executable, "-c", script], timeout=30)
    assert done.returncode == 7


def test_the_service_started_as_on_a_gx_has_the_arguments_that_its_parser_makes() -> None:
    assert vars(cli.arguments_of(["run"])) == {
        name: value for name, value in vars(parsers.parse(["run"])).items() if name != "arguments"
    }


@pytest.mark.parametrize("arguments", ["watch", "watch --once", "history X", "list", "-V"])
def test_a_closed_standard_output_is_said_in_one_line(arguments: str) -> None:
    command = f"{sys.executable} -m dbus_xbms {arguments} >&-"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stderr) == (1, "dbus-xbms: standard output is closed\n")


@pytest.mark.parametrize("closed", ["2>&-", "<&-", "<&- 2>&-"])
def test_a_closed_input_or_a_closed_standard_error_makes_no_traceback(closed: str) -> None:
    command = f"{sys.executable} -m dbus_xbms completion bash {closed}"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout


def test_a_reader_that_has_gone_makes_no_traceback() -> None:
    command = f"{sys.executable} -m dbus_xbms --help | true; {sys.executable} -m dbus_xbms decode 00 | true"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=30)
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_what_an_encoding_does_not_have_is_replaced(encoding: str, stream: str) -> None:
    code = f"""
import sys
from dbus_xbms import cli
from dbus_xbms.commands import decode
decode.run = lambda args: print("20 \\u00b0C \\u2026", file=sys.{stream}) or 0
sys.exit(cli.main(["decode"]))
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": f"{encoding}:strict"},
        timeout=60,
    )
    assert done.returncode == 0
    assert (
        getattr(done, stream).decode(encoding).strip() == {"ascii": "20 ?C ?", "latin-1": "20 °C ?"}[encoding]
    )
