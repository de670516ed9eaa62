"""Choose how BlueZ delivers notifications: over a socket, unless that fails where signals work. Pure.

The socket of AcquireNotify is cheaper than a D-Bus signal for each notification, but some modules send before
BlueZ has the socket ready, and those notifications are lost; others end the link. A noisy link fails too,
which is not the socket's fault. So the socket is given up only if it carried nothing on several consecutive
connections, never did before, and the next connection works with signals.
"""

from __future__ import annotations

from dbus_xbms.model import Notify
from dbus_xbms.record import record, replace
from dbus_xbms.settings import PackSettings

FIRST_POLLS = 3  # consecutive good polls that show that a connection works
TRIES = 3  # consecutive connections that stayed up and carried nothing, until signals are tried
BREAKS = 6  # ... that broke before their first poll, which a noisy link causes, too
ROUNDING = 1e-9


@record
class NotifyTrial:
    """Results of the connections since the start."""

    mute: int = 0  # consecutive connections that stayed up and carried nothing over the socket
    broken: int = 0  # ... that broke before their first poll
    carried: bool = False  # the socket has worked

    @property
    def doubtful(self) -> bool:
        """Whether signals should be tried."""
        return self.mute / TRIES + self.broken / BREAKS >= 1 - ROUNDING

    def choose(self, settings: PackSettings) -> Notify:
        """Method for the next connection."""
        chosen = Notify(settings.notify_method)
        if chosen is Notify.AUTO and (settings.acquire_failed or self.doubtful):
            return Notify.START
        return chosen

    def record(self, *, acquired: bool, carried: bool, broke: bool = False) -> NotifyTrial:
        """Add a connection: whether it used a socket, carried polls, or broke before the first one."""
        if acquired and not carried:
            return replace(self, mute=self.mute + (not broke), broken=self.broken + broke)
        return NotifyTrial(carried=self.carried or acquired)  # after signals the socket is tried again

    def rules_out_socket(self, *, acquired: bool, carried: bool) -> bool:
        """Return whether this connection shows that the socket does not work with this pack."""
        return carried and not acquired and self.doubtful and not self.carried
