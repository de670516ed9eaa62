"""How to be notified by a pack: over a socket, until that has failed where signals work. Pure.

The socket of AcquireNotify is cheaper than a D-Bus signal for each notification, but some modules send before
BlueZ has the socket ready, and what comes then is lost; others end the link. A noisy link fails too, and then
it is not the socket's fault. So the socket is given up only if it carried nothing on several connections in a
row, never did before, and the very next connection works with signals.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from dbus_xbms.model import Notify
from dbus_xbms.settings import PackSettings

FIRST_POLLS = 3  # so many good ones in a row show that a connection carries
TRIES = 3  # connections in a row that stood and carried nothing over the socket, until signals are tried
BREAKS = 6  # ... that broke before their first poll: a noisy link does that, too
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What the connections since the start say of the socket."""

    mute: int = 0  # connections in a row that stood and carried nothing over the socket
    broken: int = 0  # ... that broke before their first poll
    carried: bool = False  # the socket has worked

    @property
    def doubtful(self) -> bool:
        """Whether it is time to try signals."""
        return self.mute / TRIES + self.broken / BREAKS >= 1 - ROUNDING

    def method(self, settings: PackSettings) -> Notify:
        """How the next connection is to be notified."""
        chosen = Notify(settings.notify_method)
        if chosen is Notify.AUTO and (settings.acquire_failed or self.doubtful):
            return Notify.START
        return chosen

    def after(self, *, acquired: bool, carried: bool, broke: bool = False) -> Trial:
        """Count a connection: whether it had a socket, carried polls, or broke before the first one."""
        if acquired and not carried:
            return replace(self, mute=self.mute + (not broke), broken=self.broken + broke)
        return Trial(carried=self.carried or acquired)  # after signals, well or not, it is the socket's turn

    def convicts(self, *, acquired: bool, carried: bool) -> bool:
        """Whether that connection shows that it is the socket which does not work with this pack."""
        return carried and not acquired and self.doubtful and not self.carried
