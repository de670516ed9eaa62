"""Values that chargers may still follow: the newest limit, and higher ones that it has replaced. Pure."""

from __future__ import annotations

from dbus_xbms.record import record

FOLLOWS_WITHIN = 10.0  # s; systemcalc works every 3 s, chargers take 3 to 5 s more, and a poll 1 s


@record(kw_only=False)
class Followed:
    """A limit as chargers may know it."""

    # Time in s since each was replaced, and its value. Values fall; the last one is the newest.
    rows: tuple[tuple[float, float], ...] = ()

    @property
    def highest(self) -> float | None:
        """The highest value that chargers may still follow; ``None``: none was published yet."""
        return self.rows[0][1] if self.rows else None

    @property
    def at_rest(self) -> bool:
        """Whether chargers follow the newest value, so that time changes nothing."""
        return len(self.rows) < 2

    def after(self, seconds: float) -> Followed:
        """Return what chargers may follow ``seconds`` later."""
        if self.at_rest:
            return self
        replaced = ((age + seconds, value) for age, value in self.rows[:-1])
        return Followed((*(row for row in replaced if row[0] <= FOLLOWS_WITHIN), self.rows[-1]))

    def replaced_by(self, value: float) -> Followed:
        """Return it once another value is published."""
        if self.rows and self.rows[-1][1] == value:
            return self
        return Followed((*(row for row in self.rows if row[1] > value), (0.0, value)))
