"""Exchange requests and notifications over a connection, with timeouts and retries."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from math import inf

from dbus_xbms.ble.errors import STACK_ERRORS, calling_bleak, failure
from dbus_xbms.protocols import Conversation, Echo, Frame, Framer, LinkError, NoReply, Request, T

log = logging.getLogger(__name__)

Capture = Callable[[str, str, str], None]  # address, ">" sent or "<" received, the bytes in hex
Write = Callable[[bytes], Awaitable[None]]

HIDDEN = ".. (login hidden)"
SHOWN = 3  # bytes of a login: enough to see which
MOST_RECEIVED = 2048  # bytes for one request with its retries; the longest known frame has 262


class Exchange:
    """Requests and replies of one open connection; at most one request is in flight."""

    def __init__(self, address: str, framer: Framer, capture: Capture | None = None) -> None:
        self.write: Write | None = None  # None: the BMS only pushes
        self._address = address
        self._framer = framer
        self._capture = capture
        self._request: Request | None = None
        self._reply: asyncio.Future[Frame] | None = None
        self._timeout: asyncio.Timeout | None = None
        self._echoed = False
        self._secret = b""  # the newest login, until the next request: a module may echo it late
        self._received = 0  # bytes for the request in flight
        self._ended = ""  # why the connection has ended

    async def converse(self, conversation: Conversation[T], limit: float = inf) -> T:
        """Run a conversation and return its result, within ``limit`` s.

        Raises:
            NoReply: a request got no reply and the conversation has no alternative, or the time is over.
            LinkError: the connection is gone, or a write failed.
            ProtocolError: raised by the conversation.
        """
        until = asyncio.get_running_loop().time() + limit
        try:
            request = next(conversation)
            while True:
                try:
                    frame = await self._ask(request, until)
                except NoReply as err:
                    if asyncio.get_running_loop().time() >= until:
                        raise NoReply(f"not finished after {limit:g} s") from err
                    request = conversation.throw(err)
                else:
                    request = conversation.send(frame)
        except StopIteration as done:
            result: T = done.value
            return result
        finally:
            conversation.close()

    async def _ask(self, request: Request, until: float) -> Frame:
        """Send a request, with its retries, and return the reply."""
        now, self._echoed, self._received = asyncio.get_running_loop().time, False, 0
        for _ in range(1 + request.retries):
            if self._ended:
                raise LinkError(self._ended)
            self._framer.reset()  # drop what is left of a torn frame
            self._request, self._reply = request, asyncio.get_running_loop().create_future()
            self._secret = request.encoded if request.secret else b""
            if request.encoded:
                self._trace(">", request.encoded)
            try:
                async with asyncio.timeout_at(min(now() + request.timeout, until)) as self._timeout:
                    if request.encoded:
                        await self._send(request.encoded)
                    return await self._reply
            except TimeoutError:
                if self._ended:
                    raise LinkError(self._ended) from None
                log.debug("%s: no %s in %g s", self._address, _awaited(request), request.timeout)
            finally:
                self._request = self._reply = self._timeout = None
            if now() >= until:
                break
        tries = f" in {1 + request.retries} tries" if request.retries else ""
        raise NoReply(f"no {_awaited(request)}{tries}", echoed=self._echoed)

    async def _send(self, encoded: bytes) -> None:
        if self.write is None:
            raise LinkError("the GATT layout of this protocol has no characteristic to write to")
        try:
            with calling_bleak():
                await self.write(encoded)
        except STACK_ERRORS as err:
            raise failure(err, "write failed: ") from err

    def feed(self, chunk: bytes) -> None:
        """Process one notification; ignored while no request is in flight."""
        self._trace("<", chunk)
        if self._request is None:
            return
        self._received += len(chunk)
        if self._received > MOST_RECEIVED:
            self.end(f"the pack sends without end: over {MOST_RECEIVED} bytes for one request")
            return
        for item in self._framer.feed(chunk):
            if isinstance(item, Echo):
                self._echoed |= item.encoded == self._request.encoded
            elif self._reply and not self._reply.done() and item.key == self._request.reply:
                self._reply.set_result(item)
            else:
                log.debug("%s: unexpected frame dropped: %s", self._address, item.key)

    def end(self, reason: str) -> None:
        """Fail the request in flight and all later ones: the connection is gone."""
        self._ended = reason
        if self._timeout and not self._timeout.expired():
            self._timeout.reschedule(asyncio.get_running_loop().time())

    def _trace(self, direction: str, chunk: bytes) -> None:
        debug = log.isEnabledFor(logging.DEBUG)
        if not self._capture and not debug:
            return
        hidden = self._secret and chunk and (chunk in self._secret or self._secret in chunk)
        shown = self._secret[:SHOWN].hex() + HIDDEN if hidden else chunk.hex()
        if self._capture:
            self._capture(self._address, direction, shown)
        if debug:
            log.debug("%s %s %s", self._address, direction, shown)


def _awaited(request: Request) -> str:
    return f"reply to {request.reply}" if request.encoded else f"frame {request.reply}"
