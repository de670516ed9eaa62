"""One pack's link and its polls: :meth:`Poller.next` waits, connects if need be, and polls once."""

from __future__ import annotations

import asyncio
from math import ceil, inf
from typing import TypeVar

from dbus_xbms.beat import next_beat
from dbus_xbms.ble.backoff import LONGEST, Backoff
from dbus_xbms.ble.central import Central
from dbus_xbms.ble.errors import NotSubscribed
from dbus_xbms.ble.link import CLOSE_LIMIT, Capture, Link
from dbus_xbms.ble.notify_method import FIRST_POLLS, NotifyTrial
from dbus_xbms.model import BETWEEN_POLLS, LinkStatus, PackIdentity, Reading
from dbus_xbms.pack.tally import Tally
from dbus_xbms.policy import poll_rate
from dbus_xbms.policy.freshness import (
    PER_POLL,
    PERSISTENT_INTERVAL,
    longest_gap,
    longest_retry,
    poll_interval,
)
from dbus_xbms.protocols import (
    BmsFamily,
    Conversation,
    LinkError,
    LoginFailed,
    NoReply,
    ProtocolError,
)
from dbus_xbms.record import record, replace
from dbus_xbms.settings import PackSettings

T = TypeVar("T")

POLL_LIMIT = 10.0  # s for all requests of one poll with their retries
# s until a missing or refused password or passkey is tried again: modules may lock themselves, and no phone
# gets through meanwhile. A change of the setting tries at once.
LOGIN_FIRST, LOGIN_LONGEST = 20.0, 240.0
COMMAND_LIMIT = 9.0  # s for a command with its read-backs
LONGEST_END = COMMAND_LIMIT + CLOSE_LIMIT  # s until polling has ended: a command being sent is finished first
COUNTERS_AFTER = 5.0  # s after the first poll: samples come first
COUNTERS_EVERY = 300.0  # s between reads of the protection counters
FREE = 0.5  # of its interval for which a shared pack is at least left to the phone app


@record
class Progress:
    """The progress of a pack's polling, for supervision."""

    ended_at: float  # s, when an attempt last ended, good or bad
    interval: float  # s between polls at most
    possible: bool  # the radio is there and the link is not lent


@record
class Polled:
    """A good poll."""

    reading: Reading
    begun: float  # s
    first: bool  # over this connection
    socket_failed: bool  # notifications work as signals only, as this poll shows


@record
class PollFailed:
    """A failed poll, or a failed connection."""

    error: LinkError | ProtocolError


