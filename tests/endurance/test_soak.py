"""The short form of a soak: a minute of what `script/soak` does for hours."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bus.daemon import private_daemon
from tests.endurance.plan import Plan
from tests.endurance.soak import soak

SHORT = Plan(seconds=15.0, packs=4, seed=4, every=0.45, longest=7.0, before=3.0, calm=31.0, order_every=0.4)


@pytest.mark.long
async def test_a_storm_of_faults_causes_no_violation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with private_daemon(tmp_path) as address:
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        report = await soak(SHORT, tmp_path)
    print(report.table())
    assert report.good
    assert len(report.struck) >= 25
    assert report.figures["polls answered"] > 60
    assert "done" in report.figures["orders"]
