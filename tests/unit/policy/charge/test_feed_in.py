"""Chargers that ignore the CCL, in a closed loop with the cap of the CVL."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from dbus_xbms.policy.charge import cvl_cap
from dbus_xbms.policy.charge.cvl_cap import CapState, PublishedLimits
from tests.unit.samples import sample

pytestmark = pytest.mark.no_cover  # many computations over few lines, which other tests cover too

OBEY = 12.0  # s in which chargers that are known follow a limit
SECOND_FALL = 24.0  # s in which they do if the first fall takes too little
FIRST_SUFFICES = 0.45, 0.09  # V of overshoot and ohm x Ah per cell up to which it takes enough
FOUND = 40.0  # s in which chargers that are not known do
BULK = PublishedLimits(cvl=55.2, ccl=40.0, count=16, capacity=200.0)


@dataclass
class Site:
    """A battery behind a resistance, and chargers that follow the CVL late and with an overshoot."""

    published: PublishedLimits = BULK
    resistance: float = 0.06  # ohm x Ah per cell
    overshoot: float = 0.4  # V
    delay: int = 6  # s
    obeys_ccl: bool = False
    sun: float = 100.0  # A
    resting: float = 3.32  # V per cell
    state: CapState = field(default_factory=CapState)
    cvls: deque[float] = field(default_factory=deque)
    currents: list[float] = field(default_factory=list)  # A, each second
    turns: int = 0  # changes of direction of the CVL

    def run(self, seconds: float) -> None:
        """Let so many seconds pass, with a poll in each."""
        falling = False
        for _ in range(round(seconds)):
            ohms = self.published.drop(1.0, self.resistance)
            resting = self.published.count * self.resting
            current = self.sun
            if len(self.cvls) > self.delay:
                current = (self.cvls[-1 - self.delay] + self.overshoot - resting) / ohms
            most = min(self.sun, self.published.ccl) if self.obeys_ccl else self.sun
            current = min(max(current, 0.0), most)
            self.currents.append(current)
            measured = sample(voltage=round(resting + ohms * current, 2), current=round(current, 2))
            self.state = cvl_cap.step(self.state, measured, self.published, 1.0)
            self.cvls.append(cvl_cap.apply(self.state, self.published.cvl))
            if len(self.cvls) > 1 and self.cvls[-1] != self.cvls[-2]:
                self.turns += (self.cvls[-1] < self.cvls[-2]) is not falling
                falling = self.cvls[-1] < self.cvls[-2]

    def limit(self, ccl: float) -> None:
        """Publish another CCL in A."""
        self.published = replace(self.published, ccl=ccl)

    @property
    def obeys_within(self) -> float:
        """How many seconds it may take chargers that are known to follow a limit."""
        overshoot, resistance = FIRST_SUFFICES
        return OBEY if self.overshoot <= overshoot and self.resistance <= resistance else SECOND_FALL

    def longest_excess(self, since: int = 0) -> int:
        """Return for how many seconds without interruption 5 % too much has flowed."""
        longest = lasted = 0
        for current in self.currents[since:]:
            excess = current - self.published.ccl
            lasted = lasted + 1 if excess > max(1.0, 0.05 * self.published.ccl) else 0
            longest = max(longest, lasted)
        return longest


sites = st.builds(
    Site,
    published=st.sampled_from((BULK, replace(BULK, cvl=13.8, count=4), replace(BULK, cvl=27.6, count=8))),
    resistance=st.floats(0.04, 0.1),
    overshoot=st.floats(0.2, 0.5),
    delay=st.integers(2, 8),
    sun=st.floats(45.0, 120.0),
)


@hypothesis_settings(max_examples=30)
@given(sites)
def test_chargers_that_ignore_the_ccl_are_found_and_held_to_it(site: Site) -> None:
    site.run(300.0)
    assert site.longest_excess() <= FOUND
    assert site.currents[-1] <= site.published.ccl * 1.05


@hypothesis_settings(max_examples=8)
@given(sites, st.floats(10.0, 35.0))
def test_chargers_that_are_known_to_ignore_the_ccl_keep_to_a_lower_one(site: Site, ccl: float) -> None:
    site.run(2400.0)
    site.limit(ccl)
    site.run(300.0)
    assert site.longest_excess(since=2400) <= site.obeys_within


@hypothesis_settings(max_examples=8)
@given(sites)
@example(Site(replace(BULK, cvl=13.8, count=4), resistance=0.0881, overshoot=0.4755, delay=8, sun=49.6))
def test_chargers_that_are_known_keep_to_the_ccl_when_the_sun_comes_out(site: Site) -> None:
    sun, site.published = site.sun, replace(site.published, ccl=30.0)
    site.run(2400.0)
    site.sun = 5.0
    site.run(2400.0)
    site.sun = sun
    site.run(300.0)
    assert site.longest_excess(since=4800) <= site.obeys_within


@hypothesis_settings(max_examples=5)
@given(sites)
@example(Site(replace(BULK, cvl=13.8, count=4), resistance=0.041, overshoot=0.2352, delay=2, sun=60.0))
def test_the_cvl_neither_hunts_nor_starves_the_battery(site: Site) -> None:
    site.run(3600.0)
    site.turns = 0
    site.run(3600.0)
    assert site.turns <= 20
    assert sum(site.currents[-3600:]) / 3600 >= 0.6 * site.published.ccl


def test_chargers_that_obey_are_charged_with_again_although_they_once_seemed_not_to() -> None:
    site = Site(overshoot=0.0)
    site.run(60.0)
    assert site.state.overshoot.volts is not None
    site.obeys_ccl = True
    site.run(3000.0)
    assert site.currents[-1] >= 0.9 * site.published.ccl
