"""Track the contact with one pack: why the last attempt failed, and how long the state has lasted."""

from __future__ import annotations

from dbus_xbms.contact import Contact, ContactState, ContactView, Failure, advice, argument, judge
from dbus_xbms.protocols import LinkError, LoginFailed, ProtocolError


class ContactTracker:
    """Tracks the contact with the pack at ``address``, from ``now``, in s, on."""

    def __init__(self, address: str, now: float) -> None:
        self.failure: Failure | None = None  # of the last attempt
        self._address = address
        self._state, self._since = ContactState.STARTING, now
        self._logged = ""  # the last logged failure that only the owner can resolve

    def succeeded(self, now: float) -> None:
        """Record a good poll; a later failure has begun after it."""
        self.failure, self._logged = None, ""
        self._set_state(ContactState.CONNECTED, now)

    def failed(self, err: LinkError | ProtocolError) -> bool:
        """Record a failed attempt; return whether only the owner can resolve it and it is not logged yet."""
        words = str(err)
        self.failure = Failure(err.state, err.what or words)
        news = isinstance(err, LoginFailed) and words != self._logged
        if news:
            self._logged = words
        return news

    def contact(self, view: ContactView, now: float, name: str = "") -> Contact:
        """Return the contact at ``now``, in s; ``name``: the owner's name for the pack."""
        state, reason = judge(view)
        self._set_state(state, now)
        return Contact(
            state=state,
            reason=reason,
            advice=advice(state, argument(name, self._address)),
            seconds=now - self._since,
            silence=view.silence,
            left=view.lent_for,
        )

    def _set_state(self, state: ContactState, now: float) -> None:
        if state is not self._state:
            self._state, self._since = state, now