class Poller:
    """Polls one pack over its link, at the pace that the pack and waiting commands need."""

    def __init__(
        self,
        address: str,
        settings: PackSettings,
        *,
        central: Central,
        protocol: BmsFamily,
        capture: Capture | None = None,
    ) -> None:
        self.changed = asyncio.Event()  # the link's status; cleared by the user
        self.polling = False
        self.urgent = False  # the link stays open and is polled every second
        self._address = address
        self._settings = settings
        self._central = central
        self._protocol = protocol
        self._capture = capture
        self._link = self._new_link()
        self._relink = False  # a setting of the link has changed, or it is lent
        self._interrupt: asyncio.Timeout | None = None  # ends :meth:`next` early
        self._broken: LinkError | None = None  # by a command
        self._open = False
        self._identity: PackIdentity | None = None  # as read over this connection
        self._polls = 0  # good ones, over this connection
        self._delay = 0.0  # s before the next connection
        self._backoff, self._login_backoff = self._new_backoffs()
        self._trial = NotifyTrial()
        self._judged = False  # whether this connection carries is known
        self._shared = False  # the link was closed to share it
        self._between = False  # two connections of a shared link
        self._lent_until = -inf  # s
        self._hurried = asyncio.Event()
        self._poll_at_once = False
        self._resting = False
        self._due = 0.0  # s, of the newest poll
        self._read_at = -inf  # s, beginning of the newest good poll
        self._pause: asyncio.Timeout | None = None  # between two polls
        self._counters_due = inf  # s
        self._ended_at = _now()
        self._failed = Tally()  # polls
        self._finding = ""  # of the newest attempt, though it failed

    # State

    @property
    def status(self) -> LinkStatus:
        """The status of the link."""
        status = self._link.status
        if self._failed.total:
            last_hour = self._failed.last_hour(_now())
            status = replace(status, failed_polls=self._failed.total, failed_last_hour=last_hour)
        if self._finding:
            status = replace(status, finding=self._finding)
        if minutes := ceil(self.lent_for / 60):
            return replace(status, state=f"lent, {minutes} min left")
        return replace(status, state=BETWEEN_POLLS) if self._between else status

    @property
    def lent_for(self) -> float:
        """How long the link is still lent, in s."""
        return max(0.0, self._lent_until - _now())

    @property
    def progress(self) -> Progress:
        """The progress of polling."""
        possible = self._central.possible(self._settings.adapter) and not self.lent_for
        interval = poll_rate.interval(self._settings, resting=True)
        return Progress(ended_at=self._ended_at, interval=interval, possible=possible)

    @property
    def at_rest(self) -> bool:
        """Whether the pack rests, and nothing hurries its polls."""
        return self._resting and self._open and not self.urgent

    # Control

    def rest(self, resting: bool) -> None:
        """Set whether the pack rests and is polled less often; applies to the present pause too."""
        if resting != self._resting:
            self._resting = resting
            _reschedule(self._pause, self._next_due())

    def hurry(self) -> None:
        """Poll now instead of at the end of the present pause."""
        self._hurried.set()
        _reschedule(self._pause, _now())

    def lend(self, until: float) -> None:
        """Leave the pack to another client until that moment, in s; a past one ends that at once."""
        self._lent_until = until
        self.relink()

    def relink(self) -> None:
        """Open a new link, with the settings as they are now."""
        self._relink = True
        _reschedule(self._interrupt, _now())

    # Polling

    async def next(self) -> Polled | PollFailed:
        """Wait until a poll is due, connect if need be, and poll."""
        while True:
            if self._relink:
                await self._start_over()
            try:
                async with asyncio.timeout(None) as self._interrupt:
                    return await self._next()
            except TimeoutError:
                if not self._relink:
                    raise
            finally:
                self._interrupt = None

    async def send(self, conversation: Conversation[T]) -> T:
        """Run the conversation of a command over the open link; a poll follows at once.

        Raises:
            LinkError: no reply, or the link is gone; the next poll fails, too.
            ProtocolError: what the conversation raises.
        """
        self._poll_at_once = True
        try:
            return await self._link.run(conversation, COMMAND_LIMIT)
        except LinkError as err:
            self._broken = err
            raise

    async def close(self) -> None:
        """Close the link."""
        await self._link.close()

    async def _start_over(self) -> None:
        """Replace the link by a new one; its counts go on."""
        await self._link.close()
        self._relink = self._shared = False  # the new link has what was changed while the old one closed
        before, self._link = self._link.status, self._new_link()
        self._link.resume(before)
        self._open, self._broken = False, None
        self._delay, self._trial = 0.0, NotifyTrial()
        self._backoff, self._login_backoff = self._new_backoffs()

    def _new_link(self) -> Link:
        adapter, passkey = self._settings.adapter, self._settings.passkey
        link = self._central.link(
            self._address, self._protocol, adapter=adapter, passkey=passkey, capture=self._capture
        )
        link.changed = self.changed
        return link

    def _new_backoffs(self) -> tuple[Backoff, Backoff]:
        longest = longest_retry(self._settings, LONGEST)
        return Backoff(longest=longest), Backoff(LOGIN_FIRST, LOGIN_LONGEST)

    async def _next(self) -> Polled | PollFailed:
        try:
            if self._broken:
                raise self._broken
            if self._open:
                await self._wait_for_poll()
            if not self._open:
                await self._connect()
            self.polling = True
            return await self._poll()
        except (LinkError, ProtocolError) as err:
            return self._fail(err)
        finally:
            self.polling = False

    async def _wait_for_poll(self) -> None:
        """Wait until the next poll is due; a shared link is closed for that.

        Raises:
            LinkError: the connection is lost.
        """
        if self._poll_at_once:
            return
        if self._settings.connection_mode == PER_POLL and not self.urgent:
            self._open, self._shared = False, True
            return
        try:
            async with asyncio.timeout_at(self._next_due()) as pause:
                self._pause = pause
                await self._link.lost.wait()
        except TimeoutError:
            self._due = pause.when() or self._due
            return
        finally:
            self._pause = None
        raise LinkError("connection lost")

    async def _connect(self) -> None:
        """Wait for the backoff or the pause of a shared link, connect, and log in.

        Raises:
            LinkError: no connection.
            ProtocolError: the module refuses the login, or sends nonsense.
        """
        await self._link.close()
        planned = self._shared
        await self._wait_to_connect()
        self._judged, self._polls, self._identity = False, 0, None
        await self._link.open(
            self._trial.choose(self._settings),
            self._settings.password,
            held_until=self._read_at + longest_gap(self._settings),
            planned=planned,
        )
        await self._link.log_in()
        self._login_backoff.reset()
        self._open, self._due = True, _now()

    async def _wait_to_connect(self) -> None:
        """Wait for the backoff or the pause of a shared link; a command ends that pause."""
        self._between = self._shared
        try:
            if self._between:
                interval = poll_interval(self._settings)
                async with asyncio.timeout_at(max(self._due + interval, _now() + FREE * interval)):
                    await self._hurried.wait()
            else:
                await asyncio.sleep(max(self._delay, self.lent_for))
        except TimeoutError:
            pass
        finally:
            self._between = self._shared = False

    async def _poll(self) -> Polled:
        self._hurried.clear()
        self._poll_at_once = False
        counters, begun = self._due >= self._counters_due, _now()
        reading = await self._link.read(self._identity, counters=counters, limit=POLL_LIMIT)
        self._identity = reading.identity or self._identity
        self._read_at = begun
        self._finding = ""
        if counters:
            self._counters_due = self._due + COUNTERS_EVERY  # also if the BMS has none
        elif self._counters_due == inf:
            self._counters_due = self._due + COUNTERS_AFTER
        self._polls += 1
        self._ended_at = _now()
        self._backoff.reset()
        shared = self._settings.connection_mode == PER_POLL
        failed = (shared or self._polls == FIRST_POLLS) and self._judge(carried=True)
        return Polled(reading=reading, begun=begun, first=self._polls == 1, socket_failed=failed)

    def _fail(self, err: LinkError | ProtocolError) -> PollFailed:
        """Count a failure; the link is closed with the next attempt."""
        self._ended_at = _now()
        self._failed.count(self._ended_at)
        if self._carried_nothing(err):
            self._judge(carried=False)
        self._finding = err.finding
        self._delay = (self._login_backoff if isinstance(err, LoginFailed) else self._backoff).next()
        self._open, self._broken = False, None
        return PollFailed(error=err)

    def _carried_nothing(self, err: LinkError | ProtocolError) -> bool:
        """Return whether an open connection carried nothing, or the pack ended it before the first poll."""
        if self._link.lost.is_set():
            return self._link.broken and not self._polls
        return isinstance(err, NoReply | NotSubscribed)

    def _judge(self, *, carried: bool) -> bool:
        """Judge the socket, once per connection, by its first polls; return whether it is to blame."""
        if self._judged:
            return False
        self._judged = True
        link, trial = self._link, self._trial
        self._trial = trial.record(acquired=link.acquired, carried=carried, broke=link.broken)
        return trial.rules_out_socket(acquired=link.acquired, carried=carried)

    def _next_due(self) -> float:
        interval = (
            PERSISTENT_INTERVAL if self.urgent else poll_rate.interval(self._settings, resting=self._resting)
        )
        return max(next_beat(self._due, interval), _now())


def _reschedule(timeout: asyncio.Timeout | None, when: float) -> None:
    if timeout and not timeout.expired():
        timeout.reschedule(when)


def _now() -> float:
    return asyncio.get_running_loop().time()
