"""What holds for all tests in virtual time."""

import pytest

from dbus_xbms import pack, switching


@pytest.fixture(autouse=True)
def _lines_are_counted_anew() -> None:
    """What a test has left counted would be closed by its loop, which has ended."""
    for log in (pack.log, switching.log):
        log._kinds.clear()
