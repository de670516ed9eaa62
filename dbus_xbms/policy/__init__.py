"""Decisions about a pack: freshness, alarms, charge limits, switching, control. Pure: no clock, no I/O.

``pack_state`` records what polls bring, ``engine.decide`` turns it into a ``decision.Decision``. ``mosfets``
decides about switching, ``authority`` which pack controls chargers, ``poll_rate`` how often to poll.
"""
