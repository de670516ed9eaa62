"""Sends the commands of one pack over its link, each to its end."""

from __future__ import annotations

import asyncio
import logging

from dbus_xbms.pack.commands import Commands, Outgoing
from dbus_xbms.pack.persistence import SettingsWriter
from dbus_xbms.pack.poller import Poller
from dbus_xbms.protocols import LinkError, ProtocolError

log = logging.getLogger(__name__)


class CommandSender:
    """Runs the conversations of commands, and reports to ``commands`` how they ended."""

    def __init__(self, address: str, commands: Commands, poller: Poller, writer: SettingsWriter) -> None:
        self._address = address
        self._commands = commands
        self._poller = poller
        self._writer = writer

    async def send(self, command: Outgoing) -> None:
        """Send a command to its end, even if this task is cancelled meanwhile."""
        sending = asyncio.ensure_future(self._converse(command))
        try:
            await asyncio.shield(sending)
        except asyncio.CancelledError:
            await asyncio.wait([sending])
            if not sending.cancelled() and (err := sending.exception()):
                log.error("%s: %r", self._address, err)
            raise

    async def _converse(self, command: Outgoing) -> None:
        try:
            result = await self._poller.send(command.conversation)
        except (LinkError, ProtocolError) as err:
            self._commands.failed(command, str(err))
        except BaseException as err:
            self._commands.failed(command, f"an error in this program: {err!r}")
            raise
        else:
            self._writer.put(self._commands.succeeded(command, result))
        self._poller.changed.set()
