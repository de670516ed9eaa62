"""A proxy between the program and its dbus-daemon that can cut the connection at any message."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from math import inf
from pathlib import Path
from types import TracebackType
from typing import Self

CHUNK = 1 << 16  # bytes read at a time


class Cable:
    """Forward connections to a daemon; after ``cut_after`` chunks from it, close them and accept no more."""

    def __init__(self, directory: Path, daemon: str, cut_after: float = inf) -> None:
        self._path = directory / "cable"
        self._daemon = daemon.partition("path=")[2].partition(",")[0]
        self.cut_after = cut_after
        self.forwarded = 0  # chunks from the daemon
        self.cut = asyncio.Event()
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def address(self) -> str:
        """The address of the bus for the program."""
        return f"unix:path={self._path}"

    @property
    def environment(self) -> dict[str, str]:
        """Environment variables that make a process use it for both buses."""
        return {f"DBUS_{bus}_BUS_ADDRESS": self.address for bus in ("SYSTEM", "SESSION")}

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_unix_server(self._accept, self._path)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, err: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._cut()
        for _ in range(3):  # asyncio leaks a connection whose server is closed while it is being accepted
            await asyncio.sleep(0)
        self._server.close()
        await self._server.wait_closed()
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        self._open.add(writer)
        try:
            from_daemon, to_daemon = await asyncio.open_unix_connection(self._daemon)
            self._open.add(to_daemon)
            if self.cut.is_set():  # while this connection was being made
                self._abort()
            async with asyncio.TaskGroup() as directions:
                directions.create_task(self._forward(reader, to_daemon))
                directions.create_task(self._forward(from_daemon, writer, counted=True))
        finally:
            self._open.discard(writer)
            self._tasks.discard(task)

    async def _forward(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, counted: bool = False
    ) -> None:
        with suppress(OSError):
            while chunk := await reader.read(CHUNK):
                writer.write(chunk)
                self.forwarded += counted
                if self.forwarded >= self.cut_after:
                    self._cut()
        writer.close()

    def _cut(self) -> None:
        self._path.unlink(missing_ok=True)
        self.cut.set()
        self._abort()

    def _abort(self) -> None:
        for writer in self._open:
            writer.transport.abort()
