"""The library aiobmsble: how it is imported, and every part of it that is replaced, each with its reason.

The library opens, repeats and closes connections by itself. Here the radio belongs to
:mod:`dbus_xbms.ble.central`: the library is handed a connection that is already open, and cannot open another
one. It is imported with the first pack that needs it: it takes memory that a GX with other packs keeps.
"""

from __future__ import annotations

import importlib
import importlib.util
import logging
import math
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from types import ModuleType
from typing import Any

from bleak.backends.device import BLEDevice
from bleak.exc import BleakError

from dbus_xbms.ble.errors import LibraryMissing
from dbus_xbms.protocols.aiobmsble.makes import VERSION
from dbus_xbms.protocols.aiobmsble.requirement import LIBRARY, missing

log = logging.getLogger(__name__)

UNKNOWN_VERSION = "0.0.0.dev0"  # what the library calls itself where its metadata is not installed
SILENT = f"{LIBRARY}.silent"  # a logger that never logs, for packs with a password

_handed: ContextVar[Any] = ContextVar("the connection that the library may take")


def load(name: str) -> type[Any]:
    """Import the library's module of a make, such as ``daly``, and return its class ``BMS``.

    Raises:
        LibraryMissing: the library is missing or of another release; the message says what to do.
    """
    if lacking := missing():
        raise LibraryMissing(f"this make {lacking}")
    try:
        bms: type[Any] = bms_module(name).BMS
    except ImportError as err:
        raise LibraryMissing(f"the library {LIBRARY} cannot be used: {err}") from err
    return bms


def bms_module(name: str) -> ModuleType:
    """Import the library's module of a make, with everything replaced that opens or closes connections.

    Raises:
        ImportError: the library is not installed or of another release, or has no such module.
        SyntaxError: Python is older than 3.12.
    """
    _import_base()
    return importlib.import_module(f"{LIBRARY}.bms.{name}_bms")


def make(bms: type[Any], device: BLEDevice, password: str) -> Any:
    """Return an instance of a class of the library, for one connection."""
    config = importlib.import_module(LIBRARY).BMSConfig(keep_alive=True, secret=password)
    return bms(device, config, SILENT if password else "")


async def connect(bms: Any, client: object) -> None:
    """Let the library use an open connection: it subscribes, and does what its module does first.

    Runs in a task of its own: the connection is handed over to that task alone.
    """
    _handed.set(client)
    await bms.__aenter__()


@cache
def _import_base() -> None:
    """Import the base of the library, and replace what opens and closes connections."""
    with _statistics():
        package: Any = importlib.import_module(LIBRARY)
        base: Any = importlib.import_module(f"{LIBRARY}.basebms")
    if package.__version__ not in (VERSION, UNKNOWN_VERSION):
        raise ImportError(f"{VERSION} is needed, {package.__version__} is installed")
    # It would connect without regard to the adapter, to other links and to scans.
    base.establish_connection = _take_connection
    # It would disconnect the device from other programs and adapters.
    base.close_stale_connections = _leave_connections
    # It makes a client before it connects, which would be a way to bypass both.
    base.BleakClient = NoClient
    _lower_log()


async def _take_connection(*_: object, **__: object) -> object:
    """Return the connection that was handed over, once.

    Raises:
        BleakError: there is none: the library connects again by itself, which only the poller may do.
    """
    client = _handed.get(None)
    _handed.set(None)
    if client is None:
        raise BleakError("Not connected")
    return client


async def _leave_connections(*_: object, **__: object) -> None:
    """Close nothing."""


class NoClient:
    """A client that is not connected, and never will be."""

    is_connected = False

    def __init__(self, *_: object, **__: object) -> None:
        pass

    @property
    def services(self) -> object:
        """None: there is no connection.

        Raises:
            BleakError: always.
        """
        raise BleakError("Not connected")

    async def disconnect(self) -> None:
        """Do nothing."""


@contextmanager
def _statistics() -> Iterator[None]:
    """Let the library import ``statistics``, which a stock Venus OS lacks; it only uses ``fmean``."""
    if importlib.util.find_spec("statistics"):
        yield
        return
    stand_in = ModuleType("statistics")
    stand_in.fmean = _fmean  # type: ignore[attr-defined]
    sys.modules["statistics"] = stand_in
    try:
        yield
    finally:
        del sys.modules["statistics"]


def _fmean(values: Iterable[float]) -> float:
    terms = [*values]
    return math.fsum(terms) / len(terms)


def _lower_log() -> None:
    """Log what the library logs as debug messages of this program, or not at all."""
    logger = logging.getLogger(LIBRARY)
    logger.propagate = False
    logger.handlers = [_Lowered()]
    logger.setLevel(logging.DEBUG if log.isEnabledFor(logging.DEBUG) else logging.CRITICAL + 1)
    logging.getLogger(SILENT).setLevel(logging.CRITICAL + 1)


class _Lowered(logging.Handler):
    """Passes records on as debug messages."""

    def emit(self, record: logging.LogRecord) -> None:
        log.debug("%s: %s", record.name, record.getMessage(), exc_info=record.exc_info)
