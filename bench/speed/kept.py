"""Measuring, and keeping the results in ``docs/``, from which ``bench.tables`` fills the pages."""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from bench.interrupted import obeying_ctrl_c
from dbus_xbms.serve import unclaimed

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

DOCS = Path(__file__).parents[2] / "docs"
T = TypeVar("T", bound="DataclassInstance")  # of a result


class Kept(Generic[T]):
    """The file of the results of one measurement, and their table."""

    def __init__(
        self, name: str, table: Callable[[Sequence[T]], str], read: Callable[[dict[str, Any]], T]
    ) -> None:
        """``read`` makes a result of its fields in the file ``name``."""
        self._path = DOCS / name
        self._table = table
        self._read = read

    def shown(self) -> str:
        """Return the table of the results that were kept."""
        return self._table([self._read(row) for row in json.loads(self._path.read_text(encoding="utf-8"))])

    def measure(
        self,
        parser: argparse.ArgumentParser,
        measured: Callable[[argparse.Namespace], Awaitable[list[T]]],
    ) -> int:
        """Measure with the arguments of the command, print the table, and keep it with ``--keep``."""
        parser.add_argument("--keep", action="store_true", help=f"write docs/{self._path.name}")
        args = parser.parse_args()
        results = asyncio.run(obeying_ctrl_c(_quietly(measured(args))))
        print(self._table(results), end="")
        if args.keep:
            rows = [asdict(one) for one in results]
            self._path.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
        return 0


async def _quietly(work: Awaitable[list[T]]) -> list[T]:
    asyncio.get_running_loop().set_exception_handler(unclaimed)  # a bus that ends before its users
    return await work
