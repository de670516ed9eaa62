"""A bank of two JBDs and a LiTime that is watch only, by the whole program on a bus."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from dbus_xbms.settings import bank_path
from dbus_xbms.simulator.scenario import address_of
from tests.bus.bank_boat import BANK, CCL, DCL, MEMBER, MODE, ONE, ONLINE, PACK, TWO, Running, boat_of, fresh
from tests.bus.cli import command
from tests.bus.control_record import controlling
from tests.bus.simulation import Program
from tests.bus.switching import CHARGE, LAST, REFUSED
from tests.bus.venus import Seen

pytest.importorskip("aiobmsble", reason="needs Python 3.12 and aiobmsble")

pytestmark = pytest.mark.usefixtures("private_bus")

LITE = address_of(3, "litime")
CURRENTS: dict[str, float | str] = {"MaxChargeCurrent": 10.0, "MaxDischargeCurrent": 20.0}
NOT_ALLOWED = "Lite is watch only, and AllowWatchOnlyMembers is 0"
SWITCHABLE: dict[str, float | str] = {**MEMBER, "AllowMosfetControl": 1, "AllowDischargeOff": 1}


@asynccontextmanager
async def three_packs() -> AsyncIterator[Running]:
    """Two JBDs and a LiTime, wired in parallel and read."""
    async with added() as running, Program("run"):
        for address in (ONE, TWO, LITE):
            await running.venus.until(address, fresh)
        yield running


@asynccontextmanager
async def added() -> AsyncIterator[Running]:
    """The same before the service runs."""
    async with boat_of([PACK, PACK, {**PACK, "make": "litime"}]) as running:
        await running.venus.enable(ONE, **SWITCHABLE, CustomName="Bow")
        await running.venus.enable(TWO, **SWITCHABLE, CustomName="Stern")
        await running.venus.enable(LITE, **MEMBER, Protocol="redodo", CustomName="Lite")
        yield running


def limited_to(charge: float, discharge: float) -> Callable[[Seen], bool]:
    """Return a condition: the bank controls with these limits."""

    def condition(seen: Seen) -> bool:
        if not controlling(seen):
            return False
        limits = seen[CCL], seen[DCL]
        return limits == (pytest.approx(charge, abs=0.5), pytest.approx(discharge, abs=0.5))

    return condition


async def test_it_is_refused_then_allowed_within_its_owners_currents_and_never_switched() -> None:
    async with three_packs() as running:
        venus = running.venus
        created = await command("bank", "create", "--name", "House", "--yes")
        assert created.status == 0, created.err
        assert "Lite" not in created.out.partition("act as one battery")[0]
        await venus.until_bank(limited_to(60.0, 100.0))
        refused = await command("bank", "add", "House", "Lite", "--yes")
        assert refused.status == 1
        assert NOT_ALLOWED in " ".join(refused.err.split())
        # By MQTT or the touch screen
        await venus.set_bank("Members", f"{ONE} {TWO} {LITE}")
        await venus.until_stored(bank_path(1, "Members"), "")
        for name, value in CURRENTS.items():
            await venus.set(LITE, name, value)
        allowed = await command("bank", "set", "House", "AllowWatchOnlyMembers", "1", "--yes")
        assert allowed.status == 0, allowed.err
        bank = await venus.until_bank(lambda s: s[ONLINE] == 3 and limited_to(30.0, 60.0)(s))
        assert (bank["/Members/1/WatchOnly"], bank["/Members/3/WatchOnly"]) == (0, 1)
        assert await venus.write(BANK, CHARGE, 0) == REFUSED
        seen = await venus.until_bank(lambda s: "goes on carrying current" in str(s[LAST]))
        assert "Lite: refused" in str(seen[LAST])
        assert (await running.sim.truth(ONE))["writes"] == []
        await venus.set_bank("AllowWatchOnlyMembers", 0)
        await venus.until_bank(lambda s: s[ONLINE] == 2 and limited_to(60.0, 100.0)(s))


async def test_a_bank_that_names_it_without_permission_is_shown_and_does_not_control() -> None:
    async with added() as running:
        venus = running.venus
        await venus.confirm_bank(Members=f"{ONE} {TWO} {LITE}")
        async with Program("run"):
            shown = await venus.until_bank(lambda seen: seen[ONLINE] == 3 and NOT_ALLOWED in str(seen[MODE]))
            assert not controlling(shown)
            doctor = await command("doctor")
            assert NOT_ALLOWED in " ".join(doctor.out.split())


async def test_its_silence_limits_the_bank_and_that_of_the_others_stops_it() -> None:
    async with three_packs() as running:
        venus, sim = running.venus, running.sim
        for name, value in {**CURRENTS, "HoldTime": 6.0}.items():
            await venus.set(LITE, name, value)
        await venus.confirm_bank(AllowWatchOnlyMembers=1, Members=f"{ONE} {TWO} {LITE}")
        await venus.until_bank(lambda s: s[ONLINE] == 3 and limited_to(30.0, 60.0)(s))
        await sim.fault("vanish", LITE)
        silent = await venus.until_bank(lambda s: s[ONLINE] == 2)
        assert limited_to(30.0, 60.0)(silent)
        await sim.fault("appear", LITE)
        await venus.until_bank(lambda s: s[ONLINE] == 3)
        for address in (ONE, TWO):
            await sim.fault("vanish", address)
        await venus.until_bank(lambda s: s[ONLINE] == 1 and s[CCL] == 0 and s[DCL] <= 20.0)
        running.judge()
