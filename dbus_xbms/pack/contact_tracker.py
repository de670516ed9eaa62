"""Follows the contact with one pack: why the newest attempt failed, and since when the state has been so."""

from __future__ import annotations

from dbus_xbms.contact import Contact, ContactState, ContactView, Failure, advice, argument, judge
from dbus_xbms.protocols import LinkError, LoginFailed, ProtocolError


class ContactTracker:
    """That of the pack at ``address``, from ``now`` s on."""

    def __init__(self, address: str, now: float) -> None:
        self.failure: Failure | None = None  # of the newest attempt
        self._address = address
        self._state, self._since = ContactState.STARTING, now
        self._told = ""  # what only the owner can mend, as it was last logged

    def succeeded(self, now: float) -> None:
        """Record a good poll: what is wrong later has begun after it, even if nobody asked in between."""
        self.failure, self._told = None, ""
        self._become(ContactState.CONNECTED, now)

    def failed(self, err: LinkError | ProtocolError) -> bool:
        """Record a failed attempt; whether the owner must be told at once, because nobody else can help."""
        words = str(err)
        self.failure = Failure(err.state, err.what or words)
        news = isinstance(err, LoginFailed) and words != self._told
        if news:
            self._told = words
        return news

    def contact(self, view: ContactView, now: float, name: str = "") -> Contact:
        """How the contact is at ``now``; ``name``: what the owner calls the pack."""
        state, reason = judge(view)
        self._become(state, now)
        return Contact(
            state=state,
            reason=reason,
            advice=advice(state, argument(name, self._address)),
            seconds=now - self._since,
            silence=view.silence,
            left=view.lent_for,
        )

    def _become(self, state: ContactState, now: float) -> None:
        if state is not self._state:
            self._state, self._since = state, now
