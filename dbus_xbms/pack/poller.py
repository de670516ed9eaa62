"""Holds the link to one pack and polls over it, for ever."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from itertools import count
from math import ceil, floor, inf
from typing import Protocol

from dbus_xbms.ble.backoff import LONGEST, Backoff
from dbus_xbms.ble.central import Central
from dbus_xbms.ble.errors import NotSubscribed
from dbus_xbms.ble.link import CLOSE_LIMIT, Capture, Link
from dbus_xbms.ble.notify_method import FIRST_POLLS, NotifyTrial
from dbus_xbms.model import BETWEEN_POLLS, LinkStatus, PackIdentity, Reading
from dbus_xbms.pack.commands import Order
from dbus_xbms.pack.tally import Tally
from dbus_xbms.policy import poll_rate
from dbus_xbms.policy.freshness import PER_POLL, PERSISTENT_INTERVAL, longest_retry, poll_interval
from dbus_xbms.protocols import BmsFamily, LinkError, LoginFailed, NoReply, ProtocolError
from dbus_xbms.settings import PackSettings

POLL_LIMIT = 10.0  # s for all requests of one poll with their retries
# s until a password or passkey is tried again that was missing or refused: modules may lock themselves, and
# while we try no phone gets through. A change of the setting tries at once.
LOGIN_FIRST, LOGIN_LONGEST = 20.0, 240.0
ORDER_LIMIT = 9.0  # s for an order with its read-backs
LONGEST_END = ORDER_LIMIT + CLOSE_LIMIT  # s until polling has ended: an order on its way is carried out first
COUNTERS_AFTER = 5.0  # s after the first poll: what everybody waits for comes first
COUNTERS_EVERY = 300.0  # s between reads of the protection counters
ROUNDING = 1e-6  # parts of an interval


def next_beat(due: float, interval: float) -> float:
    """When the poll after one that was due at ``due`` is due, in s.

    All packs that are polled at one interval are polled in the same moment: the machine wakes once for all of
    them, and each next one finds what it needs in the processor's cache.
    """
    return floor((due + interval) / interval + ROUNDING) * interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How a pack's polling gets on, for supervision."""

    ended_at: float  # s, when an attempt last came to an end, good or bad
    interval: float  # s between polls at the most
    possible: bool  # its radio is there


class Listener(Protocol):
    """Who is told what polling brings: :class:`dbus_xbms.pack.pack.Pack`."""

    def polled(self, reading: Reading, begun: float) -> PackIdentity:
        """Process a reading whose poll began at ``begun``, in s; return the pack's identity."""
        ...

    def poll_failed(self, err: LinkError | ProtocolError) -> None:
        """Record a failed poll."""
        ...

    def link_changed(self) -> None:
        """Record a new link status."""
        ...

    def acquire_failed(self) -> None:
        """Record that notifications work as signals only, not over a socket."""
        ...

    def connected(self) -> None:
        """Record a new connection."""
        ...

    @property
    def ordering(self) -> bool:
        """Whether an order waits to go out."""
        ...

    def order(self) -> Order | None:
        """Return the order that is to go out now, right after a good poll."""
        ...


