"""Logging to a pipe or terminal that nobody reads."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize("full", ["pipe", "terminal"])
def test_logging_goes_on_past_a_reader_that_does_not_read(full: str) -> None:
    reader, writer = os.pipe() if full == "pipe" else os.openpty()
    script = (
        "import logging, sys\n"
        "from dbus_xbms.process.output import LossyStream\n"
        "logging.basicConfig(stream=LossyStream(sys.stdout.fileno()))\n"
        "for n in range(3000): logging.error('%0100d', n)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], stdout=writer, timeout=20, check=False)
    assert done.returncode == 0
    if full == "terminal":
        assert os.get_blocking(writer), "the terminal itself, which a shell shares, is as it was"
    os.close(reader)
    os.close(writer)