class Poller:
    """One pack's link and the polls over it."""

    def __init__(
        self,
        address: str,
        settings: PackSettings,
        listener: Listener,
        *,
        air: Central,
        protocol: BmsFamily,
        capture: Capture | None = None,
    ) -> None:
        self._address = address
        self._settings = settings
        self._listener = listener
        self._air = air
        self._protocol = protocol
        self._capture = capture
        self._link: Link | None = None
        self._relink = asyncio.Event()  # a setting of the link has changed, or it is lent
        self._hurried = asyncio.Event()  # an order waits
        self._lent_until = -inf  # s
        self._counters_due = inf  # s
        self._ended_at = asyncio.get_running_loop().time()
        self._failed = Tally()  # polls
        self._between = False  # two connections of a link that is shared
        self._resting = False
        self._pause: asyncio.Timeout | None = None  # between two polls
        self._pause_from = 0.0  # s, when the poll before it was due
        self._trial = NotifyTrial()
        self._judged = False  # whether this connection carries is known
        self._polled = False  # it has carried a poll
        self._finding = ""  # what the newest attempt found out though it failed

    @property
    def status(self) -> LinkStatus:
        """How the link is doing."""
        status = self._link.status if self._link else LinkStatus()
        if self._failed.total:
            last_hour = self._failed.last_hour(asyncio.get_running_loop().time())
            status = replace(status, failed_polls=self._failed.total, failed_last_hour=last_hour)
        if self._finding:
            status = replace(status, finding=self._finding)
        if minutes := ceil(self.lent_for / 60):
            return replace(status, state=f"lent, {minutes} min left")
        return replace(status, state=BETWEEN_POLLS) if self._between else status

    @property
    def lent_for(self) -> float:
        """For how many s the link is still somebody else's."""
        return max(0.0, self._lent_until - asyncio.get_running_loop().time())

    @property
    def progress(self) -> Progress:
        """How polling gets on."""
        possible = self._air.possible(self._settings.adapter) and not self.lent_for
        interval = poll_rate.interval(self._settings, resting=True)
        return Progress(ended_at=self._ended_at, interval=interval, possible=possible)

    def rest(self, resting: bool) -> None:
        """Record whether the pack rests; applies to the current pause too."""
        if resting == self._resting:
            return
        self._resting = resting
        if self._pause and not self._pause.expired():
            self._pause.reschedule(self._next_due())

    def hurry(self) -> None:
        """Poll now: an order waits for that, or the pause that is on has become too long."""
        self._hurried.set()
        if self._pause and not self._pause.expired():
            self._pause.reschedule(asyncio.get_running_loop().time())

    def lend(self, until: float) -> None:
        """Leave the pack to somebody else until that moment, in s; one that has passed ends that."""
        self._lent_until = until
        self._relink.set()

    def relink(self) -> None:
        """Make the link anew, with the settings as they are now."""
        self._relink.set()

    async def run(self) -> None:
        """Keep polling until cancelled; then the link is closed."""
        while True:
            self._relink.clear()
            async with asyncio.TaskGroup() as group:
                link = group.create_task(self._hold_link(), name=f"poll {self._address}")
                await self._relink.wait()
                link.cancel()

    async def _hold_link(self) -> None:
        """Connect and poll, again and again."""
        delays = Backoff(longest=longest_retry(self._settings, LONGEST))
        login_delays = Backoff(LOGIN_FIRST, LOGIN_LONGEST)
        adapter = self._settings.adapter
        passkey = self._settings.passkey
        link = self._air.link(
            self._address, self._protocol, adapter=adapter, passkey=passkey, capture=self._capture
        )
        if self._link:  # what it has counted goes on
            link.resume(self._link.status)
        self._link, link.on_status = link, self._listener.link_changed
        self._trial = NotifyTrial()
        await asyncio.sleep(self.lent_for)
        while True:
            self._judged = self._polled = self._between = False
            try:
                await link.open(self._trial.choose(self._settings))
                self._listener.connected()
                await link.run(self._protocol.hello(self._address, self._settings.password))
                login_delays.reset()
                await self._poll_while_open(link, delays)
                pause, good = poll_interval(self._settings), True
            except (LinkError, ProtocolError) as err:
                self._ended_at = asyncio.get_running_loop().time()
                self._failed.count(self._ended_at)
                if self._carried_nothing(err, link):
                    self._judge(link, carried=False)
                self._finding = err.finding
                self._listener.poll_failed(err)
                pause, good = (login_delays if isinstance(err, LoginFailed) else delays).next(), False
            finally:
                await link.close()
            self._between = good
            try:
                async with asyncio.timeout(pause):
                    await (self._hurried if good else self._relink).wait()
            except TimeoutError:
                continue

    async def _poll_while_open(self, link: Link, delays: Backoff) -> None:
        """Poll at a steady rate; in per-poll mode once."""
        known: PackIdentity | None = None
        due = asyncio.get_running_loop().time()
        for polls in count(1):
            self._hurried.clear()
            known = await self._poll(link, known, due)
            delays.reset()
            per_poll = self._settings.connection_mode == PER_POLL
            if per_poll or polls == FIRST_POLLS:
                self._judge(link, carried=True)
            if await self._carry_out(link):
                continue  # and see at once what has become of it
            if per_poll and not self._listener.ordering:
                return
            due = await self._next(due, link)

    async def _poll(self, link: Link, known: PackIdentity | None, now: float) -> PackIdentity:
        counters = now >= self._counters_due
        begun = asyncio.get_running_loop().time()
        reading = await link.run(self._protocol.poll(known, counters=counters), POLL_LIMIT)
        self._polled, self._finding = True, ""
        if counters:
            self._counters_due = now + COUNTERS_EVERY  # also if the BMS has none
        elif self._counters_due == inf:
            self._counters_due = now + COUNTERS_AFTER
        self._ended_at = asyncio.get_running_loop().time()
        return self._listener.polled(reading, begun)

    async def _carry_out(self, link: Link) -> bool:
        """Give the BMS the order that is due, to its end even if this task is; whether there was one."""
        order = self._listener.order()
        if order is None:
            return False
        giving = asyncio.ensure_future(self._give(order, link))
        giving.add_done_callback(lambda done: done.cancelled() or done.exception())  # has been told of
        try:
            await asyncio.shield(giving)
        except asyncio.CancelledError:
            await asyncio.wait([giving])
            raise
        return True

    @staticmethod
    async def _give(order: Order, link: Link) -> None:
        try:
            outcome = await link.run(order.conversation, ORDER_LIMIT)
        except (LinkError, ProtocolError) as err:
            order.failed(str(err))
            if isinstance(err, LinkError):  # else the BMS has answered: the link is well
                raise
        except BaseException as err:
            order.failed(f"a fault in this program: {err!r}")
            raise
        else:
            order.done(outcome)

    def _carried_nothing(self, err: LinkError | ProtocolError, link: Link) -> bool:
        """Whether a connection that stood brought nothing, or was ended by the pack before its first poll."""
        if link.lost.is_set():
            return link.broken and not self._polled
        return isinstance(err, NoReply | NotSubscribed)

    def _judge(self, link: Link, *, carried: bool) -> None:
        """Count, once for each connection, whether its first polls came through."""
        if self._judged:
            return
        self._judged = True
        if self._trial.rules_out_socket(acquired=link.acquired, carried=carried):
            self._listener.acquire_failed()
        self._trial = self._trial.record(acquired=link.acquired, carried=carried, broke=link.broken)

    def _interval(self) -> float:
        if self._listener.ordering:  # it waits for a current to fall
            return PERSISTENT_INTERVAL
        return poll_rate.interval(self._settings, resting=self._resting)

    def _next_due(self) -> float:
        return max(next_beat(self._pause_from, self._interval()), asyncio.get_running_loop().time())

    async def _next(self, due: float, link: Link) -> float:
        """Wait until the poll after that of ``due`` is due, and return when that was."""
        self._pause_from = due
        try:
            async with asyncio.timeout_at(self._next_due()) as pause:
                self._pause = pause
                await link.lost.wait()
        except TimeoutError:
            return pause.when() or due
        finally:
            self._pause = None
        raise LinkError("connection lost")
